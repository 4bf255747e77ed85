"""A rule's effect on a ticket: carried out as the account itself, and told in the audit with the rule as its `via`."""

from . import audits, people, records
from .engine import Effect
from .metrics import SCHEDULED, schedule_of
from .notices import give, via_of
from .replies import Refusal
from .shape import Json, ident, stamp
from .state import Tx
from .ticket_change import Known, changed

# Whoever acts for a rule: no user, so that nothing is assigned to it.
SYSTEM: Json = {"id": -1, "role": "end-user", "name": "System"}


def carry_out(tx: Tx, ticket: Json, effect: Effect, rule: Json, kind: str, known: Known) -> tuple[Json, list[Json]]:
    """The ticket as it is after the rule, and the audit's events that tell of it. What cannot be done is left out:
    Zendesk does not fail an update because a rule of the account is wrong."""
    told = [f"{kind}_fired"]
    after = ticket
    if effect.refused is None and effect.change:
        try:
            after = changed(ticket, effect.change, known, SYSTEM)
        except Refusal:
            told.append("refused")
    if effect.offers_survey and not ticket["satisfaction_rating"]:
        after = after | {"satisfaction_rating": {"score": "offered"}}
    via = via_of(tx.db, rule, kind)
    events = [event | {"via": via} for event in audits.events(tx, ticket, after)]
    if after["satisfaction_rating"] != ticket["satisfaction_rating"]:
        events.append({"id": tx.new_id(), "type": "Change", "field_name": "satisfaction_score", "value": "offered",
                       "previous_value": "unoffered", "via": via})  # fmt: skip
    events += _scheduled(tx, ticket, effect, via)
    _put_owners(tx, ticket, effect)
    events += [event for notice in effect.notices if (event := give(tx, after, notice, rule, kind)) is not None]
    told += ["refused"] if effect.refused else []
    tx.note(kind, rule["id"], told + [f"held {name}" for name in effect.held])
    return after, events


def _scheduled(tx: Tx, ticket: Json, effect: Effect, via: Json) -> list[Json]:
    if ident(effect.schedule_id) is None or records.one(tx.db, "schedule", effect.schedule_id) is None:
        return []
    before = schedule_of(tx.db, ticket["id"])
    if before == effect.schedule_id:
        return []
    records.put(tx, SCHEDULED, {"id": ticket["id"], "schedule_id": effect.schedule_id})
    return [{"id": tx.new_id(), "type": "ScheduleAssignment", "previous_schedule_id": before,
             "new_schedule_id": effect.schedule_id, "via": via}]  # fmt: skip


def _put_owners(tx: Tx, ticket: Json, effect: Effect) -> None:
    """The requester's own fields, and the organization's."""
    requester = people.one(tx.db, ticket["requester_id"])
    if effect.requester and requester is not None:
        people.change(tx, requester, effect.requester)
    row = records.one(tx.db, "organization", ticket["organization_id"])
    if effect.organization and row is not None:
        fields = {**(row.get("organization_fields") or {}), **effect.organization}
        records.put(tx, "organization", row | {"organization_fields": fields, "updated_at": stamp(tx.now)})
        tx.note("organization", row["id"], ["organization_fields"])
