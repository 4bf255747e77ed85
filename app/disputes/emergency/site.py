"""The task on site: somebody leaves, arrives and is done, each by a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from sqlalchemy.orm import Session

from app import clock
from app.actor import acting
from app.alarms.alarm import alarm_over, raise_alarm
from app.alarms.kinds import AlarmKind
from app.desk.states import named
from app.disputes.emergency.emergency import lock, role_of
from app.disputes.emergency.kinds import LogKind
from app.disputes.emergency.log import note
from app.disputes.emergency.model import DONE, SITE_MOVES, Emergency, SiteState, SiteTask
from app.errors import Refusal
from app.words import say

LEAVE_WITHIN = timedelta(minutes=10)
WORK_WITHIN = timedelta(hours=2)
MOST_TRAVEL = 600
_STAMPS: Mapping[SiteState, str] = MappingProxyType({
    SiteState.left: "left_at", SiteState.arrived: "arrived_at", SiteState.done: "done_at",
    SiteState.called_off: "done_at",
})  # fmt: skip


def send_somebody(emergency: Emergency, who: str, what: str, place: str, phone: str, travel_minutes: int) -> SiteTask:
    """Somebody is to go there. Refuses a second one while the first is on their way, and an odd time for the way."""
    acting().must("emergencies.edit")
    session = lock(emergency)
    if emergency.is_over:
        raise Refusal(say("{ref}은(는) 끝났습니다.", "{ref} is over.").fill(ref=emergency.ref))
    if not who.strip() or not what.strip():
        words = say("누가 무엇을 하러 가는지 적어 주세요.", "Say who goes, and to do what.")
        raise Refusal(words, field="who" if not who.strip() else "what")
    if not 1 <= travel_minutes <= MOST_TRAVEL:
        words = say(f"가는 시간은 1~{MOST_TRAVEL}분입니다.", f"The way takes 1 to {MOST_TRAVEL} minutes.")
        raise Refusal(words, field="travel_minutes")
    if emergency.task_now() is not None:
        words = say("아직 끝나지 않은 현장 출동이 있습니다.", "Somebody is on their way already.")
        raise Refusal(words)
    now = clock.now()
    task = SiteTask(
        emergency=emergency,
        who=who.strip()[:120],
        phone=phone.strip()[:40],
        place=place.strip()[:240],
        what=what.strip()[:500],
        state=SiteState.assigned,
        travel_minutes=travel_minutes,
        assigned_at=now,
        due_at=now + LEAVE_WITHIN,
    )
    session.add(task)
    session.flush()
    words = say("{who} 출동 지정: {what}", "{who} is to go: {what}").fill(who=task.who, what=task.what)
    note(session, emergency, LogKind.task, words, role=role_of(emergency))
    return task


def step(task: SiteTask, now: SiteState) -> None:
    """The next step on site; the clock of the one after starts."""
    acting().must("emergencies.edit")
    emergency = task.emergency
    session = lock(emergency)
    session.flush()
    session.refresh(task)
    if now not in SITE_MOVES[task.state]:
        words = say(
            "지금 ‘{state}’ 상태여서 ‘{now}’(으)로 바꿀 수 없습니다.", "It is “{state}” and cannot become “{now}”."
        )
        raise Refusal(words.fill(state=named(task.state).words, now=named(now).words))
    at = clock.now()
    setattr(task, _STAMPS[now], at)
    task.state, task.late_at = now, None
    if now is SiteState.left:
        task.due_at = at + timedelta(minutes=task.travel_minutes)
    elif now is SiteState.arrived:
        task.due_at = at + WORK_WITHIN
    words = say("{who}: {state}", "{who}: {state}").fill(who=task.who, state=named(now).words)
    note(session, emergency, LogKind.task, words, role=role_of(emergency))
    alarm_over(session, AlarmKind.site_late, f"site:{task.id}", task.who)


def too_late(session: Session, task: SiteTask) -> None:
    """The step that was due was not taken: people hear of it once. The caller commits."""
    emergency = task.emergency
    lock(emergency)
    session.flush()
    session.refresh(task)
    if not task.is_late or task.late_at is not None:
        return
    task.late_at = clock.now()
    due = _NEXT[task.state]
    words = say(
        "긴급 {ref}: {who}의 현장 출동이 늦습니다. 「{due}」이(가) 아직입니다. 전화해 주세요.",
        "Emergency {ref}: {who} is late on site. Not yet: {due}. Call them.",
    ).fill(ref=emergency.ref, who=task.who, due=named(due).words)
    raise_alarm(session, AlarmKind.site_late, words, f"site:{task.id}")
    note(session, emergency, LogKind.late, words)


_NEXT = {SiteState.assigned: SiteState.left, SiteState.left: SiteState.arrived, SiteState.arrived: SiteState.done}


def is_done(task: SiteTask) -> bool:
    return task.state in DONE
