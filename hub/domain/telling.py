"""What a text for logs and error messages may keep: all but what looks like a secret or like somebody's data."""

import re

LOOKS_PRIVATE = re.compile(
    r"""
    [\w.+%-]+@[\w-]+(\.[\w-]+)+      # a mail address
    | (?<![\w.:-])\+?\d[\d\s-]{7,}\d(?![\w:-]) # a telephone, tax, card or bank number
    | (?i:bearer|basic)\s+\S+        # what Authorization carries
    | \bth_[\w-]{8,}                 # a key of ours
    | (?<=\?)\S+                     # what follows in an address
    """,
    re.VERBOSE,
)
QUOTED = re.compile(r'"[^"]*"|“[^”]*”|«[^»]*»')


def without_private(text: str) -> str:
    """The text without telephone numbers, mail addresses, long numbers, keys and queries."""
    return LOOKS_PRIVATE.sub("***", text)


def without_values(text: str) -> str:
    """What another system says, as far as we repeat it: without what it quotes, which is where it names values."""
    return without_private(QUOTED.sub("…", text))
