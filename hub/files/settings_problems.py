"""What is wrong with settings: every problem at once, with its file, line and path, and how to mend it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import available_timezones

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from hub.domain.problems import Problem
from hub.files.yaml import Document, Place

WRONG = {
    "required": "lacks {value}.",
    "dependentRequired": "lacks {value}.",
    "format": "is {value}, which is not known.",
    "enum": "is {value}, which is not one of {wanted}.",
    "type": "is {value}, which is not of type {wanted}.",
    "pattern": "is {value}, which is not of the form that is wanted.",
    "minimum": "is {value}, less than {wanted}.",
    "maximum": "is {value}, more than {wanted}.",
    "minItems": "is empty.",
    "minLength": "is empty.",
    "uniqueItems": "names something twice.",
}


def is_zone(value: object) -> bool:
    """Whether a text names a time zone."""
    return not isinstance(value, str) or value in available_timezones()


FORMATS = FormatChecker(formats=())
FORMATS.checks("zone")(is_zone)


def check(schema: Mapping[str, Any], value: Any, own: Document, base: Document) -> Iterator[Problem]:
    """Every problem of the merged settings, in the order of their places, each with the file that says so."""
    errors = Draft202012Validator(schema, format_checker=FORMATS).iter_errors(value)
    for error in sorted(errors, key=lambda error: [str(part) for part in error.absolute_path]):
        yield from problems_of(error, own, base)


def problems_of(error: ValidationError, own: Document, base: Document) -> Iterator[Problem]:
    """One error in our words; of settings that there are not, one problem each."""
    place: Place = tuple(error.absolute_path)
    known = error.schema.get("properties", {})
    if error.validator == "additionalProperties":
        for name in sorted(set(error.instance) - set(known)):
            yield problem((*place, name), own, base, "is not a setting.", f"There are {', '.join(known)}.")
        return
    what = WRONG.get(str(error.validator), "is wrong.").format(value=shown(error), wanted=error.validator_value)
    yield problem(place, own, base, what, mend_of(error))


def problem(place: Place, own: Document, base: Document, what: str, mend: str) -> Problem:
    """A problem at a place; what is missing is missing in the operator's file."""
    file = base if place not in own.lines and place in base.lines else own
    return Problem(f"{file.file}:{file.line(place)} {dotted(place)}", what, mend)


def shown(error: ValidationError) -> str:
    """What is there now; of a secret's place never the text itself, which may be the secret."""
    if error.validator == "required":
        return ", ".join(name for name in error.validator_value if name not in error.instance)
    if error.validator == "dependentRequired":
        return ", ".join(sorted({name for names in error.validator_value.values() for name in names}))
    if error.schema.get("pattern", "").startswith("^(env/"):
        return "a text"
    return re.sub(r"//[^/]*@", "//***@", repr(error.instance))


def mend_of(error: ValidationError) -> str:
    """How to mend it: as the schema says, else what it says of the setting."""
    mend = error.schema.get("x-mend") or error.schema.get("description")
    return str(mend or "See docs/reference/settings.md.")


def dotted(place: Place) -> str:
    """A place as it is written: systems.erp.mappings[0]."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).removeprefix(".") or "(file)"
