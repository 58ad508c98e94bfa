"""What a command does to a hub: one table, run in this process or, while the hub is up, by the hub for us.

An operation takes and gives JSON values, so that both ways are the same.
"""

from hub.cli.operations.findings import FINDINGS
from hub.cli.operations.operation import Operation
from hub.cli.operations.people import PEOPLE
from hub.cli.operations.questions import QUESTIONS
from hub.cli.operations.queues import QUEUES
from hub.cli.operations.syncing import SYNCING
from hub.cli.operations.systems import SYSTEMS

OPERATIONS: dict[str, Operation] = {**PEOPLE, **QUEUES, **QUESTIONS, **SYNCING, **SYSTEMS, **FINDINGS}
