"""The proof of mappings: documents made from both schemas, the laws that they must keep, and what breaks one."""
