"""What each role may do: one table, read by every door. A right is "<subject>.<verb>"."""

from __future__ import annotations

from app.people.model import Role

SUBJECTS = (
    *("tickets", "refunds", "partners", "vendors", "policies", "bookings", "customers", "rules", "runs", "macros"),
    *("inbox", "outbox", "link", "users", "audit", "home", "undos"),
    *("views", "alarms", "letters", "receivers", "hooks"),
    *("authority", "catalogue", "goodwill"),
    "routing",
    *("tokens", "imports"),
    *("ledger", "clawbacks", "differences"),
    *("disputes", "emergencies", "playbooks"),
)
EDITED = (
    *("tickets", "partners", "vendors", "policies", "bookings", "customers", "rules", "macros"),
    "imports",
    "views",
    "receivers",
    "hooks",
    "routing",
    "catalogue",
    "users",
    *("disputes", "emergencies", "playbooks"),
)
SPECIAL = frozenset(
    {
        "refunds.request",
        "refunds.approve",
        "refunds.pay",
        "ledger.correct",
        "clawbacks.settle",
        "clawbacks.waive",
        "differences.resolve",
        "refunds.note",
        "goodwill.give",
        "rules.publish",
        "policies.publish",
        "switches.turn",
        "inbox.retry",
        "outbox.retry",
        "letters.retry",
        "alarms.acknowledge",
        "exports.make",
        "partners.documents",
        "routing.present",
        "disputes.rule",
        "playbooks.publish",
    }
)


# Money that moves is written down by finance; what a partner is let off is decided by somebody else.
OF_FINANCE = frozenset({"refunds.pay", "ledger.correct", "clawbacks.settle", "differences.resolve"})


def _to(verb: str, *subjects: str) -> frozenset[str]:
    return frozenset(f"{subject}.{verb}" for subject in subjects)


ALL_VIEWS = _to("view", *SUBJECTS)
ALL_RIGHTS = ALL_VIEWS | _to("edit", *SUBJECTS) | SPECIAL
DAILY = (
    "home",
    "tickets",
    "customers",
    "bookings",
    "partners",
    "vendors",
    "policies",
    "refunds",
    "authority",
    "catalogue",
    "goodwill",
    "macros",
    "views",
    "rules",
    "runs",
    "undos",
    *("disputes", "emergencies", "playbooks"),
)

RIGHTS: dict[Role, frozenset[str]] = {
    Role.admin: ALL_RIGHTS,
    Role.ops_manager: ALL_VIEWS | _to("edit", *EDITED) - {"users.edit"} | SPECIAL - OF_FINANCE,
    Role.agent: _to("view", *DAILY)
    | {"refunds.request", "refunds.note", "goodwill.give", "customers.edit", "routing.view", "routing.present"}
    | {"disputes.edit", "emergencies.edit"},
    Role.finance: _to("view", *DAILY, "ledger", "clawbacks", "differences")
    | OF_FINANCE
    | {"refunds.approve", "refunds.note", "exports.make"},
    Role.auditor: ALL_VIEWS,
}
