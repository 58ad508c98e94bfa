"""Codecs: the only place where a value changes on its way; adding one is one class and one line below."""

from hub.domain.mapping.codecs.base import Codec, Plain
from hub.domain.mapping.codecs.chain import Chain
from hub.domain.mapping.codecs.links import Ref
from hub.domain.mapping.codecs.numbers import DecimalText, MinorUnits, Money, Number, Scale, ScaleText
from hub.domain.mapping.codecs.shapes import Cut, Join, Pair, Split
from hub.domain.mapping.codecs.tables import Bool, ValueMap
from hub.domain.mapping.codecs.texts import Country, Email, EnumCase, Phone, Strip
from hub.domain.mapping.codecs.times import Date, DateTime, Epoch

CODECS: dict[str, type[Codec]] = {
    "bool": Bool,
    "country": Country,
    "date": Date,
    "datetime": DateTime,
    "decimal": DecimalText,
    "email": Email,
    "enum_case": EnumCase,
    "epoch": Epoch,
    "join": Join,
    "minor_units": MinorUnits,
    "money": Money,
    "number": Number,
    "pair": Pair,
    "phone": Phone,
    "scale": Scale,
    "scale_text": ScaleText,
    "split": Split,
    "strip": Strip,
}
"""What ``as:`` may name; ``map:``, ``ref:`` and ``max:`` are options of their own."""

__all__ = ["CODECS", "Chain", "Codec", "Cut", "Plain", "Ref", "ValueMap"]
