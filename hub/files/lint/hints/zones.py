"""Local times that cannot be told apart, or that are in another zone than the schema says."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hub.domain.mapping.codecs.times import DateTime
from hub.domain.mapping.rules import Rule
from hub.files.lint.blocks import Block, codecs_of, field_rules, node_of
from hub.files.problems import Problem

YEAR = 2026  # any year shows whether a zone changes its clock
STEP = timedelta(days=30)


def doubtful_zones(block: Block) -> Iterator[tuple[Rule, Problem]]:
    """A zone that goes twice through an hour of autumn; a zone other than the ``x-zone`` of the remote's schema."""
    for rule in field_rules(block):
        theirs = node_of(block, rule, of_hub=False)
        stated = None if theirs is None else theirs.says("x-zone")
        for codec in (part for part in codecs_of(rule.codec) if isinstance(part, DateTime)):
            if stated is not None and codec.tz != stated:
                template = "zones: the remote's schema says {stated}, the rule {zone}"
                yield rule, block.problem(rule, template, stated=stated, zone=codec.tz or "none")
            elif codec.tz is not None and changes_clock(codec.tz):
                template = "zones: {zone} goes through one hour twice each year: local time without offset is ambiguous"
                yield rule, block.problem(rule, template, zone=codec.tz)


@cache
def changes_clock(zone: str) -> bool:
    """Whether the zone's distance from UTC changes within a year."""
    start = datetime(YEAR, 1, 1, tzinfo=ZoneInfo(zone))
    return len({(start + STEP * month).utcoffset() for month in range(12)}) > 1
