"""Texts for one place of a schema: those of its format and pattern, and those that break careless code."""

from collections.abc import Iterator
from random import Random

from hub.laws.patterns import sample
from hub.laws.schema import Schema, compiled, fits

PLAIN = (
    "a",
    "Acme",
    "甲方公司",
    "上海华信 No. 7",
    "𠮷野家 😀",
    "Ünïcode ß",
    "0",
    "007",
    " with margins ",
    "two, parts; three",
    "a 'b' \"c\"",
    "line\nbreak",
    "null",
    "",
)
"""Texts of every kind: Chinese, beyond 16 bits, numbers in disguise, margins, separators, quotes, empty."""

OF_FORMAT: dict[str, tuple[str, ...]] = {
    "date": ("2026-01-31", "2024-02-29", "2026-12-31", "1999-01-01"),
    "date-time": (
        "2026-01-31T08:00:00+00:00",
        "2024-02-29T23:59:59+00:00",
        "2026-12-31T16:00:00+00:00",
        "1970-01-01T00:00:00+00:00",
    ),
    "local-date-time": ("2026-01-31T08:00:00", "2024-02-29 23:59:59", "2026-12-31T16:00:00"),
    "time": ("00:00:00", "08:30:00", "23:59:59"),
    "decimal": ("0", "1", "-1", "0.13", "2.5", "12.50", "1.0004", "999999.999", "-3.10"),
    "email": ("a@example.org", "info@example.com"),
    "phone": ("+8613800138000", "+442079460958", "+861088886666"),
    "currency": ("CNY", "USD", "EUR", "JPY", "KWD"),
    "country": ("CN", "DE", "US"),
    "time-zone": ("Asia/Shanghai", "UTC", "Europe/Berlin"),
    "uri": ("https://example.org/a?b=c",),
}
SAMPLES = 6  # texts made from a pattern


def texts(schema: Schema | None, rng: Random) -> list[str]:
    """Texts that the place allows; at least one where any can be found."""
    return [text for text in dict.fromkeys(_tried(schema, rng)) if fits(schema, text)]


def _tried(schema: Schema | None, rng: Random) -> Iterator[str]:
    form = schema.says("format") if schema is not None else None
    yield from OF_FORMAT.get(form or "", PLAIN)
    if schema is None:
        return
    pattern, most = schema.says("pattern"), schema.says("maxLength")
    if pattern is not None and form not in OF_FORMAT and compiled(pattern).pattern:
        yield from (sample(pattern, rng) for _ in range(SAMPLES))
    if most is not None and pattern is None:
        yield from ("x" * most, "甲" * (most - 1) + "😀")
    if schema.says("minLength"):
        yield "y" * schema.says("minLength")
