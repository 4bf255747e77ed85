"""Who may sign in to the demo, and the passwords that this home alone knows."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from app.demo import numbers
from app.people.model import Role
from app.people.passwords import fresh

KEPT_IN = "demo_sign_ins.json"
DOMAIN = "opsroom.example"


@dataclass(frozen=True, slots=True)
class Person:
    """`zendesk_id`: the same person as an agent of the account."""

    key: str
    name: str
    role: Role
    language: str = "ko"
    zendesk_id: int | None = None

    @property
    def email(self) -> str:
        return f"{self.key}@{DOMAIN}"


ADMIN = Person("admin", "정하린", Role.admin)
MANAGER = Person("haneul", "김하늘", Role.ops_manager, zendesk_id=numbers.HANEUL)
SECOND_MANAGER = Person("dohyun", "한도현", Role.ops_manager, zendesk_id=numbers.DOHYUN)
AGENT = Person("seojun", "이서준", Role.agent, zendesk_id=numbers.SEOJUN)
GLOBAL_AGENT = Person("yuna", "최유나", Role.agent, language="en", zendesk_id=numbers.YUNA)
FINANCE = Person("minji", "오민지", Role.finance)
AUDITOR = Person("taeo", "문태오", Role.auditor)
PEOPLE = (ADMIN, MANAGER, SECOND_MANAGER, AGENT, GLOBAL_AGENT, FINANCE, AUDITOR)


def passwords(home: Path) -> dict[str, str] | None:
    """By e-mail, as they were written down; None where they are not, or not for everybody."""
    try:
        rows = json.loads((home / KEPT_IN).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    known = {row["email"]: row["password"] for row in rows}
    return known if all(person.email in known for person in PEOPLE) else None


def make_passwords(home: Path) -> dict[str, str]:
    """New ones for everybody, written down where only the owner of the home reads them."""
    made = {person.email: fresh() for person in PEOPLE}
    rows = [
        {"role": person.role.value, "email": person.email, "password": made[person.email], "name": person.name}
        for person in PEOPLE
    ]
    home.mkdir(parents=True, exist_ok=True)
    draft = home / f".{KEPT_IN}.{os.getpid()}"
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    draft.replace(home / KEPT_IN)
    return made
