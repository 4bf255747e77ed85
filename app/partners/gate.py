"""The gate: what dated facts alone do to partners, and who is told 30, 7 and 1 days before they do it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String, or_, select, update
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, selectinload

from app import clock
from app.alarms.alarm import raise_alarm
from app.alarms.kinds import AlarmKind
from app.db import Base, key_column, one_at_a_time
from app.partners.criteria import Criterion
from app.partners.documents import PartnerDocument
from app.partners.fitness import Finding, Fit, fit_until, notice_due
from app.partners.kinds import AT_WORK, PartnerState
from app.partners.model import Partner, Vendor
from app.words import Words, say

A_CHUNK = 200
LOOKED_AT = (PartnerState.checked, *AT_WORK)
CITIES_NAMED = 6


class PartnerNotice(Base):
    """That somebody was told of an end: `key` says of what, of which end and how many days before; one of each."""

    __tablename__ = "partner_notices"

    id: Mapped[int] = key_column()
    key: Mapped[str] = mapped_column(String(120), unique=True)
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partners.id"), index=True)
    vendor_id: Mapped[int | None] = mapped_column(ForeignKey("vendors.id"), index=True)
    about: Mapped[str] = mapped_column(String(60))
    ends_on: Mapped[date] = mapped_column(Date)
    days: Mapped[int]
    at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Ending:
    """`of`: "partner:7" or "vendor:3"; `about`: what ends, as in Finding.key."""

    of: str
    about: str
    ends_on: date
    city: str = ""


@dataclass(slots=True)
class Looked:
    """What one look did: the cities of whom it suspended and brought back, and what is about to end."""

    closed: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)


def to_look_at(session: Session) -> Sequence[int]:
    """Who is about to work, works, or was suspended by the gate."""
    asked = select(Partner.id).where(or_(Partner.state.in_(LOOKED_AT), Partner.gated_from.is_not(None)))
    return session.scalars(asked.order_by(Partner.id)).all()


def look(session: Session, ids: Sequence[int]) -> Looked:
    """Looks at these partners, locked; moves those whom the facts move, and tells of what ends. The caller commits."""
    one_at_a_time(session, "partners")
    on, looked = clock.in_seoul(clock.now()).date(), Looked()
    criteria = session.scalars(select(Criterion).order_by(Criterion.id)).all()
    for partner in _partners(session, ids):
        findings = partner.findings(criteria, on)
        move = partner.pass_gate(findings, on)
        if move is not None:
            (looked.closed if partner.gated_from else looked.opened).append(partner.city)
        until = fit_until(findings)
        if until != partner.fit_until:
            # Past the row's version: what was worked out anew is no change that somebody at the form must weigh.
            session.execute(update(Partner).where(Partner.id == partner.id).values(fit_until=until))
        if partner.state in LOOKED_AT:
            looked.endings.extend(_endings(partner, findings))
    tell(session, looked, on)
    return looked


def look_at_vendors(session: Session) -> None:
    """Tells of contracts that end, and of papers of vendors. The caller commits."""
    one_at_a_time(session, "partners")
    on = clock.in_seoul(clock.now()).date()
    asked = select(Vendor.id, Vendor.contract_until).where(Vendor.is_active, Vendor.contract_until >= on)
    endings = [Ending(f"vendor:{key}", "contract", ends_on) for key, ends_on in session.execute(asked) if ends_on]
    papers = select(PartnerDocument.vendor_id, PartnerDocument.id, PartnerDocument.ends_on).where(
        PartnerDocument.vendor_id.in_(select(Vendor.id).where(Vendor.is_active)),
        PartnerDocument.removed_at.is_(None),
        PartnerDocument.ends_on >= on,
    )
    endings += [
        Ending(f"vendor:{key}", f"document:{paper}", ends_on)
        for key, paper, ends_on in session.execute(papers)
        if ends_on
    ]
    tell(session, Looked(endings=endings), on)


def tell(session: Session, looked: Looked, on: date) -> None:
    """One alarm for whom the gate has suspended, and one for each of 30, 7 and 1 days; each end is told of once."""
    moment = clock.now().isoformat()
    if looked.closed:
        words = _GATED.fill(count=len(looked.closed), where=_where(looked.closed))
        raise_alarm(session, AlarmKind.partner_gated, words, f"gate:{moment}")
    due = list(_due(session, looked.endings, on))
    for days in sorted({days for _, days in due}):
        ends = [one for one, its in due if its == days]
        first = min(one.ends_on for one in ends).isoformat()
        where = _where([one.city for one in ends])
        words = _ENDING.fill(count=len(ends), days=days, where=where, first=first)
        raise_alarm(session, AlarmKind.partner_ending, words, f"ending:{days}:{moment}")


def _due(session: Session, endings: Sequence[Ending], on: date) -> Iterator[tuple[Ending, int]]:
    """Those to be told of now, each noted down."""
    if not endings:
        return
    asked = select(PartnerNotice.key).where(PartnerNotice.ends_on.in_({one.ends_on for one in endings}))
    told = set(session.scalars(asked))
    for one in endings:
        about = f"{one.of}:{one.about}:{one.ends_on.isoformat()}"
        before = frozenset(days for days in (30, 7, 1) if f"{about}:{days}" in told)
        days = notice_due(one.ends_on, on, before)
        if days is None:
            continue
        kind, _, number = one.of.partition(":")
        session.add(
            PartnerNotice(
                key=f"{about}:{days}",
                partner_id=int(number) if kind == "partner" else None,
                vendor_id=int(number) if kind == "vendor" else None,
                about=one.about,
                ends_on=one.ends_on,
                days=days,
                at=clock.now(),
            )
        )
        yield one, days


def _endings(partner: Partner, findings: Sequence[Finding]) -> Iterator[Ending]:
    """What is met and has an end; a document that proves no criterion by itself. A vendor's contract is told of once,
    as the vendor's."""
    of = f"partner:{partner.id}"
    for one in findings:
        if one.fit is Fit.met and one.until is not None and one.key != "contract":
            yield Ending(of, one.key, one.until, partner.city)
    for paper in partner.documents:
        if paper.removed_at is None and paper.criterion_id is None and paper.ends_on is not None:
            yield Ending(of, f"document:{paper.id}", paper.ends_on, partner.city)


