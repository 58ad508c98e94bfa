"""What the OpenAPI document says of reviews, queues and the trace."""

from hub.web.api.openapi_fixed import BODIES, USUAL, Node

DEAD: Node = {
    "system": {"type": "string"},
    "entity": {"type": "string"},
    "error_class": {"type": "string"},
    "since": {"type": "string", "format": "date-time"},
}
DECISION: Node = {
    "type": "object",
    "required": ["choice"],
    "additionalProperties": False,
    "properties": {
        "choice": {"type": "string", "description": "One of the choices that the review offers."},
        "value": {"description": "The value that counts on both sides, for the choice value."},
        "record_id": {"type": "string", "description": "The record that is meant, for match; that stays, for merge."},
        "seen": {"type": "string", "description": "The mark of the review as it was shown."},
        "note": {"type": "string"},
        "fields": {"type": "object", "additionalProperties": {"enum": ["survivor", "loser"]}},
    },
}
MASS: Node = {
    "type": "object",
    "required": [],
    "properties": {**DEAD, "rate": {"type": "number", "default": 5}, "preview": {"type": "boolean"}},
}


def told(tag: str, name: str, summary: str, scope: str, **more: object) -> Node:
    """One operation."""
    posts = "requestBody" in more
    refusals = {**USUAL, "404": "NotFound", **({**BODIES, "409": "Conflict", "412": "Stale"} if posts else {})}
    return {
        "operationId": name,
        "tags": [tag],
        "summary": summary,
        "x-scope": scope,
        "responses": {
            "200": {"description": "Done.", "content": {"application/json": {"schema": {"type": "object"}}}},
            **{status: {"$ref": f"#/components/responses/{kind}"} for status, kind in sorted(refusals.items())},
        },
        **more,
    }


def parameters(*names: str) -> list[Node]:
    """Pointers to parameters."""
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def query(*names: str) -> list[Node]:
    """Filters."""
    return [{"name": name, "in": "query", "schema": {"type": "string"}} for name in names]


def sent(schema: Node) -> Node:
    """A JSON body."""
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def text(*names: str) -> Node:
    """A body of texts."""
    return sent({"type": "object", "required": [], "properties": {name: {"type": "string"} for name in names}})


PEOPLE: Node = {
    "/reviews": {
        "get": told(
            "review", "review_list", "What a person has to settle.", "reviews:read",
            parameters=[*parameters("limit", "after"), *query("state", "kind", "system", "entity", "record_id")],
        )
    },
    "/reviews/{id}": {
        "get": told(
            "review", "review_get", "One review with both sides.", "reviews:read", parameters=parameters("id")
        )
    },
    "/reviews/{id}/settle": {
        "post": told(
            "review", "review_settle", "Decide.", "reviews:write",
            parameters=parameters("id", "key"), requestBody=sent(DECISION),
        )
    },
    "/queue": {
        "get": told(
            "queue", "queue_list", "Messages and deliveries.", "sync:read",
            parameters=[*parameters("limit"), *query("state", "system")],
        )
    },
    "/queue/{id}": {
        "get": told(
            "queue", "queue_get", "One, with what it carries.", "sync:read", parameters=parameters("id")
        )
    },
    "/queue/{id}/replay": {
        "post": told(
            "queue", "queue_replay", "Try again, with the current or the original mapping.", "sync:write",
            parameters=parameters("id", "key"), requestBody=text("mapping"),
        )
    },
    "/queue/{id}/drop": {
        "post": told(
            "queue", "queue_drop", "Drop, with a reason.", "sync:write",
            parameters=parameters("id", "key"), requestBody=text("reason"),
        )
    },
    "/queue/{id}/reroute": {
        "post": told(
            "queue", "queue_reroute", "Send a document that one system did not take through another.", "sync:write",
            parameters=parameters("id", "key"), requestBody=text("to", "reason"),
        )
    },
    "/queue/replay": {
        "post": told(
            "queue", "queue_replay_all", "Try many again, so many a second.", "sync:write",
            parameters=parameters("key"), requestBody=sent(MASS),
        )
    },
    "/trace/{id}": {
        "get": told(
            "trace", "trace_get", "The eight stops of a message, or the messages of a record.", "trace",
            parameters=parameters("id"),
        )
    },
    "/provenance/{id}": {
        "get": told(
            "trace", "provenance_get", "Where each value of a record came from.", "trace",
            parameters=parameters("id"),
        )
    },
}  # fmt: skip
