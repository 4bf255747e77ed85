"""The doors that are not screens: webhooks in, the API, health and readiness out."""

from __future__ import annotations

from flask import Flask

from app.api.doors import api
from app.web.health import health
from app.web.provider_webhooks import provider_webhooks
from app.web.webhooks import webhooks


def open_doors(app: Flask) -> None:
    app.register_blueprint(health)
    app.register_blueprint(webhooks)
    app.register_blueprint(api)
    app.register_blueprint(provider_webhooks)