def _partners(session: Session, ids: Sequence[int]) -> Sequence[Partner]:
    asked = (
        select(Partner)
        .where(Partner.id.in_(ids))
        .options(
            joinedload(Partner.vendor),
            *(selectinload(part) for part in (Partner.insurances, Partner.qualifications, Partner.documents)),
            selectinload(Partner.moves),
        )
        .order_by(Partner.id)
        .with_for_update(of=Partner)
        .execution_options(populate_existing=True)
    )
    return session.scalars(asked).all()


def _where(cities: Sequence[str]) -> str:
    """Where, and how many: no names, since an alarm is read by people of every city."""
    counted = Counter(city for city in cities if city).most_common(CITIES_NAMED)
    return " · ".join(f"{city} {count}" for city, count in counted) or "–"


_GATED: Words = say(
    "보험이나 필요한 자격이 끝나 배정을 멈춘 파트너: {count}명 ({where}). 새로 등록하면 저절로 다시 시작합니다. "
    "「파트너 › 배정 막힘」에서 앞으로의 예약을 다시 배정해 주세요.",
    "Partners suspended for dispatch because insurance or a needed qualification has ended: {count} ({where}). Once it "
    "is renewed they go on by themselves. See “Partners › Gated” and give their coming bookings to somebody else.",
)
_ENDING: Words = say(
    "{days}일 안에 끝나는 보험·자격·서류·계약: {count}건 ({where}), 가장 이른 날 {first}. 「파트너 › 만료 임박」에서 "
    "갱신을 받아 주세요.",
    "Insurance, qualifications, documents or contracts that end within {days} days: {count} ({where}), the first on "
    "{first}. See “Partners › Ending soon” and ask for renewals.",
)
