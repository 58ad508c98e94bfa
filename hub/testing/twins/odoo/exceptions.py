"""Odoo's exceptions: the status over JSON-2, the class, what it says."""

from hub.testing.twin.refusals import RefusedError

USER = (422, "odoo.exceptions.UserError")


def refused(kind: tuple[int, str], words: str) -> RefusedError:
    """One of Odoo's exceptions."""
    return RefusedError(kind[0], kind[1], words)
