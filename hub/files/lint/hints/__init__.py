"""Hints: what is most often a mistake, and now and then meant so; then the file waives it, with a reason."""

from collections.abc import Callable, Iterator, Mapping

from hub.domain.mapping.rules import Rule
from hub.files.lint.blocks import Block
from hub.files.lint.hints.forms import cut_texts, free_forms
from hub.files.lint.hints.identities import foreign_keys, other_references
from hub.files.lint.hints.measures import lost_places, other_epochs, other_units
from hub.files.lint.hints.names import exchanged_fields, exchanged_rows
from hub.files.lint.hints.zones import doubtful_zones
from hub.files.problems import Problem

Hint = Callable[[Block], Iterator[tuple[Rule, Problem]]]

HINTS: Mapping[str, tuple[Hint, ...]] = {
    "names": (exchanged_fields, exchanged_rows),
    "places": (lost_places,),
    "units": (other_units, other_epochs),
    "zones": (doubtful_zones,),
    "references": (other_references,),
    "keys": (foreign_keys,),
    "forms": (free_forms,),
    "cuts": (cut_texts,),
}
"""By the name that a waiver gives."""
