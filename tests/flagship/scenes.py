"""Scenes: what seldom comes about by chance alone, one function each, in the hands of the author of a history."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from tests.flagship.forms import OBJECTS, PLACES
from tests.flagship.ledger import HUB
from tests.flagship.steps import Step

if TYPE_CHECKING:
    from tests.flagship.histories import Author

SYSTEMS = ("crm", "erp", "asset")
LIST_FAULTS = ("before", "error", "busy", "quota", "expired", "login", "cut", "short")
OURS, THEIRS = True, False
HIDDEN = ("phone", "code", "name", "status")
READ_FAULTS = ("before", "error", "busy", "quota", "expired", "login", "cut")


def slow_birth(author: "Author") -> Iterator[Step]:
    """A create is still running over there when the hub asks again."""
    system = author.chance.choice(SYSTEMS)
    op = author.chance.choice(("batch", "batch", "upsert")) if system == "crm" else "create"
    yield ("fault", system, op, "slow", author.chance.choice((36, 45, 55)))
    yield from author.make_born(HUB)
    yield ("turn",)
    yield ("wait", author.chance.choice((2, 4, 8)))
    yield ("turn",)


def slow_update(author: "Author") -> Iterator[Step]:
    """An update is still running over there when the hub has something newer to say."""
    label = author.label()
    if label is None:
        return
    system = author.chance.choice(list(OBJECTS[author.labels[label][0]]))
    field = author.field(label, system)
    yield ("fault", system, author.write_op(system, label), "slow", author.chance.choice((36, 45, 55)))
    for _ in range(2):
        yield ("edit", HUB, label, field, author.number(), author.chance.randrange(12))
        yield ("turn",)
        yield ("wait", author.chance.choice((2, 4, 8)))


def death_of_a_clerk(author: "Author") -> Iterator[Step]:
    """The hub dies right after a person's change is committed."""
    step = author.one_edit(side=HUB)
    if step is not None:
        yield ("turn",)
        yield ("kill", author.chance.choice(("store.before", "store.after", "store.after")), 1)
        yield step


def missed_message(author: "Author") -> Iterator[Step]:
    """A change is told, cannot be fetched, and is not told again."""
    label = author.label()
    if label is None:
        return
    system = author.chance.choice(list(OBJECTS[author.labels[label][0]]))
    if (step := author.one_edit(label, system)) is None:
        return
    yield ("turn",)
    yield ("hooks", system, "lost")
    yield step
    yield ("wait", 80)  # the clock over there may be ahead
    if author.chance.random() < 0.5:
        yield from (("fault", system, "list", author.chance.choice(READ_FAULTS), 1) for _ in range(3))
    else:
        yield from (("hooks", system, "once"), ("fault", system, "get", author.chance.choice(READ_FAULTS), 1))
        yield ("inbox", 5)
        yield ("fault", system, "list", "cut", 0, ("wait", 700))
    yield ("poll", system)
    yield ("wait", 700)


def old_copy(author: "Author") -> Iterator[Step]:
    """While a record is fetched, a person changes it here and the change is sent."""
    label = author.label()
    if label is None:
        return
    system = author.chance.choice(list(OBJECTS[author.labels[label][0]]))
    if (step := author.one_edit(label, system)) is None:
        return
    here = ("edit", HUB, label, author.field(label, system), author.number(), author.chance.randrange(12))
    yield ("turn",)
    yield step
    yield ("wait", 1)
    yield ("poll", system)
    yield ("fault", system, "get", "plain", 0, ("several", here, ("deliver", system, 3)))
    yield ("inbox", 5)


