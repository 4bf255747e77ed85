"""Korean particles follow the sound of the word that was filled in."""

from __future__ import annotations

import pytest

from app.words import say

SENTENCE = say("{it}을(를) 보고 {it}이(가) {it}은(는) {it}(으)로", "{it}")


@pytest.mark.parametrize(
    ("it", "read"),
    [
        ("우선순위", "우선순위를 보고 우선순위가 우선순위는 우선순위로"),
        ("「환불팀」", "「환불팀」을 보고 「환불팀」이 「환불팀」은 「환불팀」으로"),
        ("서울", "서울을 보고 서울이 서울은 서울로"),
        ("v2", "v2를 보고 v2가 v2는 v2로"),
        ("v10", "v10을 보고 v10이 v10은 v10으로"),
        ("R-000001", "R-000001을 보고 R-000001이 R-000001은 R-000001로"),
        ("tag", "tag을(를) 보고 tag이(가) tag은(는) tag(으)로"),
    ],
)
def test_a_particle_follows_the_sound_before_it(it: str, read: str) -> None:
    assert SENTENCE.fill(it=it).ko == read
    assert say(SENTENCE.ko.replace("{it}", it), it).ko == read, "also where the text was put together beforehand"
