"""How Zenpy, which only knows https://<subdomain>.zendesk.com, reaches a sandbox."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from requests.adapters import HTTPAdapter


class ToTheBox(HTTPAdapter):
    """Zenpy only knows https://<subdomain>.zendesk.com: what it sends there goes to the sandbox instead."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._netloc = urlsplit(url).netloc

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        asked = request.url
        request.url = urlunsplit(("http", self._netloc, *urlsplit(asked)[2:]))
        response = super().send(request, *args, **kwargs)
        request.url = response.url = asked
        return response
