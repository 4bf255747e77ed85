"""What people read who are paged: the alarm, and the card of each role."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from flask import current_app

from app.alarms.letters import Content
from app.desk.states import named
from app.disputes.emergency.kinds import DutyRole
from app.disputes.emergency.model import Emergency
from app.words import Words, say

# Heard in every city and outside: what a customer wrote stands on the page alone.
PAGE = say("긴급 {ref} · {kind} · {city}", "Emergency {ref} · {kind} · {city}")
CARDS: Mapping[DutyRole, Words] = MappingProxyType({
    DutyRole.lead: say(
        "전체를 이끌고 결정합니다. 119·112 신고 여부를 먼저 정하고, 한 일을 모두 기록에 남깁니다.",
        "Leads and decides. Settles first whether 119 or 112 is called, and keeps the log of everything done.",
    ),
    DutyRole.site: say(
        "현장으로 갑니다. 출발·도착·완료를 누르고, 사진과 상황을 이끄는 사람에게 알립니다.",
        "Goes there. Presses left, arrived and done, and tells the lead what is seen.",
    ),
    DutyRole.voice: say(
        "고객과 이야기합니다. 다친 사람이 없는지 먼저 묻고, 약속한 시각을 지켜 다시 연락합니다.",
        "Speaks to the customer. Asks first whether anybody is hurt, and calls back when promised.",
    ),
})  # fmt: skip
HEAD = say("[긴급] {ref} · {kind} · {role}", "[Emergency] {ref} · {kind} · {role}")
BODY = say(
    "{summary}\n\n당신의 역할: {role}\n{card}\n{why}\n지금 열어 「맡겠습니다」를 눌러 주세요: {url}",
    "{summary}\n\nYour role: {role}\n{card}\n{why}\nOpen it now and press “I take it”: {url}",
)


def letter_of(emergency: Emergency, role: DutyRole, language: str, card: Words, why: str) -> Content:
    """The page of one person, with the address at which they answer it."""
    url = f"{current_app.extensions['opsroom.settings'].public_url}/admin/emergencies/details/?id={emergency.id}"
    told = {
        "ref": emergency.ref,
        "kind": named(emergency.kind).words,
        "role": named(role).words,
        "summary": emergency.summary[:400],
        "card": card,
        "why": f"{why}\n" if why else "",
        "url": url,
    }
    return Content(HEAD.fill(**told).in_language(language), BODY.fill(**told).in_language(language))
