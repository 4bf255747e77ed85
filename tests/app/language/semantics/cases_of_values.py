"""What conditions on counts, hours and an account's own fields say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from app.language.facts_of_ticket import (
    Change,
    Organization,
    TicketFacts,
    Update,
)
from tests.app.language.semantics.cases import NOW, Case, ago, asked_by, both, ticket


def _counts() -> list[Case]:
    found: list[Case] = []
    for field, attribute in (
        ("reopens", "reopens"), ("replies", "replies"), ("agent_stations", "agent_stations"),
        ("group_stations", "group_stations"), ("number_of_incidents", "incidents"),
    ):  # fmt: skip
        for operator, value, other in (("less_than", "4", 4), ("greater_than", "2", 2), ("is", "3", 2)):
            found += both(field, operator, value, ticket(**{attribute: 3}), ticket(**{attribute: other}))
        found.append(Case(field, "less_than", "4", ticket(), False))
    for field, attribute in (
        ("requester_twitter_followers_count", "twitter_followers_count"),
        ("requester_twitter_statuses_count", "twitter_statuses_count"),
    ):
        for operator, value, other in (("less_than", "4", 4), ("greater_than", "2", 2), ("is", "3", 2)):
            good = asked_by(**{attribute: 3})
            found += both(field, operator, value, good, asked_by(**{attribute: other}))
    found += both("number_of_incidents", "less_than_equal", "3", ticket(incidents=3), ticket(incidents=4))
    found += both("number_of_incidents", "greater_than_equal", "3", ticket(incidents=3), ticket(incidents=2))
    return found


def _hours() -> list[Case]:
    """Hours on the clock go over the weekend; of business hours there are 9 a weekday, 1.5 of them today."""
    since: Mapping[str, Callable[[datetime], TicketFacts]] = {
        "NEW": lambda at: ticket(created_at=at),
        "OPEN": lambda at: ticket(status="open", status_since=at),
        "PENDING": lambda at: ticket(status="pending", status_since=at),
        "HOLD": lambda at: ticket(status="hold", status_since=at),
        "SOLVED": lambda at: ticket(status="solved", status_since=at),
        "CLOSED": lambda at: ticket(status="closed", status_since=at),
        "assigned_at": lambda at: ticket(assigned_at=at),
        "updated_at": lambda at: ticket(updated_at=at),
        "requester_updated_at": lambda at: ticket(requester_updated_at=at),
        "assignee_updated_at": lambda at: ticket(assignee_updated_at=at),
        "due_at": lambda at: ticket(due_at=at),
        "due_date": lambda at: ticket(due_at=at),
        "sla_next_breach_at": lambda at: ticket(sla_last_breach_at=at),
    }
    until: Mapping[str, Callable[[datetime], TicketFacts]] = {
        "until_due_date": lambda at: ticket(due_at=at),
        "until_sla_next_breach_at": lambda at: ticket(sla_next_breach_at=at),
    }
    friday_noon = NOW - timedelta(hours=70, minutes=30)  # 6 hours of Friday and 1.5 of today: 7 business hours
    found: list[Case] = []
    for field, a_ticket in since.items():
        found += both(field, "is", "24", a_ticket(ago(24.9)), a_ticket(ago(25)))
        found += both(field, "less_than", "24", a_ticket(ago(23.9)), a_ticket(ago(24)))
        found += both(field, "greater_than", "95", a_ticket(ago(96)), a_ticket(ago(95.9)))
        found += both(field, "is_business_hours", "7", a_ticket(friday_noon), a_ticket(ago(7)))
        found += both(field, "less_than_business_hours", "8", a_ticket(friday_noon), a_ticket(ago(96)))
        found += both(field, "greater_than_business_hours", "6", a_ticket(friday_noon), a_ticket(ago(6)))
        found.append(Case(field, "less_than", "24", ticket(), False))
        found.append(Case(field, "less_than", "24", a_ticket(ago(-1)), False))
    tomorrow_noon = NOW + timedelta(hours=25, minutes=30)  # 7.5 of today and 3 of tomorrow: 10 business hours
    for field, a_ticket in until.items():
        found += both(field, "is", "25", a_ticket(tomorrow_noon), a_ticket(ago(-26)))
        found += both(field, "less_than", "26", a_ticket(tomorrow_noon), a_ticket(ago(-26)))
        found += both(field, "greater_than", "24", a_ticket(tomorrow_noon), a_ticket(ago(-24)))
        found += both(field, "is_business_hours", "10", a_ticket(tomorrow_noon), a_ticket(ago(-10)))
        found += both(field, "less_than_business_hours", "11", a_ticket(tomorrow_noon), a_ticket(ago(-50)))
        found += both(field, "greater_than_business_hours", "9", a_ticket(tomorrow_noon), a_ticket(ago(-9)))
        found.append(Case(field, "less_than", "24", a_ticket(ago(1)), False))
    found.append(Case("SOLVED", "greater_than", "1", ticket(status="open", status_since=ago(96)), False))
    return found


def _custom_of(field: str, a_ticket: Callable[[object], TicketFacts]) -> list[Case]:
    """One family's cases: `a_ticket` carries the value in the field."""
    rows: list[tuple[str, object, object, object]] = [
        ("is", "gold", "gold", "silver"), ("is", "5", 5.0, 6), ("is", "true", True, False),
        ("is", "false", "", True), ("is", "2026-11-23", "2026-11-23", "2026-11-24"),
        ("is", "gold", ["gold", "vip"], ["vip"]), ("is", "", None, "gold"), ("is", "500", "gold", "silver"),
        ("is_not", "gold", "silver", "gold"), ("is_not", "gold", "", ["gold"]),
        ("includes", "gold vip", "vip", "silver"), ("includes", "500", ["gold"], ["silver"]),
        ("includes", "", "", "gold"), ("includes", ["gold"], ["gold", "x"], []),
        ("not_includes", "gold vip", "silver", "vip"), ("not_includes", "gold", "", ["gold"]),
        ("present", None, "x", ""), ("present", None, False, None), ("not_present", "", [], "x"),
        ("less_than", "5", "4.5", 5), ("less_than", "2026-11-24", "2026-11-23", "2026-11-24"),
        ("less_than", "5", 1, "many"),
        ("less_than_equal", "5", 5, 6), ("greater_than", "5", 6, "5"), ("greater_than_equal", "5", "5.0", 4),
        ("greater_than", "2026-11-22", "2026-11-23", ""),
        ("includes_words", "late broken", "it was LATE", "later"), ("not_includes_words", "late", "later", "late"),
        ("includes_string", "was la", "it was late", "late"), ("not_includes_string", "late", "soon", "too late"),
        ("within_previous_n_days", "3", "2026-11-20", "2026-11-19"),
        ("within_previous_n_days", "0", "2026-11-23", "2026-11-24"),
        ("within_next_n_days", "3", "2026-11-26", "2026-11-22"), ("within_next_n_days", "3", "2026-11-23", "soon"),
    ]  # fmt: skip
    return [case for row in rows for case in both(field, row[0], row[1], a_ticket(row[2]), a_ticket(row[3]))]


