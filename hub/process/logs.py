"""The log: lines of text or of JSON on standard error, made so that no secret and nothing personal can be in one.

What our own code says is a fixed text with facts of an allow-list beside it; what a library says is kept as its fixed
text and its place in the code, for what it fills in may be an address, a statement or a body. Of an exception only
class and places are told. What still looks like a secret, a telephone number or a mail address is struck out.
"""

import logging
import sys
import threading
from datetime import UTC, datetime
from traceback import extract_tb
from types import TracebackType
from typing import Any

import orjson

from hub.domain.telling import without_private
from hub.ports.secrets import hidden

OURS = ("hub", "connectors")
FACTS = ("system", "entity", "record", "job", "method", "route", "status", "correlation", "error", "reason", "duration")
DEEPEST = 8  # places of an exception, from where it arose


def configure(form: str, level: int) -> None:
    """Write lines of this form (text | json), of this level and above, in place of what was configured before."""
    handler = Handler()
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one, Handler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)


def watch_threads() -> None:
    """Log what ends a thread and what Python warns of, which would be printed whole; for a process that serves."""
    logging.captureWarnings(capture=True)
    threading.excepthook = thread_ended


def thread_ended(ended: threading.ExceptHookArgs) -> None:
    """A thread broke."""
    logging.getLogger(__name__).error("a thread ended", exc_info=ended.exc_value, extra={"job": name_of(ended.thread)})


def name_of(thread: threading.Thread | None) -> str:
    """A thread's name."""
    return "" if thread is None else thread.name


class Handler(logging.StreamHandler):  # type: ignore[type-arg] # of text
    """Writes to what is standard error at the moment."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        self.stream = sys.stderr
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """A line that cannot be written is dropped: the usual way prints the record whole."""


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return orjson.dumps(line_of(record)).decode()


class TextLines(logging.Formatter):
    """For people: time, level, logger, event, and the facts as name=value."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line = line_of(record)
        head = [line.pop(name) for name in ("time", "level", "logger")]
        event = line.pop("event")
        return " ".join([*head[:2], f"{head[2]}: {event}", *(f"{name}={value}" for name, value in line.items())])


def line_of(record: logging.LogRecord) -> dict[str, Any]:
    """What is told of a record, in the order of a line."""
    line: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": struck(event_of(record)),
    }
    if is_ours(record):
        line |= {name: told(value) for name in FACTS if (value := getattr(record, name, None)) not in (None, "")}
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        line |= {"error": type(error).__name__, "where": places(error.__traceback__)}
    return line


def told(value: object) -> Any:
    """A fact as a line has it."""
    return value if isinstance(value, int | float) else struck(str(value))


def is_ours(record: logging.LogRecord) -> bool:
    """Whether our own code speaks."""
    return record.name.partition(".")[0] in OURS


def event_of(record: logging.LogRecord) -> str:
    """What happened: our sentence; of a library, its fixed text where it fills one in, and where in the code it is."""
    if is_ours(record):
        return record.getMessage()
    fixed = f"{record.msg} " if record.args and isinstance(record.msg, str) and "%" in record.msg else ""
    return f"{fixed}({record.module}.{record.funcName}:{record.lineno})"


def places(trace: TracebackType | None) -> str:
    """Where an exception arose, innermost first."""
    return " < ".join(f"{place.filename}:{place.lineno}" for place in extract_tb(trace)[::-1][:DEEPEST])


def struck(text: str) -> str:
    """The text on one line, without what is a secret or looks personal."""
    return without_private(" ".join(hidden(text).splitlines()))
