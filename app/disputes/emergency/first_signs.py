"""The signs that an office begins with. They hold while it has none of its own, and can be brought in to be edited."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.disputes.emergency.kinds import EmergencyKind
from app.disputes.emergency.signs import EmergencySign, Sign


@dataclass(frozen=True, slots=True)
class FirstSign:
    name: str
    kind: EmergencyKind
    words_ko: tuple[str, ...]
    words_en: tuple[str, ...]
    unless: tuple[str, ...] = ()
    topic: str = ""


FIRST_SIGNS = (
    FirstSign(
        "화재", EmergencyKind.fire,
        ("불이 났", "불이났", "불났", "화재", "연기가 나", "연기가 자욱", "타는 냄새"),
        ("fire", "burning smell", "smoke in", "smoke from", "smoke coming"),
        (
            "화재보험", "화재 보험", "화재 감지기", "화재감지기", "화재경보기 점검", "불이 났던 적", "화재 대피",
            "발등에 불이 났",
            "fire alarm test", "fire extinguisher", "fire insurance", "fire exit", "fire drill", "fire stick",
            "fire tv",
            "fire him", "fire her", "fire them", "fire the cleaner",
        ),
    ),
    FirstSign(
        "가스 누출", EmergencyKind.gas,
        ("가스 냄새", "가스냄새", "가스가 새", "가스 새", "가스 누출", "가스누출"),
        ("gas leak", "smell gas", "smell of gas", "smells of gas", "smells like gas", "gas smell"),
        ("가스 냄새 제거", "가스 누출 점검"),
    ),
    FirstSign(
        "큰 누수", EmergencyKind.water,
        ("물이 쏟아", "물바다", "천장에서 물이", "물이 계속 떨어", "물이 콸콸", "배관이 터", "침수"),
        ("flooding", "flooded", "water pouring", "pipe burst", "burst pipe", "water is dripping from the ceiling"),
        ("침수 이력", "침수 보험", "flooded with messages", "flooded with emails"),
    ),
    FirstSign(
        "부상", EmergencyKind.injury,
        (
            "다쳤", "쓰러졌", "의식이 없", "피가 나", "피가 많이", "골절", "화상을 입", "119 불러", "구급차", "감전",
        ),
        (
            "injured", "unconscious", "bleeding", "broken arm", "broken leg", "ambulance", "electrocuted", "badly hurt",
        ),
        (
            "다쳤을 때", "다쳤을 경우", "다쳤을까", "안 다쳤", "마음을 다쳤", "자존심을 다쳤", "not injured",
            "nobody was injured", "no one was injured", "if injured", "if someone is injured",
        ),
    ),
    FirstSign(
        "폭력·위협", EmergencyKind.violence,
        (
            "폭행", "때렸", "칼을 들", "죽이겠", "성추행", "성희롱", "스토킹", "몰래카메라", "몰카", "무단 침입",
        ),
        (
            "assaulted", "attacked me", "with a knife", "threatened to", "sexually harassed", "hidden camera",
            "broke in", "intruder", "stalking",
        ),
    ),
    FirstSign(
        "갇힘", EmergencyKind.locked,
        ("갇혔", "갇혀", "못 나가고 있"),
        ("trapped", "locked inside", "locked in the", "can't get out", "cannot get out"),
        ("보증금이 갇혔", "돈이 갇혔"),
    ),
    FirstSign(
        "사라진 반려동물", EmergencyKind.animal,
        (
            "강아지가 없어", "강아지가 사라", "강아지가 나갔", "강아지를 잃어버", "고양이가 없어", "고양이가 사라",
            "고양이가 나갔", "고양이를 잃어버",
        ),
        ("dog is missing", "dog ran away", "lost my dog", "cat is missing", "cat ran away", "lost my cat"),
        ("강아지가 없어도", "고양이가 없어도", "강아지가 없어요?", "고양이가 없어요?"),
    ),
    # Of the topic of safety, and somebody is asked for at once.
    FirstSign(
        "지금 도움이 필요함", EmergencyKind.other,
        ("지금 당장", "살려", "빨리 와", "위급", "도와주세요", "도와 주세요"),
        ("right now", "help me", "please hurry", "come quickly", "life threatening"),
        topic="safety",
    ),
)  # fmt: skip


def read_signs(session: Session) -> list[Sign]:
    """Those in use, in the order in which they are asked; the first ones while the table is empty. One query."""
    rows = session.scalars(select(EmergencySign).order_by(EmergencySign.position, EmergencySign.id)).all()
    if not rows:
        return [Sign(one.name, one.kind, (*one.words_ko, *one.words_en), one.unless, one.topic) for one in FIRST_SIGNS]
    return [one.sign for one in rows if one.is_active]


def bring_in(session: Session) -> int:
    """Makes rows of those that are not there by name; gives how many."""
    there = set(session.scalars(select(EmergencySign.name)))
    missing = [(place, one) for place, one in enumerate(FIRST_SIGNS, 1) if one.name not in there]
    session.add_all(
        EmergencySign(
            name=one.name,
            kind=one.kind,
            topic=one.topic,
            words_ko=list(one.words_ko),
            words_en=list(one.words_en),
            unless=list(one.unless),
            position=place * 10,
            created_at=clock.now(),
        )
        for place, one in missing
    )
    return len(missing)
