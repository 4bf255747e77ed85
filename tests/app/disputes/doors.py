"""What the routes of disputes and emergencies ask for, beside the right to view them."""

from __future__ import annotations

DISPUTE_DOORS = {
    **dict.fromkeys(
        (
            f"disputes.{one}_view"
            for one in ("hear", "bring", "link", "ticket", "propose", "answer", "withdraw", "reopen")
        ),
        "disputes.edit",
    ),
    "disputes.rule_view": "disputes.rule",
    "disputes.file_view": "disputes.view",
    **dict.fromkeys(
        (f"emergencies.{one}_view" for one in ("take", "hand", "note", "tick", "send", "step", "close", "false_alarm")),
        "emergencies.edit",
    ),
    **dict.fromkeys((f"playbooks.{one}_view" for one in ("begin", "rewrite", "drop")), "playbooks.edit"),
    "playbooks.publish_view": "playbooks.publish",
    "signs.bring_in_view": "playbooks.edit",
}
