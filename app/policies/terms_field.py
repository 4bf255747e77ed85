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
from app.policies.extra_sentences import CAP_WORDS, GIVE_WORDS, PENALTY_WORDS, TROUBLE_WORDS
from app.policies.terms import CLAUSES, Fault, Terms, read_terms
from app.policies.values import MOST_ROWS

ROWS: Mapping[str, tuple[str, ...]] = {
    "tiers": ("at_least", "below", "percent", "fixed_minor", "clause"),
    "late": ("minutes", "percent"),
    "kept_fees": ("ko", "en", "minor", "below", "clause"),
    "caps": ("kind", "minor", "percent", "clause"),
    "instead": ("kind", "percent", "within_hours", "clause"),
}
# A choice that every row has says nothing by itself.
CHOICES = frozenset({"kind"})
SINGLE = ("base", "clock", "unit", "percent_is", "after_start", "service_fee_at_least", "fixed_fee_minor",
          "partial_service_percent")  # fmt: skip
EXIT = ("notice_days", "unused_percent", "penalty_of", "penalty_percent", "clause")
NO_SHOW = ("customer", "partner", "clause")
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
    "kept_fees": [],
    "caps": [],
    "instead": [],
    "early_exit": None,
    "no_show": None,
}
_ROW = re.compile(rf"({'|'.join(ROWS)})-([0-9]{{1,3}})-([a-z_]+)")


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
        for name in ROWS:
            spare = 3 if name == "tiers" and not shown["tiers"] else SPARE_ROWS
            shown[name] = [*(_one_kind(name, row) for row in shown[name]), *({} for _ in range(spare))]
        return {**shown, **{name: shown[name] or {} for name in ("early_exit", "no_show")}}

    def is_wrong(self, place: str) -> bool:
        return bool(self.wrong_at) and self.wrong_at.startswith(place)

    @property
    def cap_kinds(self) -> list[tuple[str, Any]]:
        return [(f"{of}:{bound}", words) for (of, bound), words in CAP_WORDS.items()]

    @property
    def instead_kinds(self) -> list[tuple[str, Any]]:
        return [
            (f"{trouble}:{give}", told + " · " + gives)
            for trouble, told in TROUBLE_WORDS.items()
            for give, gives in GIVE_WORDS.items()
        ]

    @property
    def penalties(self) -> list[tuple[str, Any]]:
        return [(of.value, words) for of, words in PENALTY_WORDS.items()]


_KINDS = {"caps": ("of", "bound"), "instead": ("trouble", "give")}


def _one_kind(name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Two choices of a row as the one that the form has for them."""
    if name not in _KINDS or "kind" in row:
        return dict(row)
    return {**row, "kind": ":".join(str(row.get(part, "")) for part in _KINDS[name])}


def _two_kinds(name: str, row: dict[str, str]) -> dict[str, str]:
    first, _, second = row.pop("kind", "").partition(":")
    return {**row, **dict(zip(_KINDS[name], (first, second), strict=True))}


def typed_in(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Terms as JSON from the table's inputs, by their names without the field's own."""
    typed: dict[str, Any] = {name: _text(inputs, name) for name in SINGLE}
    rows: dict[str, dict[int, dict[str, str]]] = {name: {} for name in ROWS}
    for key, value in inputs.items():
        found = _ROW.fullmatch(key)
        if found and found[3] in ROWS[found[1]]:
            rows[found[1]].setdefault(int(found[2]), {})[found[3]] = (value or "").strip()
    for name, numbered in rows.items():
        filled = [row for _, row in sorted(numbered.items()) if any(row[key] for key in row.keys() - CHOICES)]
        kept = filled[: MOST_ROWS + 1]
        typed[name] = [_two_kinds(name, row) for row in kept] if name in _KINDS else kept
    for row in (*typed["tiers"], *typed["kept_fees"], *typed["caps"]):
        for name in ("fixed_minor", "minor"):
            if name in row:
                row[name] = row[name].replace(",", "")
    typed["faults"] = {
        fault.value: _text(inputs, f"faults-{fault.value}")
        for fault in Fault
        if fault is not Fault.customer and _text(inputs, f"faults-{fault.value}")
    }
    typed["clauses"] = {name: _text(inputs, f"clauses-{name}") for name in CLAUSES}
    typed["service_fee_at_least"] = typed["service_fee_at_least"] or None
    typed["fixed_fee_minor"] = typed["fixed_fee_minor"].replace(",", "") or 0
    typed["partial_service_percent"] = typed["partial_service_percent"] or 50
    typed["early_exit"] = _group(inputs, "early_exit", EXIT, says_nothing={"penalty_of", "clause"})
    typed["no_show"] = _group(inputs, "no_show", NO_SHOW, says_nothing={"clause"})
    return typed


def _text(inputs: Mapping[str, Any], name: str) -> str:
    return (inputs.get(name) or "").strip()


def _group(
    inputs: Mapping[str, Any], group: str, names: tuple[str, ...], *, says_nothing: set[str]
) -> dict[str, str] | None:
    """None where nothing of it was filled in."""
    typed = {name: _text(inputs, f"{group}-{name}") for name in names}
    return typed if any(value for name, value in typed.items() if name not in says_nothing) else None
