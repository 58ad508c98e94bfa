"""Documents: records as plain JSON values, the form in which they are stored, mapped and sent."""

from typing import Any

Doc = dict[str, Any]
