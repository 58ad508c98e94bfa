"""Ours, whatever package of that name lies among the installed ones."""