def old_copy_too_late(author: "Author") -> Iterator[Step]:
    """A record is read, then changed here and sent; what was read comes after all that a poll would tell of it."""
    label = author.label()
    if label is None:
        return
    system = author.chance.choice(list(OBJECTS[author.labels[label][0]]))
    if (step := author.one_edit(label, system)) is None:
        return
    here = ("edit", HUB, label, author.field(label, system), author.number(), author.chance.randrange(12))
    name = OBJECTS[author.labels[label][0]][system]
    meanwhile = ("several", here, ("deliver", system, 9), ("date_back", system, label, OURS))
    yield from (("turn",), ("hooks", system, "lost"), step, ("turn",))
    if author.chance.random() < 0.5:
        yield from (("fault", system, f"list {name}", "plain", 0, meanwhile), ("poll", system))
    else:
        yield from (("hooks", system, "once"), ("fault", system, f"get {name}", "plain", 0, meanwhile), ("inbox", 9))


def told_by_a_hook_alone(author: "Author") -> Iterator[Step]:
    """A script changes a record, of which no poll tells; the hub dies when it has read it, or in the middle of it."""
    label = author.label()
    if label is None:
        return
    system = author.chance.choice(list(OBJECTS[author.labels[label][0]]))
    if (step := author.one_edit(label, system)) is None:
        return
    yield from (("turn",), ("hooks", system, "lost"))
    yield step
    yield from (("date_back", system, label, THEIRS), ("hooks", system, "once"))
    yield ("kill", author.chance.choice(("inbound.fetched", "inbound.fetched", "wire.after", "store.before")), 1)
    yield ("inbox", 9)


def crowd(author: "Author") -> Iterator[Step]:
    """Several workers at once on the same record, which is edited meanwhile; one of them may die in the middle."""
    label = author.label()
    if label is None:
        return
    system = author.chance.choice(list(OBJECTS[author.labels[label][0]]))
    work = [("deliver", system, 2), ("deliver", system, 3), ("inbox", 2), ("inbox", 3), ("poll", system)]
    yield ("turn",)
    yield from filter(None, (author.one_edit(label, system), author.one_edit(label, HUB), author.one_edit()))
    yield from (("hooks", system, "twice"), ("wait", 1))
    yield at_once(author, label, system, author.chance.sample(work, author.chance.randrange(2, 4)))
    if (step := author.one_edit(label, HUB)) is not None:
        yield step


def crowd_about_a_new_one(author: "Author") -> Iterator[Step]:
    """The same about a record that is new here."""
    entity = author.chance.choice(("customer", "part", "asset"))
    label = f"{entity[0]}{len(author.labels) + 1}"
    author.labels[label] = (entity, HUB)
    system = author.chance.choice(list(OBJECTS[entity]))
    yield from (("turn",), ("born", HUB, entity, label, author.number(), ""))
    yield at_once(author, label, system, [("deliver", system, 3)] * author.chance.randrange(2, 4))


def at_once(author: "Author", label: str, system: str, work: list[Step]) -> Step:
    """The first worker begins, a person edits the record, then all go on; or one dies."""
    alone = author.chance.randrange(2, 16)
    order = tuple(author.chance.choice((0, 0, 0, 1, 1, 1, 2)) for _ in range(30))
    edit = ("edit", HUB, label, author.field(label, system), author.number(), author.chance.randrange(12))
    death = ((alone + author.chance.randrange(2, 20), None),) if author.chance.random() < 0.3 else ()
    return ("side_by_side", tuple(work), (0,) * alone + order, ((alone, edit), *death))


def full_batch(author: "Author") -> Iterator[Step]:
    """A batch goes wrong for some of what is in it; perhaps somebody over there changes one of the others."""
    yield ("turn",)
    made = [f"c{len(author.labels) + number}" for number in (1, 2)]
    for label in made:
        author.labels[label] = ("customer", HUB)
        yield ("born", HUB, "customer", label, author.number(), "")
    old = [label for label, (entity, _) in author.labels.items() if entity == "customer"]
    for label in author.chance.sample(old, 2):
        yield ("edit", HUB, label, author.field(label, "crm"), author.number(), author.chance.randrange(12))
    yield ("fault", "crm", "batch", author.chance.choice(("partial", "partial", "unnamed", "after", "cut")), 0)
    yield ("deliver", "crm", 4)
    yield ("edit", "crm", made[0], author.field(made[0], "crm"), author.number(), author.chance.randrange(12))


