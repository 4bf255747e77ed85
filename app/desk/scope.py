"""Which rows the one who acts may see: one answer behind lists, counts, records, look-ups, files and actions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, false, or_
from sqlalchemy.orm import RelationshipProperty

from app.actor import Actor

OPEN = "*"


def limits(model: Any, actor: Actor, *, city: str | None, vendor: str | None) -> list[ColumnElement[bool]]:
    """What a query over `model` must be narrowed by.

    `city` and `vendor` are paths such as "city" or "booking.partner.vendor_id". A person of some cities sees the rows
    of those (and rows of no city); with no `city` path the table has none and stays whole. A person of a vendor sees
    what is the vendor's; a table with no `vendor` path shows them nothing, one that says "*" is for everyone.
    """
    narrowed: list[ColumnElement[bool]] = []
    if actor.cities and city and city != OPEN:
        narrowed.append(_along(model, city.split("."), sorted(actor.cities), or_none=True))
    if actor.vendor_id is not None and vendor != OPEN:
        narrowed.append(_along(model, vendor.split("."), [actor.vendor_id]) if vendor else false())
    return narrowed


def _along(model: Any, path: list[str], values: list[Any], *, or_none: bool = False) -> ColumnElement[bool]:
    attribute = getattr(model, path[0])
    if len(path) > 1:
        assert isinstance(attribute.property, RelationshipProperty)  # noqa: S101  a path is declared, not asked for
        inside = _along(attribute.property.mapper.class_, path[1:], values, or_none=or_none)
        there: ColumnElement[bool] = attribute.has(inside)
        return or_(there, ~attribute.has()) if or_none else there
    here: ColumnElement[bool] = attribute.in_(values)
    return or_(here, attribute.is_(None)) if or_none else here
