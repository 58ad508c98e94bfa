"""Runs all laws over one mapping: one shortest counterexample for each law that a rule breaks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from hub.domain.errors import HubError
from hub.domain.mapping.rules import FieldRule, Waiver
from hub.laws.agreement import disagreements
from hub.laws.breaches import Breach, Law
from hub.laws.conditions import awake
from hub.laws.corpus import EXAMPLES, SEED, Case, Corpora, Recorded, make_corpus
from hub.laws.laws import Trial
from hub.laws.shrinking import Shrinker
from hub.laws.sides import Sides

NO_VALUE = "no value that both schemas allow fits the rule's codec: it can carry nothing"
NEVER = "its condition held in none of {count} documents: the rule was never put to the test"
MOST = 40
"""Breaches told of one mapping: whoever mends these sees the rest."""


@dataclass(frozen=True)
class Verdict:
    """What the laws say of one mapping."""

    breaches: tuple[Breach, ...]
    waived: tuple[Waiver, ...]
    idle: tuple[Waiver, ...]
    """Waivers of laws that are kept without them."""
    documents: int


@dataclass(frozen=True)
class Runner:
    """Tries mappings; keeps what it generated, so that a second run costs only the laws."""

    corpora: Corpora

    def run(
        self,
        trial: Trial,
        sides: Sides,
        *,
        recorded: Iterable[Recorded] = (),
        seed: int = SEED,
        examples: int = EXAMPLES,
        key: str | None = None,
    ) -> Verdict:
        """The verdict on a mapping; ``key`` stands for the contents of its file and schemas, None keeps nothing."""
        spec = trial.mapping.spec
        if key is None:
            corpus = make_corpus(spec, sides, seed=seed, examples=examples)
        else:
            corpus = self.corpora.corpus(key, spec, sides, seed=seed, examples=examples)
        known = tuple(recorded)
        found = {breach.key: breach for breach in _unreached(trial, corpus.barren, corpus.cases)}
        for case in (*_cases(known), *corpus.cases):
            for breach in trial.breaches(case):
                found.setdefault(breach.key, breach)
        for record in known:
            for breach in disagreements(trial, record):
                found.setdefault(breach.key, breach)
        waived = tuple(each for each in spec.waivers if (each.law, each.path) in found)
        excused = {(each.law, each.path) for each in waived}
        broken = [breach for key, breach in found.items() if key not in excused][:MOST]
        idle = tuple(each for each in spec.waivers if each.law in set(Law) and each not in waived)
        shrunk = tuple(shortest(trial, breach) for breach in sorted(broken, key=line_of))
        return Verdict(shrunk, waived, idle, len(corpus.cases) + len(known))


def line_of(breach: Breach) -> tuple[int, str]:
    """Breaches are told in the order of the file."""
    return (breach.rule.line if breach.rule is not None else 0, breach.law)


def _cases(recorded: tuple[Recorded, ...]) -> Iterator[Case]:
    """Recorded pairs as cases; a document that was recorded alone meets an empty one in the other laws' place."""
    for each in recorded:
        if each.hub is not None and each.remote is not None:
            yield Case(each.hub, each.remote, each.refs, each.name)


def _unreached(trial: Trial, barren: tuple[FieldRule, ...], cases: tuple[Case, ...]) -> Iterator[Breach]:
    """Rules that no document puts to the test."""
    if not cases:
        return
    for rule in barren:
        yield _untested(trial, rule, NO_VALUE, cases)
    conditional = [rule for _, rule in trial.book.rules if isinstance(rule, FieldRule) and rule.when is not None]
    reached: set[int] = set()
    for case in cases:
        if all(id(rule) in reached for rule in conditional):
            return
        reached |= awake(trial.mapping.spec.rules, case.hub)
    for rule in conditional:
        if rule not in barren and id(rule) not in reached:
            yield _untested(trial, rule, NEVER, cases)


def _untested(trial: Trial, rule: FieldRule, template: str, cases: tuple[Case, ...]) -> Breach:
    path = trial.book.path(rule, rule.path)
    return Breach(Law.REACH, path, path, template, {"count": len(cases)}, Case({}, {}, cases[0].refs), rule)


def same(one: Breach, other: Breach) -> bool:
    """Say whether two breaches are of one kind: a shorter document may break the same law in another way."""
    return one.key == other.key and one.template == other.template


def shortest(trial: Trial, breach: Breach) -> Breach:
    """The same breach on the shortest pair of documents that was found."""
    if breach.law in (Law.REACH, Law.AGREES):
        return breach
    strict = not (trial.valid_hub(breach.case.hub) or trial.valid_remote(breach.case.remote))

    def again(case: Case) -> Breach | None:
        if strict and (trial.valid_hub(case.hub) or trial.valid_remote(case.remote)):
            return None
        try:
            return next((each for each in trial.breaches(case) if same(each, breach)), None)
        except (HubError, TypeError, ValueError, KeyError, AttributeError):
            return None

    small = Shrinker(lambda case: again(case) is not None).shrink(breach.case)
    return again(small) or replace(breach, case=small)
