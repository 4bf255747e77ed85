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


class Rests(StrEnum):
    """The tiers by time; the percentage for a fault; the part not done; the minutes late."""

    tiers = "tiers"
    fault = "fault"
    part = "part"
    delay = "delay"


FAULTS = {
    Reason.customer_cancelled: Fault.customer,
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
}


def rests_on(reason: Reason) -> Rests:
    return _RESTS.get(reason, Rests.fault)
