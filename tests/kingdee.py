"""One server for the tests of Kingdee, which gives each a data centre of its own: servers are slow to end."""

from collections.abc import Iterator
from contextlib import contextmanager

from hub.testing.twin.twin import Clock, serving
from hub.testing.twins.kingdee import Kingdee


class Site:
    """The server; ``url`` is its address."""

    def __init__(self, front: Kingdee, url: str) -> None:
        self._front = front
        self.url = url

    def open(self, clock: Clock | None = None) -> Kingdee:
        """A new data centre, which the server serves from now on."""
        fresh = Kingdee(clock)
        self._front.app.wsgi_app = fresh.app.wsgi_app  # type: ignore[method-assign] # as Flask says
        return fresh


@contextmanager
def kingdee_site() -> Iterator[Site]:
    """The server, for as long as the tests of a module run."""
    front = Kingdee()
    with serving(front) as url:
        yield Site(front, url)
