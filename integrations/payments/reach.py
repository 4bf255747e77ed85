"""Whether a request can have reached the other side: only then may money have moved."""

from __future__ import annotations

import requests
import urllib3


def never_connected(failure: BaseException | None) -> bool:
    """True where no connection came about. A connection that was cut, or a time-out while waiting, is no such thing."""
    if isinstance(failure, requests.ConnectTimeout):
        return True
    inner = failure.args[0] if isinstance(failure, requests.ConnectionError) and failure.args else None
    return isinstance(getattr(inner, "reason", None), urllib3.exceptions.NewConnectionError)
