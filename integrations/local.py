"""Who may use what asks for no sign-in: this machine itself, and no web page but our own."""

import ipaddress
from urllib.parse import urlsplit

from werkzeug import Request


def is_local(request: Request) -> bool:
    """The other end is this machine, it means this machine, and no page of another site speaks through a browser here.

    The name that was asked for counts too: a stranger's name may be made to lead to 127.0.0.1.
    """
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        return False
    return _is_loopback(request.remote_addr or "") and _is_loopback(urlsplit(f"//{request.host}").hostname or "")


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
