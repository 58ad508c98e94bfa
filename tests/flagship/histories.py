"""A seed makes a history: what persons do on all sides, what goes wrong, and when the hub gets its turns."""

import random
from collections.abc import Iterator

from hub.ports.crash import CRASH_POINTS
from tests.flagship.forms import OBJECTS, PLACES
from tests.flagship.ledger import HUB
from tests.flagship.steps import Step

LENGTH = 46
KILL_AT = (*CRASH_POINTS, "store.before", "store.after", "store.after", "wire.before", "wire.after")
SYSTEMS = ("crm", "erp", "asset")
BORN = {HUB: ("customer", "customer", "ticket", "contact", "asset", "part"), "crm": ("customer", "contact"),
        "erp": ("customer", "part"), "asset": ("customer", "asset")}  # fmt: skip
OPS = {
    "crm": ("list", "get", "find", "upsert", "upsert", "update", "update"),
    "erp": ("list", "get", "find", "create", "create", "update", "update", "act"),
    "asset": ("list", "get", "find", "create", "create", "update", "update"),
}
LIST_FAULTS = ("before", "error", "busy", "quota", "expired", "login", "cut", "short")
READ_FAULTS = ("before", "error", "busy", "quota", "expired", "login", "cut")
WRITE_FAULTS = ("before", "after", "after", "error", "error_after", "busy", "quota", "expired", "slow", "slow", "cut")
WEIGHTS = {"born": 7, "edit": 16, "turn": 12, "work": 9, "fault": 9, "race": 5, "kill": 5, "hooks": 6, "wait": 5,
           "delete": 3, "charge": 3, "pay": 2, "clash": 5, "scene": 9}  # fmt: skip


