"""Tell the administrators what the hub cannot mend by itself."""

from hub.services import notifications
from hub.services.context import Hub

ROLE = "admin"


def locked_out(hub: Hub, system: str) -> None:
    """A system refuses our credentials: it is paused, what is due waits, and nothing is lost."""
    actor = hub.actor("hub")
    template = "{system} refuses our credentials and is paused: correct them, what is due waits."
    hub.store.run(lambda tx: notifications.notify(hub, tx, actor, template=template, to_role=ROLE, system=system))
