"""A running hub in this process: web server and workers, started together and drained together."""

from collections.abc import Mapping
from types import TracebackType
from typing import Self

from hub.bootstrap import Container, build
from hub.cli.loopback import Loopback, announce, withdraw
from hub.cli.web_server import WebServer
from hub.files.settings import Settings
from hub.jobs.schedule import jobs
from hub.jobs.workers import Workers
from hub.web import create_app
from hub.web.options import Options


class Serving:
    """Web server, workers and database of one installation, from ``with`` to its end."""

    def __init__(self, settings: Settings, environment: Mapping[str, str]) -> None:
        self.container: Container = build(settings, environment)
        try:
            self._server = WebServer(settings.listen)
        except BaseException:
            self.container.close()
            raise
        self.url = self._server.url
        self.workers = Workers(jobs(self.container.hub, settings.intervals))

    def __enter__(self) -> Self:
        hub, settings = self.container.hub, self.container.settings
        token = announce(settings.directory, self.url)
        self.container.bell.listen(self.workers.hear)
        self.workers.start()
        self._server.start(Loopback(create_app(hub, options_of(self.container)), hub, token))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Answer what was asked, finish what is in hand, then let go of the database."""
        withdraw(self.container.settings.directory)
        self._server.stop()
        self.workers.stop()
        self.container.close()


def options_of(container: Container) -> Options:
    """What the web application is told of the settings."""
    settings = container.settings
    return Options(
        time_zone=settings.zone,
        secure_cookies=settings.listen.https_only,
        proxies=settings.listen.proxies,
    )
