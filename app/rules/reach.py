"""How far a rule reaches beyond the desk: whether it writes to people outside it, and whether it asks for money."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from app.language.action_rows import ActionRow
from app.language.values import text_of
from app.macros.definition import MacroDefinition
from app.rules.definition import RuleDefinition

_SENDING = frozenset({
    "satisfaction_score", "tweet_requester", "share_ticket", "deflection", "side_conversation",
    "side_conversation_slack", "side_conversation_ticket",
})  # fmt: skip


class Reach(StrEnum):
    """`send`: somebody else reads what it writes (public comments, notifications, surveys). `pay`: it asks for a
    refund.
    """

    send = "send"
    pay = "pay"


def reach(definition: RuleDefinition, macros: Mapping[str, MacroDefinition]) -> frozenset[Reach]:
    """`macros`: by the id that the action "macro" names. One that is not there is taken to send."""
    return frozenset(found for row in definition.actions if (found := _of(row, macros)) is not None)


def _of(row: ActionRow, macros: Mapping[str, MacroDefinition]) -> Reach | None:
    if row.field == "request_refund":
        return Reach.pay
    if row.field.startswith("notification_") or row.field in _SENDING:
        return Reach.send
    if row.field != "macro":
        return None
    macro = macros.get(text_of(row.value))
    if macro is None or (macro.public and any(macro.bodies.values())):
        return Reach.send
    return Reach.send if any(_of(one, macros) is Reach.send for one in macro.actions) else None
