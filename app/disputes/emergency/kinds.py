"""What an emergency may be, who does what in one, and how a task on site goes."""

from __future__ import annotations

from enum import StrEnum


class EmergencyKind(StrEnum):
    fire = "fire"
    gas = "gas"
    water = "water"
    injury = "injury"
    violence = "violence"
    locked = "locked"
    animal = "animal"
    other = "other"


class DutyRole(StrEnum):
    """`lead` decides and writes the log; `site` goes there; `voice` speaks to the customer."""

    lead = "lead"
    site = "site"
    voice = "voice"


class LogKind(StrEnum):
    found = "found"
    paged = "paged"
    taken = "taken"
    handed = "handed"
    task = "task"
    step = "step"
    note = "note"
    said = "said"
    late = "late"
    ended = "ended"