def release(author: "Author") -> Iterator[Step]:
    """A release of the asset system takes a field away; both sides go on working, and the next one brings it back."""
    label = author.label("customer", "asset")
    if label is None:
        return
    entity = author.labels[label][0]
    place = author.chance.choice([each["asset"] for name, each in PLACES[entity].items() if name in HIDDEN])
    yield ("turn",)
    yield ("hide", "asset", OBJECTS[entity]["asset"], place.name)
    for side in author.chance.sample((HUB, HUB, "asset", "asset"), 2):
        if (step := author.one_edit(label, side)) is not None:
            yield step
    yield from (("wait", 1), ("turn",))
    if author.chance.random() < 0.7:
        yield from (("show", "asset"), ("turn",))


def two_are_one(author: "Author") -> Iterator[Step]:
    """A person in the CRM merges two accounts, of which the hub may know both, one or none."""
    known = [label for label, (entity, _) in author.labels.items() if entity == "customer"]
    made = f"c{len(author.labels) + 1}"
    author.labels[made] = ("customer", "crm")
    if author.chance.random() < 0.7:
        yield ("turn",)
    yield ("born", "crm", "customer", made, author.number(), "")
    if author.chance.random() < 0.3:
        yield ("poll", "crm")
    pair = [author.chance.choice(known or [made]), author.chance.choice([*known, made, made])]
    author.chance.shuffle(pair)
    before, after = (author.one_edit(author.chance.choice(pair)) for _ in range(2))
    if before is not None and author.chance.random() < 0.5:
        yield before
    yield ("merge_there", *pair)
    yield ("hooks", "crm", author.chance.choice(("once", "twice", "turned", "lost")))
    if after is not None:
        yield after
    yield author.chance.choice((("deliver", "crm", 3), ("inbox", 5), ("poll", "crm"), ("turn",)))


def lost_answer_then_edit(author: "Author") -> Iterator[Step]:
    """A write worked, its answer was lost, and somebody changes the field before the hub has looked."""
    label = author.label()
    if label is None:
        return
    system = author.chance.choice(list(OBJECTS[author.labels[label][0]]))
    field = author.field(label, system)
    yield ("turn",)
    yield ("fault", system, author.write_op(system, label), author.chance.choice(("after", "error_after")), 0)
    yield ("edit", HUB, label, field, author.number(), author.chance.randrange(12))
    yield ("deliver", system, 3)
    side = author.chance.choice((HUB, HUB, system))
    yield ("edit", side, label, field, author.number(), author.chance.randrange(12))


def lost_birth_then_edit(author: "Author") -> Iterator[Step]:
    """A create worked, its answer was lost, and somebody over there changes a field before the hub has looked."""
    system = author.chance.choice(SYSTEMS)
    label = f"c{len(author.labels) + 1}"
    author.labels[label] = ("customer", HUB)
    yield ("turn",)
    yield ("fault", system, author.write_op(system, label, making=True), "after", 0)
    yield ("born", HUB, "customer", label, author.number(), "")
    yield ("deliver", system, 9)
    field = author.chance.choice([name for name in ("name", "code") if system in PLACES["customer"][name]])
    yield ("edit", system, label, field, author.number(), author.chance.randrange(12))


def orphan(author: "Author") -> Iterator[Step]:
    """Something is gone over there when the hub changes it."""
    label = author.label("contact", "part", "asset")
    if label is None:
        return
    system = next(iter(OBJECTS[author.labels[label][0]]))
    yield ("turn",)
    yield ("delete", system, label)
    yield ("edit", HUB, label, author.field(label, system), author.number(), author.chance.randrange(12))
    yield ("deliver", system, 3)


