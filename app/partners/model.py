"""The other side of the market: cleaners, hosts, vendors, and the dated facts that let them work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from app import clock
from app.actor import acting
from app.db import Base, BigId, choice, key_column
from app.desk.states import named
from app.errors import Refusal
from app.partners import fitness
from app.partners.criteria import Criterion
from app.partners.fitness import INSURANCE, Check, Finding, Paper, Span, unfit
from app.partners.kinds import (
    AT_WORK,
    MOVES,
    NEEDS_A_REASON,
    NEEDS_FACTS,
    SERVICES,
    PartnerKind,
    PartnerState,
    QualificationState,
)
from app.policies.model import Product
from app.resident_number import keeps_no_resident_number
from app.words import Words, say

__all__ = [
    "MOVES",
    "NEEDS_A_REASON",
    "Insurance",
    "Partner",
    "PartnerKind",
    "PartnerMove",
    "PartnerState",
    "Qualification",
    "QualificationState",
    "Vendor",
]


@keeps_no_resident_number
class Vendor(Base):
    """A company that answers or cleans for us; its people see only what is theirs. The contract holds on both days it
    names. `reply_minutes`: the first reply that was promised, at most so many minutes.
    """

    __tablename__ = "vendors"

    id: Mapped[int] = key_column()
    name: Mapped[str] = mapped_column(String(120), unique=True)
    email: Mapped[str | None] = mapped_column(String(254))
    contact: Mapped[str | None] = mapped_column(String(120))
    phone: Mapped[str | None] = mapped_column(String(40))
    contract_from: Mapped[date | None]
    contract_until: Mapped[date | None]
    reply_minutes: Mapped[int | None]
    note: Mapped[str | None] = mapped_column(Text)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    documents: Mapped[list[Any]] = relationship(
        "PartnerDocument", back_populates="vendor", order_by="PartnerDocument.id"
    )
    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.name

    def contract_on(self, on: date) -> Finding:
        span = Span(self.contract_from or date.min, self.contract_until)
        return fitness.contract(self.name, span, on, is_active=self.is_active is not False)


@keeps_no_resident_number
class Partner(Base):
    """`product`: what they do for us, where their kind does not tell. `gated_from`: the state they had when the gate
    suspended them; None while a person answers for the state. `fit_until`: see fitness.fit_until, as last looked at.
    `weighed_at`: when somebody last decided what their warnings mean.
    """

    __tablename__ = "partners"

    id: Mapped[int] = key_column()
    name: Mapped[str] = mapped_column(String(120), index=True)
    kind: Mapped[PartnerKind] = mapped_column(choice(PartnerKind), index=True)
    state: Mapped[PartnerState] = mapped_column(choice(PartnerState), default=PartnerState.applied, index=True)
    product: Mapped[Product | None] = mapped_column(choice(Product))
    gated_from: Mapped[PartnerState | None] = mapped_column(choice(PartnerState), index=True)
    fit_until: Mapped[date | None] = mapped_column(index=True)
    weighed_at: Mapped[datetime | None]
    city: Mapped[str] = mapped_column(String(40), index=True)
    phone: Mapped[str | None] = mapped_column(String(40))
    email: Mapped[str | None] = mapped_column(String(254))
    business_number: Mapped[str | None] = mapped_column(String(12), unique=True)
    vendor_id: Mapped[int | None] = mapped_column(ForeignKey("vendors.id"), index=True)
    zendesk_id: Mapped[int | None] = mapped_column(BigId, unique=True)
    note: Mapped[str | None] = mapped_column(Text)
    joined_on: Mapped[date | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    vendor: Mapped[Vendor | None] = relationship()
    insurances: Mapped[list[Insurance]] = relationship(
        back_populates="partner", order_by="Insurance.ends_on", cascade="all, delete-orphan"
    )
    qualifications: Mapped[list[Qualification]] = relationship(
        back_populates="partner", order_by="Qualification.id", cascade="all, delete-orphan"
    )
    moves: Mapped[list[PartnerMove]] = relationship(back_populates="partner", order_by="PartnerMove.id")
    incidents: Mapped[list[Any]] = relationship(
        "PartnerIncident", back_populates="partner", order_by="PartnerIncident.id"
    )
    score: Mapped[Any | None] = relationship("PartnerScore", back_populates="partner", uselist=False)
    documents: Mapped[list[Any]] = relationship(
        "PartnerDocument", back_populates="partner", order_by="PartnerDocument.id"
    )
    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.name

    def insured_until(self, on: date) -> date | None:
        """The last day of the cover in force on `on`; None when there is none."""
        return max((one.ends_on for one in self.insurances if one.starts_on <= on <= one.ends_on), default=None)

    @property
    def service(self) -> Product | None:
        return self.product or SERVICES.get(self.kind)

    def findings(self, criteria: Sequence[Criterion], on: date) -> list[Finding]:
        """Insurance, the vendor's contract and every criterion that binds, each as it stands on that day."""
        found = [fitness.insurance([Span(one.starts_on, one.ends_on) for one in self.insurances], on)]
        if self.vendor is not None:
            found.append(self.vendor.contract_on(on))
        checks, papers = self.proofs()
        needs = [one.need() for one in criteria if one.binds(self.kind, self.service, self.city, on)]
        return found + [fitness.look(need, checks, papers, on) for need in needs]

    def proofs(self) -> tuple[list[Check], list[Paper]]:
        """What was checked of them, and the documents that prove it."""
        checks = [one.check() for one in self.qualifications if one.criterion_id is not None]
        return checks, [Paper(str(one.criterion_id), one.ends_on) for one in self.documents if one.proves]

    def findings_now(self) -> list[Finding]:
        """As `findings`, today, by the criteria that are kept. The partner must be in a session."""
        session = object_session(self)
        if session is None:
            raise ValueError("a partner outside a session knows no criteria")
        with session.no_autoflush:
            criteria = session.scalars(select(Criterion).order_by(Criterion.id)).all()
            return self.findings(criteria, clock.in_seoul(clock.now()).date())

    def move_to(self, now: PartnerState, why: str = "") -> None:
        """Writes the move, by a person. Refuses in words what the table does not allow, and to be checked or to work
        while something that is needed for it is not met.
        """
        acting().must("partners.edit")
        if now not in MOVES[self.state]:
            raise Refusal(_NOT_ALLOWED.fill(name=self.name, state=named(self.state).words, now=named(now).words))
        if now in NEEDS_FACTS:
            self._must_meet(now)
        if now in NEEDS_A_REASON and not why.strip():
            raise Refusal(say("까닭을 적어 주세요.", "Say why."), field="why")
        self._moved(now, why, gated_from=None)

    def stay_suspended(self, why: str) -> None:
        """A person takes over from the gate: it opens no more by itself."""
        acting().must("partners.edit")
        if self.gated_from is None:
            words = say("{name}은(는) 사람이 정한 상태입니다.", "A person answers for the state of {name} already.")
            raise Refusal(words.fill(name=self.name))
        if not why.strip():
            raise Refusal(say("까닭을 적어 주세요.", "Say why."), field="why")
        self._moved(PartnerState.suspended, why, gated_from=None)

    def weigh(self, why: str) -> None:
        """Their warnings were looked at, and they go on as they are."""
        self._moved(self.state, why, gated_from=None)
        self.weighed_at = clock.now()

    def pass_gate(self, findings: Sequence[Finding], on: date) -> PartnerMove | None:
        """What the system does by dated facts alone: suspends who works without something that is needed, and brings
        back whom it suspended once all is met. Never touches what a person decided. None when nothing changes.
        """
        lacks = unfit(findings)
        if lacks and self.state in AT_WORK:
            since = max(fitness.unfit_from(findings, on), self._at_work_since(on))
            told = [say("{name}: {why}", "{name}: {why}").fill(name=one.name, why=one.why) for one in lacks]
            return self._moved(PartnerState.suspended, _both(told), gated_from=self.state, effective_on=since)
        if not lacks and self.gated_from is not None and self.state is PartnerState.suspended:
            words = say("필요한 것이 모두 갖추어졌습니다", "All that is needed is there again")
            return self._moved(self.gated_from, _both([words]), gated_from=None, effective_on=on)
        return None

    def _at_work_since(self, on: date) -> date:
        last = self.moves[-1].at if self.moves else None
        return min(clock.in_seoul(last).date(), on) if last is not None else date.min

    def _must_meet(self, now: PartnerState) -> None:
        lacks = unfit(self.findings_now())
        if now is PartnerState.checked:
            lacks = [one for one in lacks if one.key != INSURANCE]
        if not lacks:
            return
        told = [say("{name} ({why})", "{name} ({why})").fill(name=one.name, why=one.why) for one in lacks]
        ko, en = ", ".join(one.ko for one in told), ", ".join(one.en for one in told)
        raise Refusal(_NOT_MET.fill(name=self.name, now=named(now).words, lacks=say(ko, en)))

    def _moved(
        self, now: PartnerState, why: str, *, gated_from: PartnerState | None, effective_on: date | None = None
    ) -> PartnerMove:
        move = PartnerMove(
            was=self.state,
            now=now,
            by=acting().name,
            at=clock.now(),
            why=why.strip()[:500],
            effective_on=effective_on,
            by_gate=effective_on is not None,
        )
        self.moves.append(move)
        self.state, self.gated_from = now, gated_from
        if now is PartnerState.suspended and not move.by_gate:
            self.weighed_at = move.at
        return move


