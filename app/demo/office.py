"""Fills the office with the demo: everything in the caller's one transaction, by the subjects' own functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.actor import Actor, ActorKind, acting_as
from app.bookings.booking import bind
from app.clock import in_seoul
from app.demo import numbers, partner_rows
from app.demo.answers import ANSWERS
from app.demo.api_rows import tokens
from app.demo.bodies import fields, macro_id
from app.demo.booking_rows import bookings
from app.demo.dispute_rows import disputes
from app.demo.emergency_rows import emergencies
from app.demo.files import file_to_look_at
from app.demo.goodwill_rows import goodwill
from app.demo.history import stamp
from app.demo.people_rows import customers, partners, settle_partners, vendors
from app.demo.promises import PROMISES, Promise
from app.demo.receipts import receipts
from app.demo.refund_rows import mirror_the_past, refunds
from app.demo.routing_rows import make_room, routing
from app.demo.ruleset import RULES, filled
from app.demo.sign_ins import ADMIN, DOMAIN, MANAGER, PEOPLE, SECOND_MANAGER, Person
from app.demo.slas import POLICIES
from app.demo.view_rows import views
from app.demo.ways import ways
from app.link.link import the_link, turn_pushing
from app.macros import macro as macros
from app.people.model import User
from app.people.passwords import hashed
from app.people.rights import RIGHTS
from app.policies.model import Policy
from app.policies.versions import add_draft, ask, publish
from app.rules import publishing
from app.rules import rule as rules
from app.rules.model import RuleKind, RuleState, TwinState
from app.tickets.model import ZendeskField, ZendeskGroup, ZendeskUser
from app.tickets.sla import ZendeskSlaPolicy
from app.words import Words, say

SEED = 20_260_615
OPENED_DAYS_AGO = 720
Tell = Callable[[Words], None]


def opened_at(session: Session) -> datetime | None:
    """The demo's own now: when this office was filled. None when it was not."""
    return session.scalar(select(User.created_at).where(User.email == ADMIN.email, User.is_demo.is_(True)))


def fill(session: Session, moment: datetime, passwords: Mapping[str, str], tell: Tell) -> None:
    """`moment` is in whole seconds. Does not commit."""
    users = _users(session, moment, passwords)
    tell(say(f"사용자 {len(users)}명", f"{len(users)} people who sign in"))
    _names(session, moment)
    for promise in PROMISES:
        _policy(session, moment, promise, users)
    session.flush()
    receipts(session, moment, users)
    with _as(users, SECOND_MANAGER):
        tell(say(f"정책 {len(PROMISES)}개", f"{len(PROMISES)} policies"))
        _market(session, moment, tell)
        session.flush()
        agents = routing(session, moment)
        tell(say(f"배정 상담사 {agents}명", f"{agents} agents of routing"))
        macro_ids = _macros(session, moment)
        _rules(session, moment, macro_ids)
        seen = views(session)
        tell(
            say(
                f"매크로 {len(ANSWERS)}개, 규칙 {len(RULES)}개, 보기 {seen}개",
                f"{len(ANSWERS)} macros, {len(RULES)} rules, {seen} views",
            )
        )
    session.flush()
    told = mirror_the_past(session, moment)
    tell(say(f"티켓 {told}건", f"{told} tickets"))
    session.flush()
    make_room(session)
    made, given = refunds(session, moment, users), goodwill(session, moment, users)
    tell(say(f"환불 {made}건, 보상 {given}건", f"{made} refunds, goodwill given {given} times"))
    session.flush()
    ways(session, moment)
    with clock.stopped(moment):
        partner_rows.look_back(session, moment)
    opened, paged = disputes(session, moment, users), emergencies(session, moment, users)
    tell(say(f"분쟁 {opened}건, 긴급 {paged}건", f"{opened} disputes, {paged} emergencies"))
    with _as(users, ADMIN):
        turn_pushing(the_link(session), on=True)
        tokens(session, moment)
        file_to_look_at(session, moment)


SET_UP = Actor(ActorKind.system, "flask demo")


def actor_of(user: User) -> Actor:
    return Actor(ActorKind.person, user.name, user.id, RIGHTS[user.role])


@contextmanager
def _as(users: Mapping[str, User], person: Person) -> Iterator[None]:
    with acting_as(actor_of(users[person.key])):
        yield


def _users(session: Session, moment: datetime, passwords: Mapping[str, str]) -> dict[str, User]:
    users = {
        person.key: User(
            email=person.email,
            name=person.name,
            role=person.role,
            language=person.language,
            password_hash=hashed(passwords[person.email]),
            is_demo=True,
            zendesk_id=person.zendesk_id,
            created_at=moment,
        )
        for person in PEOPLE
    }
    session.add_all(users.values())
    session.flush()
    return users


