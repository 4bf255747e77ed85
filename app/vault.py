"""Secrets at rest: sealed with a key that is not in the database."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.errors import Refusal
from app.words import say


def seal(secret: str, secret_key: str) -> str:
    return _fernet(secret_key).encrypt(secret.encode()).decode()


def unseal(sealed: str, secret_key: str) -> str:
    """Refuses in words when the key is not the one it was sealed with."""
    try:
        return _fernet(secret_key).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Refusal(
            say(
                "저장된 비밀값을 열 수 없습니다. SECRET_KEY가 바뀌었으면 `flask zendesk connect`를 다시 실행해 주세요.",
                "A stored secret cannot be opened. If SECRET_KEY was changed, run `flask zendesk connect` again.",
            )
        ) from None


def _fernet(secret_key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"opsroom.vault").derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
