"""What the OpenAPI document says of connected systems."""

from hub.web.api.openapi_fixed import Node
from hub.web.api.openapi_people import parameters, text, told

READ, WRITE = "sync:read", "sync:write"
ID = parameters("id")
KEYED = parameters("id", "key")
SYSTEMS: Node = {
    "/systems": {"get": told("system", "system_list", "Every system, and whether it is left alone.", READ)},
    "/systems/{id}": {
        "get": told("system", "system_get", "What one can, how it answers, how far it is read, what waits.", READ,
                    parameters=ID),
    },
    "/systems/{id}/pause": {
        "post": told("system", "system_pause", "Leave it alone, with a reason.", WRITE,
                     parameters=KEYED, requestBody=text("reason")),
    },
    "/systems/{id}/resume": {
        "post": told("system", "system_resume", "Go on with it.", WRITE, parameters=KEYED, requestBody=text()),
    },
    "/systems/{id}/test": {
        "post": told("system", "system_test", "Ask it for version, clock and what is missing for our work.", WRITE,
                     parameters=KEYED, requestBody=text()),
    },
}  # fmt: skip
