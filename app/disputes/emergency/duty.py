"""Who is on duty for emergencies: by role, and by city where somebody serves only some."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from app.db import Base, choice, key_column
from app.disputes.emergency.kinds import DutyRole
from app.people.model import User
from app.people.rights import RIGHTS


class EmergencyDuty(Base):
    """`city` "" is every city. The lowest `position` is asked first; the others stand in for them."""

    __tablename__ = "emergency_duties"
    __table_args__ = (UniqueConstraint("role", "user_id", "city"),)

    id: Mapped[int] = key_column()
    role: Mapped[DutyRole] = mapped_column(choice(DutyRole), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    city: Mapped[str] = mapped_column(String(40), default="")
    position: Mapped[int] = mapped_column(default=1)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    user: Mapped[User] = relationship()
    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.user.name


def may_have(user: User, city: str | None) -> bool:
    """Whether this person could open an emergency of that city and deal with it."""
    of_city = not user.cities or city is None or city in user.cities
    return user.is_enabled and user.vendor_id is None and of_city and "emergencies.edit" in RIGHTS[user.role]


def on_duty(session: Session, city: str | None) -> dict[DutyRole, list[User]]:
    """Who may be paged for each role there, whom first; those of the city before those of all. One query."""
    rows = session.scalars(
        select(EmergencyDuty)
        .join(EmergencyDuty.user)
        .where(EmergencyDuty.is_active, User.is_enabled, EmergencyDuty.city.in_(("", city or "")))
        .options(joinedload(EmergencyDuty.user))
        .order_by(EmergencyDuty.city == "", EmergencyDuty.position, EmergencyDuty.id)
    ).all()
    found: dict[DutyRole, list[User]] = {role: [] for role in DutyRole}
    for row in rows:
        if row.user not in found[row.role] and may_have(row.user, city):
            found[row.role].append(row.user)
    return found
