"""What becomes of a value that a client sends for a key of a plain row: its column's own kind, or a refusal."""

import re
from typing import Any

from .replies import invalid_attribute, record_invalid
from .shape import ident

_TEXT = re.compile(
    r"(^|_)(name|title|description|label|details|notes|key|external_id|email|subdomain|time_zone|score|comment|reason|type)$"
)
_TRUE = frozenset({"true", "1", "on", "yes"})


def cast(key: str, default: object, value: Any) -> object:
    """A number given for a text is that text, digits given for a number are that number, as in a database's columns.

    Nothing in place of a list or an object is an empty one. What cannot be cast is refused.
    """
    if isinstance(default, list | dict):
        return _whole(key, default, value)
    if value is None:
        return None
    if key == "restriction" and not isinstance(value, dict):
        raise invalid_attribute(key)
    if isinstance(default, bool):
        return str(value).lower() in _TRUE
    if _TEXT.search(key):
        return _text(key, value)
    if key.endswith("_id"):
        return _id(key, value)
    return _number(key, value) if isinstance(default, int) else value


def _whole(key: str, default: list[Any] | dict[str, Any], value: Any) -> object:
    kind, words = (list, "an array") if isinstance(default, list) else (dict, "an object")
    if value is None:
        return kind()
    if not isinstance(value, kind):
        raise invalid_attribute(key, words)
    if key == "actions" and not all(isinstance(row, dict) for row in value):
        raise record_invalid(key, "Actions: are invalid", "InvalidValue")
    return value


def _text(key: str, value: Any) -> str:
    if isinstance(value, list | dict):
        raise invalid_attribute(key, "a string")
    return value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _id(key: str, value: Any) -> int | None:
    found = ident(value)
    if found is None and value not in ("", 0):
        raise record_invalid(key, f"{key.replace('_', ' ').capitalize()}: is invalid", "InvalidValue")
    return found


def _number(key: str, value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError) as wrong:
        raise record_invalid(key, f"{key.capitalize()}: is not a number", "InvalidFormat") from wrong
