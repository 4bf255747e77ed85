"""The demo's notes on refunds, with a picture and a receipt as evidence."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.actor import Actor, ActorKind, acting_as
from app.demo.sign_ins import AGENT, MANAGER
from app.people.model import User
from app.people.rights import RIGHTS
from app.refunds.evidence.keeping import Sent, add
from app.refunds.evidence.model import RefundNote
from app.refunds.model import Refund, RefundState
from app.refunds.reasons import Reason

WIDTH, HEIGHT = 320, 240


def evidence(session: Session, home: Path) -> None:
    """On the newest refund for poor quality that waits. Safe to run again. Does not commit."""
    if session.scalar(select(RefundNote.id).limit(1)) is not None:
        return
    wanted = select(Refund).where(Refund.reason == Reason.poor_quality, Refund.state == RefundState.requested)
    refund = session.scalars(wanted.order_by(Refund.id.desc()).limit(1)).first()
    if refund is None:
        return
    said: tuple[tuple[str, int, str, list[Sent]], ...] = (
        (
            AGENT.email,
            20,
            "고객이 보낸 욕실 사진입니다. 거울 얼룩과 배수구 머리카락이 보입니다.",
            [_photo("욕실 거울")],
        ),
        (MANAGER.email, 50, "클리너와 통화함: 시간이 모자라 욕실을 다 못 했다고 함. 만 원을 더 드리기로 함.", []),
    )
    for email, minutes, text, files in said:
        person = session.scalars(select(User).where(User.email == email)).one()
        actor = Actor(ActorKind.person, person.name, person.id, RIGHTS[person.role])
        with clock.stopped(refund.requested_at + timedelta(minutes=minutes)), acting_as(actor):
            add(session, refund, text, files, home)


def _photo(name: str) -> Sent:
    """A mirror with a stain on a tiled wall, drawn line by line."""
    rows = b"".join(b"\x00" + bytes(_pixels(y)) for y in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return Sent(f"{name}.png", b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks))


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _pixels(y: int) -> Iterator[int]:
    for x in range(WIDTH):
        mirror = 90 < x < 230 and 30 < y < 210
        stain = (x - 170) ** 2 + (y - 120) ** 2 < 900
        tile = x % 40 == 0 or y % 40 == 0
        yield from (
            (150, 140, 110)
            if mirror and stain
            else (196, 214, 222)
            if mirror
            else ((205, 205, 200) if tile else (238, 238, 234))
        )
