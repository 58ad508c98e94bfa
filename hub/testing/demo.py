"""``tickethub demo``: a real ERP and a hub here, and the story from a ringing telephone to a paid invoice."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path

from hub.testing.console_user import PATIENCE, ConsoleError, ConsoleUser
from hub.testing.hub_server import HubError, HubServer, new_secret
from hub.testing.nurse import Nurse
from hub.testing.staff import LOGINS, furnish, hire
from hub.testing.story import Story
from hub.testing.tryton.database import create_seeded
from hub.testing.tryton.fixture import CACHE
from hub.testing.tryton.person import ErpPerson
from hub.testing.tryton.rpc import RpcError
from hub.testing.tryton.seed.people import FINANCE, HUB, STORES
from hub.testing.tryton.server import ErpError, TrytonServer

PORT, ERP_PORT = 8080, 8069
SETTINGS = """\
listen: {{host: 127.0.0.1, port: {port}}}
systems:
  erp:
    connector: tryton
    settings: {{url: "{erp}", database: erp, user: {user}, request_seconds: {seconds}}}
    secrets: {{password: file/secrets/erp}}
    mappings: [tryton]
    poll_every: 1 s
    overlap: 60 s
    request_limit: {seconds} s
calls:
  pbx: {{dialect: zammad, token: file/secrets/pbx}}
"""


def play(directory: Path, *, once: bool) -> bool:
    """Set up what is missing, start ERP and hub, play; stays until Ctrl+C unless ``once``. Whether both agree."""
    try:
        stage = Stage(directory)
    except ErpError as missing:
        say("stopped", str(missing))
        return False
    try:
        stage.open()
        agreed = stage.perform()
        if not once:
            stage.stay()
    except (ErpError, HubError, ConsoleError, RpcError) as trouble:
        say("stopped", str(trouble))
        return False
    finally:
        stage.close()
    return agreed


class Stage:
    """ERP, hub, people and passwords of one demo directory."""

    def __init__(self, directory: Path, *, port: int = PORT, erp_port: int = ERP_PORT, seconds: int = 30) -> None:
        self.directory, self.port, self.seconds = directory, port, seconds
        self.hub = HubServer(directory, port)
        seeded = create_seeded(CACHE, datetime.now(UTC).year)  # noqa: TID251 - fiscal years of today
        self.erp: TrytonServer = seeded.serve(directory / "erp", port=erp_port)
        self.secrets: dict[str, str] = {}

    def open(self) -> None:
        """Start both; on the first run also set both up, and go on where a first run was broken off."""
        self.directory.mkdir(parents=True, exist_ok=True)
        say("ERP", f"Tryton starts on 127.0.0.1:{self.erp.port} ...")
        self.erp.start()
        kept, draft = self.directory / "demo.json", self.directory / "demo.draft.json"
        fresh = not kept.exists()
        self.secrets = drafted(draft) if fresh else json.loads(kept.read_text("utf-8"))
        self.hub.set_up(
            SETTINGS.format(port=self.port, erp=self.erp.url, user=HUB, seconds=self.seconds),
            {"secrets/erp": self.erp.login(HUB).password, "secrets/pbx": self.secrets["pbx"]},
        )
        if fresh:
            hire(self.hub, self.secrets)
        self.hub.start()
        say("hub", f"{self.hub.url} is up; customers, parts and stock come from the ERP ...")
        if fresh:
            furnish(self.hub, self.user("admin"), self.secrets)
            draft.replace(kept)

    def user(self, login: str) -> ConsoleUser:
        """One of the staff, signed in."""
        return ConsoleUser(self.hub.url, login, self.secrets[login])

    def person(self, login: str) -> ErpPerson:
        """One of the ERP's users."""
        return ErpPerson(self.erp.url, login, self.erp.login(login).password, patience=PATIENCE)

    def nurse(self) -> Nurse:
        """Who starts ERP and hub again, should one of them die."""
        return Nurse({"ERP": self.erp, "hub": self.hub}, say)

    def story(self) -> Story:
        """The story, ready to be played."""
        return Story(
            people={login: self.user(login) for login in LOGINS},
            hook=f"{self.hub.url}/webhooks/calls/pbx/{self.secrets['pbx']}",
            stores=self.person(STORES),
            finance=self.person(FINANCE),
            tell=say,
        )

    def perform(self) -> bool:
        """Play the story and show the final table."""
        story = self.story()
        with self.nurse():
            agreed, rows = story.play(), story.table()
        say("", "")
        for what, here, there in (("", "hub", "ERP"), *rows):
            print(f"  {what:<16} {here:>20} {there:>20} {'' if here == there or not what else '  DIFFERS'}")  # noqa: T201
        say("", "hub and ERP agree." if agreed else "hub and ERP do not agree.")
        return agreed

    def stay(self) -> None:
        """Leave the console up until Ctrl+C."""
        say("console", f"{self.hub.url} - sign in as admin, password {self.secrets['admin']} (Ctrl+C ends the demo)")
        try:
            while self.hub.is_alive():
                time.sleep(1)
        except KeyboardInterrupt:
            say("", "The demo ends.")

    def close(self) -> None:
        """Stop both."""
        self.hub.stop()
        self.erp.stop()


def drafted(draft: Path) -> dict[str, str]:
    """The passwords of a set-up that is not finished, written down before anybody gets one."""
    if not draft.exists():
        new = draft.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(json.dumps({name: new_secret() for name in ("pbx", *LOGINS)}), "utf-8")
        new.replace(draft)
    told: dict[str, str] = json.loads(draft.read_text("utf-8"))
    return told


def say(step: str, text: str) -> None:
    """One line of progress."""
    print(f"{step:>12}  {text}", flush=True)  # noqa: T201 - this is what the demo is for
