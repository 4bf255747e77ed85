"""More rows of the table of plain kinds: what stands around tickets, people and rules."""

from .kind import Kind
from .shape import Json

_CONDITIONS: Json = {"all": [], "any": []}
_READ_ONLY = frozenset({"create", "update", "destroy", "count"})
_DATED: Json = {"created_at": None, "updated_at": None}

MORE: tuple[Kind, ...] = (
    Kind(
        "group_sla_policy", "group_sla_policies", "group_slas/policies", required=("title", "filter"), ids="ulid",
        order=("position", "id"), without=frozenset({"count"}),
        row={"title": None, "description": None, "position": 1, "filter": _CONDITIONS, "policy_metrics": [], **_DATED},
    ),
    Kind(
        "sharing_agreement", "sharing_agreements", required=("remote_subdomain",), without=frozenset({"count"}),
        row={"name": None, "type": "outbound", "status": "pending", "partner_name": None, "remote_subdomain": None,
             **_DATED},
    ),
    Kind(
        "target", "targets", required=("title", "type"), without=frozenset({"count"}),
        row={"title": None, "type": None, "active": True, "created_at": None}, dated=False, with_url=False,
        also=frozenset({"email", "subject", "target_url", "method", "username", "password", "attribute", "content_type",
                        "subdomain", "token", "project_id", "todo_list_id", "api_token", "url", "app_key", "secret",
                        "message_id", "resource", "preserve_format", "room", "notify", "ssl"}),
    ),
    Kind(
        "target_failure", "target_failures", without=_READ_ONLY, with_url=False, dated=False,
        row={"target_name": None, "status_code": None, "raw_request": None, "raw_response": None,
             "consecutive_failure_count": 0, "created_at": None},
    ),
    Kind(
        "organization_subscription", "organization_subscriptions", required=("organization_id", "user_id"),
        row={"organization_id": None, "user_id": None, "created_at": None}, without=frozenset({"update", "count"}),
        with_url=False, admin_only=False, made=200, dated=False,
    ),
    Kind(
        "queue", "queues", required=("name", "definition", "primary_groups_id", "priority"), ids="ulid",
        order=("priority", "order", "id"), without=frozenset({"count"}),
        row={"name": None, "description": None, "definition": _CONDITIONS, "priority": 1, "order": 1,
             "primary_groups_id": [], "secondary_groups_id": [], **_DATED},
    ),
    Kind(
        "workspace", "workspaces", required=("title",), order=("position", "id"), without=frozenset({"count"}),
        row={"title": None, "description": None, "macros": [], "ticket_form_id": None,
             "conditions": _CONDITIONS, "apps": [], "prefer_workspace_app_order": True, "activated": True,
             "position": 1, **_DATED},
    ),
    Kind(
        "reason", "reasons", "satisfaction_reasons", without=_READ_ONLY, order=("reason_code", "id"),
        row={"reason_code": None, "value": None, "raw_value": None, "deleted_at": None, **_DATED},
    ),
    Kind(
        "suspended_ticket", "suspended_tickets", without=frozenset({"create", "update", "count"}), admin_only=False,
        row={"author": {"name": None, "email": None}, "subject": None, "content": None, "cause": None,
             "cause_id": 0, "message_id": None, "ticket_id": None, "recipient": None, "error_messages": None,
             "attachments": [], "via": None, "brand_id": None, **_DATED},
    ),
    Kind(
        "deletion_schedule", "deletion_schedules", required=("title", "object"),
        row={"title": None, "description": None, "object": "ticket", "active": False, "default": False,
             "conditions": _CONDITIONS, **_DATED},
    ),
    Kind(
        "monitored_twitter_handle", "monitored_twitter_handles", "channels/twitter/monitored_twitter_handles",
        without=_READ_ONLY, with_url=False,
        row={"screen_name": None, "twitter_user_id": None, "allow_reply": True, "can_reply": False, "avatar_url": None,
             "name": None, "brand_id": None, **_DATED},
    ),
)  # fmt: skip
