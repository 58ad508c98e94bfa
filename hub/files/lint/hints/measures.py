"""Numbers that lose digits, or that are in another unit over there."""

from collections.abc import Iterator
from decimal import Decimal

from hub.domain.mapping.codecs import Codec
from hub.domain.mapping.codecs.numbers import DecimalText, Number, Scale
from hub.domain.mapping.codecs.times import Epoch
from hub.domain.mapping.rules import FieldRule, Rule
from hub.files.lint.blocks import Block, codecs_of, field_rules, node_of
from hub.files.problems import Problem

MONEY_PLACES = 2
"""Places that money needs at least: most currencies have two, and CNY is one of them."""

UNITS: dict[str, tuple[str, Decimal]] = {
    "fraction": ("share", Decimal(1)),
    "percent": ("share", Decimal("0.01")),
    "permille": ("share", Decimal("0.001")),
    "second": ("time", Decimal(1)),
    "minute": ("time", Decimal(60)),
    "hour": ("time", Decimal(3600)),
    "metre": ("length", Decimal(1)),
    "kilometre": ("length", Decimal(1000)),
    "gram": ("mass", Decimal("0.001")),
    "kilogram": ("mass", Decimal(1)),
}
"""What ``x-unit`` of a schema may say: the quantity, and how much of its basic unit one is."""


EPOCHS = {"second": "s", "millisecond": "ms"}
"""What ``x-unit`` says of an instant that is a number."""


def lost_places(block: Block) -> Iterator[tuple[Rule, Problem]]:
    """Money that is rounded to less than its smallest unit; a decimal that is rounded to whole numbers."""
    for rule in field_rules(block):
        ours, theirs = node_of(block, rule, of_hub=True), node_of(block, rule, of_hub=False)
        rounding = next(
            (part for part in codecs_of(rule.codec) if isinstance(part, DecimalText | Number | Scale)), None
        )
        if ours is None or rounding is None:
            continue
        left = rounding.places + (rounding.factor.adjusted() if isinstance(rounding, Scale) else 0)
        if ours.says("x-money") and left < MONEY_PLACES:
            template = "places: {codec} rounds money to {places} places: use money, or at least {least}"
            yield rule, block.problem(rule, template, codec=str(rule.codec), places=left, least=MONEY_PLACES)
        elif rounding.places == 0 and ours.says("format") == "decimal" and not (theirs and theirs.types == {"integer"}):
            template = "places: {codec} rounds to whole numbers: say how many places"
            yield rule, block.problem(rule, template, codec=str(rule.codec))


def other_units(block: Block) -> Iterator[tuple[Rule, Problem]]:
    """A rule between two units whose codec has another factor."""
    for rule in field_rules(block):
        ours, theirs = (_unit(block, rule, of_hub=of_hub) for of_hub in (True, False))
        if ours is None or theirs is None:
            continue
        (quantity, here), (other, there) = UNITS[ours], UNITS[theirs]
        wanted = here / there
        if quantity != other:
            yield rule, block.problem(rule, "units: {ours} in the hub is {theirs} over there", ours=ours, theirs=theirs)
        elif _factor(rule.codec) != wanted:
            params = {"ours": ours, "theirs": theirs, "factor": format(wanted.normalize(), "f")}
            yield rule, block.problem(rule, "units: {ours} to {theirs} is times {factor}: scale({factor}, n)", **params)


def other_epochs(block: Block) -> Iterator[tuple[Rule, Problem]]:
    """An instant that is counted in seconds by one and in milliseconds by the other."""
    for rule in field_rules(block):
        theirs = node_of(block, rule, of_hub=False)
        stated = EPOCHS.get(str(theirs.says("x-unit"))) if theirs is not None else None
        for codec in (part for part in codecs_of(rule.codec) if isinstance(part, Epoch)):
            if stated is not None and codec.unit != stated:
                yield rule, block.problem(rule, "units: the remote's schema says epoch({unit})", unit=stated)


def _unit(block: Block, rule: FieldRule, *, of_hub: bool) -> str | None:
    node = node_of(block, rule, of_hub=of_hub)
    unit = None if node is None else node.says("x-unit")
    return unit if unit in UNITS else None


def _factor(codec: Codec) -> Decimal:
    return next((part.factor for part in codecs_of(codec) if isinstance(part, Scale)), Decimal(1))
