"""What services ask of the outside, as Protocols."""
