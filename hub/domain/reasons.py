"""Reasons: why something was decided, as an English template with parameters that the console can translate."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.domain.documents import Doc


@dataclass(frozen=True)
class Reason:
    """One sentence: a template and what fills it in."""

    template: str
    params: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**self.params)

    def doc(self) -> Doc:
        """The reason as documents carry it."""
        return {"template": self.template, "params": dict(self.params)}

    @classmethod
    def of(cls, doc: Doc) -> "Reason":
        """Read what ``doc`` wrote."""
        return cls(doc["template"], doc.get("params", {}))


def reason(template: str, /, **params: object) -> Reason:
    """Make a reason; every parameter becomes text."""
    return Reason(template, {name: str(value) for name, value in params.items()})
