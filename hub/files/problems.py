"""Problems of a file, collected so that all are shown at once: file, line, path, what is wrong, what was meant."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from hub.domain.errors import FieldError, InvalidError


@dataclass(frozen=True)
class Problem:
    """One problem; ``path`` names the key, rule or field."""

    file: str
    line: int
    path: str
    template: str
    params: Mapping[str, object] = field(default_factory=dict)
    suggestion: str | None = None

    @property
    def message(self) -> str:
        """What is wrong, and what may have been meant."""
        text = self.template.format(**self.params)
        return f"{text}; did you mean '{self.suggestion}'?" if self.suggestion else text

    def field_error(self) -> FieldError:
        """The problem as a field error, with file and line in its path."""
        template = self.template + ("; did you mean '{suggestion}'?" if self.suggestion else "")
        params = {**self.params, "suggestion": self.suggestion} if self.suggestion else self.params
        return FieldError(f"{self.file}:{self.line}: {self.path}", template, params)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.path}: {self.message}"


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that looks most like this one."""
    return next(iter(get_close_matches(word, list(known), n=1, cutoff=0.6)), None)


def refuse(file: str, problems: Sequence[Problem]) -> InvalidError:
    """The error that tells every problem of a file."""
    fields = tuple(problem.field_error() for problem in sorted(problems, key=lambda each: (each.file, each.line)))
    return InvalidError("{file}: {count} problems to mend", file=file, count=len(fields), fields=fields)
