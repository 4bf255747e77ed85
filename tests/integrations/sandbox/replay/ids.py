"""What stands in our replies where the recording has something of its own: ids, tokens, links to the next page."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlsplit

_LINKS = frozenset({"next_page", "previous_page", "next", "prev", "first", "last", "after_url", "before_url"})
_WORDS = frozenset({"id", "token", "after_cursor", "before_cursor", "ticket_id", "account_id"})


@dataclass(slots=True)
class Ids:
    known: dict[str, str] = field(default_factory=dict)
    links: dict[str, str | None] = field(default_factory=dict)

    def learn(self, recorded: Any, ours: Any, key: str = "") -> None:
        """Two replies to the same request: what stands at the same place is the same thing."""
        if isinstance(recorded, dict) and isinstance(ours, dict):
            for name in recorded.keys() & ours.keys():
                self.learn(recorded[name], ours[name], name)
        elif isinstance(recorded, list) and isinstance(ours, list):
            for one, other in zip(recorded, ours, strict=False):
                self.learn(one, other, key)
        elif key in _LINKS and isinstance(recorded, str):
            self.links[_local(recorded)] = _local(ours) if isinstance(ours, str) else None
        elif key in _WORDS and recorded != ours and isinstance(recorded, str | int) and isinstance(ours, str | int):
            self.known[str(recorded)] = str(ours)

    def local(self, path: str, query: str) -> str:
        """Where to ask for what the recording asked for there."""
        place = f"{path}?{query}" if query else path
        linked = self.links.get(_plain(place))
        return linked if linked is not None else self._in_text(place)

    def sent(self, body: Any) -> Any:
        """The body with the ids of the recording replaced by ours, numbers as numbers."""
        if isinstance(body, dict):
            return {key: self.sent(value) for key, value in body.items()}
        if isinstance(body, list):
            return [self.sent(value) for value in body]
        if isinstance(body, bool) or not isinstance(body, int | str) or str(body) not in self.known:
            return body
        ours = self.known[str(body)]
        return int(ours) if isinstance(body, int) and ours.isdecimal() else ours

    def _in_text(self, place: str) -> str:
        def ours(found: re.Match[str]) -> str:
            word = unquote(found[0])
            return quote(self.known[word], safe="") if word in self.known else found[0]

        return re.sub(r"[^/?&=,.]+(?=[/?&=,.]|$)", ours, place)


def _local(link: str) -> str:
    parts = urlsplit(link)
    return _plain(f"{parts.path}?{parts.query}" if parts.query else parts.path)


def _plain(place: str) -> str:
    return place.replace("%5B", "[").replace("%5D", "]")
