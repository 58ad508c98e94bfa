"""The page of an asset: what it is, what its meters read last, and what service did for it."""

from flask import Blueprint, render_template

from hub.services import asset_view
from hub.web.api.records import viewer
from hub.web.auth import Rule, guarded
from hub.web.offers import name_of
from hub.web.pages.tickets import meter_titles
from hub.web.state import hub

pages = Blueprint("assets", __name__)
READS = Rule(permission="assets:read")


@pages.get("/assets/<record_id>")
@guarded(READS)
def show(record_id: str) -> str:
    """One asset."""
    view = asset_view.of_asset(hub(), record_id, viewer())
    doc = view.asset.doc
    return render_template("assets/asset.html", view=view, doc=doc, name_of=name_of, meter_titles=meter_titles())
