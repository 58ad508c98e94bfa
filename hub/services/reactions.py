"""What follows when a record changes, in the same transaction: record -> handlers, on one screen."""

from collections.abc import Mapping

from hub.services import billing_following, service_history, stock_following
from hub.services.context import Reaction

REACTIONS: Mapping[str, tuple[Reaction, ...]] = {
    "reservation": (stock_following.follow, stock_following.reservation),
    "issue": (stock_following.follow, stock_following.issue),
    "consumption": (stock_following.follow, service_history.follow_consumption),
    "return": (stock_following.follow,),
    "release": (stock_following.follow,),
    "invoice": (billing_following.invoice,),
    "ticket": (service_history.follow_ticket,),
    "visit": (service_history.follow_visit,),
}
