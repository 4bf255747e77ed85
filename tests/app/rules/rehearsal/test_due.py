"""First answers in a rehearsal: due by what each set makes of the ticket, judged by the answer that was given."""

from __future__ import annotations

import pytest
from flask import Flask

from app.tickets.sla import ZendeskSlaPolicy
from tests.marketplace import kept
from tests.past import AGENT, Was, a_past_ticket, a_rule, people
from tests.rehearsing import NEW, rehearsed, told

HOURS = {"urgent": 1, "normal": 8}


@pytest.fixture(autouse=True)
def here(office: Flask) -> None:
    people()
    targets = [
        {"priority": priority, "metric": "first_reply_time", "target": hours * 60, "business_hours": False}
        for priority, hours in HOURS.items()
    ]
    kept(ZendeskSlaPolicy(zendesk_id=1, title="첫 답변", conditions={"all": [], "any": []}, targets=targets))


def test_a_shorter_target_makes_the_same_answer_late(office: Flask) -> None:
    a_past_ticket([Was(3, says="네, 확인했습니다.", by=AGENT)], priority="normal")
    a_past_ticket([Was(0.5, says="네, 확인했습니다.", by=AGENT)], priority="normal")
    tally = told(rehearsed(a_rule("모두 긴급", [NEW], [("priority", "urgent")])))
    assert tally.sla == {"in_time": [2, 1], "late": [0, 1], "earlier": [0, 2]}


def test_what_nobody_answered_is_late_once_its_time_is_past(office: Flask) -> None:
    a_past_ticket(priority="normal")
    tally = told(rehearsed(a_rule("태그", [NEW], [("current_tags", "x")])))
    assert tally.sla == {"late": [1, 1]}


def test_a_ticket_without_a_priority_has_no_target(office: Flask) -> None:
    a_past_ticket([Was(3, says="네", by=AGENT)])
    tally = told(rehearsed(a_rule("보통으로", [NEW], [("priority", "normal")])))
    assert tally.sla == {"none": [1, 0], "in_time": [0, 1]}
