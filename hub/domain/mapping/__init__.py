"""Two-way mappings: one line per rule, run in both directions."""
