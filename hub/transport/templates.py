"""The templates of connector files, for drivers; how they are written, files and drivers must agree on."""

from hub.domain.templates import BRACES, PART, filled, filled_in, names_in

__all__ = ["BRACES", "PART", "filled", "filled_in", "names_in"]
