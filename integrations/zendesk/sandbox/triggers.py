"""The account's triggers on one update, in Zendesk's cycle.

In order of position; whenever one changes the ticket, the next look starts at the top, at the ticket as it is then;
each fires at most once for an update. What they do stands in the update's own audit.
"""

import sqlite3
from collections.abc import Callable

from . import looks, records, rulebook
from .acting import carry_out
from .shape import Json
from .state import Tx
from .ticket_change import Known


def run(
    tx: Tx, before: Json | None, after: Json, said: Json | None, audit: Json, *, actor: Json, channel: str,
    known: Callable[[sqlite3.Connection], Known],
) -> Json:  # fmt: skip
    """The ticket as the triggers leave it; their events are put behind those of `audit`. `known`: how to look up what
    a change may name."""
    rules = rulebook.rules(tx, "trigger")
    if rules is None:
        return after
    fired: set[int] = set()
    goes_on = True
    while goes_on:
        goes_on = False
        look = looks.after_update(tx, before, after, said, actor=actor, channel=channel)
        for effect in rules.met(look, frozenset(fired)):
            fired.add(effect.rule_id)
            rule = records.one(tx.db, "trigger", effect.rule_id)
            if rule is None:
                continue
            now, events = carry_out(tx, after, effect, rule, "trigger", known(tx.db))
            audit["events"] += events
            if now != after or effect.requester or effect.organization or effect.schedule_id:
                after, goes_on = now, True
                break
    return after