class Author:
    """Writes one history."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - a history must be the same again
        self.labels: dict[str, tuple[str, str]] = {}  # label: entity, side of birth
        self.serial = 10000 + self.chance.randrange(1000)

    def history(self, length: int = LENGTH) -> list[Step]:
        """A list of steps."""
        steps: list[Step] = [*self.make_born(HUB), *self.make_born()]
        kinds, weights = list(WEIGHTS), list(WEIGHTS.values())
        while len(steps) < length:
            steps += getattr(self, f"make_{self.chance.choices(kinds, weights)[0]}")()
        return steps

    def number(self) -> int:
        """The next serial number."""
        self.serial += 1 + self.chance.randrange(3)
        return self.serial

    def label(self, *entities: str) -> str | None:
        """Something that was made."""
        known = [label for label, (entity, _) in self.labels.items() if not entities or entity in entities]
        return self.chance.choice(known) if known else None

    def make_born(self, side: str | None = None) -> Iterator[Step]:
        """Something new."""
        side = side or self.chance.choice((HUB, HUB, *SYSTEMS))
        entity = self.chance.choice(BORN[side])
        owner = self.label("customer")
        if owner is None and entity in {"contact", "ticket", "asset"}:
            entity = "customer"
        label = f"{entity[0]}{len(self.labels) + 1}"
        self.labels[label] = (entity, side)
        yield ("born", side, entity, label, self.number(), owner or "")

    def one_edit(self, label: str | None = None, side: str | None = None) -> Step | None:
        """An edit of something, somewhere where it may be."""
        label = label or self.label()
        if label is None:
            return None
        entity = self.labels[label][0]
        fields = [name for name, places in PLACES[entity].items() if side in (None, HUB) or side in places]
        fields = [name for name in fields if name != "priority" or side in (None, HUB)]  # the CRM only shows it
        field = self.chance.choice(fields)
        readable = [name for name in PLACES[entity][field] if (entity, field) != ("ticket", "priority")]
        side = side or self.chance.choice((HUB, *readable))
        return ("edit", side, label, field, self.number(), self.chance.randrange(12))

    def make_edit(self) -> Iterator[Step]:
        """A change."""
        if (step := self.one_edit()) is not None:
            yield step

    def make_clash(self) -> Iterator[Step]:
        """Both sides change a field at about the same time."""
        label = self.label()
        if label is None:
            return
        entity = self.labels[label][0]
        field = self.chance.choice(list(PLACES[entity]))
        sides = [HUB, self.chance.choice(list(PLACES[entity][field]))]
        self.chance.shuffle(sides)
        for side in sides:
            if (entity, field, side) != ("ticket", "priority", "crm"):
                yield ("edit", side, label, field, self.number(), self.chance.randrange(12))

    def make_delete(self) -> Iterator[Step]:
        """A deletion over there."""
        label = self.label("contact", "part", "asset")
        if label is not None:
            yield ("delete", next(iter(OBJECTS[self.labels[label][0]])), label)

    def make_charge(self) -> Iterator[Step]:
        """Money."""
        label = self.label("ticket")
        if label is not None:
            yield ("charge", label, self.number(), self.chance.randrange(1, 4))

    def make_pay(self) -> Iterator[Step]:
        """Money comes."""
        yield ("pay", self.chance.randrange(5))

    def make_turn(self) -> Iterator[Step]:
        """A whole turn."""
        yield ("wait", self.chance.choice((1, 3, 10, 40)))
        yield ("turn",)

    def make_work(self) -> Iterator[Step]:
        """A part of a turn."""
        system = self.chance.choice(SYSTEMS)
        yield self.chance.choice(
            (("poll", system), ("inbox", self.chance.randrange(1, 5)), ("deliver", system, self.chance.randrange(1, 4)))
        )

    def make_wait(self) -> Iterator[Step]:
        """Time."""
        yield ("wait", self.chance.choice((0.2, 2, 15, 61, 130, 700)))

    def make_hooks(self) -> Iterator[Step]:
        """Hooks arrive somehow."""
        yield ("hooks", self.chance.choice(SYSTEMS), self.chance.choice(("once", "twice", "turned", "late", "lost")))

    def make_kill(self) -> Iterator[Step]:
        """A death that waits for its place."""
        yield ("kill", self.chance.choice(KILL_AT), self.chance.choice((1, 1, 2, 3, 5)))

    def make_fault(self) -> Iterator[Step]:
        """Something goes wrong over there."""
        system = self.chance.choice(SYSTEMS)
        op = self.chance.choice(OPS[system])
        how = self.chance.choice(READ_FAULTS if op in {"list", "get", "find"} else WRITE_FAULTS)
        number = {"slow": self.chance.choice((20, 40, 55)), "quota": self.chance.choice((1, 30, 1e9))}.get(how, 0)
        yield ("fault", system, op, how, number)

    def make_race(self) -> Iterator[Step]:
        """Something happens while a call is under way."""
        system = self.chance.choice(SYSTEMS)
        op = self.chance.choice(OPS[system])
        then = self.chance.choice([
            self.one_edit(), self.one_edit(side=HUB), self.one_edit(), ("stall",), ("stall",), ("inbox", 3),
            ("deliver", system, 3), ("deliver", system, 3),
            ("poll", system), ("hooks", system, "once"),
        ])  # fmt: skip
        how = "plain" if op in {"list", "get", "find"} else self.chance.choice(("plain", "plain", "after"))
        if then is not None:
            yield ("fault", system, op, how, 0, then)

    # --- scenes: what seldom comes about by chance alone

    def make_scene(self) -> Iterator[Step]:
        """One of the scenes."""
        yield from getattr(self, self.chance.choice(SCENES))()

    def slow_birth(self) -> Iterator[Step]:
        """A create is still running over there when the hub asks again."""
        system = self.chance.choice(SYSTEMS)
        yield ("fault", system, "upsert" if system == "crm" else "create", "slow", self.chance.choice((36, 45, 55)))
        yield from self.make_born(HUB)
        yield ("turn",)
        yield ("wait", self.chance.choice((2, 4, 8)))
        yield ("turn",)

    def slow_update(self) -> Iterator[Step]:
        """An update is still running over there when the hub has something newer to say."""
        label = self.label()
        if label is None:
            return
        system = self.chance.choice(list(OBJECTS[self.labels[label][0]]))
        field = self.field(label, system)
        yield ("fault", system, "update", "slow", self.chance.choice((36, 45, 55)))
        for _ in range(2):
            yield ("edit", HUB, label, field, self.number(), self.chance.randrange(12))
            yield ("turn",)
            yield ("wait", self.chance.choice((2, 4, 8)))

    def death_of_a_clerk(self) -> Iterator[Step]:
        """The hub dies right after a person's change is committed."""
        step = self.one_edit(side=HUB)
        if step is not None:
            yield ("turn",)
            yield ("kill", self.chance.choice(("store.before", "store.after", "store.after")), 1)
            yield step

    def missed_message(self) -> Iterator[Step]:
        """A change is told, cannot be fetched, and is not told again."""
        label = self.label()
        if label is None:
            return
        system = self.chance.choice(list(OBJECTS[self.labels[label][0]]))
        if (step := self.one_edit(label, system)) is None:
            return
        yield ("turn",)
        yield ("hooks", system, "lost")
        yield step
        yield ("wait", 80)  # the clock over there may be ahead
        if self.chance.random() < 0.5:
            yield from (("fault", system, "list", self.chance.choice(READ_FAULTS), 1) for _ in range(3))
        else:
            yield from (("hooks", system, "once"), ("fault", system, "get", self.chance.choice(READ_FAULTS), 1))
            yield ("inbox", 5)
            yield ("fault", system, "list", "cut", 0, ("wait", 700))
        yield ("poll", system)
        yield ("wait", 700)

    def old_copy(self) -> Iterator[Step]:
        """While a record is fetched, a person changes it here and the change is sent."""
        label = self.label()
        if label is None:
            return
        system = self.chance.choice(list(OBJECTS[self.labels[label][0]]))
        if (step := self.one_edit(label, system)) is None:
            return
        here = ("edit", HUB, label, self.field(label, system), self.number(), self.chance.randrange(12))
        yield ("turn",)
        yield step
        yield ("wait", 1)
        yield ("poll", system)
        yield ("fault", system, "get", "plain", 0, ("several", here, ("deliver", system, 3)))
        yield ("inbox", 5)

    def lost_answer_then_edit(self) -> Iterator[Step]:
        """A write worked, its answer was lost, and somebody changes the field before the hub has looked."""
        label = self.label()
        if label is None:
            return
        system = self.chance.choice(list(OBJECTS[self.labels[label][0]]))
        field = self.field(label, system)
        yield ("turn",)
        yield ("fault", system, "update", self.chance.choice(("after", "error_after")), 0)
        yield ("edit", HUB, label, field, self.number(), self.chance.randrange(12))
        yield ("deliver", system, 3)
        side = self.chance.choice((HUB, HUB, system))
        yield ("edit", side, label, field, self.number(), self.chance.randrange(12))

    def lost_birth_then_edit(self) -> Iterator[Step]:
        """A create worked, its answer was lost, and somebody over there changes a field before the hub has looked."""
        system = self.chance.choice(SYSTEMS)
        yield ("turn",)
        yield ("fault", system, "upsert" if system == "crm" else "create", "after", 0)
        label = f"c{len(self.labels) + 1}"
        self.labels[label] = ("customer", HUB)
        yield ("born", HUB, "customer", label, self.number(), "")
        yield ("deliver", system, 9)
        field = self.chance.choice([name for name in ("name", "code") if system in PLACES["customer"][name]])
        yield ("edit", system, label, field, self.number(), self.chance.randrange(12))

    def orphan(self) -> Iterator[Step]:
        """Something is gone over there when the hub changes it."""
        label = self.label("contact", "part", "asset")
        if label is None:
            return
        system = next(iter(OBJECTS[self.labels[label][0]]))
        yield ("turn",)
        yield ("delete", system, label)
        yield ("edit", HUB, label, self.field(label, system), self.number(), self.chance.randrange(12))
        yield ("deliver", system, 3)

    def sleeper(self) -> Iterator[Step]:
        """A worker sleeps through its lease in the middle of a call, and the record is changed meanwhile."""
        label = self.label()
        if label is None:
            return
        system = self.chance.choice(list(OBJECTS[self.labels[label][0]]))
        first, second = (
            ("edit", HUB, label, self.field(label, system), self.number(), self.chance.randrange(12)) for _ in range(2)
        )
        yield ("turn",)
        yield first
        yield ("fault", system, "update", "plain", 0, ("several", second, ("stall",)))
        yield ("deliver", system, 3)
        if (self.labels[label][0], second[3]) != ("ticket", "priority") and self.chance.random() < 0.7:
            yield ("edit", system, label, second[3], self.number(), self.chance.randrange(12))

    def broken_sweep(self) -> Iterator[Step]:
        """A sweep fails in the middle, the next one too, or the hub dies in it: nothing may be taken for gone."""
        system = self.chance.choice(("erp", "asset"))
        for _ in range(2):
            yield from self.make_born(system)
        yield ("turn",)
        pages = self.chance.randrange(1, 4)
        for _ in range(2):
            if self.chance.random() < 0.3:
                yield ("kill", self.chance.choice(("sweep.read", "store.after")), self.chance.randrange(1, 6))
            else:
                yield from [("fault", system, "ids", "plain", 0)] * pages  # the first pages come
                yield ("fault", system, "ids", self.chance.choice(LIST_FAULTS), 1)
            yield ("sweep", system)

    def bin_and_back(self) -> Iterator[Step]:
        """A record is thrown away over there, is not there for a sweep, and is brought back; perhaps twice."""
        system, entity = self.chance.choice((("erp", "part"), ("asset", "asset")))
        made = [f"{entity[0]}{len(self.labels) + number}" for number in (1, 2)]
        for label in made:
            self.labels[label] = (entity, system)
            yield ("born", system, entity, label, self.number(), "")
        yield from (("turn",), ("hooks", system, "lost"))
        for _ in range(self.chance.randrange(1, 3)):
            yield ("throw_away", system, made[0])
            yield ("hooks", system, self.chance.choice(("once", "twice", "lost")))
            yield from (("inbox", 5), ("sweep", system), ("bring_back", system), ("sweep", system))

    def gone_for_good(self) -> Iterator[Step]:
        """A record is deleted over there, and the sweeps that tell it go wrong."""
        label = self.label("part", "asset")
        if label is None:
            return
        system = next(iter(OBJECTS[self.labels[label][0]]))
        yield from (("turn",), ("delete", system, label), ("sweep", system))
        yield ("fault", system, self.chance.choice(("ids", "get")), self.chance.choice(READ_FAULTS), 1)
        yield (
            "kill",
            self.chance.choice(("sweep.read", "inbound.fetched", "store.after")),
            self.chance.randrange(1, 6),
        )
        yield from (("sweep", system), ("edit", HUB, label, self.field(label, system), self.number(), 0))

    def brought_in(self) -> Iterator[Step]:
        """A script makes records over there of which no poll and no hook tells."""
        yield from self.make_born(system := self.chance.choice(("crm", "erp", "asset")))
        yield ("backdate", system, list(self.labels)[-1])
        if self.chance.random() < 0.5:
            yield ("sweep", system)

    def field(self, label: str, system: str) -> str:
        """A field of something that a system knows."""
        return self.chance.choice([name for name, places in PLACES[self.labels[label][0]].items() if system in places])


SCENES = ("slow_birth", "slow_update", "death_of_a_clerk", "missed_message", "old_copy", "lost_answer_then_edit",
          "lost_birth_then_edit", "orphan", "sleeper", "broken_sweep", "bin_and_back", "gone_for_good",
          "brought_in")  # fmt: skip


def history(seed: int) -> list[Step]:
    """The history of a seed."""
    return Author(seed).history()
