"""Comparing with the provider on time: what it carried out, what we know, what the ledger says.

The provider is asked with no transaction open; what it told is then taken in one.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.db import db
from app.reconcile.model import Reconciliation
from app.reconcile.reconcile import check_ledger, reconcile
from automations.providers import providers_of_app
from integrations.errors import Refused, Unavailable
from integrations.payments.port import Provider, Refunded

log = logging.getLogger(__name__)

SOURCE = "API"
# Asked for each time; of it, what is older than a day may be missed there: a refund may have been carried out earlier
# than we came to know of it, by as long as a key lives.
LOOKS_BACK = timedelta(days=4)
SLACK = timedelta(days=1)


def run() -> None:
    """Safe to run at any time and twice at once. A provider that does not answer changes nothing. What waited while it
    was red is rung for by the sweep.
    """
    session = db.session()
    until = clock.now()
    since = _since(session, until)
    session.rollback()
    for provider, gateways in _providers():
        told = _told(provider, since, until)
        if told is not None:
            reconcile(session, told, since=since + SLACK, until=until, source=SOURCE, gateways=gateways)
            session.commit()
    check_ledger(session)
    session.commit()


def _since(session: Session, now: datetime) -> datetime:
    """Four days ago, or a day before the last time where that is longer ago: nothing is left between two looks."""
    last = session.scalar(select(func.max(Reconciliation.until)).where(Reconciliation.source == SOURCE))
    usual = now - LOOKS_BACK
    return usual if last is None else min(usual, last - SLACK - SLACK)


def _providers() -> list[tuple[Provider, list[str]]]:
    """Each with the gateways whose payments it refunds."""
    found: dict[int, tuple[Provider, list[str]]] = {}
    for gateway, provider in sorted(providers_of_app().items()):
        found.setdefault(id(provider), (provider, []))[1].append(gateway)
    return list(found.values())


def _told(provider: Provider, since: datetime, until: datetime) -> list[Refunded] | None:
    try:
        return list(provider.refunded(since, until))
    except Unavailable:
        log.warning("provider_unavailable_for_reconciling")
    except Refused as refused:
        log.warning("provider_refused_reconciling", extra={"status": refused.status})
    return None
