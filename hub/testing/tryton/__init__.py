"""A real Tryton ERP for tests and the demo: always a process of its own, spoken to by JSON-RPC only."""
