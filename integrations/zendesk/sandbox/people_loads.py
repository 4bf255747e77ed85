"""What include= adds to users: organizations and groups, identities, roles, and how many open tickets each has."""

import sqlite3

from . import identities, identity_routes, records
from .call import Call
from .shape import Json
from .sideloads import Sideloads, plain

_OPEN = "status in ('new', 'open', 'pending', 'hold') and deleted = 0"


class PeopleLoads(Sideloads):
    """`see` each user of a page, then ask `beside`."""

    def __init__(self, call: Call) -> None:
        super().__init__(call.arg("include"))
        self._seen: list[Json] = []

    def see(self, user: Json) -> None:
        if self.wanted:
            self._seen.append(user)
            self.take({"organization_id": user["organization_id"], "group_id": user["default_group_id"]})

    def beside(self, db: sqlite3.Connection, base: str) -> Json:
        found = super().beside(db, base)
        if "identities" in self.wanted:
            rows = [row for user in self._seen for row in identities.of(db, user)]
            found["identities"] = [identity_routes.shown(row, base) for row in rows]
        if "roles" in self.wanted:
            numbers = {user["custom_role_id"] for user in self._seen}
            roles = [row for row in records.every(db, "custom_role") if row["id"] in numbers]
            found["roles"] = [plain("custom_role", row, base) for row in roles]
        if "open_ticket_count" in self.wanted:
            found["open_ticket_count"] = {str(user["id"]): _open_tickets(db, user["id"]) for user in self._seen}
        return found


def _open_tickets(db: sqlite3.Connection, user_id: int) -> int:
    """Of an agent those assigned to her, of a customer those that are hers."""
    sql = f"select count(*) from tickets where (assignee_id = ? or requester_id = ?) and {_OPEN}"  # noqa: S608 - our own words
    return int(db.execute(sql, (user_id, user_id)).fetchone()[0])
