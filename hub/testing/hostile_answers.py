# ruff: noqa: S101 - a suite of tests that lives in the package, so that plug-in authors can inherit it
"""What a driver makes of answers that are none: a named error, bounded memory, and the next call works.

A subclass says how the driver reads and writes, and what a good answer is::

    class TestAcmeAnswers(HostileAnswers):
        good = b'{"id": "7"}'

        def connect(self, url: str) -> object: ...

        def read(self, connector: object) -> object: ...

        def write(self, connector: object) -> object: ...
"""

import tracemalloc
from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from hub.domain.errors import HubError, RetryableError, UnknownOutcomeError
from hub.testing.hostile_server import (
    EVERY,
    OF_JSON,
    OF_XML,
    Act,
    HostileServer,
    is_a_bomb_within_a_bomb,
    is_a_gzip_bomb,
    is_good,
    is_too_large,
)

HEAVY: tuple[Act, ...] = (is_a_gzip_bomb, is_a_bomb_within_a_bomb, is_too_large)
MOST_MEMORY = 100_000_000  # bytes: a few times what an answer may have
ODD_JSON = (b"null", b"[]", b"{}", b'""', b"0", b"false", b"[null]", b"[[]]", b'{"error": {"a": [1]}}')
ODD_XML = (b"<a/>", b'<a xmlns="urn:a"><b/></a>', b"<methodResponse/>", b"<Envelope><Body/></Envelope>")


class HostileAnswers:
    """Drivers inherit it; the time limit of what ``connect`` makes is about a second."""

    good: ClassVar[bytes]
    content_type: ClassVar[str] = "application/json"
    leaves_out: ClassVar[frozenset[Act]] = frozenset()  # what is no fault for this driver; it says why

    @abstractmethod
    def connect(self, url: str) -> Any:
        """What reads and writes, for a system at this address."""

    @abstractmethod
    def read(self, connector: Any) -> object:
        """Call something that changes nothing; it succeeds with the good answer."""

    @abstractmethod
    def write(self, connector: Any) -> object:
        """Call something whose first request changes something."""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """The answers that can be of this driver's kind."""
        is_xml = "xml" in self.content_type
        mine = frozenset(OF_XML if is_xml else OF_JSON) - self.leaves_out
        for name, acts in (("act", EVERY), ("heavy", HEAVY)):
            if name in metafunc.fixturenames:
                chosen = [act for act in acts if act in mine]
                metafunc.parametrize(name, chosen, ids=[act.__name__ for act in chosen])
        if "shape" in metafunc.fixturenames:
            metafunc.parametrize("shape", ODD_XML if is_xml else ODD_JSON)

    @pytest.fixture
    def server(self) -> Iterator[HostileServer]:
        """The system."""
        server = HostileServer(self.good, self.content_type)
        yield server
        server.close()

    def test_a_read_is_asked_again_and_the_next_call_works(self, server: HostileServer, act: Act) -> None:
        """Nothing of what it was is told."""
        connector = self.connect(server.url)
        server.act = act
        with pytest.raises(HubError) as failure:
            self.read(connector)
        assert type(failure.value) is RetryableError
        assert "sign in" not in str(failure.value)
        server.act = is_good
        self.read(connector)
        assert not [path for path in server.seen if "trap" in path]

    def test_a_write_may_have_happened(self, server: HostileServer, act: Act) -> None:
        """So it is looked up before it is repeated, and is never taken as a success."""
        connector = self.connect(server.url)
        server.act = act
        with pytest.raises(HubError) as failure:
            self.write(connector)
        assert type(failure.value) is UnknownOutcomeError

    def test_the_memory_that_an_answer_takes_is_bounded(self, server: HostileServer, heavy: Act) -> None:
        """However much there is of it."""
        connector = self.connect(server.url)
        server.act = heavy
        tracemalloc.start()
        try:
            with pytest.raises(HubError):
                self.read(connector)
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert most < MOST_MEMORY

    def test_a_document_of_another_shape_is_no_crash(self, server: HostileServer, shape: bytes) -> None:
        """Whether it means something or not, only errors of ours come of it."""
        connector = self.connect(server.url)
        server.good = shape
        for work in (self.read, self.write):
            try:
                work(connector)
            except HubError as error:
                assert str(error)  # noqa: PT017 - that it is one of ours is the test
