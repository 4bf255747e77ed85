"""Comparing with each provider on time: what it carried out, what we know, what the ledger says.

The provider is asked with no transaction open; what it told is then taken in one.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app import clock
from app.bookings.model import Booking
from app.db import db
from app.reconcile.model import Reconciliation
from app.reconcile.reconcile import check_ledger, reconcile
from app.refunds.model import Refund
from automations.providers import providers_of_app
from integrations.errors import Refused, Unavailable
from integrations.payments.port import Provider

log = logging.getLogger(__name__)

# Of runs before each provider had its own: read where a provider has none yet.
SOURCE = "API"
# Asked for each time; of it, what is older than a day may be missed there: a refund may have been carried out earlier
# than we came to know of it, by as long as a key lives.
LOOKS_BACK = timedelta(days=4)
SLACK = timedelta(days=1)
TOO_LONG = timedelta(hours=24)


def run() -> None:
    """Safe to run at any time and twice at once. A provider that does not answer changes nothing, and keeps no other
    from being compared. What waited while it was red is rung for by the sweep.
    """
    session = db.session()
    until = clock.now()
    for provider, gateways in _providers():
        try:
            _compare(session, provider, gateways, until)
        except Unavailable:
            session.rollback()
            log.warning("provider_unavailable_for_reconciling", extra={"gateways": gateways})
        except Refused as refused:
            session.rollback()
            log.warning("provider_refused_reconciling", extra={"gateways": gateways, "status": refused.status})
        except Exception:
            session.rollback()
            log.exception("reconciling_failed", extra={"gateways": gateways})
    check_ledger(session)
    session.commit()


def late(session: Session, now: datetime) -> list[str]:
    """The gateways whose provider is set, and was not compared for a day; where it never was, for a day after it paid
    the first refund of ours.
    """
    found: list[str] = []
    for _, gateways in _providers():
        since = _last(session, Reconciliation.at, gateways) or session.scalar(
            select(func.min(Refund.paid_at)).where(Refund.booking.has(Booking.gateway.in_(gateways)), Refund.tries > 0)
        )
        if since is not None and now - since > TOO_LONG:
            found += gateways
    return found


def _compare(session: Session, provider: Provider, gateways: list[str], until: datetime) -> None:
    since = _since(session, gateways, until)
    session.rollback()
    told = list(provider.refunded(since, until))
    reconcile(session, told, since=since + SLACK, until=until, source=source_of(gateways), gateways=gateways)
    session.commit()


def source_of(gateways: list[str]) -> str:
    """What a comparison with the provider of these is kept under."""
    return f"{SOURCE} {' '.join(gateways)}"


def _last(session: Session, column: InstrumentedAttribute[datetime], gateways: list[str]) -> datetime | None:
    for source in (source_of(gateways), SOURCE):
        last: datetime | None = session.scalar(select(func.max(column)).where(Reconciliation.source == source))
        if last is not None:
            return last
    return None


def _since(session: Session, gateways: list[str], now: datetime) -> datetime:
    """Four days ago, or a day before the last time with this provider where that is longer ago: nothing is left between
    two looks.
    """
    last = _last(session, Reconciliation.until, gateways)
    usual = now - LOOKS_BACK
    return usual if last is None else min(usual, last - SLACK - SLACK)


def _providers() -> list[tuple[Provider, list[str]]]:
    """Each with the gateways whose payments it refunds."""
    found: dict[int, tuple[Provider, list[str]]] = {}
    for gateway, provider in sorted(providers_of_app().items()):
        found.setdefault(id(provider), (provider, []))[1].append(gateway)
    return list(found.values())