def sleeper(author: "Author") -> Iterator[Step]:
    """A worker sleeps through its lease in the middle of a call, and the record is changed meanwhile."""
    label = author.label()
    if label is None:
        return
    system = author.chance.choice(list(OBJECTS[author.labels[label][0]]))
    first, second = (
        ("edit", HUB, label, author.field(label, system), author.number(), author.chance.randrange(12))
        for _ in range(2)
    )
    yield ("turn",)
    yield first
    yield ("fault", system, author.write_op(system, label), "plain", 0, ("several", second, ("stall",)))
    yield ("deliver", system, 3)
    if (author.labels[label][0], second[3]) != ("ticket", "priority") and author.chance.random() < 0.7:
        yield ("edit", system, label, second[3], author.number(), author.chance.randrange(12))


def broken_sweep(author: "Author") -> Iterator[Step]:
    """A sweep fails in the middle, the next one too, or the hub dies in it: nothing may be taken for gone."""
    system = author.chance.choice(("erp", "asset"))
    entity = {"erp": "part", "asset": "asset"}[system]
    for _ in range(3):  # more than a page
        label = f"{entity[0]}{len(author.labels) + 1}"
        author.labels[label] = (entity, system)
        yield ("born", system, entity, label, author.number(), "")
    yield from (("wait", 80), ("turn",))  # the clock over there may be ahead
    for _ in range(2):
        if author.chance.random() < 0.3:
            yield ("kill", author.chance.choice(("sweep.read", "store.after")), author.chance.randrange(1, 6))
        else:
            yield ("fault", system, "ids later", author.chance.choice(LIST_FAULTS), 1)
        yield ("sweep", system)


def bin_and_back(author: "Author") -> Iterator[Step]:
    """A record is thrown away over there, is not there for a sweep, and is brought back; perhaps twice."""
    system, entity = author.chance.choice((("erp", "part"), ("asset", "asset")))
    made = [f"{entity[0]}{len(author.labels) + number}" for number in (1, 2)]
    for label in made:
        author.labels[label] = (entity, system)
        yield ("born", system, entity, label, author.number(), "")
    yield from (("turn",), ("hooks", system, "lost"))
    for _ in range(author.chance.randrange(1, 3)):
        yield ("throw_away", system, made[0])
        yield ("hooks", system, author.chance.choice(("once", "twice", "lost")))
        yield from (("inbox", 5), ("sweep", system), ("bring_back", system), ("sweep", system))


def gone_for_good(author: "Author") -> Iterator[Step]:
    """A record is deleted over there, and the sweeps that tell it go wrong."""
    label = author.label("part", "asset")
    if label is None:
        return
    system = next(iter(OBJECTS[author.labels[label][0]]))
    yield from (("turn",), ("delete", system, label), ("sweep", system))
    yield ("fault", system, author.chance.choice(("ids", "get")), author.chance.choice(READ_FAULTS), 1)
    yield (
        "kill",
        author.chance.choice(("sweep.read", "inbound.fetched", "store.after")),
        author.chance.randrange(1, 6),
    )
    yield from (("sweep", system), ("edit", HUB, label, author.field(label, system), author.number(), 0))


def brought_in(author: "Author") -> Iterator[Step]:
    """A script makes records over there of which no poll and no hook tells."""
    yield from author.make_born(system := author.chance.choice(("crm", "erp", "asset")))
    yield ("backdate", system, list(author.labels)[-1])
    if author.chance.random() < 0.5:
        yield ("sweep", system)


SCENES: tuple[Callable[["Author"], Iterator[Step]], ...] = (
    slow_birth,
    slow_update,
    death_of_a_clerk,
    missed_message,
    old_copy,
    lost_answer_then_edit,
    lost_answer_then_edit,
    lost_birth_then_edit,
    orphan,
    sleeper,
    broken_sweep,
    broken_sweep,
    bin_and_back,
    gone_for_good,
    brought_in,
    crowd,
    crowd_about_a_new_one,
    full_batch,
    release,
    two_are_one,
    old_copy_too_late,
    told_by_a_hook_alone,
)
