"""Why a message or a delivery was given up: all that a person needs to understand it and to have it tried again."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Failure:
    """The stage it failed at, the field paths that were wrong, the class of the error, and the mapping of that time.

    ``mapping`` is the name of the mapping, ``version`` counts its file, ``mark`` stands for its very rules.
    """

    error_class: str
    stage: str  # one of the eight stops
    entity: str = ""
    path: str = ""
    mapping: str = ""
    version: int | None = None
    mark: str = ""
