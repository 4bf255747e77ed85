"""Settings are whole or refused, every problem at once."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from app.errors import SettingsError
from app.settings import SANDBOX_EMAIL, Settings, home_secret

STRONG = "x7Kq" * 12
PRODUCTION = {
    "SECRET_KEY": STRONG,
    "DATABASE_URL": "postgresql://opsroom@db/opsroom",
    "REDIS_URL": "redis://queue:6379/0",
}


def problems(**environ: str) -> str:
    with pytest.raises(SettingsError) as refused:
        Settings.from_env(environ)
    return "\n".join(refused.value.problems)


def test_with_nothing_set_it_is_the_demo_of_this_home(tmp_path: Path) -> None:
    settings = Settings.from_env({"OPSROOM_HOME": str(tmp_path)})
    assert settings.demo
    assert settings.database_url == f"sqlite:///{tmp_path / 'opsroom.sqlite3'}"
    assert (settings.zendesk_url, settings.zendesk_email) == ("http://127.0.0.1:8010", SANDBOX_EMAIL)
    assert len(settings.secret_key) >= 32
    assert settings == Settings.from_env({"OPSROOM_HOME": str(tmp_path)})


def test_a_homes_secrets_are_its_own_and_its_owners(tmp_path: Path) -> None:
    one, other = home_secret(tmp_path / "one", "key"), home_secret(tmp_path / "other", "key")
    assert one != other
    assert stat.S_IMODE((tmp_path / "one" / "key").stat().st_mode) == 0o600


def test_a_new_home_is_its_owners_alone(tmp_path: Path) -> None:
    """Customers and password hashes are in it."""
    settings = Settings.from_env({"OPSROOM_HOME": str(tmp_path / "home")})
    assert stat.S_IMODE(settings.home.stat().st_mode) == 0o700


def test_one_production_variable_asks_for_all_of_them(tmp_path: Path) -> None:
    told = problems(OPSROOM_HOME=str(tmp_path), SECRET_KEY=STRONG)
    assert "DATABASE_URL is not set" in told
    assert "REDIS_URL is not set" in told
    settings = Settings.from_env({"OPSROOM_HOME": str(tmp_path), **PRODUCTION})
    assert not settings.demo
    assert settings.zendesk_url is None


@pytest.mark.parametrize("weak", ["short", "changeme" * 8, "secret-key-that-is-long-enough-to-pass-the-length"])
def test_a_weak_secret_key_does_not_start(tmp_path: Path, weak: str) -> None:
    assert "SECRET_KEY is weak" in problems(OPSROOM_HOME=str(tmp_path), **{**PRODUCTION, "SECRET_KEY": weak})


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"ZENDESK_URL": "https://acme.zendesk.com"}, "ZENDESK_URL, ZENDESK_EMAIL and ZENDESK_TOKEN go together"),
        ({"ZENDESK_URL": "acme", "ZENDESK_EMAIL": "a@b.c", "ZENDESK_TOKEN": "t"}, "ZENDESK_URL must be an address"),
        ({"PORT": "http"}, "PORT must be a whole number"),
        ({"PORT": "70000"}, "PORT must be between 1 and 65535"),
        ({"PROXY_HOPS": "-1"}, "PROXY_HOPS must be a whole number"),
        ({"SMTP_URL": "mail.acme.example", "MAIL_FROM": "a@b.c"}, "SMTP_URL must look like"),
        ({"SMTP_URL": "smtp://me@mail.acme.example", "MAIL_FROM": "a@b.c"}, "SMTP_URL must look like"),
        ({"SMTP_URL": "smtp://mail.acme.example"}, "MAIL_FROM is not set"),
        ({"MAILBOX_PORT": "0"}, "MAILBOX_PORT must be between 1 and 65535"),
        ({"STRIPE_API_URL": "https://api.stripe.com"}, "STRIPE_SECRET_KEY is not set"),
        ({"TOSS_WEBHOOK_SECRET": "x" * 32}, "TOSS_SECRET_KEY is not set"),
        ({"TOSS_SECRET_KEY": "live_sk", "TOSS_WEBHOOK_SECRET": "short"}, "TOSS_WEBHOOK_SECRET is weak"),
        ({"TOSS_SECRET_KEY": "live_sk", "TOSS_API_URL": "http://pay.example"}, "TOSS_API_URL must be an https://"),
        ({"STRIPE_SECRET_KEY": "sk_live_1", "STRIPE_API_URL": "api"}, "STRIPE_API_URL must be an https://"),
        ({"PAYMENTS_PORT": "0"}, "PAYMENTS_PORT must be between 1 and 65535"),
        ({"OPSROOM_DEMO": "perhaps"}, "OPSROOM_DEMO must be 1 or 0"),
    ],
)
def test_what_is_wrong_is_named_with_its_variable(tmp_path: Path, wrong: dict[str, str], words: str) -> None:
    assert words in problems(OPSROOM_HOME=str(tmp_path), **PRODUCTION, **wrong)


def test_a_demo_pays_through_doubles_and_never_with_a_live_key(tmp_path: Path) -> None:
    settings = Settings.from_env({"OPSROOM_HOME": str(tmp_path)})
    assert {name: of.api_url for name, of in settings.gateways.items()} == {
        name: f"http://127.0.0.1:8030/{name}" for name in ("stripe", "toss")
    }
    for name, key in (("STRIPE", "sk_live_1"), ("STRIPE", "rk_live_1"), ("TOSS", "live_sk_1")):
        told = problems(OPSROOM_HOME=str(tmp_path), **{f"{name}_SECRET_KEY": key})
        assert f"{name}_SECRET_KEY is a live key" in told
        assert key not in told


def test_production_pays_through_those_whose_key_is_set(tmp_path: Path) -> None:
    plain = Settings.from_env({"OPSROOM_HOME": str(tmp_path), **PRODUCTION})
    assert plain.gateways == {}
    paying = Settings.from_env({"OPSROOM_HOME": str(tmp_path), **PRODUCTION, "TOSS_SECRET_KEY": "live_sk_1"})
    assert {name: of.api_url for name, of in paying.gateways.items()} == {"toss": "https://api.tosspayments.com"}
    assert "live_sk_1" not in repr(paying.gateways)


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    told = problems(OPSROOM_HOME=str(tmp_path), SECRET_KEY="short", PORT="no", ZENDESK_TOKEN="t")
    assert all(name in told for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "PORT", "ZENDESK_URL"))


def test_a_public_https_address_makes_cookies_secure(tmp_path: Path) -> None:
    plain = Settings.from_env({"OPSROOM_HOME": str(tmp_path)})
    public = Settings.from_env({"OPSROOM_HOME": str(tmp_path), "PUBLIC_URL": "https://ops.example.com/"})
    assert (plain.secure_cookies, public.secure_cookies) == (False, True)
    assert public.public_url == "https://ops.example.com"


def test_a_home_that_cannot_be_written_to_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for home in (tmp_path / "file", tmp_path / "file" / "under"):
        with pytest.raises(SettingsError, match=r"OPSROOM_HOME .* is no folder that can be written to"):
            Settings.from_env({"OPSROOM_HOME": str(home)})
