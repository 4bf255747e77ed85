"""What is found by what one types: beginnings first, words, parts, first consonants."""

from __future__ import annotations

import pytest

from app.macros.matching import best, rank


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("", "환불팀", 0),
        ("환불", "환불팀", 0),
        ("TEAM", "Refund team", 1),
        ("team", "Refund-team", 1),
        ("fund", "Refund team", 2),
        ("ㅎㅂ", "환불팀", 3),
        ("ㅂㅌ", "환불팀", 3),
        ("team ref", "Refund team", 4),
        ("\u1112\u116a\u11ab", "환불팀", 0),
        ("x", "환불팀", None),
        ("ㅎㅂ", "팀환", None),
    ],
)
def test_how_well_a_name_answers(query: str, text: str, found: int | None) -> None:
    assert rank(query, text) == found


def test_the_best_come_first_and_no_more_than_asked_for() -> None:
    assert best("팀", ["환불팀", "팀장", "일반", "긴급팀"], str, 2) == ["팀장", "환불팀"]
