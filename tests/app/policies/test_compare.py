"""Two versions side by side: sentences of terms, clauses line by line with the words that differ."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from app.policies.compare import Piece, compared, text_rows
from tests.marketplace import FIRST_MONTH, PAID_AT, WHOLE_RENT, a_policy, a_version

WAS = "제1조 기준은 15시입니다.\n제2조 공제는 10% 입니다.\n제3조 수수료"
NOW = "제1조 기준은 15시입니다.\n제2조 공제는 20% 입니다.\n제3조 수수료\n제4조 노쇼"


def test_a_changed_line_stands_beside_the_old_one_with_its_words_marked() -> None:
    same, changed, after, added = text_rows(WAS, NOW)
    assert (same.is_same, after.is_same) == (True, True)
    assert changed.was == [Piece("제2조 공제는", False), Piece("10%", True), Piece("입니다.", False)]
    assert changed.now == [Piece("제2조 공제는", False), Piece("20%", True), Piece("입니다.", False)]
    assert (added.was, added.now) == (None, [Piece("제4조 노쇼", True)])


def test_every_word_of_both_texts_is_there() -> None:
    for one, other in ((WAS, NOW), (NOW, WAS), (WAS, ""), ("", NOW), (WAS, WAS)):
        rows = text_rows(one, other)
        for text, side in ((one, "was"), (other, "now")):
            lines = [getattr(row, side) for row in rows if getattr(row, side) is not None]
            assert [" ".join(piece.text for piece in line) for line in lines] == text.splitlines()


def test_terms_start_and_texts_are_compared_and_what_is_alike_left_out(lone_office: Flask) -> None:
    policy = a_policy()
    was = a_version(FIRST_MONTH, policy=policy, text_ko=WAS)
    now = a_version(WHOLE_RENT, policy=policy, text_ko=NOW, valid_from=PAID_AT + timedelta(days=9))
    found = compared(was, now)
    assert found.terms[0].about.en == "In force from"
    assert any(one.now and "전체 이용 금액의 10% 공제" in one.now.ko for one in found.terms)
    assert [text.name.en for text in found.texts] == ["Clauses (Korean)"]
    assert compared(was, was).terms == []
