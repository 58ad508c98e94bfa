"""What the OpenAPI document says of reconciliation reports."""

from hub.files.books import KINDS
from hub.web.api.openapi_fixed import BODIES, USUAL, Node

ID: Node = {"$ref": "#/components/parameters/id"}
REPORT: Node = {"description": "The report.", "content": {"application/json": {"schema": {"type": "object"}}}}
TEXT: Node = {"type": "string"}
DAY: Node = {"type": "string", "format": "date"}


def refusals(**more: str) -> Node:
    """What may be answered instead."""
    named = {**USUAL, **{status.removeprefix("s"): name for status, name in more.items()}}
    return {status: {"$ref": f"#/components/responses/{name}"} for status, name in named.items()}


def asked(**fields: Node) -> Node:
    """A body with these fields, each of them required."""
    schema = {"type": "object", "required": list(fields), "properties": fields}
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def operation(name: str, summary: str, responses: Node, scope: str | None = None, **more: object) -> Node:
    """One operation on reports."""
    told = {"operationId": f"reconciliation_{name}", "tags": ["reconciliation"], "summary": summary}
    return {**told, **({"x-scope": scope} if scope else {}), **more, "responses": responses}


WRONG = {f"s{status}": name for status, name in BODIES.items()}
SYSTEM: Node = {"name": "system", "in": "query", "schema": TEXT}
FORMAT: Node = {"name": "format", "in": "query", "schema": {"enum": list(KINDS), "default": "pdf"}}
READ, RUN = "reconciliation:read", "reconciliation:run"
FILE: Node = {
    "description": "The file.",
    "content": {mime.partition(";")[0]: {"schema": {}} for _, mime in KINDS.values()},
}
REPORTS: Node = {
    "/reconciliation/reports": {
        "get": operation("list", "The newest reports, without their figures.", {"200": REPORT, **refusals()}, READ,
                         parameters=[SYSTEM]),
        "post": operation("run", "Compare a system with the hub now; it takes as long as the system takes to tell all.",
                          {"201": REPORT, **refusals(**WRONG, s404="NotFound")}, RUN,
                          requestBody=asked(system=TEXT, **{"from": DAY, "to": DAY})),
    },
    "/reconciliation/reports/{id}": {
        "get": operation("get", "One report with its figures.", {"200": REPORT, **refusals(s404="NotFound")}, READ,
                         parameters=[ID]),
    },
    "/reconciliation/reports/{id}/export": {
        "get": operation("export", "One report as a file, in the language that is asked for.",
                         {"200": FILE, **refusals(s404="NotFound")}, READ, parameters=[ID, FORMAT]),
    },
    "/reconciliation/reports/{id}/sign": {
        "post": operation("sign", "Sign off the figures of a digest; for persons alone.",
                          {"200": REPORT, **refusals(**WRONG, s404="NotFound", s409="Conflict")},
                          parameters=[ID], requestBody=asked(digest=TEXT)),
    },
}  # fmt: skip
