"""The end of an emergency: its log becomes a playbook's draft. Steps of a playbook are ticked off here, too."""

from __future__ import annotations

from datetime import datetime

from app.actor import acting
from app.disputes.emergency.emergency import lock, over, role_of
from app.disputes.emergency.kinds import DutyRole, LogKind
from app.disputes.emergency.log import note
from app.disputes.emergency.model import Emergency, EmergencyLog, EmergencyState
from app.disputes.emergency.playbook import LONGEST_STEP, MOST_STEPS, PlaybookVersion, Step, draft, playbook_of
from app.errors import Refusal
from app.words import say

# What others are to do again next time; that it was found, paged for or late is no step.
STEPS = frozenset({LogKind.taken, LogKind.task, LogKind.note, LogKind.said, LogKind.step})


def close(emergency: Emergency, outcome: str) -> PlaybookVersion:
    """It is over, and what was done becomes the draft of a playbook. Refuses while somebody is on site, while nobody
    leads it, and without a word on how it ended.
    """
    acting().must("emergencies.edit")
    session = lock(emergency)
    if not outcome.strip():
        raise Refusal(say("어떻게 끝났는지 적어 주세요.", "Say how it ended."), field="outcome")
    if emergency.task_now() is not None:
        words = say("현장 출동을 먼저 끝내 주세요.", "End the task on site first.")
        raise Refusal(words)
    emergency.move_to(EmergencyState.ended, outcome)
    over(session, emergency, say("끝났습니다: {how}", "It is over: {how}").fill(how=outcome.strip()))
    session.refresh(emergency, ["log"])
    steps = steps_of(emergency.log, emergency.opened_at)
    met = [str(one) for one in emergency.found.get("words", ())]
    return draft(session, playbook_of(session, emergency.kind), steps, met, made_from=emergency.id)


def steps_of(log: list[EmergencyLog], opened_at: datetime) -> list[Step]:
    """What was done, in order, by which role and how many minutes after the page. Pure."""
    return [
        Step(
            role=line.role or DutyRole.lead,
            ko=line.words_ko[:LONGEST_STEP],
            en=line.words_en[:LONGEST_STEP],
            minutes=min(max(int((line.at - opened_at).total_seconds() // 60), 0), 1440),
        )
        for line in log
        if line.kind in STEPS
    ][:MOST_STEPS]


def tick(emergency: Emergency, number: int) -> EmergencyLog:
    """A step of the proposed playbook is done. Refuses one that was, and one that there is not."""
    acting().must("emergencies.edit")
    session = lock(emergency)
    version = emergency.playbook_version
    if emergency.is_over or version is None or not 1 <= number <= len(version.steps):
        raise Refusal(say("그런 단계가 없습니다.", "There is no such step."))
    if any(line.step == number for line in emergency.log):
        raise Refusal(say("이미 한 단계입니다.", "This step is done already."))
    step = version.all_steps[number - 1]
    return note(session, emergency, LogKind.step, step.words, role=role_of(emergency) or step.role, step=number)
