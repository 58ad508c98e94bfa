"""A connected system in memory: it numbers, versions and normalises like a real one, and fails when told to."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from itertools import count

from hub.domain.documents import Doc
from hub.domain.errors import RejectedError, RetryableError, StaleError, UnknownOutcomeError
from hub.ports.connector import Ids, ObjectSpec, Page, Probe, Remote
from hub.ports.hearing import heard
from hub.testing.clock import FakeClock


class FakeSystem:
    """Holds records per object; ``calls`` is the log of writes, ``fail`` plans the failure of coming calls."""

    def __init__(
        self,
        clock: FakeClock,
        specs: Sequence[ObjectSpec],
        normalise: Callable[[str, Doc], Doc] | None = None,
        moves: Mapping[tuple[str, str], str] | None = None,
    ) -> None:
        self._clock = clock
        self._specs = {spec.name: spec for spec in specs}
        self._normalise = normalise or (lambda _name, doc: doc)
        self._moves = moves or {}
        self._numbers = count(1)
        self._versions = count(1)
        self._plans: list[tuple[str, str]] = []
        self.store: dict[tuple[str, str], Remote] = {}
        self.calls: list[tuple[str, str, str]] = []
        self.down = False
        self.keys: dict[str, str] = {}  # the keys that calls brought along, and what was made under them
        self.page_size = 2

    def fail(self, operation: str, how: str) -> None:
        """Plan: the next ``operation`` (create, update, act, get) fails ``before`` or ``after`` it took effect."""
        self._plans.append((operation, how))

    def fail_at(self, operation: str, how: str, *, nth: int) -> None:
        """Plan: the ``nth`` coming ``operation`` fails, those before it work."""
        self._plans += [(operation, "works")] * (nth - 1)
        self._plans.append((operation, how))

    def edit(self, name: str, remote_id: str, /, **values: object) -> None:
        """A person over there changes a record."""
        old = self.store[self._of(name), remote_id]
        self._put(name, remote_id, {**old.doc, **values})

    def remove(self, name: str, remote_id: str) -> Remote:
        """A person over there deletes a record."""
        return self.store.pop((self._of(name), remote_id))

    def ids(self, name: str, after: str | None = None) -> Ids:
        """The ids of all records, ``page_size`` a page."""
        self._before("ids")
        found = sorted((r.id for r in self.records(name)), key=int)
        rest = [one for one in found if after is None or int(one) > int(after)]
        page = tuple(rest[: self.page_size])
        return Ids(page, page[-1] if len(rest) > self.page_size else None)

    def records(self, name: str) -> list[Remote]:
        """All records of an object."""
        return [deepcopy(remote) for (kind, _), remote in self.store.items() if kind == self._of(name)]

    def probe(self) -> Probe:
        """Version and clock."""
        return Probe("fake 1", self._clock.now())

    def objects(self) -> Mapping[str, ObjectSpec]:
        """The declarations."""
        return self._specs

    def changes(self, name: str, *, since: datetime, until: datetime, after: str | None = None) -> Page:
        """Records changed in the closed interval, ``page_size`` a page."""
        found = [r for r in self.records(name) if r.changed_at is not None and since <= r.changed_at <= until]
        found = sorted(found, key=lambda r: (r.changed_at, int(r.id)))
        start = int(after or 0)
        end = start + self.page_size
        return Page(tuple(found[start:end]), str(end) if len(found) > end else None)

    def get(self, name: str, remote_id: str) -> Remote | None:
        """The record, or None."""
        self._before("get")
        return deepcopy(self.store.get((self._of(name), remote_id)))

    def find(self, name: str, field: str, value: str) -> Sequence[Remote]:
        """Records whose field equals the value."""
        self._before("find")
        return [remote for remote in self.records(name) if remote.doc.get(field) == value]

    def create(self, name: str, doc: Doc, *, key: str = "") -> Remote:
        """A new record."""
        lose_answer = self._before("create")
        if key in self.keys:
            return deepcopy(self.store[self._of(name), self.keys[key]])
        remote_id = str(next(self._numbers))
        if key:
            self.keys[key] = remote_id
        self.calls.append(("create", name, remote_id))
        self._put(name, remote_id, doc)
        self._after(lose_answer)
        return deepcopy(self.store[self._of(name), remote_id])

    def update(self, name: str, seen: Remote, doc: Doc, *, key: str = "") -> Remote:  # noqa: ARG002 - versions do it
        """Replace what was seen."""
        lose_answer = self._before("update")
        if self.store[self._of(name), seen.id].version != seen.version:
            raise StaleError("{id} was changed.", id=seen.id)
        self.calls.append(("update", name, seen.id))
        self._put(name, seen.id, doc)
        self._after(lose_answer)
        return deepcopy(self.store[self._of(name), seen.id])

    def act(self, name: str, remote_id: str, action: str, *, key: str = "") -> None:
        """Move the state; an action in the wrong state is silently ignored, as real systems do."""
        lose_answer = self._before("act")
        if key in self.keys:
            return
        if key:
            self.keys[key] = remote_id
        self.calls.append((action, name, remote_id))
        remote = self.store[self._of(name), remote_id]
        state = self._moves.get((str(remote.doc.get("state")), action))
        if state == "gone":
            del self.store[self._of(name), remote_id]
        elif state is not None:
            self._put(name, remote_id, {**remote.doc, "state": state})
        self._after(lose_answer)

    def _of(self, name: str) -> str:
        return self._specs[name].of or name

    def _put(self, name: str, remote_id: str, doc: Doc) -> None:
        doc = self._normalise(name, deepcopy(doc))
        version = str(next(self._versions))
        self.store[self._of(name), remote_id] = Remote(remote_id, doc, version, self._clock.now())

    def _before(self, operation: str) -> bool:
        """Fail as planned before the effect; says whether the answer is to be lost after it."""
        if self.down:
            raise RetryableError("The fake system is down.")
        heard()
        planned = next((plan for plan in self._plans if plan[0] == operation), None)
        if planned is None:
            return False
        self._plans.remove(planned)
        if planned[1] == "works":
            return False
        if planned[1] == "before":
            raise RetryableError("The fake system did not answer.")
        if planned[1] == "refuse":
            raise RejectedError("The fake system refuses.")
        if planned[1] == "lost":
            raise UnknownOutcomeError("The fake system may be working.")
        return True

    def _after(self, lose_answer: bool) -> None:  # noqa: FBT001 - one internal flag
        if lose_answer:
            raise UnknownOutcomeError("The fake system did the work, and its answer was lost.")
