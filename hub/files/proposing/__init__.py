"""Drafts of mappings, proposed from both schemas: which fields go together, how sure that is, and how to carry them."""