def _both(told: Sequence[Words]) -> str:
    """Both languages in one text: whoever reads the move later may speak either."""
    ko, en = ", ".join(one.ko for one in told), ", ".join(one.en for one in told)
    return f"{ko[:245]}{BETWEEN}{en[:245]}"


_NOT_ALLOWED = say(
    "{name}은(는) 지금 ‘{state}’ 상태여서 ‘{now}’(으)로 바꿀 수 없습니다.",
    "{name} is “{state}” now and cannot become “{now}”.",
)
_NOT_MET = say(
    "{name}은(는) 아직 ‘{now}’(으)로 바꿀 수 없습니다. 갖추지 못한 것: {lacks}. 먼저 등록해 주세요.",
    "{name} cannot become “{now}” yet. Not met: {lacks}. Enter it first.",
)
# Between the two languages of what the system writes; nobody types en spaces. app/refunds/both.py reads the same.
BETWEEN = "\u2002·\u2002"


@keeps_no_resident_number
class PartnerMove(Base):
    """One change of a partner's state. `by_gate`: the system made it, and it holds from midnight in Seoul of
    `effective_on`, which may be before it was written.
    """

    __tablename__ = "partner_moves"

    id: Mapped[int] = key_column()
    partner_id: Mapped[int] = mapped_column(ForeignKey("partners.id"), index=True)
    was: Mapped[PartnerState] = mapped_column(choice(PartnerState))
    now: Mapped[PartnerState] = mapped_column(choice(PartnerState))
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(500), default="")
    by_gate: Mapped[bool] = mapped_column(default=False)
    effective_on: Mapped[date | None]

    partner: Mapped[Partner] = relationship(back_populates="moves")

    @property
    def told(self) -> Words:
        ko, between, en = self.why.partition(BETWEEN)
        return say(ko, en if between else ko)


