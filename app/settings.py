"""All settings in one frozen object, read once from the environment; half a set is refused.

With no production variable set, the settings are the demo's: everything lives in OPSROOM_HOME, and the secret key is
made there. As soon as one production variable is set, all that production needs must be.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from app.errors import SettingsError
from app.gateways import DOUBLED, Gateway, gateways_of

PRODUCTION = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ZENDESK_URL", "ZENDESK_EMAIL", "ZENDESK_TOKEN")
SECRET_KEY_LENGTH = 32
WEAK = ("secret", "changeme", "change-me", "password", "opsroom", "development", "dev")
TRUE, FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")


@dataclass(frozen=True, slots=True)
class Settings:
    """`zendesk_url` is a base such as https://acme.zendesk.com; `redis_url` None means: ask the home's own Valkey.
    `smtp_url` None means: no e-mail leaves. `gateways`: whose payments a provider refunds by itself, by their name in
    bookings; every other one waits for finance.
    """

    home: Path
    demo: bool
    secret_key: str
    database_url: str
    redis_url: str | None
    zendesk_url: str | None
    zendesk_email: str | None
    zendesk_token: str | None
    public_url: str
    port: int = 8000
    sandbox_port: int = 8010
    mailbox_port: int = 8020
    mailbox_smtp_port: int = 8025
    payments_port: int = 8030
    gateways: Mapping[str, Gateway] = field(default_factory=dict)
    smtp_url: str | None = None
    mail_from: str = "Opsroom <opsroom@localhost.invalid>"
    trusted_hosts: tuple[str, ...] = ()
    proxy_hops: int = 0
    secure_cookies: bool = False

    @property
    def paying(self) -> frozenset[str]:
        """The gateways whose payments a worker refunds; a demo whose settings name none pays through books in its
        home.
        """
        return frozenset(self.gateways) or frozenset(DOUBLED if self.demo else ())

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Raises SettingsError with every problem at once."""
        env = os.environ if environ is None else environ
        problems: list[str] = []
        home = Path(env.get("OPSROOM_HOME") or "var").expanduser().absolute()
        demo = _switch(env, "OPSROOM_DEMO", problems, default=not any(env.get(name) for name in PRODUCTION))
        port, sandbox_port = _port(env, "PORT", 8000, problems), _port(env, "SANDBOX_PORT", 8010, problems)
        mailbox_port = _port(env, "MAILBOX_PORT", 8020, problems)
        mailbox_smtp_port = _port(env, "MAILBOX_SMTP_PORT", 8025, problems)
        smtp_url = env.get("SMTP_URL") or (f"smtp://127.0.0.1:{mailbox_smtp_port}" if demo else None)
        problems.extend(_mail_problems(env))
        payments_port = _port(env, "PAYMENTS_PORT", 8030, problems)
        gateways = gateways_of(env, problems)
        hops = _number(env, "PROXY_HOPS", 0, problems)
        secret_key = env.get("SECRET_KEY", "")
        if demo and (refused := _unusable(home)):
            raise SettingsError([*problems, refused])
        zendesk = [env.get(name) or None for name in ("ZENDESK_URL", "ZENDESK_EMAIL", "ZENDESK_TOKEN")]
        if any(zendesk) and not all(zendesk):
            problems.append("ZENDESK_URL, ZENDESK_EMAIL and ZENDESK_TOKEN go together: set all three, or none.")
        if zendesk[0] and urlsplit(zendesk[0]).scheme not in ("http", "https"):
            problems.append("ZENDESK_URL must be an address such as https://acme.zendesk.com.")
        if demo:
            secret_key = secret_key or home_secret(home, "secret_key")
            problems.extend(
                f"{name.upper()}_SECRET_KEY is a live key, and this is a demo: its refunds would be real."
                for name, gateway in gateways.items()
                if gateway.is_live
            )
            made = {name: home_secret(home, f"{name}_double") for name in DOUBLED if name not in gateways}
            gateways |= {name: Gateway.doubled(name, payments_port, secret) for name, secret in made.items()}
            if zendesk[0] is None:
                zendesk = [f"http://127.0.0.1:{sandbox_port}", SANDBOX_EMAIL, home_secret(home, "sandbox_token")]
        else:
            problems.extend(
                f"{name} is not set. Production needs it; for the demo unset {_set(env)}."
                for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL")
                if not env.get(name)
            )
            if secret_key and (len(secret_key) < SECRET_KEY_LENGTH or secret_key.lower().startswith(WEAK)):
                problems.append(
                    f"SECRET_KEY is weak: use at least {SECRET_KEY_LENGTH} random characters, "
                    'such as those of `python3 -c "import secrets; print(secrets.token_urlsafe(48))"`.'
                )
        if problems:
            raise SettingsError(problems)
        public_url = env.get("PUBLIC_URL") or f"http://127.0.0.1:{port}"
        return cls(
            home=home,
            demo=demo,
            secret_key=secret_key,
            database_url=env.get("DATABASE_URL") or f"sqlite:///{home / 'opsroom.sqlite3'}",
            redis_url=env.get("REDIS_URL") or None,
            zendesk_url=zendesk[0].rstrip("/") if zendesk[0] else None,
            zendesk_email=zendesk[1],
            zendesk_token=zendesk[2],
            public_url=public_url.rstrip("/"),
            port=port,
            sandbox_port=sandbox_port,
            mailbox_port=mailbox_port,
            mailbox_smtp_port=mailbox_smtp_port,
            payments_port=payments_port,
            gateways=gateways,
            smtp_url=smtp_url,
            mail_from=env.get("MAIL_FROM") or "Opsroom <opsroom@demo.example>",
            trusted_hosts=tuple(host.strip() for host in env.get("TRUSTED_HOSTS", "").split(",") if host.strip()),
            proxy_hops=hops,
            secure_cookies=public_url.startswith("https://"),
        )


