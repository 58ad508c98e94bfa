"""A running hub in this process: web server and workers, started together and drained together."""

import gc
import logging
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Self

from hub.bootstrap import Container, build
from hub.bootstrap.mapping_book import MappingBook
from hub.bootstrap.mapping_hold import EVERY, watch
from hub.bootstrap.secrets import Environment, secret
from hub.cli.loopback import Loopback, announce, withdraw
from hub.cli.web_server import WebServer
from hub.files.settings import CallSettings, HookSettings, Settings
from hub.jobs.schedule import Job, jobs
from hub.jobs.workers import Workers
from hub.services import calls
from hub.services.letters import Post
from hub.transport.mail import SmtpNotifier
from hub.web import create_app
from hub.web.i18n import catalog
from hub.web.options import CallHook, Options, SystemHook

FORMS = {"zammad": "form", "generic": "signed"}  # how the web application lets each dialect in

log = logging.getLogger(__name__)


class Serving:
    """Web server, workers and database of one installation, from ``with`` to its end."""

    def __init__(self, settings: Settings, environment: Environment) -> None:
        self.container: Container = build(settings, environment)
        try:
            self._server = WebServer(settings.listen)
        except BaseException:
            self.container.close()
            raise
        self.url = self._server.url
        self._options = options_of(self.container, environment)
        look = Job("watch schemas", EVERY, partial(watch, self.container.hub, settings.directory), drains=False)
        post = post_of(settings, environment)
        self.workers = Workers(jobs(self.container.hub, settings.intervals, post, look))
        self._options = replace(self._options, troubles=self.workers.troubles)

    def __enter__(self) -> Self:
        hub, settings = self.container.hub, self.container.settings
        token = announce(settings.directory, self.url)
        self.container.bell.listen(self.workers.hear)
        self.workers.start()
        gc.freeze()  # what is loaded now stays: no collection need look at it, and hold up a request, again
        self._server.start(Loopback(create_app(hub, self._options), hub, token))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Answer what was asked, finish what is in hand, then let go of the database; within thirty seconds."""
        withdraw(self.container.settings.directory)
        self.workers.ask_to_stop()
        self._server.stop()
        if late := self.workers.stop():
            log.warning("not waited for: %s; what they hold is taken up by the next hub", ", ".join(late))
        self.container.close()


def options_of(container: Container, environment: Environment) -> Options:
    """What the web application is told of the settings and policies."""
    settings = container.settings
    return Options(
        hooks={name: hook_of(settings, call, environment) for name, call in settings.calls.items()},
        system_hooks={
            name: system_hook_of(settings, system.hooks, environment)
            for name, system in settings.systems.items()
            if system.hooks is not None
        },
        receive_call=calls.receive,
        mappings=MappingBook(settings.directory),
        time_zone=settings.zone,
        secure_cookies=settings.listen.https_only,
        proxies=settings.listen.proxies,
    )


def hook_of(settings: Settings, call: CallSettings, environment: Environment) -> CallHook:
    """How one call centre is let in."""
    return CallHook(
        token=secret(settings, environment, call.token).reveal(),
        dialect=FORMS[call.dialect],
        secrets=tuple(secret(settings, environment, key).reveal() for key in call.signing_keys),
    )


def system_hook_of(settings: Settings, hooks: HookSettings, environment: Environment) -> SystemHook:
    """How one connected system is let in."""
    keys = tuple(secret(settings, environment, key).reveal() for key in hooks.signing_keys)
    return SystemHook(secret(settings, environment, hooks.token).reveal(), keys)


def post_of(settings: Settings, environment: Environment) -> Post | None:
    """How letters go out; None when no mail server is set."""
    mail = settings.mail
    if mail is None:
        return None
    password = secret(settings, environment, mail.password) if mail.password else None
    notifier = SmtpNotifier(mail.host, mail.port, mail.sender, mail.security, mail.user, password, mail.timeout)
    words = catalog(settings.languages[0])
    return Post(notifier, mail.recipients, lambda template, params: words.get(template, template).format(**params))
