"""What is an emergency and what only sounds like one, in Korean and English, by the signs an office begins with."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.db import db
from app.disputes.emergency.first_signs import FIRST_SIGNS, bring_in, read_signs
from app.disputes.emergency.kinds import EmergencyKind
from app.disputes.emergency.signs import EmergencySign, Sign, find
from app.language.topics import TOPICS
from app.people.model import Role
from tests.visit import visit_as

SIGNS = [Sign(one.name, one.kind, (*one.words_ko, *one.words_en), one.unless, one.topic) for one in FIRST_SIGNS]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("부엌에서 불이 났어요!!", EmergencyKind.fire),
        ("콘센트에서 타는 냄새가 나고 연기가 나요", EmergencyKind.fire),
        ("There is a FIRE in the kitchen", EmergencyKind.fire),
        ("가스레인지에서 가스 냄새가 나요", EmergencyKind.gas),
        ("I think I can smell gas in the hallway", EmergencyKind.gas),
        ("화장실 천장에서 물이 계속 떨어집니다", EmergencyKind.water),
        ("A pipe burst and the bathroom is flooded", EmergencyKind.water),
        ("클리너님이 계단에서 쓰러졌어요", EmergencyKind.injury),
        ("I slipped in the bathroom and my arm is injured", EmergencyKind.injury),
        ("방에서 몰카를 발견했습니다", EmergencyKind.violence),
        ("I found a hidden camera in the smoke detector", EmergencyKind.violence),
        ("엘리베이터에 갇혔어요", EmergencyKind.locked),
        ("We are locked inside and can't get out", EmergencyKind.locked),
        ("청소하고 가신 뒤에 강아지가 없어졌어요", EmergencyKind.animal),
        ("The door was left open and my cat ran away", EmergencyKind.animal),
        ("경찰을 불렀어요. 지금 당장 누가 와 주세요", EmergencyKind.other),
        ("This is an emergency, please hurry", EmergencyKind.other),
    ],
)
def test_an_emergency_is_known(text: str, kind: EmergencyKind) -> None:
    found = find(text, SIGNS)
    assert found is not None
    assert found.kind is kind
    assert found.words


@pytest.mark.parametrize(
    "text",
    [
        "가스레인지 청소도 해 주시나요?",
        "이번 달 가스비가 청구되었어요",
        "화재보험은 들어 있나요?",
        "화재 감지기 건전지를 갈아 주세요",
        "발등에 불이 났네요, 오늘 청소 가능할까요?",
        "Where is the fire extinguisher kept?",
        "The fire stick on the TV does not work",
        "I would like to fire him, he was rude",
        "The cleaner was fired up and did great",
        "물이 새는 것 같아요. 천천히 봐 주세요",
        "혹시 청소 중 다쳤을 때 보험이 되나요?",
        "말씀에 마음을 다쳤어요",
        "Nobody was injured, just a broken cup",
        "강아지가 없어도 이용할 수 있나요?",
        "Is the building close to the police station?",
        "지금 당장은 아니고 다음 주에 취소할게요",
        "환불이 급합니다. 빨리 처리해 주세요",
        "",
    ],
)
def test_what_only_sounds_like_one_is_none(text: str) -> None:
    assert find(text, SIGNS) is None


def test_without_the_phrases_that_are_taken_out_near_misses_would_page() -> None:
    """The negative control of `unless`."""
    bare = [Sign(one.name, one.kind, one.words, (), one.topic) for one in SIGNS]
    for text in ("화재보험은 들어 있나요?", "Where is the fire extinguisher kept?", "혹시 다쳤을 때 보험이 되나요?"):
        assert find(text, SIGNS) is None
        assert find(text, bare) is not None


def test_every_sign_has_words_in_both_languages_and_knows_its_topic() -> None:
    topics = {one.key for one in TOPICS}
    for one in FIRST_SIGNS:
        assert one.words_ko
        assert one.words_en
        assert one.topic in {"", *topics}


def test_the_first_signs_hold_until_an_office_has_its_own(lone_office: Flask) -> None:
    assert find("불이 났어요", read_signs(db.session())) is not None
    assert bring_in(db.session()) == len(FIRST_SIGNS)
    db.session.commit()
    assert bring_in(db.session()) == 0
    for row in db.session.query(EmergencySign):
        row.is_active = False
    db.session.commit()
    assert find("불이 났어요", read_signs(db.session())) is None


def test_managers_edit_and_try_the_words_and_agents_only_look(lone_office: Flask) -> None:
    visit = visit_as(lone_office, Role.ops_manager)
    page = visit.open("/admin/signs/?try=벌집이+있어요").text
    assert "긴급 아님" in page
    assert visit.send("/admin/signs/bring-in/").status_code == 302
    form = {
        "name": "벌집",
        "kind": "animal",
        "topic": "",
        "words_ko": "벌집, 말벌",
        "words_en": "",
        "unless": "벌집 아이스크림",
        "position": "5",
        "is_active": "y",
    }
    refused = visit.send("/admin/signs/new/", form)
    assert refused.status_code == 422
    assert "한국어와 영어로 하나씩" in refused.text
    assert visit.send("/admin/signs/new/", form | {"words_en": "wasp nest"}).status_code == 302
    row = db.session.scalars(select(EmergencySign).where(EmergencySign.name == "벌집")).one()
    assert row.words_ko == ["벌집", "말벌"]
    assert "말벌" in visit.open("/admin/signs/?try=베란다에+말벌이+있어요").text
    assert "긴급 아님" in visit.open("/admin/signs/?try=벌집+아이스크림+주세요").text
    agent = visit_as(lone_office, Role.agent)
    assert agent.open("/admin/signs/").status_code == 200
    assert agent.send("/admin/signs/new/", form).status_code == 403
