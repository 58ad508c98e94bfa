"""The hub as ``tickethub up`` runs it: ``python -m bench.up DIRECTORY``."""

import sys
from dataclasses import replace

from hub.cli import main
from hub.domain.documents import Doc
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import tickets
from hub.services.context import Actor, Hub

confirm = tickets.confirm


def confirm_as_agent(hub: Hub, tx: UnitOfWork, actor: Actor, ticket_id: str, values: Doc) -> Record:
    """A queue that confirms alone acts without a role, which every shipped workflow refuses: lend it the agent's."""
    return confirm(hub, tx, replace(actor, roles=actor.roles | {"agent"}), ticket_id, values)


if __name__ == "__main__":
    tickets.confirm = confirm_as_agent
    main(["--dir", sys.argv[1], "up"], prog_name="tickethub")
