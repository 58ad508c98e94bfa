"""Odoo before 19: the same database, over XML-RPC and JSON-RPC."""

import xmlrpc.client
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar
from xml.parsers.expat import ExpatError

from flask import Flask, Response, jsonify, request

from hub.testing.twin.faults import Environ, Wsgi, repeatable
from hub.testing.twin.refusals import RefusedError
from hub.testing.twin.twin import Clock
from hub.testing.twins.odoo import KEY, USER_ID, Odoo, by_position, denied, fault_of
from hub.testing.twins.odoo.exceptions import refused
from hub.testing.twins.odoo.models import MODELS_BEFORE_19, Column

LOGIN = "tickethub"
MARK = "odoo.method_told"


class OdooBefore19(Odoo):
    """Odoo 17."""

    connector = "odoo_xmlrpc"
    settings: ClassVar[Mapping[str, Any]] = {**Odoo.settings, "user": LOGIN}
    version: ClassVar[str] = "17.0"
    models: ClassVar[Mapping[str, Mapping[str, Column]]] = MODELS_BEFORE_19

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__(clock)
        self.app.wsgi_app = by_method(self.app.wsgi_app)  # type: ignore[method-assign] # as Flask says

    def routes(self, app: Flask) -> None:
        """Two services over XML-RPC, and all over one address of JSON-RPC."""
        app.add_url_rule("/xmlrpc/2/<service>", view_func=self._xmlrpc, methods=["POST"])
        app.add_url_rule("/xmlrpc/2/<service>/<model>/<method>", view_func=self._told, methods=["POST"])
        app.add_url_rule("/jsonrpc", view_func=self._jsonrpc, methods=["POST"])

    def _told(self, service: str, model: str, method: str) -> Response:  # noqa: ARG002 - they stand in the body too
        if MARK not in request.environ:
            raise refused((404, "werkzeug.exceptions.NotFound"), "404 Not Found")
        return self._xmlrpc(service)

    def service(self, service: str, method: str, params: list[Any]) -> Any:
        """A method of a service, as both wires call it."""
        match service, method, params:
            case "common", "version", []:
                return {"server_version": self.version, "server_serie": self.version, "protocol_version": 1}
            case "common", "authenticate", [database, user, key, dict()]:
                return USER_ID if (database, user, key) == ("company", LOGIN, KEY) else False
            case "object", "execute_kw", [database, user, key, model, name, list() as given, *named]:
                if (database, user, key) != ("company", USER_ID, KEY):
                    raise denied()
                ids, told = by_position(name, given, named[0] if named else {})
                return self.run(model, name, ids, told)
        raise RefusedError(500, "builtins.TypeError", f"{service}.{method} has other parameters")

    def _xmlrpc(self, service: str) -> Response:
        params, method = xmlrpc.client.loads(request.get_data())
        try:
            result = self.service(service, str(method), list(params))
            body = xmlrpc.client.dumps((result,), methodresponse=True, allow_none=False)
        except RefusedError as error:
            body = xmlrpc.client.dumps(fault_of(error))
        except TypeError as error:  # nothing cannot be sent: the method has been carried out all the same
            body = xmlrpc.client.dumps(xmlrpc.client.Fault(1, f"Traceback ...\nTypeError: {error}"))
        return Response(body, mimetype="text/xml")

    def _jsonrpc(self) -> Response:
        told = request.get_json()
        asked = told["params"]
        try:
            answer = {"result": self.service(asked["service"], asked["method"], asked["args"])}
        except RefusedError as error:
            data = {
                "name": error.code,
                "message": error.reason,
                "arguments": [error.reason],
                "debug": "",
                "context": {},
            }
            answer = {"error": {"code": 200, "message": "Odoo Server Error", "data": data}}
        return jsonify({"jsonrpc": "2.0", "id": told.get("id"), **answer})


def by_method(app: Wsgi) -> Wsgi:
    """The application with model and method of an ``execute_kw`` behind its address, for plans of faults."""

    def served(environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/xmlrpc/2/object":
            return app(environ, start)
        again = repeatable(environ)
        told = called(again()["wsgi.input"].read())
        return app({**again(), "PATH_INFO": f"/xmlrpc/2/object/{told}", MARK: True}, start)

    return served


def called(body: bytes) -> str:
    """Model and method; what is no call is for the service to refuse."""
    try:
        params, _ = xmlrpc.client.loads(body)
    except (xmlrpc.client.Error, ExpatError, ValueError, TypeError):
        return "nothing/nothing"
    return "/".join(str(one) for one in params[3:5])


TWIN = OdooBefore19
