"""Which provider refunds the payments of which gateway, and for how long it remembers a key."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import cast

from flask import current_app

from app.gateways import STRIPE, TOSS, Gateway
from automations.outside import settings_of_app
from integrations.payments.port import Provider
from integrations.payments.sandbox import SandboxProvider
from integrations.payments.stripe import StripeProvider
from integrations.payments.toss import TossProvider

MADE: Mapping[str, Callable[[Gateway], Provider]] = {
    STRIPE: lambda gateway: StripeProvider(gateway.secret_key, gateway.api_url),
    TOSS: lambda gateway: TossProvider(gateway.secret_key, gateway.api_url),
}
# A key is sent for as long, and never again afterwards: the provider would take it for a new one. Stripe keeps keys for
# a day, Toss Payments for fifteen; a margin is left for clocks and for what is on its way.
KEY_LIVES: Mapping[str, timedelta] = {STRIPE: timedelta(hours=20), TOSS: timedelta(days=14)}


def providers_of_app() -> Mapping[str, Provider]:
    """By the name that a booking's gateway has; what is not in it waits for finance. A forked child gets its own.

    A demo whose settings name no provider pays through books in its home.
    """
    kept = current_app.extensions.get("opsroom.providers")
    if kept is None or kept[0] != os.getpid():
        kept = current_app.extensions["opsroom.providers"] = (os.getpid(), _made())
    return cast(Mapping[str, Provider], kept[1])


def _made() -> Mapping[str, Provider]:
    settings = settings_of_app()
    if settings.gateways:
        return {name: MADE[name](gateway) for name, gateway in settings.gateways.items()}
    if not settings.paying:
        return {}
    return dict.fromkeys(settings.paying, SandboxProvider(settings.home / "payments.sqlite3"))
