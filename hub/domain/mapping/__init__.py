"""Two-way mappings: one line per rule, run in both directions."""

from hub.domain.mapping.changes import FieldChange
from hub.domain.mapping.compiled import Mapping, compile_mapping
from hub.domain.mapping.links import NO_LINKS, MissingLinkError, Refs

__all__ = ["NO_LINKS", "FieldChange", "Mapping", "MissingLinkError", "Refs", "compile_mapping"]
