"""An emergency: paged once, roles taken and handed over, somebody on site by the clock, a playbook out of its log."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import DatabaseError, IntegrityError

from app import clock
from app.alarms.kinds import AlarmKind
from app.alarms.model import Alarm, AlarmState, Letter
from app.audit.model import AuditEntry
from app.db import db
from app.disputes.emergency.closing import close, tick
from app.disputes.emergency.duty import EmergencyDuty, on_duty
from app.disputes.emergency.emergency import false_alarm, find_on, hand_over, open_by_hand, take, write
from app.disputes.emergency.kinds import DutyRole, EmergencyKind, LogKind
from app.disputes.emergency.model import Emergency, EmergencyLog, EmergencyState, SiteState
from app.disputes.emergency.playbook import (
    PlaybookState,
    PlaybookVersion,
    Step,
    draft,
    fitting,
    playbook_of,
    publish,
    rewrite,
)  # fmt: skip
from app.disputes.emergency.signs import Found
from app.disputes.emergency.site import send_somebody, step
from app.errors import Forbidden, Refusal
from app.people.model import Role, User
from automations import emergencies
from tests.app.disputes.acts import NOW, a_manager, everything
from tests.marketplace import a_booking, a_ticket, kept

GAS = Found("가스 누출", EmergencyKind.gas, ("가스 냄새",))
STEPS = [Step(DutyRole.voice, "창문을 열고 나가시게 합니다.", "Have them open windows and leave.", 2),
         Step(DutyRole.lead, "가스 회사에 알립니다.", "Call the gas company.", 5)]  # fmt: skip


def a_duty(role: DutyRole, user: User, city: str = "", position: int = 1) -> EmergencyDuty:
    return kept(EmergencyDuty(role=role, user_id=user.id, city=city, position=position, created_at=NOW))


def a_team() -> tuple[User, User, User]:
    people = (a_manager("지휘"), a_manager("현장", Role.agent, language="en"), a_manager("응대", Role.agent))
    for role, user in zip(DutyRole, people, strict=True):
        a_duty(role, user)
    return people


def an_emergency(by: User, summary: str = "부엌에서 가스 냄새") -> Emergency:
    with everything(by):
        opened = open_by_hand(db.session(), EmergencyKind.gas, summary)
        db.session.commit()
    return opened


def open_alarms() -> list[AlarmKind]:
    asked = select(Alarm.kind).where(Alarm.state == AlarmState.open).order_by(Alarm.id)
    return list(db.session.scalars(asked))


def test_a_ticket_is_paged_for_once_and_each_role_is_written_to(office: Flask) -> None:
    lead, site, voice = a_team()
    ticket = a_ticket(booking=a_booking(city="마포"))
    found = find_on(db.session(), ticket, GAS, "가스 냄새가 나요")
    db.session.commit()
    assert found is not None
    assert (found.city, found.state, found.ref) == ("마포", EmergencyState.paged, "E-00001")
    assert find_on(db.session(), ticket, GAS, "아직도 가스 냄새가 나요") is None
    db.session.commit()
    with everything(lead), pytest.raises(Refusal, match="이미 긴급으로 열렸습니다"):
        open_by_hand(db.session(), EmergencyKind.gas, "또", ticket)
    assert {post.role: post.user_id for post in found.posts} == dict(
        zip(DutyRole, (lead.id, site.id, voice.id), strict=True)
    )
    assert open_alarms() == [AlarmKind.emergency]
    letters = {one.to: one for one in db.session.scalars(select(Letter).where(Letter.alarm_id.is_(None)))}
    assert set(letters) == {lead.email, site.email, voice.email}
    assert letters[site.email].subject == "[Emergency] E-00001 · Gas · On site"
    assert "전체를 이끌고" in letters[lead.email].body
    assert [line.kind for line in found.log] == [LogKind.found, LogKind.paged]
    kept_of = select(AuditEntry.changes).where(AuditEntry.subject == "emergencies", AuditEntry.verb == "create")
    assert [one["kind"] for one in db.session.scalars(kept_of)] == [[None, "gas"]]


def test_who_is_of_the_city_is_asked_before_who_is_of_all(lone_office: Flask) -> None:
    everywhere, local, away = a_manager("전국"), a_manager("마포 사람"), a_manager("나간 사람", is_enabled=False)
    a_duty(DutyRole.site, everywhere)
    a_duty(DutyRole.site, local, "마포", 9)
    a_duty(DutyRole.lead, away)
    assert [one.name for one in on_duty(db.session(), "마포")[DutyRole.site]] == ["마포 사람", "전국"]
    assert [one.name for one in on_duty(db.session(), "부산")[DutyRole.site]] == ["전국"]
    assert on_duty(db.session(), None)[DutyRole.lead] == []


def test_roles_are_taken_and_handed_over_and_the_page_ends_once_somebody_leads(lone_office: Flask) -> None:
    lead, site, _ = a_team()
    emergency = an_emergency(lead)
    with everything(site):
        take(emergency, DutyRole.site)
        db.session.commit()
    assert (emergency.state, open_alarms()) == (EmergencyState.paged, [AlarmKind.emergency])
    with everything(lead):
        take(emergency, DutyRole.lead)
        with pytest.raises(Refusal, match="이미 맡고"):
            take(emergency, DutyRole.lead)
        with pytest.raises(Refusal, match="알아야 할 것"):
            hand_over(emergency, DutyRole.lead, site, " ")
        hand_over(emergency, DutyRole.lead, site, "가스 회사가 10분 뒤에 옵니다")
        db.session.commit()
    assert (emergency.state, open_alarms()) == (EmergencyState.led, [])
    leads = [(post.user_id, post.ended_at is None) for post in emergency.posts if post.role is DutyRole.lead]
    assert leads == [(lead.id, False), (site.id, True)]
    assert "가스 회사가 10분 뒤에" in emergency.log[-1].words_ko
    assert "가스 회사가 10분 뒤에" in db.session.scalars(select(Letter.body).order_by(Letter.id.desc())).first()  # type: ignore[operator]


def test_a_page_that_nobody_answers_and_a_late_step_on_site_alarm_once_each(office: Flask) -> None:
    lead, *_ = a_team()
    with clock.stopped(NOW):
        emergency = an_emergency(lead)
    for minutes, alarms in ((4, 1), (6, 2), (7, 2)):
        with clock.stopped(NOW + timedelta(minutes=minutes)):
            emergencies.watch(db.session())
            assert len(open_alarms()) == alarms
    with clock.stopped(NOW + timedelta(minutes=8)), everything(lead):
        take(emergency, DutyRole.lead)
        task = send_somebody(emergency, "박기사", "밸브를 잠금", "마포 1-2", "010-0000-0000", 20)
        db.session.commit()
        with pytest.raises(Refusal, match="아직 끝나지 않은"):
            send_somebody(emergency, "또", "또", "", "", 20)
    with clock.stopped(NOW + timedelta(minutes=19)):
        emergencies.watch(db.session())
        emergencies.watch(db.session())
    assert open_alarms() == [AlarmKind.site_late]
    assert [line.kind for line in emergency.log].count(LogKind.late) == 2
    with clock.stopped(NOW + timedelta(minutes=20)), everything(lead):
        step(task, SiteState.left)
        db.session.commit()
        assert (task.due_at, open_alarms()) == (NOW + timedelta(minutes=40), [])
        with pytest.raises(Refusal, match="바꿀 수 없습니다"):
            step(task, SiteState.done)
        step(task, SiteState.arrived)
        step(task, SiteState.done)
        db.session.commit()
    assert not task.is_late
    assert emergency.task_now() is None


def test_the_log_is_only_added_to_not_even_past_our_code(office: Flask) -> None:
    emergency = an_emergency(a_manager("지휘"))
    for statement in (update(EmergencyLog).values(words_ko="x"), delete(EmergencyLog)):
        with pytest.raises(DatabaseError, match="only added to"):
            db.session.execute(statement)
        db.session.rollback()
    assert len(emergency.log) == 2


def test_an_emergency_closes_into_a_draft_that_another_person_publishes(office: Flask) -> None:
    lead, site, _ = a_team()
    second = a_manager("다른 매니저")
    with clock.stopped(NOW):
        emergency = an_emergency(lead)
    with clock.stopped(NOW + timedelta(minutes=3)), everything(lead):
        with pytest.raises(Refusal, match="이미 ‘호출함’"):
            close(emergency, "끝")
        db.session.rollback()
        take(emergency, DutyRole.lead)
        write(emergency, "가스 회사에 전화함")
        write(emergency, "밖에서 기다려 달라고 말씀드림", said=True)
        db.session.commit()
    with clock.stopped(NOW + timedelta(minutes=31)), everything(lead):
        version = close(emergency, "밸브를 잠갔고 다친 사람 없음")
        db.session.commit()
        assert [(one.role, one.minutes, one.ko) for one in version.all_steps] == [
            (DutyRole.lead, 3, "지휘를 맡았습니다."),
            (DutyRole.lead, 3, "가스 회사에 전화함"),
            (DutyRole.lead, 3, "밖에서 기다려 달라고 말씀드림"),
        ]
        assert (version.state, version.made_from_id) == (PlaybookState.draft, emergency.id)
        with pytest.raises(Forbidden, match="쓴 사람이 아닌"):
            publish(db.session(), version)
    with everything(second), pytest.raises(Refusal, match="고칠 단계: 2, 3"):
        publish(db.session(), version)
    with everything(lead):
        rewrite(version, STEPS)
        db.session.commit()
    with everything(site), pytest.raises(Forbidden):
        publish(db.session(), version)
    with everything(second):
        publish(db.session(), version)
        db.session.commit()
    assert fitting(db.session(), EmergencyKind.gas) is version
    version.steps = []
    with pytest.raises(TypeError, match="never changed"):
        db.session.flush()
    db.session.rollback()
    with pytest.raises(IntegrityError):
        db.session.execute(update(PlaybookVersion).values(published_by_id=PlaybookVersion.written_by_id))


def test_the_next_one_of_its_kind_is_offered_the_playbook_and_its_steps_are_ticked_once(lone_office: Flask) -> None:
    writer, other = a_manager("쓴 사람"), a_manager("다른 사람")
    with everything(writer):
        first = draft(db.session(), playbook_of(db.session(), EmergencyKind.gas), STEPS)
        db.session.commit()
    with everything(other):
        publish(db.session(), first)
        again = draft(db.session(), first.playbook, [*STEPS, STEPS[0]])
        db.session.commit()
    with everything(writer):
        publish(db.session(), again)
        db.session.commit()
        assert [one.state for one in first.playbook.versions] == [PlaybookState.published, PlaybookState.replaced]
        emergency = an_emergency(writer)
        assert emergency.playbook_version is again
        tick(emergency, 2)
        db.session.commit()
        assert (emergency.log[-1].kind, emergency.log[-1].words_ko) == (LogKind.step, "가스 회사에 알립니다.")
        with pytest.raises(Refusal, match="이미 한 단계"):
            tick(emergency, 2)
        for number in (0, 4):
            with pytest.raises(Refusal, match="그런 단계"):
                tick(emergency, number)
        row = {"emergency_id": emergency.id, "number": 99, "kind": "step", "step": 2, "words_ko": "", "words_en": "",
               "by": "x", "at": NOW}  # fmt: skip
        with pytest.raises(IntegrityError):
            db.session.execute(insert(EmergencyLog).values(**row))


def test_what_was_no_emergency_ends_with_a_reason_and_makes_no_playbook(lone_office: Flask) -> None:
    lead, *_ = a_team()
    emergency = an_emergency(lead)
    with everything(lead):
        with pytest.raises(Refusal, match="까닭"):
            false_alarm(emergency, "")
        false_alarm(emergency, "훈련 방송이었음")
        db.session.commit()
        with pytest.raises(Refusal, match="끝났습니다"):
            write(emergency, "더")
    assert open_alarms() == []
    assert db.session.scalar(select(func.count()).select_from(PlaybookVersion)) == 0


def test_a_lead_that_was_handed_over_and_not_taken_alarms_once(office: Flask) -> None:
    lead, site, _ = a_team()
    with clock.stopped(NOW), everything(lead):
        emergency = open_by_hand(db.session(), EmergencyKind.gas, "가스 냄새")
        take(emergency, DutyRole.lead)
        hand_over(emergency, DutyRole.lead, site, "곧 도착합니다")
        db.session.commit()
    for minutes, alarms in ((4, []), (5, [AlarmKind.emergency_late]), (9, [AlarmKind.emergency_late])):
        with clock.stopped(NOW + timedelta(minutes=minutes)):
            emergencies.watch(db.session())
            assert open_alarms() == alarms
    assert [line.kind for line in emergency.log].count(LogKind.late) == 1
    with everything(site):
        take(emergency, DutyRole.lead)
        db.session.commit()
    assert open_alarms() == []


def test_a_role_goes_only_to_who_may_deal_with_it(lone_office: Flask) -> None:
    lead = a_manager("지휘")
    others = {
        "감사": a_manager("감사", Role.auditor),
        "재무": a_manager("재무", Role.finance),
        "나간 사람": a_manager("나간 사람", is_enabled=False),
        "부산 사람": a_manager("부산 사람", cities=["부산"]),
    }
    local = a_manager("마포 사람", cities=["마포"])
    with everything(lead):
        emergency = open_by_hand(db.session(), EmergencyKind.gas, "가스 냄새", city="마포")
        take(emergency, DutyRole.lead)
        for name, user in others.items():
            with pytest.raises(Refusal, match=f"{name} 님은 이 긴급을 볼 수 없어"):
                hand_over(emergency, DutyRole.lead, user, "부탁합니다")
        hand_over(emergency, DutyRole.lead, local, "부탁합니다")
        db.session.commit()
    for user in others.values():
        a_duty(DutyRole.voice, user)
    assert on_duty(db.session(), "마포")[DutyRole.voice] == []


def test_a_resident_number_is_kept_neither_from_a_hand_nor_from_a_customer(lone_office: Flask) -> None:
    lead, *_ = a_team()
    ticket = a_ticket()
    for of in (ticket, None):
        with everything(lead), pytest.raises(Refusal, match="주민등록번호는") as refused:
            open_by_hand(db.session(), EmergencyKind.gas, "900101-1234567 님 댁에 가스 냄새", of)
        assert refused.value.field == "summary"
    found = find_on(db.session(), ticket, GAS, "저는 900101-1234567 이고 가스 냄새가 나요")
    assert found is not None
    assert found.summary == "저는 900101-******* 이고 가스 냄새가 나요"


def test_alarms_tell_neither_a_customers_words_nor_a_phone_number(lone_office: Flask) -> None:
    lead, *_ = a_team()
    with clock.stopped(NOW), everything(lead):
        emergency = open_by_hand(db.session(), EmergencyKind.gas, "김지우 고객 댁 가스 냄새")
        take(emergency, DutyRole.lead)
        send_somebody(emergency, "박기사", "밸브를 잠금", "마포 1-2", "010-0000-0000", 20)
        db.session.commit()
    with clock.stopped(NOW + timedelta(minutes=11)):
        emergencies.watch(db.session())
    alarms = db.session.scalars(select(Alarm).order_by(Alarm.id)).all()
    assert [one.kind for one in alarms] == [AlarmKind.emergency, AlarmKind.site_late]
    for words in (words for one in alarms for words in (one.words_ko, one.words_en)):
        assert "김지우" not in words
        assert "010-" not in words
    letters = db.session.scalars(select(Letter.body).where(Letter.alarm_id.is_(None), Letter.to == lead.email))
    assert "김지우" in letters.one()


def test_a_ticket_whose_emergency_is_over_may_be_one_again_by_hand(office: Flask) -> None:
    lead, *_ = a_team()
    ticket = a_ticket()
    first = find_on(db.session(), ticket, GAS, "가스 냄새가 나요")
    assert first is not None
    with everything(lead):
        false_alarm(first, "보일러 냄새였음")
        second = open_by_hand(db.session(), EmergencyKind.gas, "다시 납니다", ticket)
        db.session.commit()
        with pytest.raises(Refusal, match="이미 긴급으로 열렸습니다"):
            open_by_hand(db.session(), EmergencyKind.gas, "또", ticket)
    assert [one.ticket_id for one in (first, second)] == [ticket.id, ticket.id]
    assert open_alarms() == [AlarmKind.emergency]
