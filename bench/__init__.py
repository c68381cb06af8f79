"""Ours and the baseline, measured in the same run. Each module prints a table, or one flat object with --json."""
