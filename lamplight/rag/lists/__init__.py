"""Lists that documents hold: found by how they are laid out, ranked by what is asked for."""
