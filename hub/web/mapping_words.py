"""Words for mappings: owners with their letters, the options of a rule, the laws and what breaks them."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from hub.bootstrap.mapping_check import Finding
from hub.domain.mapping.codecs import Chain, Codec, Plain, Ref
from hub.domain.mapping.codecs.tables import ValueMap
from hub.domain.mapping.rules import CreateOnly, Direction, FieldRule, ListRule, Members, OnNull, OnOther, Owner, Rule
from hub.web.i18n import N_, translate

OWNERS: Mapping[str, tuple[str, str]] = {
    Owner.HUB: ("H", N_("the hub")),
    Owner.REMOTE: ("R", N_("the other system")),
    Owner.LATEST: ("L", N_("whoever changed it last")),
    Owner.REVIEW: ("?", N_("a person decides")),
}
"""Each owner with its letter, which stands on the lines."""
MEMBERS: Mapping[str, str] = {
    Members.HUB: N_("The hub adds and removes members."),
    Members.REMOTE: N_("The other system adds and removes members."),
    Members.BOTH: N_("Both sides add and remove members."),
}
WAYS: Mapping[str, str] = {
    Direction.BOTH: N_("both ways"),
    Direction.PUSH: N_("to the other system only"),
    Direction.PULL: N_("to the hub only"),
}
NULLS: Mapping[str, str] = {
    OnNull.CLEAR: N_("No value clears the other side."),
    OnNull.KEEP: N_("No value leaves the other side as it is."),
    OnNull.OMIT: N_("No value is left out on the other side."),
}
OTHERS: Mapping[str, str] = {
    OnOther.ERROR: N_("An unknown value is an error."),
    OnOther.REVIEW: N_("An unknown value goes to a person."),
    OnOther.KEEP: N_("An unknown value leaves the other side as it is."),
}
ON_CREATION: Mapping[str, str] = {
    CreateOnly.PUSH: N_("Written over there only when the record is made."),
    CreateOnly.PULL: N_("Written in the hub only when the record is made."),
    CreateOnly.BOTH: N_("Written only when the record is made."),
}
KINDS: Mapping[str, str] = {
    "string": N_("text"),
    "integer": N_("whole number"),
    "number": N_("number"),
    "boolean": N_("yes or no"),
    "array": N_("list"),
    "object": N_("group"),
}
LAWS: Mapping[str, tuple[str, str]] = {
    "L1": (N_("There and back"), N_("What was sent comes back as it was.")),
    "L2": (N_("Back and there"), N_("What was fetched goes back as it was.")),
    "L3": (N_("Comes to rest"), N_("Doing it twice is doing it once: no ping-pong.")),
    "L4": (N_("Leaves alone"), N_("What no rule names stays as it is.")),
    "L5": (N_("Fits"), N_("What comes out is valid for the schema of its side.")),
}
FURTHER: Mapping[str, str] = {
    "L0": N_("Some document puts the rule to the test."),
    "L6": N_("A recorded pair gives nothing to do."),
    "lint": N_("The file and both schemas go together."),
}
BREACHES = (
    N_("no value that both schemas allow fits the rule's codec: it can carry nothing"),
    N_("its condition held in none of {count} documents: the rule was never put to the test"),
    N_("{old} came back as {new}"),
    N_("{old} in the remote went back as {new}"),
    N_("is refused: {reason}"),
    N_("the mapping changed a document that it was given"),
    N_("pulling a second time makes {new} of {old}"),
    N_("pushing a second time makes {new} of {old}"),
    N_("no rule names it, yet {old} became {new}"),
    N_("{way}, it is not valid: {reason}"),
    N_("recorded as {old}, pulled as {new}"),
    N_("recorded as {old}, pushed as {new}"),
    N_("{place} is {found}, expected {expected}"),
    N_("gives {found}, not the expected error"),
    N_("fails: {error}"),
)
"""What breaks a law or an example, in the words of those who find it; marked here, for they know no translation."""
TURNS = {
    "pulled into the hub": N_("pulled into the hub"),
    "pushed to the remote": N_("pushed to the remote"),
    "nothing": N_("nothing"),
    "no member": N_("no member"),
    "a member": N_("a member"),
    "it is required": N_("it is required"),
    "the schema has no such field": N_("the schema has no such field"),
}
"""Words that fill in the sentences above."""


def letter_of(rule: Rule) -> str:
    """The letter of a rule's owner; lists have members, which another rule tells of."""
    return OWNERS[rule.owner][0] if isinstance(rule, FieldRule) else "≡"


def owner_word(rule: Rule) -> str:
    """Who owns what a rule carries."""
    return translate(OWNERS[rule.owner][1] if isinstance(rule, FieldRule) else MEMBERS[rule.members])


def codec_text(codec: Codec) -> str:
    """How a value changes on its way, in the words of mapping files; nothing where it does not change."""
    if isinstance(codec, Plain):
        return ""
    if isinstance(codec, Chain):
        return ", ".join(map(codec_text, codec.parts))
    told = "" if isinstance(codec, ValueMap | Ref) else ", ".join(_options(codec))
    return f"{codec}({told})" if told else str(codec)


def _options(codec: Any) -> Iterator[str]:
    """What a codec was given, in the order in which mapping files give it."""
    values = (getattr(codec, each.name) for each in (fields(codec) if is_dataclass(codec) else ()))
    return (str(value) for value in values if value is not None)


def tables_of(rule: Rule) -> Iterator[ValueMap]:
    """The value tables of a rule."""
    codec = rule.codec if isinstance(rule, FieldRule) else Plain()
    parts = codec.parts if isinstance(codec, Chain) else (codec,)
    return (part for part in parts if isinstance(part, ValueMap))


def remarks(rule: Rule) -> list[str]:
    """What else a rule says, in sentences; what goes without saying is left out."""
    return [translate(text, **params) for text, params in _remarks(rule)]


def _remarks(rule: Rule) -> Iterator[tuple[str, dict[str, object]]]:
    if isinstance(rule, ListRule):
        yield MEMBERS[rule.members], {}
        if rule.remote_ids:
            yield N_("The other system numbers the members; the hub remembers which is which."), {}
        return
    if rule.when is not None:
        yield N_("Only when {condition}."), {"condition": rule.when.text}
    if rule.create_only in ON_CREATION:
        yield ON_CREATION[rule.create_only], {}
    if rule.null is not OnNull.CLEAR:
        yield NULLS[rule.null], {}
    if rule.other is not OnOther.ERROR:
        yield OTHERS[rule.other], {}
    if rule.default is not None:
        yield N_("Where there is none: {value}."), {"value": rule.default}
    if rule.sensitive:
        yield N_("Sensitive: masked wherever it is shown."), {}


def is_dashed(rule: Rule) -> bool:
    """Whether a rule does not always carry: it has a condition, or writes only new records."""
    return isinstance(rule, FieldRule) and (rule.when is not None or rule.create_only is not CreateOnly.NO)


def finding_text(finding: Finding) -> str:
    """What was found, in the reader's language where it is known there, else as the command line tells it."""
    if not finding.template:
        return finding.message
    params = {name: _turned(value) for name, value in finding.params.items()}
    text = translate(finding.template, **params) if params else finding.template
    return f"{finding.place}: {text}" if finding.place else text


def _turned(value: object) -> object:
    return translate(TURNS[value]) if isinstance(value, str) and value in TURNS else value
