"""Tell the administrators what the hub cannot mend by itself."""

from hub.services import notifications
from hub.services.context import Hub

ROLE = "admin"


def locked_out(hub: Hub, system: str) -> None:
    """We are not let into a system: it is paused, what is due waits, and nothing is lost."""
    actor = hub.actor("hub")
    template = "{system} is paused, we are not let in: its page says why. Correct that, what is due waits."
    hub.store.run(lambda tx: notifications.notify(hub, tx, actor, template=template, to_role=ROLE, system=system))