@keeps_no_resident_number
class Insurance(Base):
    """`cover_minor` is won; in force from `starts_on` to `ends_on`, both included."""

    __tablename__ = "insurances"
    __table_args__ = (CheckConstraint("starts_on <= ends_on", name="ends_after_start"),)

    id: Mapped[int] = key_column()
    partner_id: Mapped[int] = mapped_column(ForeignKey("partners.id"), index=True)
    insurer: Mapped[str] = mapped_column(String(120))
    policy_number: Mapped[str] = mapped_column(String(60))
    cover_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    starts_on: Mapped[date]
    ends_on: Mapped[date] = mapped_column(index=True)

    partner: Mapped[Partner] = relationship(back_populates="insurances")

    def __str__(self) -> str:
        return f"{self.insurer} {self.policy_number}"


@keeps_no_resident_number
class Qualification(Base):
    """One check of a partner: of a criterion, or of what only `name` tells."""

    __tablename__ = "qualifications"

    id: Mapped[int] = key_column()
    partner_id: Mapped[int] = mapped_column(ForeignKey("partners.id"), index=True)
    criterion_id: Mapped[int | None] = mapped_column(ForeignKey("criteria.id"), index=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    state: Mapped[QualificationState] = mapped_column(choice(QualificationState), default=QualificationState.pending)
    checked_on: Mapped[date | None]
    expires_on: Mapped[date | None]

    partner: Mapped[Partner] = relationship(back_populates="qualifications")
    criterion: Mapped[Criterion | None] = relationship()

    def check(self) -> Check:
        passed = {QualificationState.passed: True, QualificationState.failed: False}.get(self.state)
        return Check(str(self.criterion_id), passed, self.checked_on, self.expires_on)

    def __str__(self) -> str:
        return self.name
