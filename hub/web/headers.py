"""What every answer says to browsers: no foreign code, no frames, no guessing of types, nothing kept by caches."""

from flask import Flask, Response, g, request

SOURCES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
HEADERS = {
    "Content-Security-Policy": "; ".join(f"{kind} {places}" for kind, places in SOURCES.items()),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=()",
}


VARY = "Accept-Language, Cookie, Authorization"


def register(app: Flask) -> None:
    """Put the headers on every answer."""

    @app.after_request
    def guard(response: Response) -> Response:
        known = {name.lower() for name, _ in response.headers}
        missing = [(name, value) for name, value in HEADERS.items() if name.lower() not in known]
        if request.endpoint != "static":
            if "cache-control" not in known:
                missing.append(("Cache-Control", "no-store"))
            if "vary" in known:
                response.vary.update(VARY.split(", "))
            else:
                missing.append(("Vary", VARY))
        if "correlation" in g:
            response.headers.remove("X-Correlation-Id")
            missing.append(("X-Correlation-Id", g.correlation))
        response.headers.extend(missing)
        return response
