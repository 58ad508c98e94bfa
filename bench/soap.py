"""The driver soap against a bare loop on one zeep client, in turn: ``python -m bench.soap [--pairs N] [--store]``.

A (bare): one zeep client with its own UsernameToken, which gives objects of zeep.
B: the connector of ``connectors/soap_erp.yaml``, which gives plain documents, and knows errors from answers.

Both send the same messages to the same server, which answers with what the twin once answered, in a process of its
own: only the processor time of the caller counts. A read is a page of 50 invoices of three lines; a write creates one
and reads it back.
"""

import argparse
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

from zeep import Client, Transport
from zeep.wsse.username import UsernameToken

from bench.report import machine, store
from connectors.soap import connect
from hub.bootstrap.systems import shipped_connectors
from hub.domain.documents import Doc
from hub.files.connectors import load_connector
from hub.ports.connector import Connector, Setup
from hub.testing.twin.twin import serving
from hub.testing.twins.soap_erp import SoapErp

HEAD = ("what", "pairs", "B / A: median", "min", "max", "minimum", "A per s", "B per s", "A CPU us", "B CPU us")
PAGE = 50
SINCE, UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
CUSTOMER = {"externalRef": "C", "name": "Dongfang Clinic 东方诊所", "mobile": "+8613511112222"}
LINE = {
    "item": "LABOUR",
    "text": "Visit 上门服务",
    "quantity": "1.5",
    "unit": "HUR",
    "price": "180.00",
    "taxPercent": "6",
}
Call = Callable[[], int]


@dataclass(frozen=True)
class Effort:
    """How much is measured: pairs of rounds, and seconds of processor time per round."""

    pairs: int = 7
    seconds: float = 1.0


class Recorded(BaseHTTPRequestHandler):
    """Answers each operation with the bytes that lie in a folder."""

    protocol_version = "HTTP/1.1"
    answers: Mapping[str, bytes] = {}

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = self.answers[self.headers["SOAPAction"].strip('"').rpartition("/")[2]]
        self.send_response(200)
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as its base has it
        """Say nothing."""


def serve(folder: Path) -> None:
    """Answer until we are ended; the port is the first line of our output."""
    Recorded.answers = {file.stem: file.read_bytes() for file in folder.iterdir()}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorded)
    print(server.server_port, flush=True)
    server.serve_forever()


def invoice(number: int, customer: str) -> Doc:
    lines = [{**LINE, "lineId": f"L{place}"} for place in range(3)]
    return {
        "externalRef": f"I{number}",
        "customerId": customer,
        "currency": "CNY",
        "description": "Visit 上门服务",
        "lines": {"line": lines},
    }


def connector(url: str) -> Connector:
    file = load_connector(shipped_connectors() / "soap_erp.yaml")
    settings = {**SoapErp.settings, **SoapErp.secrets, "url": url}
    return connect(Setup("erp", settings, file.objects, file.remote, file.connection, folder=file.folder))


def bare(url: str) -> Any:
    """What somebody writes who has one service to call."""
    token = UsernameToken(SoapErp.settings["user"], SoapErp.secrets["password"], use_digest=True)
    client = Client(str(shipped_connectors() / "soap_erp.wsdl"), wsse=token, transport=Transport(operation_timeout=30))
    return client.create_service("{urn:soap-erp:books:1}BooksSoap", url)


def record(folder: Path) -> None:
    """Write down what the twin answers."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    twin = SoapErp()

    def kept(body: bytes, action: str, kind: str) -> tuple[int, str, bytes]:
        status, told, answer = answered(body, action, kind)
        (folder / f"{action.strip(chr(34)).rpartition('/')[2]}.xml").write_bytes(answer)
        return status, told, answer

    answered = twin.service.handle_request
    twin.service.handle_request = kept  # type: ignore[method-assign, assignment] # to listen in
    with serving(twin) as url:
        of = connector(f"{url}/")
        customer = of.create("customer", CUSTOMER)
        for number in range(PAGE):
            made = of.create("invoice", invoice(number, customer.id))
            of.act("invoice", made.id, "post")
            of.get("invoice", made.id)  # whole now: zeep does not read an answer without what its WSDL requires
        of.changes("invoice", since=SINCE, until=UNTIL)


@contextmanager
def recorded() -> Iterator[str]:
    """The address of the server."""
    with TemporaryDirectory() as place:
        record(Path(place))
        command = [sys.executable, "-m", "bench.soap", "--serve", place]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout is not None
                yield f"http://127.0.0.1:{server.stdout.readline().strip()}/"
            finally:
                server.kill()


def reads(url: str) -> tuple[Call, Call]:
    """A page of invoices: how many there were."""
    service, of = bare(url), connector(url)

    def by_zeep() -> int:
        told = service.ListInvoices(changedFrom="2020-01-01T08:00:00", changedTo="2040-01-01T08:00:00", pageSize=100)
        assert told.resultCode == "OK"
        return len(told.invoices.invoice)

    return by_zeep, lambda: len(of.changes("invoice", since=SINCE, until=UNTIL).records)


def writes(url: str) -> tuple[Call, Call]:
    """An invoice that is created, and read back."""
    service, of, doc = bare(url), connector(url), invoice(1, "1")

    def by_zeep() -> int:
        made = service.CreateInvoice(invoice=doc)
        assert made.resultCode == "OK"
        return int(service.GetInvoice(id=made.id).invoice.externalRef is not None)

    return by_zeep, lambda: int(of.create("invoice", doc).doc["externalRef"] is not None)


CASES: Mapping[str, Callable[[str], tuple[Call, Call]]] = {"records read in pages": reads, "single writes": writes}


def one_round(call: Call, seconds: float) -> tuple[float, float]:
    """Wall and processor seconds per record in one round."""
    count, wall, cpu = 0, perf_counter(), process_time()
    while process_time() - cpu < seconds:
        count += call()
    return (perf_counter() - wall) / count, (process_time() - cpu) / count


def row(name: str, sides: Sequence[Call], effort: Effort) -> list[str]:
    """One line: A and B in turn; the ratio is that of their processor time."""
    for call in sides:
        assert call() in {PAGE, 1}
    pairs = [[one_round(call, effort.seconds) for call in sides] for _ in range(effort.pairs)]
    ratios = [a[1] / b[1] for a, b in pairs]
    a, b = ([pair[side][1] for pair in pairs] for side in (0, 1))
    return [
        name, str(len(pairs)), f"**{median(ratios):.2f}**", f"{min(ratios):.2f}", f"{max(ratios):.2f}", ">= 0.8",
        *(f"{1 / median(side):.0f}" for side in (a, b)), *(f"{median(side) * 1e6:.0f}" for side in (a, b)),
    ]  # fmt: skip


def measure(effort: Effort) -> Iterator[list[str]]:
    """The lines of the table."""
    with recorded() as url:
        for name, make in CASES.items():
            yield row(name, make(url), effort)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Lines as a Markdown table."""
    return "\n".join(f"| {' | '.join(line)} |" for line in [HEAD, ["---"] * len(HEAD), *rows])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.0, help="processor time of one round")
    parser.add_argument("--store", action="store_true", help="keep the table in docs/reference/benchmarks.md")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.serve)
        return
    before = os.getloadavg()
    rows = list(measure(Effort(asked.pairs, asked.seconds)))
    text = f"{table(rows)}\n\n{machine(before)}"
    print(text)
    if asked.store:
        store("soap", text)


if __name__ == "__main__":
    main()
