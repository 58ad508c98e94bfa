"""The SQL adapter."""
