"""The words of a field's name, however it is written: snake, camel, run together, shortened, or by another word."""

import re
from functools import cache

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^\W\d_A-Za-z]+")

ALIKE = (
    "number no num nr nbr numero",
    "code cd key",
    "customer client account party partner buyer debtor cust kunnr cliente",
    "name nm naam fullname caption",
    "phone telephone tel mobile cell mob cellphone phonenumber fon",
    "landline fixedline",
    "email mail emailaddress",
    "amount amt betrag",
    "quantity qty menge count",
    "price rate",
    "currency curr cur ccy waers",
    "date day dt datum",
    "address addr",
    "line1 street street1 strasse",
    "line2 street2",
    "city town ort city1",
    "region province state1",
    "country ctry land land1 nation",
    "postal zip zipcode postcode plz postalcode",
    "state status stat docstatus",
    "kind type category class",
    "description desc descr text txt details",
    "note comment remark memo notes bemerkung",
    "tax vat gst ust taxation",
    "gross grand",
    "net untaxed subtotal",
    "lines items rows entries positions line item row",
    "part product material article",
    "unit uom meins measure",
    "created creation creationdate",
    "updated modified changed lastmodified",
    "invoice billing",
    "asset equipment device machine",
    "serial sn serialno serialnumber",
    "language lang spras locale",
    "due payable",
    "paid settled",
    "open outstanding residual",
    "issued posting",
    "reference ref",
    "contact person",
    "warehouse location depot store",
    "start begin from since",
    "end until to",
    "technician engineer worker",
    "priority prio",
    "id identifier guid uuid",
)
"""Words that systems use for the same; the first of a row is ours."""
IDLE = frozenset({"the", "of", "custom", "fld", "field", "f", "z", "is", "has", "value", "sap", "to", "c"})
"""Words that say nothing of what a field holds."""
KNOWN = {word: row.split()[0] for row in ALIKE for word in row.split()}


@cache
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, each as our own word for it: ``custMailAddr`` has customer, email and address."""
    raw = [part.lower() for part in _WORD.findall(name)]
    parts = [piece for part in raw for piece in _pieces(part)]
    told = tuple(KNOWN.get(part, KNOWN.get(part.removesuffix("s"), part)) for part in parts)
    return tuple(word for word, part in zip(told, parts, strict=True) if part not in IDLE) or told


@cache
def squeezed(name: str) -> str:
    """A name in lower case with nothing but letters and digits."""
    return "".join(character for character in name.lower() if character.isalnum())


@cache
def _vocabulary() -> frozenset[str]:
    return frozenset(word for word in KNOWN if len(word) > 2) | {"unit", "total", "first", "last", "bank"}  # noqa: PLR2004 - shorter ones stand in everything


@cache
def _pieces(word: str) -> tuple[str, ...]:
    """The words that were written as one: ``customername``; the word itself where it is not made of known ones."""
    if word in _vocabulary() or len(word) > 40:  # noqa: PLR2004 - no name
        return (word,)
    best: dict[int, tuple[str, ...]] = {0: ()}
    for end in range(1, len(word) + 1):
        ways = [
            (*best[start], word[start:end])
            for start in range(end)
            if start in best and (word[start:end] in _vocabulary())
        ]
        if ways:
            best[end] = min(ways, key=len)
    return best.get(len(word), (word,))
