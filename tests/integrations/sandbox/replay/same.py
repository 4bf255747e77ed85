"""How two replies differ in shape: keys, JSON types, paging, the shape of errors. Values may be of their own."""

from collections.abc import Iterator
from typing import Any


def differences(recorded: Any, ours: Any, at: str = "") -> Iterator[str]:
    there, here = _kind(recorded), _kind(ours)
    if there != here:
        yield f"{at or 'body'}: {there} there, {here} here"
    elif isinstance(recorded, dict):
        yield from _of_objects(recorded, ours, at)
    elif isinstance(recorded, list):
        yield from _of_lists(recorded, ours, at)


def _of_objects(recorded: dict[str, Any], ours: dict[str, Any], at: str) -> Iterator[str]:
    for key in recorded.keys() - ours.keys():
        yield f"{at}.{key}: missing here"
    for key in ours.keys() - recorded.keys():
        yield f"{at}.{key}: not there"
    for key in recorded.keys() & ours.keys():
        yield from differences(recorded[key], ours[key], f"{at}.{key}")


def _of_lists(recorded: list[Any], ours: list[Any], at: str) -> Iterator[str]:
    """Rows stand beside each other in their order; as many rows belong to it wherever rows are objects."""
    rows = any(isinstance(row, dict) for row in (*recorded, *ours))
    if rows and len(recorded) != len(ours):
        yield f"{at}: {len(recorded)} rows there, {len(ours)} here"
    for one, other in zip(recorded, ours, strict=False):
        yield from differences(one, other, f"{at}[]")


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "list" if isinstance(value, list) else "object"
