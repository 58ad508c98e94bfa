"""Fakes, contract suites, servers for tests and the demo."""
