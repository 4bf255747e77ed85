"""What partners are, the states they pass, and what each of their papers may be."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from app.policies.model import Product


class PartnerKind(StrEnum):
    cleaner = "cleaner"
    host = "host"
    vendor = "vendor"


class PartnerState(StrEnum):
    applied = "applied"
    checked = "checked"
    active = "active"
    warned = "warned"
    suspended = "suspended"
    left = "left"


class QualificationState(StrEnum):
    pending = "pending"
    passed = "passed"
    failed = "failed"


class DocumentKind(StrEnum):
    qualification = "qualification"
    insurance = "insurance"
    contract = "contract"
    other = "other"


SERVICES: Mapping[PartnerKind, Product] = {
    PartnerKind.cleaner: Product.home_cleaning,
    PartnerKind.host: Product.mid_term_housing,
}
MOVES: Mapping[PartnerState, frozenset[PartnerState]] = {
    PartnerState.applied: frozenset({PartnerState.checked, PartnerState.left}),
    PartnerState.checked: frozenset({PartnerState.active, PartnerState.left}),
    PartnerState.active: frozenset({PartnerState.warned, PartnerState.suspended, PartnerState.left}),
    PartnerState.warned: frozenset({PartnerState.active, PartnerState.suspended, PartnerState.left}),
    PartnerState.suspended: frozenset({PartnerState.active, PartnerState.left}),
    PartnerState.left: frozenset({PartnerState.applied}),
}
NEEDS_A_REASON = frozenset({PartnerState.warned, PartnerState.suspended, PartnerState.left})
AT_WORK = (PartnerState.active, PartnerState.warned)
NEEDS_FACTS = frozenset({PartnerState.checked, PartnerState.active})
