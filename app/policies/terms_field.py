"""The decision table of a policy's terms, as a form field: rows of tiers, and what stands beside them.

What was typed stays as it was typed when it is refused, with the words at their row. Empty rows say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import render_template
from markupsafe import Markup
from wtforms import Field, ValidationError

from app.errors import Refusal
from app.policies.terms import CLAUSES, MOST_TIERS, Fault, Terms, read_terms

TIER = ("at_least", "below", "percent", "clause")
LATE = ("minutes", "percent")
SINGLE = ("base", "clock", "unit", "percent_is", "after_start", "service_fee_at_least", "fixed_fee_minor",
          "partial_service_percent")  # fmt: skip
SPARE_ROWS = 1
BLANK: dict[str, Any] = {
    "base": "total",
    "clock": "start",
    "unit": "days",
    "percent_is": "kept",
    "tiers": [],
    "after_start": 100,
    "service_fee_at_least": None,
    "fixed_fee_minor": 0,
    "partial_service_percent": 50,
    "late": [],
    "faults": {"partner": 100, "platform": 100, "force_majeure": 100},
    "clauses": {},
}
_ROW = re.compile(r"(tiers|late)-([0-9]{1,3})-([a-z_]+)")


class TermsField(Field):  # type: ignore[misc]  # WTForms ships no types
    """Its data is the JSON of app/policies/terms.py as it was typed; `terms` what was read from it."""

    terms: Terms | None = None
    wrong_at: str = ""
    data: Any

    def widget(self, _field: Any, **_more: Any) -> Markup:
        return Markup(render_template("policies/terms.html", field=self, typed=self.shown()))  # noqa: S704  our template

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Reads its own inputs, which are many and begin with its name."""
        self.process_errors: list[str] = []
        self.object_data = data
        self.data = dict(data) if isinstance(data, Mapping) else dict(BLANK)
        if formdata and any(key.startswith(f"{self.name}-") for key in formdata):
            self.data = typed_in({key.removeprefix(f"{self.name}-"): formdata.get(key) for key in formdata})

    def pre_validate(self, form: Any) -> None:
        try:
            self.terms = read_terms(self.data)
        except Refusal as refusal:
            self.wrong_at = refusal.field or ""
            raise ValidationError(str(refusal)) from None

    def populate_obj(self, obj: Any, name: str) -> None:
        """Nothing: a version is written by app/policies/versions.py."""

    def shown(self) -> dict[str, Any]:
        """What the inputs hold: the rows with spare ones after them, so that the page works without a script."""
        shown = {**BLANK, **self.data}
        shown["tiers"] = [*shown["tiers"], *({} for _ in range(SPARE_ROWS if shown["tiers"] else 3))]
        shown["late"] = [*shown["late"], *({} for _ in range(SPARE_ROWS))]
        return shown

    def is_wrong(self, place: str) -> bool:
        return bool(self.wrong_at) and self.wrong_at.startswith(place)


def typed_in(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Terms as JSON from the table's inputs, by their names without the field's own."""
    typed: dict[str, Any] = {name: (inputs.get(name) or "").strip() for name in SINGLE}
    rows: dict[str, dict[int, dict[str, str]]] = {"tiers": {}, "late": {}}
    for key, value in inputs.items():
        found = _ROW.fullmatch(key)
        if found and found[3] in (TIER if found[1] == "tiers" else LATE):
            rows[found[1]].setdefault(int(found[2]), {})[found[3]] = (value or "").strip()
    for name, numbered in rows.items():
        filled = [row for _, row in sorted(numbered.items()) if any(row.values())]
        typed[name] = filled[: MOST_TIERS + 1]
    typed["faults"] = {
        fault.value: (inputs.get(f"faults-{fault.value}") or "").strip()
        for fault in Fault
        if fault is not Fault.customer and (inputs.get(f"faults-{fault.value}") or "").strip()
    }
    typed["clauses"] = {name: (inputs.get(f"clauses-{name}") or "").strip() for name in CLAUSES}
    typed["service_fee_at_least"] = typed["service_fee_at_least"] or None
    typed["fixed_fee_minor"] = typed["fixed_fee_minor"].replace(",", "") or 0
    typed["partial_service_percent"] = typed["partial_service_percent"] or 50
    return typed
