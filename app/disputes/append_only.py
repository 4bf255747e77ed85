"""Tables that are only added to: what stands in them was seen by somebody, and stays as it was."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import Connection, event
from sqlalchemy.orm import Mapper, object_session

Model = TypeVar("Model", bound=type[Any])


class AppendOnly(TypeError):
    """A mistake in our code, never the visitor's: no screen offers it."""


def only_added_to(model: Model) -> Model:
    """A changed or deleted row is refused before it is written. The migration makes the database refuse it as well."""
    event.listen(model, "before_update", _refuse_change)
    event.listen(model, "before_delete", _refuse)
    return model


def _refuse_change(mapper: Mapper[Any], connection: Connection, row: Any) -> None:
    """Asked also of rows that are merely looked at again."""
    session = object_session(row)
    if session is None or session.is_modified(row, include_collections=False):
        _refuse(mapper, connection, row)


def _refuse(mapper: Mapper[Any], _connection: Connection, _row: Any) -> None:
    raise AppendOnly(f"a row of {mapper.local_table} is written once")
