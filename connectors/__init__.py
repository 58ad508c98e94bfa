"""Connectors: each speaks one remote product's words; found by the name in a connector file."""
