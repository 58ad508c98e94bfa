"""The laws, each tried on one pair of documents; none knows how a mapping does its work."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from hub.domain.documents import Doc
from hub.domain.errors import HubError, InvalidError
from hub.domain.mapping import FieldChange, Mapping
from hub.domain.mapping.rules import FieldRule, ListRule, Members
from hub.domain.mapping.values import clone, normal
from hub.laws.breaches import Breach, Law
from hub.laws.comparing import unlike_here, unlike_there
from hub.laws.conditions import dormant, has_conditions
from hub.laws.corpus import Case
from hub.laws.differences import differences
from hub.laws.naming import named
from hub.laws.paths import RuleBook
from hub.laws.remains import members_kept, remains

Wrong = tuple[tuple[str, ...], str]
Validate = Callable[[Doc], list[Wrong]]
"""Names on the way to a wrong value, and what is wrong with it; nothing for a valid document."""

BACK = "{old} came back as {new}"
BACK_THERE = "{old} in the remote went back as {new}"
REFUSED = "is refused: {reason}"


def anything(_: Doc) -> list[Wrong]:
    """Finds every document valid: for a side without schema."""
    return []


@dataclass(frozen=True)
class Trial:
    """A mapping on trial, with the validators of both sides."""

    mapping: Mapping
    valid_hub: Validate = field(default=anything)
    valid_remote: Validate = field(default=anything)

    @cached_property
    def book(self) -> RuleBook:
        """The rules by path."""
        return RuleBook(self.mapping.spec)

    @cached_property
    def conditional(self) -> bool:
        """Whether any rule has a condition."""
        return has_conditions(self.mapping.spec.rules)

    # --- what is tried

    def breaches(self, case: Case) -> Iterator[Breach]:
        """Every law that the mapping breaks on the pair."""
        given = clone(case.hub), clone(case.remote)
        yield from self._tried(case)
        if (case.hub, case.remote) != given:
            template = "the mapping changed a document that it was given"
            yield Breach(Law.LEAVES_ALONE, "", "", template, {}, case)

    def _tried(self, case: Case) -> Iterator[Breach]:
        if self.mapping.pushes:
            yield from self._pushing(case, case.remote)
            if self.mapping.sync.creates is not Members.REMOTE:
                yield from self._pushing(case, None)
        if self.mapping.pulls:
            yield from self._pulling(case, case.hub)
            if self.mapping.sync.makes_here(case.remote):
                yield from self._pulling(case, None)

    def _pushing(self, case: Case, old: Doc | None) -> Iterator[Breach]:
        try:
            once = self.mapping.push(case.hub, old, case.refs)
        except HubError as error:
            yield from self._refused(Law.PUSHED_COMES_BACK, error, case, of_hub=True)
            return
        yield from self._valid(case, once, old, of_hub=False)
        try:
            yield from self._rest(case, once, self.mapping.push(case.hub, once, case.refs), of_hub=False)
            if old is not None:
                yield from self._left_alone(case, old, once, of_hub=False)
            if self.mapping.pulls:
                yield from self._back_here(case, once, creating=old is None)
        except HubError as error:
            yield from self._refused(Law.PUSHED_COMES_BACK, error, case, of_hub=False)

    def _pulling(self, case: Case, old: Doc | None) -> Iterator[Breach]:
        try:
            once = self.mapping.pull(case.remote, old, case.refs)
        except HubError as error:
            yield from self._refused(Law.PULLED_GOES_BACK, error, case, of_hub=False)
            return
        yield from self._valid(case, once, old, of_hub=True)
        try:
            yield from self._rest(case, once, self.mapping.pull(case.remote, once, case.refs), of_hub=True)
            if old is not None:
                yield from self._left_alone(case, old, once, of_hub=True)
            if self.mapping.pushes:
                yield from self._back_there(case, once, creating=old is None)
        except HubError as error:
            yield from self._refused(Law.PULLED_GOES_BACK, error, case, of_hub=True)

    # --- L1 and L2

    def _back_here(self, case: Case, pushed: Doc, *, creating: bool) -> Iterator[Breach]:
        answered = named(pushed, case.hub, self.mapping.spec, case.refs)
        back = self.mapping.pull(answered, None if creating else case.hub, case.refs)
        asleep = self._dormant(case.hub) | self._dormant(back)
        changes = unlike_here(self.mapping.changed_hub(case.hub, back), asleep, creating=creating)
        for change in changes:
            yield self._came_back(Law.PUSHED_COMES_BACK, BACK, change, case, change.path)

    def _back_there(self, case: Case, pulled: Doc, *, creating: bool) -> Iterator[Breach]:
        pushed = self.mapping.push(pulled, None if creating else case.remote, case.refs)
        back = named(pushed, pulled, self.mapping.spec, case.refs)
        asleep = self._dormant(case.hub) | self._dormant(pulled)
        changes = unlike_there(self.mapping.changed_remote(case.remote, back, case.refs), asleep, creating=creating)
        for change in changes:
            if self.mapping.spec.partial and change.old is None:
                continue  # what the remote does not mention is unsaid, not empty
            yield self._came_back(Law.PULLED_GOES_BACK, BACK_THERE, change, case, change.remote_path)

    def _came_back(self, law: Law, template: str, change: FieldChange, case: Case, place: str) -> Breach:
        params = {"old": shown(change, change.old), "new": shown(change, change.new)}
        return Breach(law, self.book.path(change.rule, change.path), place, template, params, case, change.rule)

    def _dormant(self, hub: Doc) -> set[str]:
        return dormant(self.mapping.spec.rules, hub) if self.conditional else set()

    # --- L3 to L5

    def _rest(self, case: Case, once: Doc, twice: Doc, *, of_hub: bool) -> Iterator[Breach]:
        if normal(once) == normal(twice):
            return
        done = "pulling" if of_hub else "pushing"
        template = f"{done} a second time makes {{new}} of {{old}}"
        yield from self._unlike(Law.COMES_TO_REST, template, once, twice, case, of_hub=of_hub)

    def _left_alone(self, case: Case, old: Doc, new: Doc, *, of_hub: bool) -> Iterator[Breach]:
        rules = self.mapping.spec.rules
        before, after = (remains(doc, rules, of_hub=of_hub) for doc in (old, new))
        template = "no rule names it, yet {old} became {new}"
        yield from self._unlike(Law.LEAVES_ALONE, template, before, after, case, of_hub=of_hub)
        for rule in (each for each in rules if isinstance(each, ListRule)):
            for _, mine, same in members_kept(old, new, rule, of_hub=of_hub):
                left, kept = (remains(doc, rule.rules, of_hub=of_hub) for doc in (mine, same))
                yield from self._unlike(Law.LEAVES_ALONE, template, left, kept, case, of_hub=of_hub)

    def _unlike(self, law: Law, template: str, old: Doc, new: Doc, case: Case, *, of_hub: bool) -> Iterator[Breach]:
        for names, one, other in differences(old, new):
            found = self.book.at(names, of_hub=of_hub)
            path, rule = found if found is not None else (".".join(names), None)
            params = {"old": repr(one), "new": repr(other)}
            yield Breach(law, path, ".".join(names), template, params, case, rule)

    def _valid(self, case: Case, new: Doc, old: Doc | None, *, of_hub: bool) -> Iterator[Breach]:
        validate = self.valid_hub if of_hub else self.valid_remote
        wrong = validate(new)
        before = validate(old) if wrong and old is not None else ()
        for names, reason in (each for each in wrong if each not in before):
            found = self.book.at(names, of_hub=of_hub)
            if found is None and old is None:
                continue  # what no rule writes, the side that makes the record fills in
            path, rule = found if found is not None else (".".join(names), None)
            way = "pulled into the hub" if of_hub else "pushed to the remote"
            yield Breach(
                Law.FITS,
                path,
                ".".join(names),
                "{way}, it is not valid: {reason}",
                {"way": way, "reason": reason},
                case,
                rule,
            )

    # --- what is refused

    def _refused(self, law: Law, error: HubError, case: Case, *, of_hub: bool) -> Iterator[Breach]:
        fields = error.fields if isinstance(error, InvalidError) else ()
        for each in fields:
            found = self.book.at(names_of(each.path), of_hub=of_hub) or self.book.called(each.path)
            path, rule = found if found is not None else (each.path, None)
            reason = each.template.format(**each.params)
            yield Breach(law, path, each.path, REFUSED, {"reason": reason}, case, rule)
        if not fields:
            yield Breach(law, "", "", REFUSED, {"reason": str(error)}, case)


def names_of(place: str) -> tuple[str, ...]:
    """The names of a place, its keys left out: ``lines[L1].qty`` is lines, qty."""
    outside = "".join(part.rpartition("]")[2] for part in place.split("["))
    return tuple(name.strip() for name in outside.split(".") if name.strip())


def shown(change: FieldChange, value: Any) -> str:
    """A value of a change; a member by being there or not."""
    if not isinstance(change.rule, FieldRule):
        return "no member" if value is None else "a member"
    return "nothing" if value is None else repr(value)
