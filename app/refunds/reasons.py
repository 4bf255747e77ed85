"""Why money goes back, whose side the reason is on, and which part of the terms it rests on."""

from __future__ import annotations

from enum import StrEnum

from app.policies.terms import Fault


class Reason(StrEnum):
    customer_cancelled = "customer_cancelled"
    partner_cancelled = "partner_cancelled"
    partner_no_show = "partner_no_show"
    partner_late = "partner_late"
    partial_service = "partial_service"
    poor_quality = "poor_quality"
    facility_fault = "facility_fault"
    platform_error = "platform_error"
    force_majeure = "force_majeure"
    early_move_out = "early_move_out"
    customer_no_show = "customer_no_show"


class Rests(StrEnum):
    """The tiers by time; the percentage for a fault; the part not done; the minutes late; the days not used; the absent
    customer. What terms do not tell of the last two, the percentage after the start does.
    """

    tiers = "tiers"
    fault = "fault"
    part = "part"
    delay = "delay"
    early_exit = "early_exit"
    absence = "absence"


FAULTS = {
    **dict.fromkeys((Reason.customer_cancelled, Reason.early_move_out, Reason.customer_no_show), Fault.customer),
    Reason.platform_error: Fault.platform,
    Reason.force_majeure: Fault.force_majeure,
    **dict.fromkeys(
        (
            Reason.partner_cancelled,
            Reason.partner_no_show,
            Reason.partner_late,
            Reason.partial_service,
            Reason.poor_quality,
            Reason.facility_fault,
        ),
        Fault.partner,
    ),
}
_RESTS = {
    Reason.customer_cancelled: Rests.tiers,
    Reason.partner_late: Rests.delay,
    Reason.partial_service: Rests.part,
    Reason.poor_quality: Rests.part,
    Reason.early_move_out: Rests.early_exit,
    Reason.customer_no_show: Rests.absence,
}


def rests_on(reason: Reason) -> Rests:
    return _RESTS.get(reason, Rests.fault)
