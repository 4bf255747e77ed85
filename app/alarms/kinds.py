"""What people are alarmed of."""

from __future__ import annotations

from enum import StrEnum


class AlarmKind(StrEnum):
    """`rule_budget`: rules were stopped for firing too often; `rules_storm`: all of them together were.
    `shadow_weighed`: a shadow reached a threshold: it is ready, was published, or fell back to a draft.
    `payout_stopped`: no refund is sent while what was paid and what is written differ.
    `not_compared`: a provider was not compared with for a day.
    `refund_came_back`: one that was paid has failed at the provider since.
    `partner_gated`: dated facts suspended partners; `partner_ending`: something they need ends soon.
    """

    rules_storm = "rules_storm"
    rule_budget = "rule_budget"
    loop_stopped = "loop_stopped"
    push_dead = "push_dead"
    letter_dead = "letter_dead"
    inbox_dead = "inbox_dead"
    sync_trouble = "sync_trouble"
    refund_unknown = "refund_unknown"
    refund_came_back = "refund_came_back"
    shadow_weighed = "shadow_weighed"
    payout_stopped = "payout_stopped"
    not_compared = "not_compared"
    partner_gated = "partner_gated"
    partner_ending = "partner_ending"
    dispute_late = "dispute_late"
    emergency = "emergency"
    emergency_late = "emergency_late"
    site_late = "site_late"


# These wait for no morning.
URGENT = frozenset(
    {
        *(AlarmKind.rules_storm, AlarmKind.rule_budget, AlarmKind.sync_trouble, AlarmKind.refund_unknown),
        AlarmKind.payout_stopped,
        *(AlarmKind.emergency, AlarmKind.emergency_late, AlarmKind.site_late),
    }
)
# These go on until their cause is gone: somebody's having seen them does not end them.
LASTING = frozenset(
    {AlarmKind.sync_trouble, AlarmKind.refund_unknown, AlarmKind.payout_stopped, AlarmKind.not_compared}
)
