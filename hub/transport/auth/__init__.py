"""How a system is told who we are: ``auth_of`` makes an ``Auth`` out of what the connector file declares."""

from hub.transport.auth.base import Auth
from hub.transport.auth.kinds import auth_of

__all__ = ["Auth", "auth_of"]
