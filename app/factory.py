"""create_app: the only wiring of the office."""

from __future__ import annotations

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from app import model_index
from app.bell import Bell, RedisBell, hang_bell
from app.db import db
from app.settings import Settings
from app.site import open_site
from app.valkey import home_redis_url
from app.web.doors import open_doors

PERMANENT_SESSION_HOURS = 12
BODY_LIMIT = 8 * 1024 * 1024


def create_app(settings: Settings, *, bell: Bell | None = None) -> Flask:
    """`bell` other than RQ's is for commands and tests that work the rows themselves."""
    app = Flask("app", static_folder="desk/static", static_url_path="/static", template_folder="desk/templates")
    settle(app, settings, bell)
    open_doors(app)
    open_site(app)
    return app


def settle(app: Flask, settings: Settings, bell: Bell | None = None) -> None:
    """All that one house has of its own: settings, database, bell. What is the same in each, doors and screens, is not
    touched.
    """
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        MAX_CONTENT_LENGTH=BODY_LIMIT,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=2000,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
        PERMANENT_SESSION_LIFETIME=PERMANENT_SESSION_HOURS * 3600,
        SESSION_COOKIE_NAME="opsroom",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        BABEL_DEFAULT_LOCALE="ko",
        BABEL_DEFAULT_TIMEZONE="Asia/Seoul",
        FLASK_ADMIN_SWATCH="default",
    )
    app.extensions["opsroom.settings"] = settings
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    db.init_app(app)
    Migrate(app, db, directory=str(model_index.MIGRATIONS))
    hang_bell(app, bell or RedisBell(settings.redis_url or home_redis_url(settings.home)))
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
