"""A real Request Tracker 5 for tests: Debian's package, on a database of its own."""
