"""How values look to people: times in the zone of the reader, money and quantities in the customs of the language."""

from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal

from hub.web.i18n import LOCALES, language
from hub.web.state import hub, options

NOTHING = "–"
LONG = 120  # seconds from which on thousandths say nothing


def locale() -> str:
    """The locale of the request."""
    return LOCALES[language()]


def zone() -> ZoneInfo:
    """The zone in which times are shown."""
    return ZoneInfo(options().time_zone)


def instant(value: str | datetime) -> datetime:
    """An instant of a document."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def when(value: str | datetime | None) -> str:
    """An instant as date and time; the time alone when it is today."""
    if not value:
        return NOTHING
    local = instant(value).astimezone(zone())
    if local.date() == hub().clock.now().astimezone(zone()).date():
        return format_time(local, "HH:mm", tzinfo=zone(), locale=locale())
    return format_datetime(
        local, "d MMM HH:mm" if language() == "en" else "M月d日 HH:mm", tzinfo=zone(), locale=locale()
    )


def exactly(value: str | datetime | None) -> str:
    """An instant to the second, for lists in which every second counts."""
    return format_datetime(instant(value), "yyyy-MM-dd HH:mm:ss", tzinfo=zone(), locale=locale()) if value else NOTHING


def local_input(value: str | None) -> str:
    """An instant as a field for date and time has it."""
    return instant(value).astimezone(zone()).strftime("%Y-%m-%dT%H:%M") if value else ""


def today() -> str:
    """The local date."""
    return hub().clock.now().astimezone(zone()).date().isoformat()


def day(value: str | None) -> str:
    """A date."""
    return format_date(date.fromisoformat(value), "medium", locale=locale()) if value else NOTHING


def ago(value: str | datetime | None) -> str:
    """How long ago an instant was, or how long it is until then."""
    return span(instant(value) - hub().clock.now(), signed=True) if value else NOTHING


def span(length: timedelta, *, signed: bool = False) -> str:
    """A length of time in its largest unit."""
    return format_timedelta(length, add_direction=signed, threshold=1.2, locale=locale())


def seconds(value: int | None) -> str:
    """A number of seconds as hours and minutes."""
    if value is None:
        return NOTHING
    hours, rest = divmod(int(value), 3600)
    return f"{hours}:{rest // 60:02d}"


def lasted(length: timedelta | None) -> str:
    """How long a step of a machine took: to the thousandth of a second, and in large units when it was long."""
    if length is None:
        return ""
    took = length.total_seconds()
    return f"{took:.3f} s" if took < LONG else span(length)


def money(amount: str | None, currency: str | None) -> str:
    """An amount with its currency."""
    if amount is None:
        return NOTHING
    try:
        return format_currency(Decimal(amount), currency or "CNY", locale=locale())
    except InvalidOperation:
        return amount


def quantity(value: str | int | None) -> str:
    """A quantity without trailing zeros."""
    if value is None:
        return NOTHING
    number = Decimal(str(value))
    return format_decimal(number.normalize() if number else 0, locale=locale())


def telephone(value: str | None) -> str:
    """A telephone number in groups that can be read out."""
    if not value:
        return NOTHING
    if value.startswith("+86") and len(value) == len("+8613800138000"):
        return f"{value[:3]} {value[3:6]} {value[6:10]} {value[10:]}"
    return value


def is_past(value: str | None) -> bool:
    """Whether an instant is over."""
    return bool(value) and instant(value or "") < hub().clock.now()
