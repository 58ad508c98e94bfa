"""Flask: parse, call one service, render."""

from flask import Flask, Response, send_from_directory
from werkzeug.middleware.proxy_fix import ProxyFix

from hub.services.context import Hub
from hub.web import api, auth, headers, metrics, pages, problems, rendering, webhooks
from hub.web.actions import Table, ready
from hub.web.api.answers import shown
from hub.web.auth import OPEN, guarded
from hub.web.commands import ACTIONS
from hub.web.options import Options
from hub.web.state import EXTENSION, Web
from hub.web.state import hub as the_hub

A_DAY = 24 * 60 * 60


def create_app(hub: Hub, options: Options, actions: Table = ACTIONS) -> Flask:
    """The web application: REST under /api/v1, web hooks, and the console."""
    app = Flask(__name__, static_folder=None)
    offered = ready(hub.schemas, actions)
    app.extensions[EXTENSION] = Web(hub, options, offered)
    app.config["MAX_FORM_MEMORY_SIZE"] = options.body_limit
    app.json.sort_keys = False  # type: ignore[attr-defined] # the default provider has it
    if options.proxies:
        hops = options.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign] # the documented way
    metrics.register(app)
    auth.register(app)
    headers.register(app)
    problems.register(app)
    rendering.register(app)
    app.add_url_rule("/healthz", "health", health)
    app.add_url_rule("/static/<path:filename>", "static", static)
    app.register_blueprint(api.blueprint(offered))
    app.register_blueprint(webhooks.blueprint())
    pages.register(app, offered)
    return app


@guarded(OPEN)
def health() -> Response:
    """Say that the database answers; 503 when it does not."""
    the_hub().store.read(lambda tx: tx.outbox.open_count())
    return shown({"status": "ok"})


@guarded(OPEN)
def static(filename: str) -> Response:
    """A file of our own; its name is tied to the folder."""
    return send_from_directory("static", filename, max_age=A_DAY)
