"""Every choice of every table has words, in both languages, and no two of one kind read the same."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest
from sqlalchemy import Enum

from app.audit.trail import AUDITED
from app.desk.states import ACCENT, BAD, GOOD, PLAIN, STATES, VIOLET, WARN
from app.language.choices import STATUSES
from app.model_index import TABLES
from integrations.zendesk.sandbox.words import STATUS

KINDS = {
    column.type.enum_class
    for table in TABLES
    for column in table.__table__.columns
    if isinstance(column.type, Enum) and column.type.enum_class is not None
}


@pytest.mark.parametrize("kind", sorted(KINDS, key=str), ids=lambda kind: kind.__name__)
def test_every_choice_has_words(kind: type[Enum]) -> None:
    assert [member.value for member in kind if f"{kind.__name__}.{member.value}" not in STATES] == []  # type: ignore[attr-defined]


def test_korean_is_korean_english_is_english_and_tones_are_ours() -> None:
    for key, named in STATES.items():
        assert re.search(r"[가-힣]", named.words.ko) or named.words.ko == named.words.en, key
        assert not re.search(r"[가-힣]", named.words.en), key
        assert named.tone in {PLAIN, GOOD, WARN, BAD, ACCENT, VIOLET}, key


def test_no_two_choices_of_one_kind_read_the_same() -> None:
    by_kind: dict[str, list[str]] = defaultdict(list)
    for key, named in STATES.items():
        by_kind[key.split(".")[0]].append(named.words.ko)
    assert {kind: words for kind, words in by_kind.items() if len(set(words)) < len(words)} == {}


def test_every_audited_table_has_a_name() -> None:
    assert [table for table in AUDITED if f"Subject.{table}" not in STATES] == []


def test_a_status_is_called_the_same_in_the_office_in_rules_and_in_the_sandbox() -> None:
    assert len(STATUSES) == 6
    for status in STATUSES:
        words = STATES[f"TicketStatus.{status.value}"].words
        assert (words.ko, words.en) == (status.label.ko, status.label.en) == STATUS[status.value]
