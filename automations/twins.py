"""Switching off, in Zendesk, the rule whose twin goes live here: so that no customer is answered twice.

Switching off is the same however often it is done, so it needs neither lease nor token: the wish stands on the rule
until Zendesk has said yes or no.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app.db import db
from app.rules.model import Rule, RuleKind, TwinState
from automations.outside import pause, paused, zendesk
from integrations.errors import Refused, Unavailable
from integrations.zendesk.client import Zendesk

log = logging.getLogger(__name__)

GONE = 404


@dataclass(frozen=True, slots=True)
class Wish:
    rule_id: int
    kind: RuleKind
    zendesk_id: int


def drain() -> None:
    """Carries out every wish once; what Zendesk could not hear now waits for the next ring."""
    session = db.session()
    for wish in wishes(session):
        try:
            switch_off(wish)
        except Exception:
            session.rollback()
            log.exception("twin_failed", extra={"rule": wish.rule_id})


def wishes(session: Session) -> list[Wish]:
    """None while Zendesk asks everyone to wait. Leaves no transaction open."""
    rows = select(Rule.id, Rule.kind, Rule.zendesk_id).where(Rule.twin == TwinState.asked).order_by(Rule.id)
    found = (
        []
        if paused(session)
        else [
            Wish(rule_id, kind, zendesk_id)
            for rule_id, kind, zendesk_id in session.execute(rows)
            if zendesk_id is not None
        ]
    )
    session.rollback()
    return found


def switch_off(wish: Wish) -> None:
    """Asks Zendesk and writes down what it said. Never raises for what goes wrong outside."""
    session = db.session()
    account = zendesk()
    switch = account.switch_trigger if wish.kind is RuleKind.trigger else account.switch_automation
    try:
        switch(wish.zendesk_id, active=False)
    except Unavailable as trouble:
        if trouble.retry_after is not None:
            pause(session, trouble.retry_after)
        _record(session, wish, TwinState.asked, str(trouble))
        return
    except Refused as refused:
        gone = refused.status == GONE
        log.warning("twin_refused", extra={"rule": wish.rule_id, "status": refused.status})
        _record(session, wish, TwinState.off if gone else TwinState.active, f"{refused} {refused.words}".strip())
        return
    _record(session, wish, TwinState.off, None)
    log.info("twin_off", extra={"rule": wish.rule_id})


def refresh(session: Session, account: Zendesk) -> None:
    """Reads which twins are active in Zendesk now: somebody may have switched one there. What a person decided about
    one that is still active (accepted, asked to be off) stays decided. Commits.
    """
    known = session.scalars(select(Rule).where(Rule.zendesk_id.is_not(None))).all()
    kinds = {rule.kind for rule in known}
    session.rollback()
    listed = {RuleKind.trigger: account.triggers, RuleKind.automation: account.automations}
    active = {(kind, row.get("id")) for kind in kinds for row in listed[kind]() if row.get("active") is True}
    for rule in session.scalars(select(Rule).where(Rule.zendesk_id.is_not(None))):
        if (rule.kind, rule.zendesk_id) not in active:
            rule.twin = TwinState.off
        elif rule.twin in {TwinState.none, TwinState.off}:
            rule.twin = TwinState.active
    session.commit()


def _record(session: Session, wish: Wish, state: TwinState, why: str | None) -> None:
    """Leaves the rule alone when somebody has taken the wish back or saves the rule just now: then the next ring
    finds it as it is."""
    rule = session.get(Rule, wish.rule_id, populate_existing=True)
    if rule is None or rule.twin is not TwinState.asked:
        session.rollback()
        return
    rule.twin, rule.twin_why = state, why[:500] if why else None
    try:
        session.commit()
    except StaleDataError:
        session.rollback()
