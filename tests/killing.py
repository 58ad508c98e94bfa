"""A process that dies at a named place, in memory: nothing is finished, nothing is cleaned up."""


class Killed(BaseException):
    """The process is gone: nobody catches this."""


class KillAt:
    """Dies the first time that a place is reached."""

    def __init__(self, name: str) -> None:
        self.name: str | None = name

    def reach(self, name: str) -> None:
        """Die here, if it is the place."""
        if name == self.name:
            self.name = None
            raise Killed
