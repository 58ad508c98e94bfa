"""A served console and a real browser."""

import shutil
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from hub.ports.accounts import User
from hub.services import accounts
from hub.services.context import Hub
from tests.conftest import need
from tests.unit.web import world
from tests.unit.web.conftest import actions, app, calls, hub, options, people

__all__ = ["actions", "app", "calls", "hub", "options", "people"]
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        need("chromium", "apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def address(app: Flask, hub: Hub, people: dict[str, User]) -> Iterator[str]:
    """Where the console is served, with a world of records in it."""
    world.fill(hub)
    accounts.change_user(hub, hub.actor("setup"), people["zhang"].id, technician_id="t1")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    """A page whose console must stay clean: no script error, nothing that the content policy refused."""
    context = chromium.new_context(base_url=address, locale="en-GB", viewport={"width": 1280, "height": 860})
    found = context.new_page()
    complaints: list[str] = []
    found.on("console", lambda told: complaints.append(told.text) if told.type in {"error", "warning"} else None)
    found.on("pageerror", lambda error: complaints.append(str(error)))
    yield found
    context.close()
    refusals = "Failed to load resource: the server responded with a status of 4"  # what a test provokes on purpose
    assert [text for text in complaints if not text.startswith(refusals)] == []
