"""Generators and the law runner for mappings."""
