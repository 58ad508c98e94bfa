"""``tickethub reconcile``: what a system and the hub each have, as a report for finance."""

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from hub.cli.access import perform
from hub.cli.place import Place, here, json_option, tell
from hub.domain.books import Sheet
from hub.domain.documents import Doc
from hub.files.books import KINDS
from hub.files.data import data_dir
from hub.files.schemas import CanonicalSchemas
from hub.ports.reports import Report
from hub.process.clock import SystemClock
from hub.web.reconciliation import Words, book

FILE = click.Path(dir_okay=False, path_type=Path)
DAY = click.DateTime(["%Y-%m-%d"])


@click.command("reconcile")
@click.argument("system")
@click.option("--from", "first", type=DAY, help="The first day of the documents; the first of last month unless told.")
@click.option("--to", "last", type=DAY, help="The last day; the last of last month unless told.")
@click.option("--csv", type=FILE, help="Write the report to this file, as CSV.")
@click.option("--xlsx", type=FILE, help="Write the report to this file, as a workbook.")
@click.option("--pdf", type=FILE, help="Write the report to this file, as PDF.")
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@json_option
@here
def command(
    place: Place, /, *, system: str, first: datetime | None, last: datetime | None, language: str, as_json: bool,
    **files: Path | None,
) -> None:  # fmt: skip
    """Compare SYSTEM with the hub as a whole: counts, fields, conflicts, and money to the cent.

    The report is kept in the hub, where a person signs it off.
    """
    period = days(place, first, last)
    answer = perform(place, "reconcile", system=system, first=period[0].isoformat(), last=period[1].isoformat())
    report = run_of(answer)
    settings = place.settings()
    schemas = CanonicalSchemas(data_dir("schemas") / "canonical", settings.directory / "schemas" / "canonical")
    made = book(report, Words(language, schemas))
    for kind, path in files.items():
        if path is not None:
            path.touch(mode=0o600)
            path.write_bytes(KINDS[kind][0](made))
    lines = [made.title, *(f"{name}: {value}" for name, value in made.facts)]
    tell(answer, as_json=as_json, lines=[*lines, *(line for sheet in made.sheets for line in shown(sheet)), made.last])


def days(place: Place, first: datetime | None, last: datetime | None) -> tuple[date, date]:
    """The period that was asked for; last month, in the hub's zone, where nothing was said."""
    today = SystemClock().now().astimezone(ZoneInfo(place.settings().zone)).date()
    end = last.date() if last else today.replace(day=1) - timedelta(days=1)
    return (first.date() if first else end.replace(day=1)), end


def shown(sheet: Sheet) -> list[str]:
    """A table on the terminal."""
    rows = ["  " + "  ".join(f"{cell:,}" if not isinstance(cell, str) else cell for cell in row) for row in sheet.rows]
    return ["", sheet.title, "  " + "  ".join(sheet.head), *(rows or [f"  {sheet.nothing}"])]


def run_of(answer: Doc) -> Report:
    """The report from its JSON form."""
    return Report(**{**answer, "started_at": datetime.fromisoformat(answer["started_at"]), "ended_at": None})
