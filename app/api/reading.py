"""The body of a call, read strictly: small, JSON, of the shape that was declared, at times that a clock will tell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TypeVar

import msgspec
from flask import request

from app import clock
from app.api.troubles import NO_JSON, TOO_LARGE, Trouble, misfit
from app.words import say

BODY_LIMIT = 256 * 1024
Shape = TypeVar("Shape", bound=msgspec.Struct)
NO_YEAR = say("1970년에서 2999년 사이의 시각을 적어 주세요.", "Give a time between the years 1970 and 2999.")


def read_body(shape: type[Shape]) -> Shape:
    """Raises Trouble, with the field, for whatever is not `shape`."""
    if (request.content_length or 0) > BODY_LIMIT:
        raise too_large()
    request.max_content_length = BODY_LIMIT
    return read(request.get_data(cache=False), shape)


def read(body: bytes, shape: type[Shape]) -> Shape:
    try:
        found = msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        raise misfit(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError):
        raise Trouble(400, "not_json", NO_JSON) from None
    for name, at in _times(found, ""):
        try:
            clock.telling(at.astimezone(clock.SEOUL))
        except (ValueError, OverflowError):
            raise Trouble(422, "invalid", NO_YEAR, field=name) from None
    return found


def too_large() -> Trouble:
    return Trouble(413, "too_large", TOO_LARGE.fill(most=BODY_LIMIT // 1024))


def _times(shape: msgspec.Struct, within: str) -> Iterator[tuple[str, datetime]]:
    for name in shape.__struct_fields__:
        value = getattr(shape, name)
        if isinstance(value, datetime):
            yield f"{within}{name}", value
        elif isinstance(value, msgspec.Struct):
            yield from _times(value, f"{within}{name}.")
