"""Reconciliation: reports of what both sides have, to be read, exported and signed off."""

from datetime import timedelta

from flask import Blueprint, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from hub.files.books import KINDS
from hub.services import reconciliation
from hub.services.period import period_of
from hub.web import forms
from hub.web.auth import Rule, guarded, may
from hub.web.flashes import leave
from hub.web.formats import today
from hub.web.i18n import N_, language
from hub.web.pages.do import done
from hub.web.reconciliation import Words, book
from hub.web.state import actor, hub, person

pages = Blueprint("reconciliation", __name__, url_prefix="/reconciliation")
READS = Rule(scope="reconciliation:read", permission="reconciliation:read")


@pages.get("")
@guarded(READS)
def index() -> str:
    """The reports, and a form for a new one."""
    context = hub()
    last = context.clock.now().date().replace(day=1) - timedelta(days=1)
    return render_template(
        "reconciliation/index.html",
        reports=reconciliation.listing(context),
        systems=list(context.systems),
        first=last.replace(day=1).isoformat(),
        last=last.isoformat(),
        today=today(),
        may_run=may("reconciliation:run"),
    )


@pages.post("")
@guarded(Rule(permission="reconciliation:run"))
def run() -> Response:
    """A new report; it takes as long as the system takes to tell everything."""
    period = period_of(forms.text("from"), forms.text("to"))
    made = reconciliation.reconcile(hub(), actor(), forms.text("system"), period)
    return leave(done(url_for("reconciliation.show", run_id=made.id)), N_("The report is made."))


@pages.get("/<run_id>")
@guarded(READS)
def show(run_id: str) -> str:
    """One report."""
    report = reconciliation.report(hub(), run_id)
    same = [
        one for one in reconciliation.listing(hub(), report.system) if one.detail["digest"] == report.detail["digest"]
    ]
    return render_template(
        "reconciliation/report.html",
        report=report,
        book=book(report, Words(language(), hub().schemas)),
        kinds=list(KINDS),
        signed_before=next((one for one in same if one.state == reconciliation.SIGNED and one.id != run_id), None),
        may_sign=may("reconciliation:sign") and report.state != reconciliation.SIGNED,
    )


@pages.get("/<run_id>/export")
@guarded(READS)
def export(run_id: str) -> Response:
    """The report as a file, in the reader's language."""
    report, kind = reconciliation.report(hub(), run_id), request.args.get("format", "pdf")
    if kind not in KINDS:
        raise NotFound
    write, mime = KINDS[kind]
    name = f"reconciliation-{report.system}-{report.detail['figures']['to']}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(write(book(report, Words(language(), hub().schemas))), content_type=mime, headers=headers)


@pages.post("/<run_id>/sign")
@guarded(Rule(permission="reconciliation:sign"))
def sign(run_id: str) -> Response:
    """Sign the report off as it was read."""
    reconciliation.sign(hub(), actor(), run_id, forms.text("digest"), person().name)
    return leave(done(url_for("reconciliation.show", run_id=run_id)), N_("The report is signed off."))
