"""Routes for programs, files, the time line and What if, and the right that each asks for beside its screen's own."""

from __future__ import annotations

# Open without a sign-in, but each asks for a token of a program, or tells nothing: tests/app/api/test_doors.py.
BY_TOKEN = {"api.quotes", "api.bookings", "api.events", "api.openapi", "api.nothing"}
# Posted to by machines, with no session that a token of ours could belong to.
OUTSIDERS = {
    *("webhooks.from_zendesk", "provider_webhooks.from_stripe", "provider_webhooks.from_toss"),
    *BY_TOKEN,
}
PROGRAM_DOORS = {
    "tokens.revoke_view": "tokens.edit",
    "imports.confirm_view": "imports.edit",
    "imports.drop_view": "imports.edit",
    "imports.bad_view": "imports.edit",
    "imports.template_view": "imports.edit",
    "imports.state": None,
    "what_if.index": "refunds.view",
    "what_if.csv_view": "exports.make",
    "bookings.note_view": "bookings.edit",
    "bookings.timeline_view": None,
    "customers.timeline_view": None,
}
