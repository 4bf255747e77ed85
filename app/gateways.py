"""The payment providers of the settings, by the name that a booking's gateway has; half a set is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

STRIPE, TOSS = "stripe", "toss"
DOUBLED = (STRIPE, TOSS)
API_URLS = {STRIPE: "https://api.stripe.com", TOSS: "https://api.tosspayments.com"}
# A shorter one could be guessed: it stands for a signature in the address that Toss is given.
WEBHOOK_SECRET_LENGTH = 24


@dataclass(frozen=True, slots=True)
class Gateway:
    """`webhook_secret` None: the provider may not ring here, and refunds are looked up by time alone."""

    api_url: str
    secret_key: str
    webhook_secret: str | None = None

    def __repr__(self) -> str:
        """Without the secrets: settings are printed where tests fail."""
        return f"Gateway({self.api_url})"

    @classmethod
    def doubled(cls, name: str, port: int, secret: str) -> Gateway:
        """The demo's: a double on this machine, with secrets of this home."""
        url = f"http://127.0.0.1:{port}/{name}"
        return cls(url, f"sk_test_{secret}", hashlib.sha256(f"webhooks {secret}".encode()).hexdigest())

    @property
    def secrets(self) -> Mapping[str, str]:
        """By what stands behind the provider's name in a variable."""
        return {"SECRET_KEY": self.secret_key, "WEBHOOK_SECRET": self.webhook_secret or ""}

    @property
    def is_live(self) -> bool:
        return self.secret_key.startswith(("sk_live", "rk_live", "live_"))


def gateways_of(env: Mapping[str, str], problems: list[str]) -> dict[str, Gateway]:
    """Those whose secret key is set; what is wrong is added to `problems`, which never tell a secret."""
    found = {}
    for name in DOUBLED:
        upper = name.upper()
        key, url = env.get(f"{upper}_SECRET_KEY", ""), env.get(f"{upper}_API_URL", "")
        ring = env.get(f"{upper}_WEBHOOK_SECRET", "")
        if not key:
            if url or ring:
                problems.append(f"{upper}_SECRET_KEY is not set, and without it {_alone(upper, url)} means nothing.")
            continue
        parts = urlsplit(url or API_URLS[name])
        here = parts.hostname in {"127.0.0.1", "localhost"}
        if not parts.hostname or parts.query or not (parts.scheme == "https" or (parts.scheme == "http" and here)):
            problems.append(f"{upper}_API_URL must be an https:// address, such as {API_URLS[name]}.")
        if ring and len(ring) < WEBHOOK_SECRET_LENGTH:
            problems.append(f"{upper}_WEBHOOK_SECRET is weak: use at least {WEBHOOK_SECRET_LENGTH} random characters.")
        found[name] = Gateway((url or API_URLS[name]).rstrip("/"), key, ring or None)
    return found


def _alone(upper: str, url: str) -> str:
    return f"{upper}_API_URL" if url else f"{upper}_WEBHOOK_SECRET"
