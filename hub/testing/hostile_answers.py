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
ODD_SHAPES = (b"null", b"[]", b"{}", b'""', b"0", b"false", b"[null]", b"[[]]", b'{"error": {"a": [1]}}')


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

    @pytest.fixture
    def server(self) -> Iterator[HostileServer]:
        """The system."""
        server = HostileServer(self.good, self.content_type)
        yield server
        server.close()

    @pytest.mark.parametrize("act", EVERY, ids=lambda act: act.__name__)
    def test_a_read_is_asked_again_and_the_next_call_works(self, server: HostileServer, act: Act) -> None:
        """Nothing of what it was is told."""
        self._need(act)
        connector = self.connect(server.url)
        server.act = act
        with pytest.raises(HubError) as failure:
            self.read(connector)
        assert type(failure.value) is RetryableError
        assert "sign in" not in str(failure.value)
        server.act = is_good
        self.read(connector)
        assert not [path for path in server.seen if "trap" in path]

    @pytest.mark.parametrize("act", EVERY, ids=lambda act: act.__name__)
    def test_a_write_may_have_happened(self, server: HostileServer, act: Act) -> None:
        """So it is looked up before it is repeated, and is never taken as a success."""
        self._need(act)
        connector = self.connect(server.url)
        server.act = act
        with pytest.raises(HubError) as failure:
            self.write(connector)
        assert type(failure.value) is UnknownOutcomeError

    @pytest.mark.parametrize("act", HEAVY, ids=lambda act: act.__name__)
    def test_the_memory_that_an_answer_takes_is_bounded(self, server: HostileServer, act: Act) -> None:
        """However much there is of it."""
        self._need(act)
        connector = self.connect(server.url)
        server.act = act
        tracemalloc.start()
        try:
            with pytest.raises(HubError):
                self.read(connector)
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert most < MOST_MEMORY

    @pytest.mark.parametrize("shape", ODD_SHAPES)
    def test_a_document_of_another_shape_is_no_crash(self, server: HostileServer, shape: bytes) -> None:
        """Whether it means something or not, only errors of ours come of it."""
        if "json" not in self.content_type:
            pytest.skip("not of this driver")
        connector = self.connect(server.url)
        server.good = shape
        for work in (self.read, self.write):
            try:
                work(connector)
            except HubError as error:
                assert str(error)  # noqa: PT017 - that it is one of ours is the test

    def _need(self, act: Act) -> None:
        if act in self.leaves_out or act not in (OF_XML if "xml" in self.content_type else OF_JSON):
            pytest.skip("not of this driver")
