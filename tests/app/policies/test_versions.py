"""A published version never changes, and versions follow one another without a gap."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import IntegrityError

from app import clock
from app.db import db
from app.errors import Forbidden, Refusal
from app.people.model import User
from app.policies.model import PolicyVersion, Product, VersionState
from app.policies.terms import read_terms
from app.policies.versions import add_draft, ask, change_draft, draft_like, publish, send_back, withdraw
from tests.marketplace import CLEANING, FIRST_MONTH, PAID_AT, WHOLE_RENT, a_policy, a_user, a_version, acting_for


def test_publishing_ends_the_version_before_at_the_same_moment(office: Flask) -> None:
    old = a_version()
    with acting_for(a_user()):
        new = draft_like(old.policy)
        new.valid_from = clock.now() + timedelta(days=1)
        ask(new)
        db.session.commit()
    with acting_for(a_user()):
        publish(new)
    db.session.commit()
    assert (old.valid_until, new.state, new.number) == (new.valid_from, VersionState.published, 2)
    assert new.terms == old.terms


@pytest.mark.parametrize(
    ("name", "value"),
    [("terms", {}), ("text_ko", "다르게"), ("valid_from", PAID_AT), ("state", VersionState.draft), ("number", 9)],
)
def test_a_published_version_never_changes(lone_office: Flask, name: str, value: Any) -> None:
    version = a_version()
    setattr(version, name, value)
    with pytest.raises(Refusal, match="공개된 v"):
        db.session.flush()


def test_a_published_version_ends_once(lone_office: Flask) -> None:
    version = a_version()
    version.valid_until = PAID_AT
    db.session.commit()
    version.valid_until = None
    with pytest.raises(Refusal):
        db.session.flush()


def test_a_published_version_is_not_deleted_not_even_with_its_policy(lone_office: Flask) -> None:
    version = a_version()
    db.session.delete(version.policy)
    with pytest.raises(Refusal):
        db.session.flush()


def test_a_draft_changes_and_goes(lone_office: Flask) -> None:
    version = a_version(state=VersionState.draft)
    version.text_ko = "새 조항"
    db.session.commit()
    db.session.delete(version)
    db.session.commit()


@pytest.mark.parametrize(
    "change",
    [
        update(PolicyVersion).values(text_ko="몰래"),
        update(PolicyVersion).values(terms={"form": 1}),
        update(PolicyVersion).values(valid_from=PAID_AT),
        update(PolicyVersion).values(state="draft"),
        update(PolicyVersion).values(valid_until=None),
        delete(PolicyVersion),
    ],
    ids=["text", "terms", "start", "state", "a second end", "gone"],
)
def test_the_database_keeps_a_published_version_whoever_writes(office: Flask, change: Any) -> None:
    a_version(valid_until=PAID_AT)
    with pytest.raises(IntegrityError, match="never changes"):
        db.session.execute(change)
    db.session.rollback()
    assert db.session.scalars(select(PolicyVersion)).one().text_ko == "조항"


def test_the_database_lets_a_published_version_end_and_a_draft_change(office: Flask) -> None:
    version, draft = a_version(), a_version(state=VersionState.draft)
    db.session.execute(update(PolicyVersion).where(PolicyVersion.id == version.id).values(valid_until=PAID_AT))
    db.session.execute(update(PolicyVersion).where(PolicyVersion.id == draft.id).values(text_ko="고침"))
    db.session.execute(delete(PolicyVersion).where(PolicyVersion.id == draft.id))
    db.session.commit()
    assert version.valid_until == PAID_AT


def test_without_the_databases_guard_a_published_version_would_change(office: Flask) -> None:
    version = a_version()
    on = " ON policy_versions" if db.engine.dialect.name == "postgresql" else ""
    db.session.execute(text(f"DROP TRIGGER policy_versions_kept{on}"))
    db.session.execute(update(PolicyVersion).values(text_ko="몰래"))
    db.session.commit()
    assert version.text_ko == "몰래"


def test_the_database_lets_nobody_publish_what_they_wrote(office: Flask) -> None:
    person = a_user()
    version = a_version(state=VersionState.asked, author_id=person.id, hand_ids=[person.id])
    with pytest.raises(IntegrityError, match="two_people"):
        db.session.execute(update(PolicyVersion).values(state="published", published_by_id=person.id))
    db.session.rollback()
    assert version.state is VersionState.asked


def test_a_draft_needs_both_texts_and_a_start_to_come(lone_office: Flask) -> None:
    old = a_version()
    with acting_for(a_user()):
        new = draft_like(old.policy)
        new.text_en = " "
        with pytest.raises(Refusal) as refused:
            ask(new)
        assert refused.value.field == "text_en"
        new.text_en = "Clauses"
        for start in (old.valid_from, clock.now() - timedelta(seconds=1)):
            new.valid_from = start
            with pytest.raises(Refusal) as refused:
                ask(new)
            assert refused.value.field == "valid_from"


def test_a_start_that_has_passed_while_it_waited_is_refused_at_the_approval(lone_office: Flask) -> None:
    old = a_version()
    with acting_for(a_user()):
        new = draft_like(old.policy)
        new.valid_from = clock.now() + timedelta(minutes=1)
        ask(new)
        db.session.commit()
    with acting_for(a_user()), clock.stopped(clock.now() + timedelta(minutes=2)), pytest.raises(Refusal) as refused:
        publish(new)
    assert refused.value.field == "valid_from"


def test_a_first_version_may_begin_in_the_past(lone_office: Flask) -> None:
    with acting_for(a_user()):
        version = add_draft(a_policy(), valid_from=PAID_AT, terms=FIRST_MONTH, text_ko="조항", text_en="Clauses")
        ask(version)
        db.session.commit()
    with acting_for(a_user()):
        publish(version)
    assert version.state is VersionState.published


def asked_by(writer: User) -> PolicyVersion:
    old = a_version()
    with acting_for(writer):
        new = draft_like(old.policy)
        ask(new)
        db.session.commit()
    return new


def test_nobody_publishes_what_they_wrote_in(lone_office: Flask) -> None:
    writer, helper, third = a_user(), a_user(), a_user()
    new = asked_by(writer)
    with acting_for(helper):
        change_draft(new, valid_from=new.valid_from, terms=new.terms, text_ko="고친 조항", text_en=new.text_en)
        assert new.state is VersionState.draft, "what was asked for is not what it says now"
        ask(new)
        db.session.commit()
    for person in (writer, helper):
        with acting_for(person), pytest.raises(Forbidden, match="쓴 초안입니다"):
            publish(new)
    with acting_for(third):
        publish(new)
        db.session.commit()
    assert (new.published_by_id, new.author_id, new.hand_ids) == (third.id, helper.id, [writer.id, helper.id])


def test_a_draft_that_nobody_asked_for_is_not_published(lone_office: Flask) -> None:
    version = a_version(state=VersionState.draft)
    with acting_for(a_user()), pytest.raises(Refusal, match="먼저 승인을 요청"):
        publish(version)


def test_saving_without_a_change_leaves_what_was_asked_for(lone_office: Flask) -> None:
    new = asked_by(a_user())
    with acting_for(a_user()):
        change_draft(new, valid_from=new.valid_from, terms=new.terms, text_ko=new.text_ko, text_en=new.text_en)
    assert (new.state, len(new.hand_ids)) == (VersionState.asked, 1)


def test_it_is_sent_back_with_a_reason_that_the_next_asking_clears(lone_office: Flask) -> None:
    writer = a_user()
    new = asked_by(writer)
    with acting_for(a_user()):
        with pytest.raises(Refusal):
            send_back(new, " ")
        send_back(new, "3조가 모호합니다")
    assert (new.state, new.sent_back_why) == (VersionState.draft, "3조가 모호합니다")
    with acting_for(writer):
        ask(new)
        with pytest.raises(Refusal, match="이미 승인을 기다립니다"):
            ask(new)
    assert new.sent_back_why is None


def test_going_back_is_a_new_version_that_copies_an_old_one(lone_office: Flask) -> None:
    old = a_version(FIRST_MONTH, valid_until=PAID_AT)
    a_version(WHOLE_RENT, policy=old.policy, valid_from=PAID_AT)
    with acting_for(a_user()):
        with pytest.raises(Refusal, match="v9"):
            draft_like(old.policy, 9)
        back = draft_like(old.policy, 1)
        ask(back)
        db.session.commit()
    assert (back.number, back.copy_of, back.terms) == (3, 1, read_terms(FIRST_MONTH).to_json())
    with acting_for(a_user()):
        publish(back)
    assert old.terms == FIRST_MONTH


def test_this_visit_is_a_base_of_visits_alone(lone_office: Flask) -> None:
    terms = {**CLEANING, "form": 2, "base": "this_visit"}
    with acting_for(a_user()):
        with pytest.raises(Refusal) as refused:
            add_draft(a_policy(), valid_from=PAID_AT, terms=terms)
        assert refused.value.field == "terms"
        assert add_draft(a_policy(product=Product.home_cleaning), valid_from=PAID_AT, terms=terms).number == 1


def test_there_is_one_open_draft_and_it_can_be_withdrawn(lone_office: Flask) -> None:
    old = a_version()
    with acting_for(a_user()):
        draft = draft_like(old.policy)
        with pytest.raises(Refusal, match="v2"):
            draft_like(old.policy)
        withdraw(draft)
        assert draft_like(old.policy).number == 3
        for wrong in (old, draft):
            with pytest.raises(Refusal):
                withdraw(wrong)


def test_publishing_is_a_right_of_its_own(lone_office: Flask) -> None:
    version = a_version(state=VersionState.asked)
    with acting_for(a_user(), "policies.edit"), pytest.raises(Forbidden):
        publish(version)
