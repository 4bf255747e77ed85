"""A published version never changes, and versions follow one another without a gap."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from app import clock
from app.db import db
from app.errors import Forbidden, Refusal
from app.policies.model import PolicyVersion, VersionState
from app.policies.versions import add_draft, draft_from_latest, publish, withdraw
from tests.marketplace import FIRST_MONTH, PAID_AT, a_policy, a_user, a_version, acting_for


def test_publishing_ends_the_version_before_at_the_same_moment(office: Flask) -> None:
    old = a_version()
    with acting_for(a_user()):
        new = draft_from_latest(old.policy)
        new.valid_from = clock.now() + timedelta(days=1)
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


def test_without_the_guard_a_published_version_would_change(lone_office: Flask) -> None:
    version = a_version()
    db.session.execute(update(PolicyVersion).values(text_ko="몰래"))
    db.session.commit()
    assert version.text_ko == "몰래"


def test_a_draft_needs_both_texts_and_a_start_to_come(lone_office: Flask) -> None:
    old = a_version()
    with acting_for(a_user()):
        new = draft_from_latest(old.policy)
        new.text_en = " "
        with pytest.raises(Refusal) as refused:
            publish(new)
        assert refused.value.field == "text_en"
        new.text_en = "Clauses"
        for start in (old.valid_from, clock.now() - timedelta(seconds=1)):
            new.valid_from = start
            with pytest.raises(Refusal) as refused:
                publish(new)
            assert refused.value.field == "valid_from"


def test_a_first_version_may_begin_in_the_past(lone_office: Flask) -> None:
    with acting_for(a_user()):
        version = add_draft(a_policy(), valid_from=PAID_AT, terms=FIRST_MONTH, text_ko="조항", text_en="Clauses")
        publish(version)
    assert version.state is VersionState.published


def test_there_is_one_open_draft_and_it_can_be_withdrawn(lone_office: Flask) -> None:
    old = a_version()
    with acting_for(a_user()):
        draft = draft_from_latest(old.policy)
        with pytest.raises(Refusal, match="v2"):
            draft_from_latest(old.policy)
        withdraw(draft)
        assert draft_from_latest(old.policy).number == 3
        for wrong in (old, draft):
            with pytest.raises(Refusal):
                withdraw(wrong)


def test_publishing_is_a_right_of_its_own(lone_office: Flask) -> None:
    version = a_version(state=VersionState.draft)
    with acting_for(a_user(), "policies.edit"), pytest.raises(Forbidden):
        publish(version)
