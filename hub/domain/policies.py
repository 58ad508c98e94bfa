"""All policies of the operator, parsed: what the rules are at this moment."""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.domain.business_hours import BusinessHours
from hub.domain.charge_policy import ChargePolicy
from hub.domain.dispatch_case import DispatchPolicy
from hub.domain.errors import NotFoundError
from hub.domain.leads import LeadPolicy
from hub.domain.roles import Role
from hub.domain.sla import SlaBook
from hub.domain.sop import Sop
from hub.domain.workflow import Workflow


@dataclass(frozen=True)
class Policies:
    """Everything that config/ says about the work; ``hours`` are the calendars by name."""

    workflows: Mapping[str, Workflow]
    sla: SlaBook
    hours: Mapping[str, BusinessHours]
    dispatch: DispatchPolicy
    charges: ChargePolicy
    leads: LeadPolicy
    sops: tuple[Sop, ...]
    roles: Mapping[str, Role]

    def workflow(self, ticket_type: str) -> Workflow:
        """The workflow of a ticket type; NotFoundError when config/workflow/ has none."""
        if ticket_type not in self.workflows:
            raise NotFoundError("There is no workflow for '{type}': add config/workflow/{type}.yaml", type=ticket_type)
        return self.workflows[ticket_type]
