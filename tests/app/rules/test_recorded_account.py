"""Every rule, macro and view that was recorded comes in, goes out and comes in again the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete

from app.actor import Actor, ActorKind, acting_as
from app.db import db
from app.macros.model import Macro
from app.rules.exchange import KINDS, normalised, read, to_text
from app.rules.exporting import export
from app.rules.importing import take
from app.rules.model import Rule, RuleVersion
from app.views.model import View
from tests.integrations.zendesk.recorded import recorded, replies

pytestmark = pytest.mark.recorded


def every_row() -> Iterator[tuple[str, dict[str, Any]]]:
    """(list's name, row) of the account's export and of every recorded reply, alone or in lists."""
    singles = {kind: name for name, kind in KINDS.items()}
    whole = json.loads((recorded() / "business_rules_account_a.json").read_bytes())
    for body in (whole, *(body for _, body in replies())):
        for name, value in body.items():
            if name in KINDS and isinstance(value, list):
                yield from ((name, row) for row in value)
            elif name in singles and isinstance(value, dict):
                yield singles[name], value


def imported(given: Any) -> None:
    with acting_as(Actor(ActorKind.system, "test")):
        report = take(db.session(), read(given))
    assert [(one.path, str(one.words)) for one in report.refused + report.ignored] == []
    db.session.commit()


def test_every_recorded_row_survives_the_way_in_and_out_and_in_again(office: Flask) -> None:
    newest = {(name, row["id"]): row for name, row in every_row()}
    file: dict[str, list[dict[str, Any]]] = {name: [] for name in KINDS}
    for (name, _), row in newest.items():
        file[name].append(row)
    assert all(len(rows) >= 9 for rows in file.values()), {name: len(rows) for name, rows in file.items()}
    imported(file)
    written = export(db.session())
    for name, rows in file.items():
        assert sorted(map(to_text, written[name])) == sorted(to_text(normalised(row)) for row in rows), name
    text = to_text(written)
    for table in (RuleVersion, Rule, Macro, View):
        db.session.execute(delete(table))
    db.session.commit()
    imported(text)
    assert to_text(export(db.session())) == text
