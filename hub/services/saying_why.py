"""Why a person did something, in their own words: kept with the audit trail, and read by who comes next."""

from hub.domain.errors import InvalidError

LONGEST_REASON = 500  # characters; as the forms and the schema of the API take it


def refuse_long(reason: str) -> None:
    """InvalidError for more than anybody reads."""
    if len(reason) > LONGEST_REASON:
        raise InvalidError("The reason has more than {most} characters: say it in fewer.", most=LONGEST_REASON)
