"""YAML 1.2 as data with line numbers; a hostile file is refused within a second.

Only what JSON can say comes in: ``NO``, ``on`` and ``2026-01-31`` are texts, a key stands once, tags and merge keys are
refused, and a file that is too long, too deep or swells by its aliases is refused before it is built.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from hub.domain.errors import FieldError, InvalidError

MAX_CHARACTERS = 60_000  # ten times the longest file of ours; the reader takes about a second for it
MAX_BYTES = 4 * MAX_CHARACTERS  # the most that so many characters take
MAX_VALUES = 10_000  # after aliases are followed
MAX_DEPTH = 20
MAX_KEY = 500  # characters: a rule is a key, and is read by patterns that want it short

Place: TypeAlias = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


@dataclass(frozen=True)
class Document:
    """The data of one file, and the line of every key and list member (counted from 1).

    Of a file with others laid over it, ``files`` names the file of every place that another one wrote.
    """

    file: str
    data: Any
    lines: Mapping[Place, int]
    files: Mapping[Place, str] = field(default_factory=dict)

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest one around it that has a line."""
        return self.where(place)[1]

    def where(self, place: Place) -> tuple[str, int]:
        """File and line of a place, or of the nearest one around it that has a line."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.files.get(place, self.file), self.lines.get(place, 1)


def read_file(path: Path, file: str) -> Document:
    """Read one YAML file, which messages call ``file``; an InvalidError when it is missing, too long or no UTF-8."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _too_long(file)
        return read_yaml(path.read_bytes().decode("utf-8"), file)
    except UnicodeDecodeError as error:
        raise _refused(file, 1, "byte {byte} is no UTF-8 text", byte=error.start + 1) from error
    except OSError as error:
        raise _refused(file, 1, "it cannot be opened ({kind})", kind=type(error).__name__) from error


def _too_long(file: str) -> InvalidError:
    return _refused(file, 1, "the file is longer than {most} characters: split it", most=MAX_CHARACTERS)


def read_yaml(text: str, file: str) -> Document:
    """Read one YAML document; an InvalidError names file, line and what is wrong."""
    if len(text) > MAX_CHARACTERS:
        raise _too_long(file)
    builder = _Builder(file)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
    except ReaderError as error:
        line, character = text.count("\n", 0, error.position) + 1, ord(text[error.position])
        template = "the control character U+{code} is not allowed"
        raise _refused(file, line, template, code=f"{character:04X}") from error
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or "it is not YAML"
        raise _refused(file, mark.line + 1 if mark else 1, "{reason}", reason=str(reason)) from error
    return Document(file, builder.data, builder.lines)


def _refused(file: str, line: int, template: str, **params: object) -> InvalidError:
    error = FieldError(f"{file}:{line}", template, params)
    return InvalidError("{file} cannot be read", file=file, fields=(error,))


@dataclass
class _Open:
    """A mapping or list that is being read."""

    value: dict[Any, Any] | list[Any]
    place: Place
    anchor: str | None
    key: Any = None
    has_key: bool = False
    size: int = 1


@dataclass
class _Builder:
    file: str
    data: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, tuple[Any, int]] = field(default_factory=dict)
    documents: int = 0
    values: int = 0

    def take(self, event: Any) -> None:
        line = event.start_mark.line + 1
        match event:
            case DocumentStartEvent():
                self._start(event, line)
            case ScalarEvent():
                self._add(self._scalar(event, line), 1, event.anchor, line)
            case AliasEvent():
                self._add(*self._known(event, line), None, line)
            case MappingStartEvent() | SequenceStartEvent():
                self._open(event, line)
            case MappingEndEvent() | SequenceEndEvent():
                self._close(line)

    def _start(self, event: Any, line: int) -> None:
        self.documents += 1
        if self.documents > 1:
            raise _refused(self.file, line, "a second document begins here: one file holds one")
        if event.version not in (None, (1, 2)) or event.tags:
            raise _refused(self.file, line, "directives are not allowed: every file is YAML 1.2")

    def _scalar(self, event: Any, line: int) -> Any:
        if event.tag is not None and event.tag != "!":
            raise _refused(self.file, line, "the tag {tag} is not allowed", tag=str(event.tag))
        if event.style is not None or event.tag == "!":
            return event.value
        if event.value == "<<":
            raise _refused(self.file, line, "merge keys are not allowed: write the lines out")
        return _plain(event.value)

    def _known(self, event: Any, line: int) -> tuple[Any, int]:
        if event.anchor not in self.anchors:
            raise _refused(self.file, line, "the alias *{name} has no anchor before it", name=event.anchor)
        return self.anchors[event.anchor]

    def _open(self, event: Any, line: int) -> None:
        if event.tag is not None:
            raise _refused(self.file, line, "the tag {tag} is not allowed", tag=str(event.tag))
        if len(self.stack) >= MAX_DEPTH:
            raise _refused(self.file, line, "it is nested deeper than {most} levels", most=MAX_DEPTH)
        if self.stack and self._is_key():
            raise _refused(self.file, line, "a key must be a single value")
        value: dict[Any, Any] | list[Any] = {} if isinstance(event, MappingStartEvent) else []
        self.stack.append(_Open(value, self._place(line), event.anchor))

    def _close(self, line: int) -> None:
        done = self.stack.pop()
        self._put(done.value, done.size, line)
        if done.anchor:
            self.anchors[done.anchor] = (done.value, done.size)

    def _add(self, value: Any, size: int, anchor: str | None, line: int) -> None:
        if anchor:
            self.anchors[anchor] = (value, size)
        if self.stack and self._is_key():
            self._set_key(value, line)
        else:
            self._place(line)
            self._put(value, size, line)

    def _is_key(self) -> bool:
        return isinstance(self.stack[-1].value, dict) and not self.stack[-1].has_key

    def _set_key(self, key: Any, line: int) -> None:
        around = self.stack[-1]
        if isinstance(key, dict | list):
            raise _refused(self.file, line, "a key must be a single value")
        if isinstance(key, str) and len(key) > MAX_KEY:
            raise _refused(self.file, line, "a key is longer than {most} characters", most=MAX_KEY)
        if key in around.value:
            raise _refused(self.file, line, "the key '{key}' stands here a second time", key=str(key))
        around.key, around.has_key = key, True
        self.lines[(*around.place, key_text(key))] = line

    def _place(self, line: int) -> Place:
        if not self.stack:
            return ()
        around = self.stack[-1]
        place = (*around.place, len(around.value) if isinstance(around.value, list) else key_text(around.key))
        self.lines.setdefault(place, line)
        return place

    def _put(self, value: Any, size: int, line: int) -> None:
        self.values += 1
        if not self.stack:
            self.data = value
            return
        around = self.stack[-1]
        around.size += size
        if around.size > MAX_VALUES or self.values > MAX_VALUES:
            raise _refused(self.file, line, "it holds more than {most} values", most=MAX_VALUES)
        if isinstance(around.value, list):
            around.value.append(value)
        else:
            around.value[around.key] = value
            around.has_key = False


def key_text(key: Any) -> str:
    """A key as text: value tables may have true, null or a number as keys, and ``null`` is an option's name."""
    if key is None:
        return "null"
    return str(key).lower() if isinstance(key, bool) else str(key)


def _plain(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
