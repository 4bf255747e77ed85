"""Who stands in a dispute, what it is about, and what may be laid before us."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from app.refunds.reasons import Reason


class Side(StrEnum):
    customer = "customer"
    partner = "partner"
    us = "us"


PARTIES = (Side.customer, Side.partner)


def other(side: Side) -> Side:
    """The party across the table."""
    return Side.partner if side is Side.customer else Side.customer


class DisputeKind(StrEnum):
    damage = "damage"
    quality = "quality"
    no_show = "no_show"
    late = "late"
    conduct = "conduct"
    facility = "facility"
    charge = "charge"


class EntryKind(StrEnum):
    """`asked`, `offered`, `answered`, `lapsed`, `ruled`, `agreed`, `reopened` are written by what was done; the others
    by whoever brings them.
    """

    statement = "statement"
    message = "message"
    file = "file"
    comment = "comment"
    booking = "booking"
    refund = "refund"
    asked = "asked"
    offered = "offered"
    answered = "answered"
    lapsed = "lapsed"
    agreed = "agreed"
    ruled = "ruled"
    reopened = "reopened"


# What goes back to the customer is asked for by this reason.
REASONS: Mapping[DisputeKind, Reason] = MappingProxyType({
    DisputeKind.damage: Reason.poor_quality,
    DisputeKind.quality: Reason.poor_quality,
    DisputeKind.no_show: Reason.partner_no_show,
    DisputeKind.late: Reason.partner_late,
    DisputeKind.conduct: Reason.poor_quality,
    DisputeKind.facility: Reason.facility_fault,
    DisputeKind.charge: Reason.platform_error,
})  # fmt: skip