def _names(session: Session, moment: datetime) -> None:
    """What rules call things by, until the first sync brings the same from the account."""
    session.add_all(ZendeskGroup(zendesk_id=group, name=name) for group, name in numbers.GROUPS.items())
    session.add_all(
        ZendeskUser(zendesk_id=agent, name=name, email=f"{key}@{DOMAIN}", role="agent", locale="ko")
        for agent, (name, key) in numbers.AGENTS.items()
    )
    session.add_all(
        ZendeskSlaPolicy(
            zendesk_id=one["id"],
            title=one["title"],
            position=one["position"],
            conditions=one["filter"],
            targets=one["policy_metrics"],
        )
        for one in POLICIES
    )
    for row in fields(stamp(moment)):
        options = [{"name": one["name"], "value": one["value"]} for one in row.get("custom_field_options", ())]
        session.add(ZendeskField(zendesk_id=row["id"], kind=row["type"], title=row["title"], options=options))


def _policy(session: Session, moment: datetime, promise: Promise, users: Mapping[str, User]) -> None:
    """Written by one manager, published by the other."""
    policy = Policy(
        key=promise.key,
        name_ko=promise.name_ko,
        name_en=promise.name_en,
        product=promise.product,
        gateway=promise.gateway,
        channel=promise.channel,
        created_at=moment - timedelta(days=OPENED_DAYS_AGO),
    )
    session.add(policy)
    for version in promise.versions:
        starts = _midnight(moment - timedelta(days=version.days_ago if version.days_ago is not None else -21))
        written_at = min(starts - timedelta(days=9), moment - timedelta(days=2))
        with clock.stopped(written_at), _as(users, SECOND_MANAGER):
            draft = add_draft(
                policy,
                valid_from=starts,
                terms=version.terms,
                text_ko=version.text_ko,
                text_en=version.text_en,
            )
            ask(draft)
            session.flush()
        if version.days_ago is not None:
            with clock.stopped(written_at + timedelta(hours=5)), _as(users, MANAGER):
                publish(draft)
                session.flush()


def _market(session: Session, moment: datetime, tell: Tell) -> None:
    rng = Random(SEED)
    firms = vendors(moment)
    sides = partners(rng, moment, firms)
    buyers = customers(rng, moment)
    partner_rows.contract(firms, moment)
    asked = partner_rows.criteria(moment)
    session.add_all([*firms, *sides, *buyers, *asked])
    session.flush()
    partner_rows.prove(session, moment, sides, asked)
    session.flush()
    settle_partners(moment, sides)
    session.add_all(
        ZendeskUser(
            zendesk_id=buyer.zendesk_id,
            name=buyer.name,
            email=buyer.email,
            role="end-user",
            locale="ko" if buyer.language == "ko" else "en-US",
        )
        for buyer in buyers
    )
    session.flush()
    bought = bookings(rng, moment, buyers, sides)
    partner_rows.dispatch(bought, sides)
    with session.no_autoflush:
        for booking in bought:
            bind(session, booking)
    session.add_all(bought)
    session.flush()
    told = partner_rows.incidents(session, moment, sides)
    tell(say(f"자격 기준 {len(asked)}개, 사건·경고 {told}건", f"{len(asked)} criteria, {told} incidents and warnings"))
    tell(
        say(
            f"협력사 {len(firms)}곳, 파트너 {len(sides)}곳, 고객 {len(buyers)}명, 예약 {len(bought)}건",
            f"{len(firms)} vendors, {len(sides)} partners, {len(buyers)} customers, {len(bought)} bookings",
        )
    )


def _macros(session: Session, moment: datetime) -> dict[str, int]:
    """Our ids by key."""
    made = {}
    with clock.stopped(moment - timedelta(days=60)):
        for answer in ANSWERS:
            macro = macros.save(
                session,
                None,
                title=answer.title,
                actions=answer.actions,
                bodies={"ko": answer.ko, "en": answer.en},
                public=True,
                key=answer.key,
            )
            if not answer.key.startswith(("refund_", "goodwill_")):
                macro.zendesk_id = macro_id(answer.number)
            session.flush()
            macros.put_into_use(session, macro)
            made[answer.key] = macro.id
        session.flush()
    return made


def _rules(session: Session, moment: datetime, macro_ids: Mapping[str, int]) -> None:
    places = dict.fromkeys(RuleKind, 0)
    with clock.stopped(moment - timedelta(days=58)):
        for wanted in RULES:
            places[wanted.kind] += 1
            rule = rules.save(
                session,
                None,
                title=wanted.title,
                kind=wanted.kind,
                definition=filled(wanted.definition, macro_ids),
                description=wanted.description,
                position=places[wanted.kind],
            )
            if wanted.twin_id is not None:
                rule.zendesk_id, rule.twin = wanted.twin_id, TwinState.active
            session.flush()
            for state in _path(wanted.state):
                if state is RuleState.live:
                    # A demo has nobody who could rehearse and agree: it publishes unseen, and the move says so.
                    with acting_as(SET_UP):
                        publishing.publish(session, rule)
                else:
                    publishing.switch_off(rule, state)
        session.flush()


def _path(state: RuleState) -> Sequence[RuleState]:
    """The moves from a draft."""
    return {
        RuleState.draft: (),
        RuleState.live: (RuleState.live,),
        RuleState.paused: (RuleState.live, RuleState.paused),
        RuleState.retired: (RuleState.retired,),
    }[state]


def _midnight(at: datetime) -> datetime:
    return datetime.combine(in_seoul(at).date(), time(0), clock.SEOUL)
