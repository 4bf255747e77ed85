"""What the demo's partners have proved, and what happened with them: criteria, checks, documents, incidents, scores."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.bookings.model import Booking, BookingState
from app.clock import in_seoul
from app.demo.people_rows import ENDINGS
from app.desk.kept_files import keep_apart
from app.insights.partner_sources import read_sources
from app.partners import gate
from app.partners.criteria import Criterion
from app.partners.documents import PartnerDocument
from app.partners.files import Upload
from app.partners.fitness import plus_months
from app.partners.incidents import IncidentKind, Severity, Told, WarningLimit, enter
from app.partners.kinds import AT_WORK, DocumentKind, PartnerState, QualificationState
from app.partners.model import Partner, PartnerKind, Qualification, Vendor
from app.partners.score_history import keep_then
from app.partners.scores import PartnerScore
from app.policies.model import Product

OPENED = timedelta(days=720)
HEALTH, SAFETY, FIRE = "건강진단서", "숙소 안전 점검", "소방 안전 교육"
# The partner at this place let the health certificate lapse so many days ago; at that one it ends in so many.
LAPSED_AT, ENDING_AT = 14, 16
LAPSED_DAYS, ENDING_DAYS = 4, 6
KEPT_VISITS = 2
BY = "오민석"
# Place of the partner, days ago, kind, severity, whether a warning, text.
INCIDENTS: Sequence[tuple[int, int, IncidentKind, Severity, bool, str]] = (
    (1, 12, IncidentKind.late, Severity.minor, True, "이번 달 세 번째 지각. 25분 늦게 도착하고 미리 알리지 않음."),
    (20, 62, IncidentKind.unreachable, Severity.minor, True, "입주 당일 네 시간 동안 연락이 닿지 않음."),
    (20, 31, IncidentKind.conduct, Severity.major, True, "환불 문의에 반말로 답하고 전화를 끊음."),
    (20, 5, IncidentKind.privacy, Severity.major, True, "게스트 연락처를 다른 사람에게 알려 줌."),
    (4, 20, IncidentKind.poor_work, Severity.minor, False, "욕실 곰팡이 제거를 빠뜨려 재방문함."),
    (9, 44, IncidentKind.damage, Severity.major, False, "세탁 중 커튼이 찢어짐. 보험으로 처리함."),
    (6, 15, IncidentKind.late, Severity.minor, False, "교통사고로 15분 늦음. 미리 알렸음."),
    (22, 70, IncidentKind.safety, Severity.minor, False, "현관 비밀번호를 바꾸지 않은 채 다음 손님을 받음."),
)


def criteria(moment: datetime) -> list[Criterion]:
    """In force since the office opened, and one that begins in three weeks."""
    opened = in_seoul(moment - OPENED).date()
    rows: Sequence[tuple[str, str, str, str, PartnerKind | None, Product | None, int | None, bool]] = (
        ("신원 확인", "Identity check", "신분증을 직접 보고 확인 (사본과 번호는 보관하지 않음)",
         "An identity card seen in person (neither copy nor number is kept)", PartnerKind.cleaner, None, 36, False),
        (HEALTH, "Health certificate", "보건소가 발급한 건강진단결과서", "Issued by a public health centre",
         PartnerKind.cleaner, Product.home_cleaning, 12, False),
        ("청소 실기 평가", "Cleaning test", "본사 교육장에서 두 시간 실기", "Two hours at our training flat",
         PartnerKind.cleaner, Product.home_cleaning, None, False),
        ("사업자등록 확인", "Business registration", "홈택스 조회 화면", "Looked up at Hometax",
         PartnerKind.host, None, None, False),
        (SAFETY, "Safety of the place", "점검표와 사진", "Check list with photographs",
         PartnerKind.host, Product.mid_term_housing, 24, True),
    )  # fmt: skip
    made = [
        Criterion(name_ko=ko, name_en=en, proof_ko=proof_ko, proof_en=proof_en, kind=kind, product=product,
                  months=months, needs_document=needs, binds_from=opened, created_at=moment - OPENED)
        for ko, en, proof_ko, proof_en, kind, product, months, needs in rows
    ]  # fmt: skip
    fire = Criterion(
        name_ko=FIRE,
        name_en="Fire safety course",
        proof_ko="부산소방재난본부 수료증",
        proof_en="Certificate of Busan's fire department",
        kind=PartnerKind.host,
        product=Product.mid_term_housing,
        city="부산",
        months=24,
        needs_document=True,
        binds_from=in_seoul(moment).date() + timedelta(days=21),
        created_at=moment - timedelta(days=9),
    )
    return [*made, fire]


def prove(session: Session, moment: datetime, made: Sequence[Partner], asked: Sequence[Criterion]) -> None:
    """Each check is of its criterion and was renewed in time, but for two; documents are small real files."""
    by_name = {one.name_ko: one for one in asked}
    today, home = in_seoul(moment).date(), current_app.extensions["opsroom.settings"].home
    for place, partner in enumerate(made):
        for one in list(partner.qualifications):
            one.criterion = by_name.get(one.name)
            if one.criterion is None or one.state is not QualificationState.passed or one.checked_on is None:
                continue
            _renew(partner, one, one.criterion, today, _lag(place))
            if one.criterion.needs_document:
                _file(session, home, partner, one.criterion, one.checked_on)
    session.add_all(
        [
            WarningLimit(warnings=3, days=90, created_at=moment - OPENED),
            WarningLimit(kind=PartnerKind.host, warnings=3, days=180, created_at=moment - OPENED),
        ]
    )


def contract(firms: Sequence[Vendor], moment: datetime) -> None:
    """The one that answers for us has seven weeks left; the one that cleans, most of a year."""
    today = in_seoul(moment).date()
    answers, cleans = firms
    answers.contact, answers.phone, answers.reply_minutes = "한지원 팀장", "02-000-1100", 30
    answers.contract_from, answers.contract_until = today - timedelta(days=680), today + timedelta(days=49)
    cleans.contact, cleans.phone, cleans.reply_minutes = "서정민 소장", "02-000-2200", 120
    cleans.contract_from, cleans.contract_until = today - timedelta(days=720), today + timedelta(days=310)


def dispatch(bought: Sequence[Booking], made: Sequence[Partner]) -> None:
    """Nobody works before they began or after they stopped, and who is about to be gated keeps two visits to come: the
    other bookings were given to another of their kind, of the same city where there is one.
    """
    lapsing = [made[place] for place, days in enumerate(ENDINGS) if days < 0] + [made[LAPSED_AT]]
    left = {one.id: KEPT_VISITS for one in lapsing}
    for booking in bought:
        partner = booking.partner
        if partner is None or booking.state is BookingState.cancelled:
            continue
        began = partner.state not in {PartnerState.applied, PartnerState.checked}
        over = booking.state is BookingState.done
        if over and began:
            continue
        if not over and partner.state in AT_WORK:
            left[partner.id] = left.get(partner.id, len(bought)) - 1
            if left[partner.id] >= 0:
                continue
        others = [one for one in made if one.kind is partner.kind and one.state in AT_WORK and one not in lapsing]
        nearest = min(others, key=lambda one: (one.city != partner.city, made.index(one)))
        booking.partner, booking.city = nearest, nearest.city


def incidents(session: Session, moment: datetime, made: Sequence[Partner]) -> int:
    """Each entered the day after, with a booking of that partner where there was one."""
    for place, days_ago, kind, severity, is_warning, text in INCIDENTS:
        partner, happened = made[place], in_seoul(moment).date() - timedelta(days=days_ago)
        booking = session.scalars(
            select(Booking)
            .where(Booking.partner_id == partner.id, Booking.state == BookingState.done)
            .order_by(Booking.starts_at.desc())
        ).first()
        with clock.stopped(datetime.combine(happened + timedelta(days=1), time(11), clock.SEOUL)):
            told = Told(kind, severity, text, happened, is_warning, booking_id=booking.id if booking else None)
            enter(partner, told)
        session.flush()
    return len(INCIDENTS)


def look_back(session: Session, moment: datetime) -> None:
    """What the night shift would have done by now: the gate, and the scores."""
    gate.look(session, gate.to_look_at(session))
    gate.look_at_vendors(session)
    ids = session.scalars(select(Partner.id)).all()
    for partner_id, sources in read_sources(session, ids, moment).items():
        row = PartnerScore(partner_id=partner_id)
        row.take(sources, moment)
        session.add(row)
        keep_then(session, row, moment)


def _lag(place: int) -> int | None:
    """Days from today to the end of the last health certificate; None where it is renewed in time."""
    return {LAPSED_AT: -LAPSED_DAYS, ENDING_AT: ENDING_DAYS}.get(place)


def _renew(partner: Partner, first: Qualification, criterion: Criterion, today: date, lag: int | None) -> None:
    checked = first.checked_on
    if criterion.months is None or checked is None:
        return
    last = first
    while (ends := plus_months(checked, criterion.months)) < today:
        checked = ends
        last = Qualification(
            criterion=criterion, name=criterion.name_ko, state=QualificationState.passed, checked_on=checked
        )
        partner.qualifications.append(last)
    if lag is not None and criterion.name_ko == HEALTH:
        last.expires_on = today + timedelta(days=lag)


def _file(session: Session, home: Path, partner: Partner, criterion: Criterion, on: date) -> None:
    upload = Upload(f"{criterion.name_ko}-{on.isoformat()}.pdf", _pdf(f"Demo: safety check of partner {partner.id}"))
    session.add(
        PartnerDocument(
            partner_id=partner.id,
            criterion=criterion,
            kind=DocumentKind.qualification,
            name=upload.short_name,
            note="현장 점검표",
            media_type=upload.media_type,
            size=len(upload.body),
            sha256=upload.sha256,
            key=keep_apart(home, upload.body),
            by=BY,
            at=datetime.combine(on, time(10), clock.SEOUL),
        )
    )


def _pdf(text: str) -> bytes:
    """One page with one line."""
    drawn = f"BT /F1 18 Tf 72 720 Td ({text}) Tj ET".encode("ascii")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            b"/Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    whole, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(whole))
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(whole)
    whole += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    whole += b"".join(b"%010d 00000 n \n" % place for place in places)
    whole += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(whole)