def _custom() -> list[Case]:
    def of_ticket(value: object) -> TicketFacts:
        return ticket(custom_fields={"360": value})

    def of_requester(value: object) -> TicketFacts:
        return asked_by(custom_fields={"plan": value})

    def of_organization(value: object) -> TicketFacts:
        return ticket(organization=Organization("1", custom_fields={"plan": value}))

    moved = ticket(custom_fields={"360": "b"}, update=Update("Change", changes={"custom_fields_360": Change("a", "b")}))
    still = ticket(custom_fields={"360": "b"}, update=Update("Change"))
    found = _custom_of("custom_fields_360", of_ticket)
    found += _custom_of("requester.custom_fields.plan", of_requester)
    found += _custom_of("organization.custom_fields.plan", of_organization)
    found += both("ticket_fields_360", "is", "gold", of_ticket("gold"), of_ticket("x"))
    found += both("ticket_fields_360", "is_not", "gold", of_ticket("x"), of_ticket("gold"))
    found += both("ticket_fields_360", "includes", "500", of_ticket("gold"), of_ticket("x"))
    found += both("ticket_fields_360", "not_includes", "500", of_ticket("x"), of_ticket("gold"))
    found += both("custom_fields_360", "changed", None, moved, still)
    found += both("custom_fields_360", "not_changed", None, still, moved)
    found += both("custom_fields_360", "value", "b", moved, still)
    found += both("custom_fields_360", "value_previous", "a", moved, still)
    found += both("custom_fields_360", "not_value", "b", still, moved)
    found += both("custom_fields_360", "not_value_previous", "a", still, moved)
    found.append(Case("requester.custom_fields.plan", "is_not", "gold", ticket(), False))
    found.append(Case("organization.custom_fields.plan", "is_not", "gold", ticket(), True))
    return found


VALUE_CASES = [*_counts(), *_hours(), *_custom()]
