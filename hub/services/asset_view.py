"""An asset with what its page shows, read on one snapshot."""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.ports.links import Link
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services.context import Hub
from hub.services.customers import See
from hub.services.visibility import Rows, need

SHOWN = 50  # service records, the newest first


@dataclass(frozen=True)
class AssetView:
    """An asset, whose it is, where it stands, and what service did for it."""

    asset: Record
    customer: Record | None
    site: Record | None
    product: Record | None
    history: Sequence[Record]
    links: Sequence[Link]


def of_asset(hub: Hub, asset_id: str, see: See = lambda _tx: None) -> AssetView:
    """An asset with what belongs to it; NotFoundError when there is none that the reader sees."""

    def work(tx: UnitOfWork) -> AssetView:
        only = see(tx)
        return gather(tx, need(tx, "asset", asset_id, only), only)

    return hub.store.read(work)


def gather(tx: UnitOfWork, asset: Record, only: Rows | None) -> AssetView:
    """Everything around an asset; of its history what the reader sees."""

    def one(entity: str) -> Record | None:
        record = tx.records.get(entity, asset.doc.get(f"{entity}_id", ""))
        return record if record is not None and (only is None or only.sees(record)) else None

    where = {"asset_id": asset.id} | dict(only.where("service_record") if only else {})
    return AssetView(
        asset=asset,
        customer=one("customer"),
        site=one("site"),
        product=one("product"),
        history=tx.records.page("service_record", where, sort="-finished_at", limit=SHOWN).records,
        links=tx.links.all_of_record("asset", asset.id),
    )
