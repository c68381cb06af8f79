"""What the processor offers."""

from __future__ import annotations

import os


def physical_cores() -> int:
    """Cores without their second threads, which don't help matrix products."""
    import psutil

    return psutil.cpu_count(logical=False) or os.cpu_count() or 1
