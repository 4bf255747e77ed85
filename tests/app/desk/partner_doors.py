"""Routes of the screen of partners, and the right that each asks for beside the right to view it."""

from __future__ import annotations

PARTNER_DOORS = {
    "partners.download_view": "partners.documents",
    "partners.file_view": "partners.documents",
    "partners.incident_view": "partners.edit",
    "partners.move_view": "partners.edit",
    "partners.stay_view": "partners.edit",
    "partners.take_away_view": "partners.documents",
    "vendors.download_view": "partners.documents",
    "vendors.file_view": "partners.documents",
    "vendors.take_away_view": "partners.documents",
    "partners.weigh_view": "partners.edit",
    "partners.withdraw_view": "partners.edit",
}
