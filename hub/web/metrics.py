"""``/metrics`` for Prometheus: the counters of this process, and what the tables say now; and how long answers take."""

import logging
import time

from flask import Flask, Response, g, request

from hub.services.levels import levels
from hub.web.auth import allowed, guarded
from hub.web.state import hub, options

log = logging.getLogger(__name__)
TEXT = "text/plain; version=0.0.4; charset=utf-8"
NOWHERE = "(none)"  # an address that no route has: what was asked for is not repeated


def register(app: Flask) -> None:
    """The route, and the watch on every request."""
    app.add_url_rule("/metrics", "metrics", metrics)
    app.before_request(begin)
    app.after_request(measure)


@guarded(allowed("metrics:read"))
def metrics() -> Response:
    """All metrics; for keys with the scope metrics:read, and for who may see them as a person."""
    return Response(hub().meter.text(levels(hub(), options().troubles())), content_type=TEXT)


def begin() -> None:
    """Look at the clock."""
    g.began = time.perf_counter()


def measure(response: Response) -> Response:
    """Note how long the answer took, under the route's template: an address itself may name a record."""
    if "began" in g:
        route = request.url_rule.rule if request.url_rule else NOWHERE
        method = request.method if request.url_rule else NOWHERE
        taken = time.perf_counter() - g.began
        hub().meter.observe("request_seconds", taken, method=method, route=route, status=str(response.status_code))
        facts = {"method": method, "route": route, "status": response.status_code, "correlation": g.get("correlation")}
        log.info("answered", extra={**facts, "duration": round(taken, 6)})
    return response
