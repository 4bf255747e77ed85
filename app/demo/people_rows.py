"""The two sides of the demo's market as rows: vendors and partners with their papers, and customers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from app import clock
from app.bookings.model import Customer, Tier
from app.clock import in_seoul
from app.demo import names, numbers
from app.partners.model import (
    Insurance,
    Partner,
    PartnerKind,
    PartnerState,
    Qualification,
    QualificationState,
    Vendor,
)

VENDOR_OF_AGENTS = "다정한CS"
CUSTOMERS, ENGLISH_EVERY = 60, 3
CLEANERS = 18
# The first partners' insurances end so many days from today: what a home page must warn of.
ENDINGS = (-12, -3, 2, 5, 6, 11, 19, 24, 28)
WHYS = {
    PartnerState.warned: "한 달에 지각 세 번",
    PartnerState.suspended: "고객 물품 파손을 알리지 않음",
    PartnerState.left: "이사로 활동을 마침",
}
_STARTED = (PartnerState.checked, PartnerState.active)
PATHS: dict[PartnerState, tuple[PartnerState, ...]] = {
    PartnerState.applied: (),
    PartnerState.checked: (PartnerState.checked,),
    PartnerState.active: _STARTED,
    PartnerState.warned: (*_STARTED, PartnerState.warned),
    PartnerState.suspended: (*_STARTED, PartnerState.suspended),
    PartnerState.left: (*_STARTED, PartnerState.left),
}
CHECKS = {
    PartnerKind.cleaner: ("신원 확인", "건강진단서", "청소 실기 평가"),
    PartnerKind.host: ("사업자등록 확인", "숙소 안전 점검"),
}
# What becomes of the first partners; the rest are active.
FATES = {
    1: PartnerState.warned,
    3: PartnerState.suspended,
    7: PartnerState.applied,
    10: PartnerState.left,
    12: PartnerState.checked,
    20: PartnerState.warned,
    26: PartnerState.applied,
}


def vendors(moment: datetime) -> list[Vendor]:
    return [
        Vendor(name=VENDOR_OF_AGENTS, email="desk@dajung-cs.example", created_at=moment - timedelta(days=640)),
        Vendor(name="말끔홈서비스", email="ops@malkkeum.example", created_at=moment - timedelta(days=512)),
    ]


def partners(rng: Random, moment: datetime, firms: Sequence[Vendor]) -> list[Partner]:
    """Cleaners (every third of the second vendor) and hosts, all still applicants."""
    made = []
    cities = list(names.CITIES)
    for place in range(CLEANERS + len(names.HOSTS)):
        cleans = place < CLEANERS
        kind = PartnerKind.cleaner if cleans else PartnerKind.host
        joined = in_seoul(moment).date() - timedelta(days=rng.randint(40, 700))
        made.append(
            Partner(
                name=_cleaner_name(place) if cleans else names.HOSTS[place - CLEANERS],
                kind=kind,
                state=PartnerState.applied,
                city=cities[place % len(cities)] if cleans else cities[(place - CLEANERS) // 2],
                phone=f"010-0000-{1000 + place * 37:04d}",
                email=f"partner{place + 1:02d}@example.com",
                business_number=None if cleans else business_number(rng),
                vendor=firms[1] if cleans and place % 3 == 2 else None,
                joined_on=joined,
                created_at=_morning(joined - timedelta(days=12)),
                insurances=_insurances(rng, in_seoul(moment).date(), place, joined),
                qualifications=_qualifications(kind, joined, fate_of(place)),
            )
        )
    return made


def settle_partners(moment: datetime, made: Sequence[Partner]) -> None:
    """Each checked and started when it joined, and brought to its fate since."""
    for place, partner in enumerate(made):
        joined = partner.joined_on or in_seoul(moment).date()
        for step in PATHS[fate_of(place)]:
            at = moment - timedelta(days=9 + place) if step in WHYS else _morning(joined)
            with clock.stopped(at):
                partner.move_to(step, WHYS.get(step, ""))


def fate_of(place: int) -> PartnerState:
    """The state that the partner at this place is brought to."""
    return FATES.get(place, PartnerState.active)


def customers(rng: Random, moment: datetime) -> list[Customer]:
    """Every third writes English; every tenth is a VIP."""
    cities = list(names.CITIES)
    pairs = [(one, other) for one in names.SURNAMES for other in names.GIVEN]
    chosen = iter(rng.sample(pairs, CUSTOMERS))
    english = iter(rng.sample(names.ENGLISH, CUSTOMERS // ENGLISH_EVERY))
    made = []
    for place in range(CUSTOMERS):
        writes_english = place % ENGLISH_EVERY == ENGLISH_EVERY - 1
        if writes_english:
            name = next(english)
            address = name.lower().replace(" ", ".").replace("-", "")
        else:
            (family, family_latin), (given, given_latin) = next(chosen)
            name, address = family + given, f"{given_latin}.{family_latin}"
        made.append(
            Customer(
                name=name,
                email=f"{address}@example.com",
                phone=f"010-0000-{2000 + place * 53:04d}",
                language="en" if writes_english else "ko",
                tier=Tier.vip if place % 10 == 4 else Tier.standard,
                city=cities[rng.randrange(len(cities))],
                zendesk_id=numbers.CUSTOMERS + numbers.STEP * (place + 1),
                created_at=moment - timedelta(days=rng.randint(30, 600), minutes=rng.randint(0, 1400)),
            )
        )
    return made


def business_number(rng: Random) -> str:
    """Ten digits with the check digit of Korean business registration numbers."""
    digits = [rng.randint(1, 9), *(rng.randint(0, 9) for _ in range(8))]
    weights = (1, 3, 7, 1, 3, 7, 1, 3, 5)
    total = sum(digit * weight for digit, weight in zip(digits, weights, strict=True)) + digits[8] * 5 // 10
    whole = "".join(map(str, [*digits, (10 - total % 10) % 10]))
    return f"{whole[:3]}-{whole[3:5]}-{whole[5:]}"


def _cleaner_name(place: int) -> str:
    family = names.SURNAMES[place * 5 % len(names.SURNAMES)][0]
    return family + names.CLEANER_GIVEN[place % len(names.CLEANER_GIVEN)]


def _insurances(rng: Random, today: date, place: int, joined: date) -> list[Insurance]:
    """A year each, back to the day of joining."""
    if fate_of(place) is PartnerState.applied:
        return []
    made, ends = [], today + timedelta(days=ENDINGS[place] if place < len(ENDINGS) else rng.randint(45, 330))
    insurer, cover = rng.choice(names.INSURERS), rng.choice((50_000_000, 100_000_000, 300_000_000))
    while ends >= joined:
        starts = max(joined, ends - timedelta(days=364))
        number = f"{rng.randint(10, 99)}-{rng.randint(100000, 999999)}"
        made.append(Insurance(insurer=insurer, policy_number=number, cover_minor=cover, starts_on=starts, ends_on=ends))
        ends = starts - timedelta(days=1)
    return made[::-1]


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(10), clock.SEOUL)


def _qualifications(kind: PartnerKind, joined: date, fate: PartnerState) -> list[Qualification]:
    passed = fate is not PartnerState.applied
    return [
        Qualification(
            name=name,
            state=QualificationState.passed if passed else QualificationState.pending,
            checked_on=joined if passed else None,
        )
        for name in CHECKS[kind]
    ]
