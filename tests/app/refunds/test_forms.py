"""What was quoted years ago comes out byte for byte: quotes of form 1, as a demo of 2026 and odd made-up bookings had
them stored, and those of today.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.policies.terms import read_terms
from app.refunds import quote as quotes
from app.refunds.case import VersionFacts
from app.refunds.quote import Quote, again

STORED: list[dict[str, Any]] = json.loads((Path(__file__).parent / "quotes_of_form_1.json").read_text())


def text(quote: dict[str, Any]) -> str:
    return json.dumps(quote, ensure_ascii=False, sort_keys=True)


def test_there_are_quotes_of_every_paid_case_and_of_amounts_that_do_not_come_out_even() -> None:
    assert sum("paid" in one["of"] for one in STORED) == 11
    assert {one["quote"]["currency"] for one in STORED} == {"KRW", "JPY", "USD", "KWD"}
    assert {one["quote"]["form"] for one in STORED} == {1}


@pytest.mark.parametrize("stored", STORED, ids=[one["of"] for one in STORED])
def test_a_stored_quote_is_computed_again_byte_for_byte(stored: dict[str, Any]) -> None:
    assert text(again(stored["quote"], stored["terms"]).to_json()) == text(stored["quote"])
    assert text(Quote.from_json(stored["quote"]).to_json()) == text(stored["quote"])


@pytest.mark.parametrize("stored", STORED, ids=[one["of"] for one in STORED])
def test_terms_of_form_1_are_written_back_as_form_1(stored: dict[str, Any]) -> None:
    told = read_terms(stored["terms"]).to_json()
    assert told["form"] == 1
    assert read_terms(told) == read_terms(stored["terms"])


def test_without_keeping_to_its_form_a_stored_quote_would_come_out_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    real = quotes.quote

    def of_today(*facts: Any, form: int) -> Quote:
        assert form == 1
        return real(*facts)

    monkeypatch.setattr(quotes, "quote", of_today)
    changed = [one for one in STORED if text(again(one["quote"], one["terms"]).to_json()) != text(one["quote"])]
    assert changed


def test_in_both_forms_the_same_amount_goes_back() -> None:
    for one in STORED:
        was = Quote.from_json(one["quote"])
        now = quotes.quote(
            was.booking,
            VersionFacts(was.version_id, was.version_number, was.policy_ko, was.policy_en, read_terms(one["terms"])),
            was.reason,
            was.at,
            was.extent,
        )
        assert now.amount_minor == was.amount_minor
        assert sum(line.amount_minor for line in now.lines) == now.amount_minor
