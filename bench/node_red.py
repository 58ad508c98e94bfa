"""Node-RED, the peer of bench/hook_to_delivery.py: installed from npm into .cache, run as a process of its own.

Its flow: HTTP in, a function that maps the same fields, HTTP request to the sink, HTTP response. It keeps nothing.
"""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.servers import ROOT, STOP_SECONDS

VERSION = "4.0.9"
HOME = ROOT / ".cache" / "node-red"
RED = HOME / "node_modules" / "node-red" / "red.js"
UP_WITHIN = 60  # seconds
SETTINGS = """
module.exports = {uiHost: "127.0.0.1", uiPort: %d, httpAdminRoot: false, flowFile: "flows.json",
                  credentialSecret: false, logging: {console: {level: "warn"}}};
"""
MAP = """
const o = msg.payload.order, d = o.date;
const states = {OPEN: "confirmed", DONE: "done", VOID: "cancelled"};
const kinds = {confirmed: "C", done: "D", cancelled: "X"};
msg.payload = {object: "order", doc: {
  number: o.order_no, customer: o.account, ordered: `${d.slice(0, 4)}-${d.slice(4, 6)}-${d.slice(6)}`,
  state: kinds[states[o.status]], currency: o.cur, gross: Number(o.sum).toFixed(2),
  rows: o.items.map(i => ({no: i.line_no, text: i.text, part: i.sku, product: i.model,
                           quantity: Number(i.qty), price: Number(i.unit_net).toFixed(2)})),
}};
msg.headers = {"content-type": "application/json"};
return msg;
"""


def install() -> None:
    """Have it installed; SystemExit says why that is not possible."""
    if RED.exists():
        return
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise SystemExit("Node-RED cannot be had: install node and npm (Debian: nodejs, npm), then run this again.")
    options = ["--no-audit", "--no-fund", "--no-package-lock", "--omit=optional", "--loglevel=error"]
    command = ["npm", "install", "--prefix", str(HOME), *options, f"node-red@{VERSION}"]
    HOME.mkdir(parents=True, exist_ok=True)
    if subprocess.run(command, check=False).returncode:
        raise SystemExit(f"Node-RED cannot be had: npm did not install node-red {VERSION}.")


def flow(sink: str) -> list[dict[str, Any]]:
    """The four nodes."""
    place = {"z": "tab", "x": 0, "y": 0}
    post = {"method": "POST", "ret": "obj", "url": f"{sink}/create", "persist": True}  # with connections kept alive
    return [
        {"id": "tab", "type": "tab", "label": "orders"},
        {"id": "in", "type": "http in", **place, "url": "/hook", "method": "post", "wires": [["map"]]},
        {"id": "map", "type": "function", **place, "func": MAP, "outputs": 1, "wires": [["send"]]},
        {"id": "send", "type": "http request", **place, **post, "wires": [["out"]]},
        {"id": "out", "type": "http response", **place, "statusCode": "200", "wires": []},
    ]


@contextmanager
def running(folder: Path, sink: str) -> Iterator[tuple[str, int]]:
    """Its address and process, until it is ended."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder.mkdir()
    (folder / "settings.js").write_text(SETTINGS % port, "utf-8")
    (folder / "flows.json").write_text(json.dumps(flow(sink)), "utf-8")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["node", str(RED), "-u", str(folder), "-s", str(folder / "settings.js")], stdout=log, stderr=log
        )
    try:
        wait_for(port, process, folder / "log")
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Until it answers; SystemExit with its log when it does not."""
    until = time.monotonic() + UP_WITHIN
    while process.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"Node-RED did not start: {log.read_text('utf-8', 'replace')}")
