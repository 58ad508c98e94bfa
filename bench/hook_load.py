"""Load for bench/hook_to_delivery.py, in a process of its own: ``python -m bench.hook_load`` reads a task.

The task is JSON: ``url``, ``path``, ``clients``, ``first`` and ``count`` (numbers of orders). Each client sends its
share on one keep-alive connection, one after the other. The answer is JSON: when each order was sent, by its number.
"""

import json
import sys
import threading
from typing import Any

from bench.clients import END_OF_HEAD, Client

UNITS = 4  # lines of an order


def order(number: int) -> dict[str, Any]:
    """An order as the shop tells it: thirty values that are mapped, in a body of a kilobyte."""
    lines = [
        {
            "line_no": f"{at + 1}",
            "text": f"Seal kit {number % 97} for pump {at}",
            "sku": f"P-{(number + at) % 900:05d}",
            "model": f"M-{at}",
            "qty": f"{at + 1}.5",
            "unit_net": f"{number % 300 + at}.25",
        }
        for at in range(UNITS)
    ]
    head = {"order_no": f"SO-{number:08d}", "account": f"C-{number % 50:04d}", "date": "20260131", "status": "OPEN"}
    return {"event": f"ev-{number:08d}", "order": {**head, "cur": "CNY", "sum": f"{number % 9000}.5", "items": lines}}


def request(path: str, number: int) -> bytes:
    """One hook, as bytes for the wire."""
    body = json.dumps(order(number)).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + END_OF_HEAD + body


def play(task: dict[str, Any]) -> dict[str, Any]:
    """Send everything."""
    clients, first, count = task["clients"], task["first"], task["count"]
    start = threading.Barrier(clients + 1)
    shares = [range(first + at, first + count, clients) for at in range(clients)]
    threads = [
        Client(task["url"], [request(task["path"], number) for number in share], start, 3600) for share in shares
    ]
    for thread in threads:
        thread.start()
    start.wait()
    for thread in threads:
        thread.join()
    sent = {f"SO-{number:08d}": at for share, thread in zip(shares, threads, strict=True)
            for number, at in zip(share, thread.sent, strict=False)}  # fmt: skip
    return {"sent": sent, "refused": next((thread.refused for thread in threads if thread.refused), "")}


if __name__ == "__main__":
    print(json.dumps(play(json.load(sys.stdin))))
