"""A seed makes a history: what persons do on all sides, what goes wrong, and when the hub gets its turns."""

import random
from collections.abc import Iterator

from hub.ports.crash import CRASH_POINTS
from tests.flagship.forms import CLEARED, OBJECTS, PLACES
from tests.flagship.ledger import HUB
from tests.flagship.scenes import READ_FAULTS, SCENES, SYSTEMS
from tests.flagship.steps import Step

LENGTH = 46
KILL_AT = (*CRASH_POINTS, "store.before", "store.after", "store.after", "wire.before", "wire.after")
BORN = {HUB: ("customer", "customer", "ticket", "contact", "asset", "part"), "crm": ("customer", "contact"),
        "erp": ("customer", "part"), "asset": ("customer", "asset")}  # fmt: skip
OPS = {
    "crm": ("list", "get", "find", "batch", "batch", "batch", "upsert", "update"),
    "erp": ("list", "get", "find", "create", "create", "update", "update", "act"),
    "asset": ("list", "get", "find", "create", "create", "update", "update"),
}
WRITE_FAULTS = ("before", "after", "after", "error", "error_after", "busy", "quota", "expired", "slow", "slow", "cut")
BATCH_FAULTS = (*WRITE_FAULTS, "partial", "partial", "unnamed")
FAULTS = {"list": READ_FAULTS, "get": READ_FAULTS, "find": READ_FAULTS, "batch": BATCH_FAULTS}
WEIGHTS = {"born": 7, "clear": 3, "edit": 16, "turn": 12, "work": 9, "fault": 9, "race": 5, "kill": 5, "hooks": 6,
           "wait": 5, "delete": 3, "charge": 3, "pay": 2, "clash": 5, "scene": 13}  # fmt: skip


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

    def make_clear(self) -> Iterator[Step]:
        """A field is emptied."""
        label = self.label("customer", "contact", "part")
        if label is not None:
            places = PLACES[self.labels[label][0]]
            name = self.chance.choice([each for each in places if each in CLEARED])
            yield ("clear", self.chance.choice((HUB, *places[name])), label, name, self.number())

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
        how = self.chance.choice(FAULTS.get(op, WRITE_FAULTS))
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

    def make_scene(self) -> Iterator[Step]:
        """One of the scenes."""
        yield from self.chance.choice(SCENES)(self)

    def write_op(self, system: str, label: str, *, making: bool = False) -> str:
        """The operation by which the hub writes something for the first time."""
        if system == "crm":
            return "batch" if self.labels[label][0] != "contact" else ("upsert" if making else "update")
        return "create" if making else "update"

    def field(self, label: str, system: str) -> str:
        """A field of something that a system knows."""
        return self.chance.choice([name for name, places in PLACES[self.labels[label][0]].items() if system in places])


def history(seed: int) -> list[Step]:
    """The history of a seed."""
    return Author(seed).history()
