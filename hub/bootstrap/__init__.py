"""The wiring: settings in, a container of ready services out; the one place that knows every adapter."""

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Self

from hub.bootstrap.database import engine_of, migrate, need_current, store_of
from hub.bootstrap.secrets import Environment
from hub.bootstrap.systems import Shelves, call_source, in_memory, shared_by, systems_of
from hub.domain.errors import HubError
from hub.domain.policies import Policies
from hub.files.data import data_dir
from hub.files.policies import load_policies
from hub.files.proposing.pinyin import spellings
from hub.files.schemas import CanonicalSchemas
from hub.files.settings import Settings
from hub.ports.store import UnitOfWork
from hub.process.clock import SystemClock
from hub.process.crash import from_environment
from hub.process.ids import Ulids
from hub.process.lock import DirectoryLock
from hub.process.meter import PrometheusMeter
from hub.services import alarms, letters
from hub.services.context import Hub, Reaction
from hub.services.reactions import REACTIONS
from hub.storage.bell import Bell, RingingStore
from hub.storage.blobs import FileBlobs
from hub.storage.cipher import Cipher, Keyring
from hub.storage.key_check import check_keys, learn_keys
from hub.storage.privacy import Privacy
from hub.storage.unit_of_work import Vault

__all__ = ["Container", "build", "migrate"]


@dataclass
class Container:
    """A hub that is ready to work, and how to end it."""

    settings: Settings
    hub: Hub
    bell: Bell
    close: Callable[[], None]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def build(
    settings: Settings, environment: Environment, *, writes: bool = True, systems: Collection[str] | None = None
) -> Container:
    """Open the database and wire the services.

    ``writes``: may change the database; on SQLite only one process at a time may (ConflictError when another does).
    ``systems``: with these connected systems, all without it; their secrets must be there. InvalidError says what is
    missing.
    """
    with ExitStack() as opened:
        if writes and settings.database.file is not None:
            opened.enter_context(DirectoryLock(settings.database.file.parent))
        ring = Keyring.load(settings.key_file)
        engine = engine_of(settings, environment)
        opened.callback(engine.dispose)
        need_current(engine, settings)
        (learn_keys if writes else check_keys)(engine, ring)
        schemas = CanonicalSchemas(data_dir("schemas") / "canonical", settings.directory / "schemas" / "canonical")
        clock = SystemClock()
        privacy = {entity: Privacy.of_schema(schemas.schema(entity)) for entity in schemas.entities()}
        meter = PrometheusMeter()
        store = store_of(engine, Vault(Cipher(ring), privacy, clock.now), meter)
        opened.callback(store.close)
        if writes and settings.database.file is not None:
            store.run(release_leases)
        bell = Bell()
        hub = Hub(
            store=RingingStore(store, bell),
            clock=clock,
            ids=Ulids(),
            schemas=schemas,
            blobs=FileBlobs(settings.directory / "blobs"),
            policies=policies_of(settings),
            systems=systems_of(settings, environment, shared_by(store, clock), systems),
            call_sources={name: call_source(call) for name, call in settings.calls.items()},
            zone=settings.zone,
            reactions=reactions_of(settings),
            points=from_environment(environment),
            meter=meter,
            spell=spellings,
        )
        hub.breakers.listen(partial(alarms.locked_out, hub))
        return Container(settings, hub, bell, opened.pop_all().close)


@contextmanager
def shelves_of(settings: Settings, environment: Environment) -> Iterator[Shelves]:
    """The shelves of tokens of an installation, so that who asks its systems ends no token of a running hub.

    Where the database cannot be opened they are in memory.
    """
    with ExitStack() as opened:
        shelves: Shelves = in_memory
        with suppress(HubError):
            container = opened.enter_context(build(settings, environment, writes=False, systems=()))
            shelves = shared_by(container.hub.store, container.hub.clock)
        yield shelves


def policies_of(settings: Settings) -> Policies:
    """The policies: the operator's files in place of the shipped ones; InvalidError names every problem."""
    return load_policies((data_dir("config"), settings.directory / "config"), data_dir("schemas"))


def reactions_of(settings: Settings) -> dict[str, tuple[Reaction, ...]]:
    """What a written record brings with it, by entity: the services' table, and letters to who has an address."""
    recipients = settings.mail.recipients if settings.mail else {}
    table = dict(REACTIONS)
    if recipients:
        table[letters.ENTITY] = (*table.get(letters.ENTITY, ()), letters.reaction(recipients))
    return table


def release_leases(tx: UnitOfWork) -> None:
    """End what a killed process held: on SQLite nobody else can be at work now."""
    tx.inbox.release()
    tx.outbox.release()
