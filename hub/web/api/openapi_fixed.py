"""What the OpenAPI document says that follows from no table: problems, parameters, files and sessions."""

from typing import Any

Node = dict[str, Any]

PROBLEM: Node = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
REFUSALS = {
    "Malformed": "The request cannot be read.",
    "SignedOut": "The key or session is missing or not known.",
    "Forbidden": "The scope or permission is missing.",
    "NotFound": "There is no such record.",
    "Conflict": "The state of the record does not allow this now.",
    "Stale": "The record was changed meanwhile.",
    "TooLarge": "The body is too large.",
    "Invalid": "Some fields are wrong; each is named.",
    "VersionMissing": "If-Match is missing.",
    "Unavailable": "Try again after Retry-After seconds.",
}
USUAL = {"401": "SignedOut", "403": "Forbidden", "503": "Unavailable"}
BODIES = {"400": "Malformed", "413": "TooLarge", "422": "Invalid"}


PICTURES = ("image/jpeg", "image/png", "image/webp", "application/pdf")
BYTES: Node = {mime: {"schema": {}} for mime in PICTURES}
FILES: Node = {
    "/files/{sha256}": {
        "put": {
            "operationId": "file_put",
            "tags": ["evidence"],
            "summary": "Keep the bytes of a picture or PDF under their own hash, before an action makes them evidence.",
            "x-scope": "evidence:write",
            "parameters": [
                {
                    "name": "sha256",
                    "in": "path",
                    "required": True,
                    "schema": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                }
            ],
            "requestBody": {"required": True, "content": BYTES},
            "responses": {
                "201": {"description": "Kept.", "content": {"application/json": {"schema": {"type": "object"}}}},
                **{
                    status: {"$ref": f"#/components/responses/{name}"}
                    for status, name in {**USUAL, "413": "TooLarge", "422": "Invalid"}.items()
                },
            },
        }
    },
    "/visits/{id}/evidence": {
        "post": {
            "operationId": "visit_evidence",
            "tags": ["visit"],
            "summary": "Add a picture or PDF to a visit: the bytes as the body, the facts in the query.",
            "x-scope": "visits:write",
            "parameters": [
                {"$ref": "#/components/parameters/id"},
                {"$ref": "#/components/parameters/key"},
                *(
                    {"name": name, "in": "query", "schema": {"type": "string", "maxLength": 200}}
                    for name in ("kind", "step", "file_name", "taken_at")
                ),
            ],
            "requestBody": {"required": True, "content": BYTES},
            "responses": {
                "201": {
                    "description": "Added.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/evidence"}}},
                },
                **{
                    status: {"$ref": f"#/components/responses/{name}"}
                    for status, name in {**USUAL, **BODIES, "404": "NotFound"}.items()
                },
            },
        }
    },
    "/session": {
        "post": {
            "operationId": "session_open",
            "tags": ["session"],
            "summary": "Sign in as a person: sets the cookie and tells the token to send as X-CSRF-Token.",
            "security": [],
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {
                        "schema": {
                            "type": "object",
                            "required": ["login", "password"],
                            "properties": {"login": {"type": "string"}, "password": {"type": "string"}},
                        }
                    }
                },
            },
            "responses": {
                "201": {"description": "Signed in.", "content": {"application/json": {"schema": {"type": "object"}}}},
                "401": {"$ref": "#/components/responses/SignedOut"},
                "422": {"$ref": "#/components/responses/Invalid"},
            },
        },
        "delete": {
            "operationId": "session_end",
            "tags": ["session"],
            "summary": "Sign out.",
            "responses": {"204": {"description": "Signed out."}, "401": {"$ref": "#/components/responses/SignedOut"}},
        },
    },
    "/evidence/{id}/content": {
        "get": {
            "operationId": "evidence_content",
            "tags": ["evidence"],
            "summary": "The bytes of a piece of evidence.",
            "x-scope": "evidence:read",
            "parameters": [{"$ref": "#/components/parameters/id"}],
            "responses": {
                "200": {"description": "The bytes.", "content": BYTES},
                **{
                    status: {"$ref": f"#/components/responses/{name}"}
                    for status, name in {**USUAL, "404": "NotFound"}.items()
                },
            },
        }
    },
}
PARAMETERS: Node = {
    "id": {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "maxLength": 64}},
    "limit": {
        "name": "limit",
        "in": "query",
        "description": "How many records a page has.",
        "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
    },
    "after": {
        "name": "after",
        "in": "query",
        "description": "The field next of the page before, unchanged.",
        "schema": {"type": "string"},
    },
    "q": {
        "name": "q",
        "in": "query",
        "description": "Full-text search: records that have all the words.",
        "schema": {"type": "string", "maxLength": 200},
    },
    "key": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "New for each new request; the same when it is repeated: the first answer comes again.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    },
    "version": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": "The ETag of the version that you saw.",
        "schema": {"type": "string"},
    },
    "optional_version": {
        "name": "If-Match",
        "in": "header",
        "description": "The ETag of the version that you saw; another one is refused.",
        "schema": {"type": "string"},
    },
}
