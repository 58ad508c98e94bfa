"""Two-way mappings: one line per rule, run in both directions."""

from hub.domain.mapping.changes import FieldChange
from hub.domain.mapping.compiled import Mapping, compile_mapping
from hub.domain.mapping.links import NO_LINKS, MissingLinkError, Refs
from hub.domain.mapping.refusal import UnsettledError

__all__ = ["NO_LINKS", "FieldChange", "Mapping", "MissingLinkError", "Refs", "UnsettledError", "compile_mapping"]
