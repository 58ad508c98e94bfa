"""Reasons: a sentence for a person as an English template with named parameters, so that it can be translated."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.domain.documents import Doc


@dataclass(frozen=True)
class Reason:
    """Why something is as it is."""

    text: str
    params: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text.format(**self.params)

    def document(self) -> Doc:
        """The reason as it is stored."""
        return {"text": self.text, **({"params": dict(self.params)} if self.params else {})}
