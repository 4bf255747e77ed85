"""Korean or English, also when both are in one line."""

from __future__ import annotations

import pytest

from app.macros.languages import language_of, reply_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("환불해 주세요", "ko"),
        ("환불 refund plz", "ko"),
        ("I would like a refund for my cleaning, please", "en"),
        ("Hi, I booked with 김민지 but nobody came to the apartment", "en"),
        ("ㅠㅠ 언제 오나요", "ko"),
        ("ㅋㅋㅋ", "ko"),
        ("https://example.com/very/long/address/that/is/latin 환불요", "ko"),
        ("kim@example.com 환불", "ko"),
        ("{{ticket.requester.name}} 님, 접수했습니다", "ko"),
        ("Dear {{ticket.requester.name}}, thank you for waiting. 김민지", "en"),
        ("<p class='very-long-class-name'>환불</p>", "ko"),
        ("AirBnB 숙소 체크인", "ko"),
        ("12345 !!", "ko"),
        ("", "ko"),
    ],
)
def test_the_language_of_a_text(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("profile", "text", "language"),
    [
        ("ko", "Where is my cleaner?", "en"),
        ("en", "청소하시는 분이 안 오셨어요", "ko"),
        ("en-US", "ok", "en"),
        ("en_GB", "", "en"),
        ("ko", "ok", "ko"),
        ("ko-KR", "OK!", "ko"),
        ("ja", "", "en"),
        ("", "ok", "en"),
        (None, "네", "ko"),
        (None, "", "ko"),
    ],
)
def test_a_customer_is_answered_in_what_they_write_and_else_in_their_language(
    profile: str | None, text: str, language: str
) -> None:
    assert reply_language(profile, text) == language
