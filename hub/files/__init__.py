"""The only readers of YAML and JSON Schema."""
