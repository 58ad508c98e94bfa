"""Reconciliation reports over the API: made, read, exported; signed off by a person alone."""

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from hub.domain.documents import Doc
from hub.domain.errors import FieldError, InvalidError
from hub.files.books import KINDS
from hub.ports.reports import Report
from hub.services import reconciliation
from hub.services.period import period_of
from hub.web.api.answers import body, shown
from hub.web.auth import Rule, allowed, guarded
from hub.web.i18n import language
from hub.web.reconciliation import Words, book
from hub.web.state import actor, hub, person

AT = "/reconciliation/reports"


def register_reconciliation(api: Blueprint) -> None:
    """The routes of reports."""
    reads, runs = allowed("reconciliation:read"), allowed("reconciliation:run")
    signs = Rule(permission="reconciliation:sign")
    one = f"{AT}/<run_id>"
    api.add_url_rule(AT, "reconciliation-list", guarded(reads)(index), methods=["GET"])
    api.add_url_rule(AT, "reconciliation-run", guarded(runs)(run), methods=["POST"])
    api.add_url_rule(one, "reconciliation-get", guarded(reads)(show), methods=["GET"])
    api.add_url_rule(f"{one}/export", "reconciliation-export", guarded(reads)(export), methods=["GET"])
    api.add_url_rule(f"{one}/sign", "reconciliation-sign", guarded(signs)(sign), methods=["POST"])


def index() -> Response:
    """The newest reports, without their figures."""
    return shown({"items": [heading(run) for run in reconciliation.listing(hub(), request.args.get("system"))]})


def run() -> Response:
    """Compare both sides now: system, from and to."""
    given = texts("system", "from", "to")
    period = period_of(given["from"], given["to"])
    return shown(whole(reconciliation.reconcile(hub(), actor(), given["system"], period)), 201)


def show(run_id: str) -> Response:
    """One report with its figures."""
    return shown(whole(reconciliation.report(hub(), run_id)))


def export(run_id: str) -> Response:
    """One report as a file: csv, xlsx or pdf, in the language that is asked for."""
    report, kind = reconciliation.report(hub(), run_id), request.args.get("format", "pdf")
    if kind not in KINDS:
        raise NotFound
    write, mime = KINDS[kind]
    return Response(write(book(report, Words(language(), hub().schemas))), content_type=mime)


def sign(run_id: str) -> Response:
    """Sign off the figures of a digest."""
    given = texts("digest")
    return shown(whole(reconciliation.sign(hub(), actor(), run_id, given["digest"], person().name)))


def texts(*names: str) -> dict[str, str]:
    """The fields of the body, each of them a text; InvalidError names those that are missing."""
    given = body()
    wrong = tuple(
        FieldError(name, "This field is required.", {}) for name in names if not isinstance(given.get(name), str)
    )
    if wrong:
        raise InvalidError("Some fields are missing.", fields=wrong)
    return {name: given[name] for name in names}


def heading(run: Report) -> Doc:
    """What a list shows of a report."""
    figures = run.detail["figures"]
    return {
        "id": run.id,
        "system": run.system,
        "from": figures["from"],
        "to": figures["to"],
        "made_at": run.started_at.isoformat(),
        "made_by": run.detail["by"],
        "counts": run.counts,
        "digest": run.detail["digest"],
        "signed": run.detail.get("signed"),
    }


def whole(run: Report) -> Doc:
    """A report with its figures."""
    return {**heading(run), "figures": run.detail["figures"]}
