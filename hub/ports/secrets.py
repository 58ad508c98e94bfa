"""Secrets: values that never show themselves by accident."""

SHORTEST = 6  # characters: to strike out a shorter one would strike out half of every text
_known: set[str] = set()


class Secret:
    """A password, token or key: its text leaves only through ``reveal``; printed, logged or formatted it is ``***``."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text
        if len(text) >= SHORTEST:
            _known.add(text)

    def reveal(self) -> str:
        """The text itself, for the one call that needs it."""
        return self._text

    def __repr__(self) -> str:
        return "***"

    def __bool__(self) -> bool:
        return bool(self._text)

    def __reduce__(self) -> str:
        raise TypeError("A secret is not written anywhere.")


def hidden(text: str) -> str:
    """A text with ``***`` in place of every secret of this process: the last look at what is about to be shown."""
    for known in [one for one in _known if one in text]:
        text = text.replace(known, "***")
    return text
