"""Documents as they may be shown: what a sensitive rule carries is masked."""

from collections.abc import Iterable, Sequence

from hub.domain.documents import Doc
from hub.domain.mapping.compiled import Mapping
from hub.domain.mapping.ends import fields_of
from hub.domain.mapping.leaf import Leaf
from hub.domain.mapping.parts import Part
from hub.domain.mapping.paths import Path
from hub.domain.mapping.refusal import UnfitError
from hub.domain.mapping.values import clone, is_nothing

MASK = "***"


def masked(mapping: Mapping, doc: Doc, *, of_hub: bool) -> Doc:
    """A copy of a document of one side, without the values of sensitive rules."""
    shown: Doc = clone(doc)
    _mask(mapping.parts, shown, of_hub=of_hub)
    return shown


def _mask(parts: Sequence[Part], doc: Doc, *, of_hub: bool) -> None:
    for part in parts:
        if isinstance(part, Leaf):
            if part.rule.sensitive:
                _hide(fields_of(part.rule.hub if of_hub else part.rule.remote), doc)
            continue
        for member in _members((part.rule.hub if of_hub else part.rule.remote).path, doc):
            _mask(part.parts, member, of_hub=of_hub)


def _hide(paths: Iterable[Path], doc: Doc) -> None:
    for path in paths:
        try:
            if not is_nothing(path.read(doc)):
                path.write(doc, MASK)
        except UnfitError:
            continue  # the document has another shape: there is nothing at this path


def _members(path: Path, doc: Doc) -> list[Doc]:
    try:
        found = path.read(doc)
    except UnfitError:
        return []
    return [member for member in found if isinstance(member, dict)] if isinstance(found, list) else []