SANDBOX_EMAIL = "admin@demo.example"


def home_secret(home: Path, name: str) -> str:
    """A secret of this home alone: made at first need, kept in a file only its owner reads."""
    kept = home / name
    try:
        return kept.read_text().strip()
    except FileNotFoundError:
        pass
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = secrets.token_hex(32)  # nothing in it that a command line could take for an option
    draft = home / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
    draft.touch(mode=0o600)
    draft.write_text(made)
    try:
        os.link(draft, kept)
    except FileExistsError:
        return kept.read_text().strip()
    finally:
        draft.unlink()
    return made


def _unusable(home: Path) -> str | None:
    """Why this home cannot be written to; None when it can. Makes the folder."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            return None
    except OSError as wrong:
        said = f"OPSROOM_HOME ({home}) is no folder that can be written to: {wrong.strerror}."
        return f"{said} Name another one: OPSROOM_HOME=~/opsroom"


def _mail_problems(env: Mapping[str, str]) -> list[str]:
    """What is wrong with SMTP_URL and MAIL_FROM; a password is never told."""
    url, sender = env.get("SMTP_URL", ""), env.get("MAIL_FROM", "")
    problems = []
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in {"smtp", "smtps"} and bool(parts.hostname) and parts.port != 0
        is_whole = is_whole and bool(parts.username) == bool(parts.password) and not parts.path.strip("/")
    except ValueError:
        is_whole = False
    if url and not is_whole:
        problems.append("SMTP_URL must look like smtp://user:password@mail.example.com:587, or smtps://…:465.")
    if url and "@" not in sender:
        problems.append("MAIL_FROM is not set. With SMTP_URL it is the address that e-mails come from.")
    return problems


def _set(env: Mapping[str, str]) -> str:
    return ", ".join(name for name in PRODUCTION if env.get(name)) or "OPSROOM_DEMO"


def _switch(env: Mapping[str, str], name: str, problems: list[str], *, default: bool) -> bool:
    if name not in env:
        return default
    word = env[name].strip().lower()
    if word in TRUE or word in FALSE:
        return word in TRUE
    problems.append(f"{name} must be 1 or 0, not “{env[name]}”.")
    return default


def _number(env: Mapping[str, str], name: str, default: int, problems: list[str]) -> int:
    text = env.get(name) or str(default)
    if text.isascii() and text.isdigit():
        return int(text)
    problems.append(f"{name} must be a whole number, not “{text}”.")
    return default


def _port(env: Mapping[str, str], name: str, default: int, problems: list[str]) -> int:
    port = _number(env, name, default, problems)
    if not 1 <= port <= 65535:
        problems.append(f"{name} must be between 1 and 65535, not {port}.")
    return port
