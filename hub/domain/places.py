"""Places on the earth: distance as the crow flies."""

from math import asin, cos, radians, sin, sqrt

from hub.domain.documents import Doc

EARTH_RADIUS_KM = 6371.0088


def distance_km(one: Doc | None, other: Doc | None) -> float | None:
    """The great-circle distance between two ``{lat, lon}`` documents; None where one of them is not known."""
    if not one or not other or not {"lat", "lon"} <= one.keys() & other.keys():
        return None
    lat1, lat2 = radians(one["lat"]), radians(other["lat"])
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin(radians(other["lon"] - one["lon"]) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(half)))
