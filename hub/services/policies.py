"""The operator's policies, as services are given them."""

from hub.domain.policies import Policies

__all__ = ["Policies"]
