"""Mappings as plain Python source: what the reference in the domain does, at the speed of code written by hand."""

from hub.files.compiling.compiled import CompiledMapping, compile_mapping

__all__ = ["CompiledMapping", "compile_mapping"]
