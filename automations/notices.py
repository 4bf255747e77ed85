"""Carrying out what rules notify people of: e-mails to agents, groups and requesters, and calls of webhooks.

They are letters (automations/post.py), written in the transaction of the run that decided them, so once. A customer
gets one e-mail for one update of the ticket, however many rules would write one. While pushing is off they are held
like everything else that goes out. What has no way out of here (texts, targets, tweets) is shown with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.alarms.letters import Aim, Content, owe_letter
from app.alarms.model import Letter, LetterState, OutgoingWebhook
from app.language.plan import Notice
from app.link.link import the_link
from app.routing.model import RoutingAgent
from app.rules.model import RuleRun
from app.tickets.model import ZendeskUser
from app.words import Words, say

STAFF = ("agent", "admin")
MOST = 200

NO_WAY = say("여기서는 보낼 수 없는 알림입니다.", "There is no way to send this from here.")
NO_ADDRESS = say("이메일 주소를 아는 사람이 없습니다.", "Nobody of them has an e-mail address that is known here.")
NO_MEMBERS = say(
    "이 그룹의 상담사를 알지 못합니다. 「배정」 화면에서 상담사의 그룹을 정해 주세요.",
    "Who is in this group is not known. Set the groups of agents on the page “Routing”.",
)
NO_WEBHOOK = say(
    "이 번호의 웹훅이 여기에 없습니다. 「나가는 웹훅」에 Zendesk 웹훅 번호와 함께 만들어 주세요.",
    "There is no webhook of this id here. Make one under “Outgoing webhooks”, with Zendesk's id.",
)
ALREADY = say(
    "같은 업데이트로 이 고객에게 이미 이메일을 썼습니다.", "This customer has an e-mail for this update already."
)
TOO_MANY = say(f"받는 사람이 {MOST}명을 넘습니다.", f"More than {MOST} people would be written to.")


@dataclass(frozen=True, slots=True)
class Written:
    """What one notice came to: `aims` with whether each is a customer, or why there are none."""

    aims: Sequence[tuple[Aim, bool]] = ()
    why: Words | None = None


def carry_out(session: Session, run: RuleRun, notices: Sequence[Notice]) -> None:
    """Owes the letters of a run, and writes on the run what became of each notice. The caller commits."""
    if not notices:
        return
    session.flush()
    state = LetterState.owed if the_link(session).pushing else LetterState.held
    outcomes = [_owe(session, run, number, one, state) for number, one in enumerate(notices)]
    left = iter(outcomes)
    kinds = {one.kind for one in notices}
    run.actions = [
        _told(row, next(left)) if row.get("field") in kinds and "body" in row else row for row in run.actions
    ]


def _owe(session: Session, run: RuleRun, number: int, notice: Notice, state: LetterState) -> Words | None:
    """None when it is owed, else why not."""
    written = _AIMS.get(notice.kind, _nobody)(session, notice)
    if written.why is not None:
        return written.why
    owed = 0
    for aim, is_customer in written.aims:
        key = f"run:{run.id}:{number}:{aim.key}"
        if is_customer:
            key = f"update:{run.ticket_id}:{run.cause}:{aim.key}"
            if session.scalar(select(Letter.id).where(Letter.key == key)) is not None:
                continue
        owe_letter(
            session,
            key,
            aim,
            _content(notice),
            clock.now(),
            run_id=run.id,
            ticket_id=run.ticket_id,
            once=is_customer,
            state=state,
            why=None if state is LetterState.owed else "pushing is off",
        )
        owed += 1
    return None if owed else ALREADY


def _content(notice: Notice) -> Content:
    if notice.kind == "notification_webhook":
        return Content("", notice.body, {"raw": notice.body})
    return Content(notice.subject, notice.body)


def _user(session: Session, notice: Notice) -> Written:
    """Ids of people, or all agents."""
    if notice.to == ("all_agents",):
        wanted = ZendeskUser.role.in_(STAFF)
    else:
        wanted = ZendeskUser.zendesk_id.in_([int(one) for one in notice.to if one.isdecimal()])
    people = session.scalars(select(ZendeskUser).where(wanted, ZendeskUser.is_active).limit(MOST + 1)).all()
    return _people(people)


def _group(session: Session, notice: Notice) -> Written:
    """Whom the account has in the group, and where it has told of nobody, whom routing has."""
    staff = (
        select(ZendeskUser).where(ZendeskUser.role.in_(STAFF), ZendeskUser.is_active).order_by(ZendeskUser.zendesk_id)
    )
    people = [one for one in session.scalars(staff) if {str(group) for group in one.group_ids or ()} & set(notice.to)]
    if not people:
        agents = session.scalars(select(RoutingAgent).where(RoutingAgent.is_active).order_by(RoutingAgent.id))
        members = (one.person for one in agents if set(one.groups) & set(notice.to))
        people = [one for one in members if one is not None and one.is_active]
    return _people(people) if people else Written(why=NO_MEMBERS)


def _webhook(session: Session, notice: Notice) -> Written:
    webhook = session.scalar(select(OutgoingWebhook).where(OutgoingWebhook.zendesk_id.in_(notice.to)))
    if webhook is None:
        return Written(why=NO_WEBHOOK)
    return Written([(Aim(webhook.name, webhook_id=webhook.id), False)])


def _nobody(_session: Session, _notice: Notice) -> Written:
    return Written(why=NO_WAY)


def _people(people: Sequence[ZendeskUser]) -> Written:
    """Each address once, whoever shares it."""
    if len(people) > MOST:
        return Written(why=TOO_MANY)
    found: dict[str, tuple[Aim, bool]] = {}
    for one in people:
        if one.email:
            aim = Aim(one.email, "en" if (one.locale or "ko").startswith("en") else "ko")
            found.setdefault(aim.key, (aim, one.role not in STAFF))
    return Written(list(found.values())) if found else Written(why=NO_ADDRESS)


_AIMS: Mapping[str, Callable[[Session, Notice], Written]] = MappingProxyType({
    "notification_user": _user,
    "notification_group": _group,
    "notification_webhook": _webhook,
})  # fmt: skip


def _told(row: dict[str, Any], why: Words | None) -> dict[str, Any]:
    if why is None:
        return {**row, "held": False}
    return {**row, "held": True, "why": {"ko": why.ko, "en": why.en}}
