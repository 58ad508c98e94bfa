"""Texts that mean the same although they are written differently."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import phonenumbers

from hub.domain.errors import InvalidError
from hub.domain.mapping.codecs.base import TEXT, Codec, text_of
from hub.domain.mapping.codecs.countries import ALPHA3
from hub.domain.mapping.refusal import UnfitError

_ALPHA2 = {long: short for short, long in ALPHA3.items()}
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Strip(Codec):
    """Text without white space at its ends; what is only white space is nothing."""

    calls: ClassVar[tuple[str, ...]] = ("strip",)
    hub: ClassVar[frozenset[str]] = TEXT
    remote: ClassVar[frozenset[str]] = TEXT

    def encode(self, value: Any) -> str | None:
        """The text without its margins."""
        return text_of(value).strip() or None

    def decode(self, value: Any) -> str | None:
        """The text without its margins, None where nothing is left."""
        return text_of(value).strip() or None

    def hub_edges(self) -> tuple[Any, ...]:
        """Margins of several kinds."""
        return (" a ", "\ta b\n", "\u3000甲\u3000", " ")

    def remote_edges(self) -> tuple[Any, ...]:
        """The same."""
        return self.hub_edges()


class Email(Codec):
    """An e-mail address: in small letters in the hub; the remote's own capitals stay as they are."""

    calls: ClassVar[tuple[str, ...]] = ("email",)
    hub: ClassVar[frozenset[str]] = TEXT
    remote: ClassVar[frozenset[str]] = TEXT

    def encode(self, value: Any) -> str | None:
        """The address in small letters."""
        return self.decode(value)

    def decode(self, value: Any) -> str | None:
        """The address in small letters without margins."""
        return text_of(value).strip().lower() or None

    def hub_edges(self) -> tuple[Any, ...]:
        """An address, and one with other than Latin letters."""
        return ("a@example.org", "李@例子.中国")

    def remote_edges(self) -> tuple[Any, ...]:
        """Capitals and margins."""
        return (" Info@Example.ORG ", "a@example.org")


@dataclass(frozen=True)
class EnumCase(Codec):
    """A code word: ``in_service`` here; IN_SERVICE (upper), In Service (title) or inService (camel) over there."""

    style: str
    calls: ClassVar[tuple[str, ...]] = (
        "enum_case(upper)",
        "enum_case(title)",
        "enum_case(camel)",
    )
    word: ClassVar[str] = "enum_case"
    hub: ClassVar[frozenset[str]] = TEXT
    remote: ClassVar[frozenset[str]] = TEXT

    def __post_init__(self) -> None:
        if self.style not in ("upper", "title", "camel"):
            raise InvalidError("enum_case({style}) is not known: write upper, title or camel", style=self.style)

    def encode(self, value: Any) -> str:
        """The word in the remote's style."""
        words = text_of(value).split("_")
        if self.style == "upper":
            return "_".join(words).upper()
        if self.style == "title":
            return " ".join(word.capitalize() for word in words)
        return words[0] + "".join(word.capitalize() for word in words[1:])

    def decode(self, value: Any) -> str:
        """The word in lower case with underscores."""
        word = text_of(value)
        return (_HUMP.sub("_", word) if self.style == "camel" else word).replace(" ", "_").lower()

    def hub_edges(self) -> tuple[Any, ...]:
        """One word, several words."""
        return ("new", "in_service", "en_route_again")

    def remote_edges(self) -> tuple[Any, ...]:
        """The same in the remote's style."""
        return tuple(map(self.encode, self.hub_edges()))


@lru_cache(maxsize=4096)  # parsing takes longer than all other codecs of a record together
def _e164(text: str, region: str) -> str:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise UnfitError("{value} is not a telephone number", value=repr(text)) from error
    if not phonenumbers.is_possible_number(number):
        raise UnfitError("{value} is not a possible telephone number", value=repr(text))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@dataclass(frozen=True)
class Phone(Codec):
    """A telephone number: E.164 in the hub; numbers without country code are those of the region."""

    region: str
    calls: ClassVar[tuple[str, ...]] = (
        "phone(CN)",
        "phone(DE)",
    )
    hub: ClassVar[frozenset[str]] = TEXT
    remote: ClassVar[frozenset[str]] = TEXT

    def __post_init__(self) -> None:
        if self.region not in phonenumbers.SUPPORTED_REGIONS:
            raise InvalidError("'{region}' is not a region such as CN", region=self.region)

    def encode(self, value: Any) -> str:
        """E.164; the other side may write it with spaces, which means the same."""
        return self.decode(value)

    def decode(self, value: Any) -> str:
        """E.164; fails on what cannot be a telephone number."""
        return _e164(text_of(value), self.region)

    def hub_edges(self) -> tuple[Any, ...]:
        """A number of the region and one of another country."""
        return (*self._examples(phonenumbers.PhoneNumberFormat.E164), "+442079460958")

    def remote_edges(self) -> tuple[Any, ...]:
        """The same, as people write them."""
        forms = phonenumbers.PhoneNumberFormat
        return self._examples(forms.E164, forms.INTERNATIONAL, forms.NATIONAL)

    def _examples(self, *forms: int) -> tuple[str, ...]:
        number = phonenumbers.example_number(self.region)
        return tuple(phonenumbers.format_number(number, form) for form in forms) if number else ()


@dataclass(frozen=True)
class Country(Codec):
    """A country: ISO 3166 alpha-2 in the hub; ``country(alpha3)`` for three letters over there."""

    form: str = "alpha2"
    calls: ClassVar[tuple[str, ...]] = (
        "country",
        "country(alpha3)",
    )
    hub: ClassVar[frozenset[str]] = TEXT
    remote: ClassVar[frozenset[str]] = TEXT

    def __post_init__(self) -> None:
        if self.form not in ("alpha2", "alpha3"):
            raise InvalidError("country({form}) is not known: write alpha2 or alpha3", form=self.form)

    def encode(self, value: Any) -> str:
        """The code in the remote's form."""
        short = self._short(value)
        return short if self.form == "alpha2" else ALPHA3[short]

    def decode(self, value: Any) -> str:
        """The two letters; both forms and small letters are understood."""
        return self._short(value)

    def _short(self, value: Any) -> str:
        code = text_of(value).strip().upper()
        short = _ALPHA2.get(code, code)
        if short not in ALPHA3:
            raise UnfitError("{value} is not an ISO 3166 country code", value=repr(value))
        return short

    def hub_edges(self) -> tuple[Any, ...]:
        """The first, the last, and one whose letters differ."""
        return ("AD", "ZW", "CH")

    def remote_edges(self) -> tuple[Any, ...]:
        """Both forms, small letters."""
        return ("AD", "cn", "CHE")
