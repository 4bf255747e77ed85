"""The page of a dispute and of an emergency: what is refused comes back as typed, and cities stay apart."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.db import db
from app.disputes.emergency.emergency import open_by_hand
from app.disputes.emergency.kinds import EmergencyKind
from app.disputes.emergency.playbook import PlaybookVersion, draft, playbook_of
from app.disputes.model import Dispute, DisputeState
from app.people.model import Role
from tests.app.disputes.acts import a_dispute, a_manager, a_partner, everything, heard, proposed
from tests.marketplace import a_booking, a_ticket
from tests.visit import visit_as

ASK = {"asked_ko": "무슨 일인가요?", "asked_en": "What happened?", "hours": "18", "sides": ["customer", "partner"]}


def test_a_dispute_is_opened_from_a_booking_and_its_refusals_keep_what_was_typed(lone_office: Flask) -> None:
    booking, ticket = a_booking(partner=a_partner(), city="마포"), a_ticket()
    form = {"booking": str(booking.id), "kind": "damage", "summary": "화분", "customer_ticket": str(ticket.id)}
    visit = visit_as(lone_office, Role.agent)
    assert booking.ref in visit.open(f"/admin/disputes/new/?booking={booking.id}").text
    assert visit.send("/admin/disputes/new/", form | {"summary": ""}).status_code == 422
    assert visit.send("/admin/disputes/new/", form).status_code == 302
    assert "D-000001" in visit.open(f"/admin/tickets/details/?id={form['customer_ticket']}").text
    again = visit.send("/admin/disputes/new/", form | {"summary": "또 화분"})
    assert again.status_code == 422
    assert "또 화분" in again.text
    assert "이미 열린 분쟁 D-000001" in again.text


def test_a_form_sent_upon_an_old_page_is_refused_and_keeps_its_words(lone_office: Flask) -> None:
    dispute = a_dispute(a_manager("연 사람"))
    key, seen = str(dispute.id), str(dispute.version)
    visit = visit_as(lone_office, Role.ops_manager)
    stale = visit.send("/admin/disputes/hear/", ASK | {"id": key, "version_seen": "99", "asked_ko": "제가 쓴 말"})
    assert stale.status_code == 409
    assert "제가 쓴 말" in stale.text
    bad = visit.send(
        "/admin/disputes/hear/", ASK | {"id": key, "version_seen": seen, "hours": "천", "asked_en": "My words"}
    )
    assert bad.status_code == 422
    assert "My words" in bad.text
    assert "숫자로 적어 주세요" in bad.text
    assert visit.send("/admin/disputes/hear/", ASK | {"id": key, "version_seen": seen}).status_code == 302
    db.session.expire_all()
    assert db.session.get_one(Dispute, int(key)).state is DisputeState.hearing


def test_the_form_of_a_ruling_is_not_shown_to_who_has_talked(lone_office: Flask) -> None:
    talks = a_manager("말하는이")
    dispute = a_dispute(talks)
    proposal = proposed(talks, dispute)
    key, number = dispute.id, proposal.id
    visit = visit_as(lone_office, Role.ops_manager)
    answered = {"id": str(key), "proposal": str(number), "side": "partner", "answer": "refused"}
    assert visit.send("/admin/disputes/answer/", answered).status_code == 302
    page = visit.open(f"/admin/disputes/details/?id={key}").text
    assert "/admin/disputes/rule/" not in page
    assert "다른 매니저에게 부탁해 주세요" in page
    other = visit_as(lone_office, Role.ops_manager)
    page = other.open(f"/admin/disputes/details/?id={key}").text
    assert "/admin/disputes/rule/" in page
    version = db.session.scalar(select(Dispute.version))
    form = {
        "id": str(key),
        "version_seen": str(version),
        "refund": "99,999,999",
        "clause": "§3",
        "reasons_ko": "가",
        "reasons_en": "a",
    }
    refused = other.send("/admin/disputes/rule/", form)
    assert refused.status_code == 422
    assert "환불할 수 있는 금액은 ₩1,200,000" in refused.text
    assert 'value="99,999,999"' in refused.text
    assert visit.send("/admin/disputes/rule/", form | {"refund": "1,000"}).status_code == 403
    assert other.send("/admin/disputes/rule/", form | {"refund": "1,000"}).status_code == 302


def test_disputes_and_emergencies_of_other_cities_are_not_there(lone_office: Flask) -> None:
    manager = a_manager("연 사람")
    dispute = a_dispute(manager)
    with everything(manager):
        emergency = open_by_hand(db.session(), EmergencyKind.fire, "불이 남", city="서울")
        db.session.commit()
    pages = {"disputes": dispute.id, "emergencies": emergency.id}
    for cities, status, taken in ((["서울"], 200, 302), (["부산"], 404, 404)):
        visit = visit_as(lone_office, Role.ops_manager, cities=cities)
        form = {"id": str(pages["emergencies"]), "role": "lead"}
        assert visit.send("/admin/emergencies/take/", form).status_code == taken
        for screen, key in pages.items():
            assert visit.open(f"/admin/{screen}/details/?id={key}").status_code == status, (screen, cities)
            assert (f'data-id="{key}"' in visit.open(f"/admin/{screen}/?tab=all").text) is (status == 200)


def test_a_role_is_offered_to_who_may_deal_with_the_emergency(lone_office: Flask) -> None:
    manager, auditor = a_manager("지휘자"), a_manager("감사인", Role.auditor)
    away = a_manager("부산사람", cities=["부산"])
    with everything(manager):
        emergency = open_by_hand(db.session(), EmergencyKind.fire, "불이 남", city="서울")
        db.session.commit()
    key = emergency.id
    page = visit_as(lone_office, Role.ops_manager).open(f"/admin/emergencies/details/?id={key}").text
    assert f'<option value="{manager.id}">지휘자</option>' in page
    for one in (away, auditor):
        assert f"{one.name}</option>" not in page


@pytest.mark.parametrize("tab", ["us", "customer", "partner", "overdue", "over", "all"])
def test_every_saved_view_opens_in_both_languages(lone_office: Flask, tab: str) -> None:
    talks = a_manager("말하는이")
    heard(talks, a_dispute(talks))
    shown = tab in {"customer", "partner", "all"}
    for language, words in (("ko", "양쪽 답변 대기"), ("en", "Hearing both sides")):
        visit = visit_as(lone_office, Role.ops_manager, language=language)
        chip = f'data-state="hearing">{words}<'
        assert (chip in visit.open(f"/admin/disputes/?tab={tab}").text) is shown


def test_a_playbook_is_written_in_rows_and_published_by_another_person(lone_office: Flask) -> None:
    writer = a_manager("쓴 사람")
    with everything(writer):
        version = draft(db.session(), playbook_of(db.session(), EmergencyKind.fire), [])
        db.session.commit()
    key = {"id": str(version.playbook_id), "version": str(version.id)}
    visit = visit_as(lone_office, Role.ops_manager)
    rows = {
        "role": ["lead", "voice", "lead"],
        "ko": ["신고합니다.", "나가시게 합니다.", ""],
        "en": ["Call 119.", "", ""],
        "minutes": ["5", "x", "0"],
    }
    bad = visit.send("/admin/playbooks/rewrite/", key | rows | {"version_seen": "1"})
    assert bad.status_code == 422
    assert "나가시게 합니다." in bad.text
    assert "2번째 단계의 분" in bad.text
    rows["minutes"][1] = "1"
    assert visit.send("/admin/playbooks/rewrite/", key | rows | {"version_seen": "1"}).status_code == 302
    assert [one["ko"] for one in db.session.scalars(select(PlaybookVersion)).one().steps] == [
        "나가시게 합니다.",
        "신고합니다.",
    ]
    assert visit.send("/admin/playbooks/publish/", key | {"version_seen": "2"}).status_code == 403
    other = visit_as(lone_office, Role.ops_manager)
    assert other.send("/admin/playbooks/publish/", key | {"version_seen": "1"}).status_code == 409
    said = other.send("/admin/playbooks/publish/", key | {"version_seen": "2"})
    assert said.status_code == 422
    assert "고칠 단계: 1" in said.text
