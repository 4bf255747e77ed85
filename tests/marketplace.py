"""What a marketplace has, for tests that need some of it: each maker says only what matters to the test.

The terms are of the form that real platforms publish: two of mid-term housing (one on the whole rent, one on the
first month's), and one of home cleaning by hours before the visit.
"""

from __future__ import annotations

from typing import Any


def _tiers(*rows: tuple[int, int | None, int, str]) -> list[dict[str, Any]]:
    return [{"at_least": low, "below": high, "percent": p, "clause": clause} for low, high, p, clause in rows]


WHOLE_RENT: dict[str, Any] = {
    "form": 1,
    "base": "total",
    "clock": "15:00",
    "unit": "days",
    "percent_is": "kept",
    "tiers": _tiers(
        (61, None, 0, "§3.1"), (31, 61, 10, "§3.2"), (8, 31, 20, "§3.2"), (4, 8, 30, "§3.2"), (0, 4, 100, "")
    ),
    "after_start": 100,
    "service_fee_at_least": 61,
    "faults": {"partner": 100, "platform": 100, "force_majeure": 100},
}
FIRST_MONTH: dict[str, Any] = {
    "form": 1,
    "base": "first_period",
    "clock": "15:00",
    "unit": "days",
    "percent_is": "kept",
    "tiers": _tiers(
        (45, None, 0, "§4.1"), (31, 45, 10, "§4.2"), (15, 31, 50, "§4.2"), (8, 15, 70, "§4.2"), (0, 8, 100, "§4.3")
    ),
    "after_start": 100,
    "service_fee_at_least": 45,
    "fixed_fee_minor": 0,
    "faults": {"partner": 100, "platform": 100, "force_majeure": 100},
    "partial_service_percent": 30,
    "late": [],
    "clauses": {"service_fee": "§5", "fault": "§6"},
}
CLEANING: dict[str, Any] = {
    "form": 1,
    "base": "total",
    "clock": "start",
    "unit": "hours",
    "percent_is": "refunded",
    "tiers": _tiers((24, None, 100, "§2.1"), (3, 24, 70, "§2.2"), (0, 3, 50, "§2.3")),
    "after_start": 0,
    "service_fee_at_least": None,
    "faults": {"partner": 100, "platform": 100, "force_majeure": 100},
    "partial_service_percent": 50,
    "late": [{"minutes": 20, "percent": 10}, {"minutes": 40, "percent": 30}],
    "clauses": {"late": "§3.1", "partial_service": "§3.2", "fault": "§4"},
}
