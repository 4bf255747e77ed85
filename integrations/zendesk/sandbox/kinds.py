"""Every plain kind of the account is one row of this table: its address, its keys in Zendesk's order, its defaults."""

from .kind import KEPT, Kind
from .more_kinds import MORE
from .shape import Json

__all__ = ["BY_MANY", "BY_ONE", "KEPT", "KINDS", "Kind"]
_TITLED = {"raw_title": "title", "raw_description": "description"}
_RULE: Json = {"title": None, "active": True, "updated_at": None, "created_at": None, "default": False}
_CONDITIONS: Json = {"all": [], "any": []}
_FIELD: Json = {
    "type": "text", "key": None, "title": None, "description": None, "raw_title": None, "raw_description": None,
    "position": 9999, "active": True, "system": False, "regexp_for_validation": None,
    "created_at": None, "updated_at": None,
}  # fmt: skip
_ONCE = frozenset({"type", "key"})
_OPTIONS = frozenset({"custom_field_options", "system_field_options", "relationship_target_type", "sub_type_id"})
_RULE_MORE = frozenset({"all", "any"})

KINDS: tuple[Kind, ...] = (
    Kind(
        "group", "groups", required=("name",), order=("name", "id"),
        row={"is_public": True, "name": None, "description": "", "default": False, "deleted": False,
             "created_at": None, "updated_at": None},
        fixed=frozenset({"deleted"}),
    ),
    Kind(
        "group_membership", "group_memberships", required=("user_id", "group_id"),
        row={"user_id": None, "group_id": None, "default": False, "created_at": None, "updated_at": None},
        more=frozenset({"default"}),
    ),
    Kind(
        "organization", "organizations", required=("name",),
        row={"name": None, "shared_tickets": False, "shared_comments": False, "external_id": None, "created_at": None,
             "updated_at": None, "domain_names": [], "details": None, "notes": None, "group_id": None, "tags": [],
             "organization_fields": {}},
    ),
    Kind(
        "organization_membership", "organization_memberships", required=("user_id", "organization_id"),
        row={"user_id": None, "organization_id": None, "default": False, "created_at": None, "organization_name": None,
             "updated_at": None, "view_tickets": True},
    ),
    Kind(
        "brand", "brands", required=("name", "subdomain"),
        row={"name": None, "brand_url": None, "subdomain": None, "host_mapping": None, "has_help_center": False,
             "help_center_state": "disabled", "active": True, "default": False, "is_deleted": False, "logo": None,
             "ticket_form_ids": [], "signature_template": "{{agent.signature}}", "created_at": None,
             "updated_at": None},
        fixed=frozenset({"is_deleted", "help_center_state", "logo"}),
    ),
    Kind(
        "macro", "macros", required=("title",), order=("title", "id"), copies={"raw_title": "title"}, admin_only=False,
        row={**_RULE, "position": 10000, "description": None, "actions": [], "restriction": None, "raw_title": None},
    ),
    Kind(
        "trigger", "triggers", required=("title",), order=("position", "title", "id"), copies={"raw_title": "title"},
        row={**_RULE, "actions": [], "conditions": _CONDITIONS, "description": None, "position": 10000,
             "raw_title": None, "category_id": None},
        more=_RULE_MORE,
    ),
    Kind(
        "trigger_category", "trigger_categories", required=("name",), order=("position", "id"),
        row={"name": None, "position": 0, "created_at": None, "updated_at": None}, with_url=False, text_id=True,
    ),
    Kind(
        "automation", "automations", required=("title",), order=("position", "id"), copies={"raw_title": "title"},
        row={**_RULE, "actions": [], "conditions": _CONDITIONS, "position": 10000, "raw_title": None},
        more=_RULE_MORE,
    ),
    Kind(
        "view", "views", required=("title",), order=("position", "title", "id"), cursor_order=("created_at", "id"),
        copies={"raw_title": "title"}, admin_only=False,
        row={**_RULE, "position": 10000, "description": None, "execution": None, "conditions": _CONDITIONS,
             "restriction": None, "raw_title": None},
        more=_RULE_MORE | {"output"}, fixed=frozenset({"execution"}),
    ),
    Kind(
        "ticket_field", "ticket_fields", required=("title", "type"), order=("position", "id"),
        copies={**_TITLED, "raw_title_in_portal": "title_in_portal"},
        row={"type": None, "title": None, "raw_title": None, "description": None, "raw_description": None,
             "position": 9999, "active": True, "required": False, "collapsed_for_agents": False,
             "regexp_for_validation": None, "title_in_portal": None, "raw_title_in_portal": None,
             "visible_in_portal": False, "editable_in_portal": False, "required_in_portal": False, "tag": None,
             "created_at": None, "updated_at": None, "removable": True, "key": None, "agent_description": None},
        more=_OPTIONS | {"custom_statuses"}, fixed=frozenset({"removable"}),
    ),
    Kind(
        "ticket_form", "ticket_forms", required=("name",), order=("position", "id"),
        copies={"raw_name": "name", "raw_display_name": "display_name"},
        row={"name": None, "raw_name": None, "display_name": None, "raw_display_name": None, "end_user_visible": True,
             "position": 1, "active": True, "default": False, "in_all_brands": True, "restricted_brand_ids": [],
             "ticket_field_ids": [], "end_user_conditions": [], "agent_conditions": [], "created_at": None,
             "updated_at": None},
        more=frozenset({"default"}),
    ),
    Kind(
        "custom_status", "custom_statuses", required=("status_category", "agent_label"),
        copies={"raw_agent_label": "agent_label", "raw_end_user_label": "end_user_label",
                "raw_description": "description", "raw_end_user_description": "end_user_description"},
        row={"status_category": None, "agent_label": None, "raw_agent_label": None, "end_user_label": None,
             "raw_end_user_label": None, "description": None, "raw_description": None, "end_user_description": None,
             "raw_end_user_description": None, "active": True, "default": False, "created_at": None,
             "updated_at": None},
        fixed=frozenset({"status_category"}),
    ),
    Kind("user_field", "user_fields", required=("key", "title"), order=("position", "id"), copies=_TITLED, row=_FIELD,
         more=_OPTIONS),
    Kind("organization_field", "organization_fields", required=("key", "title"), order=("position", "id"),
         copies=_TITLED, row=_FIELD, more=_OPTIONS),
    Kind(
        "recipient_address", "recipient_addresses", required=("email",),
        row={"brand_id": None, "default": None, "name": None, "email": None, "forwarding_status": "waiting",
             "spf_status": "failed", "cname_status": "unknown", "domain_verification_status": "failed",
             "domain_verification_code": None, "created_at": None, "updated_at": None},
        fixed=frozenset({"forwarding_status", "spf_status", "cname_status", "domain_verification_status",
                         "domain_verification_code"}),
    ),
    Kind(
        "item", "items", "dynamic_content/items", required=("name", "default_locale_id"),
        row={"name": None, "placeholder": None, "default_locale_id": None, "outdated": False, "created_at": None,
             "updated_at": None, "variants": []},
    ),
    Kind(
        "satisfaction_rating", "satisfaction_ratings", admin_only=False,
        row={"assignee_id": None, "group_id": None, "requester_id": None, "ticket_id": None, "score": "offered",
             "created_at": None, "updated_at": None, "comment": None, "reason": None, "reason_id": None},
    ),
    Kind(
        "activity", "activities", order=("-created_at", "id"), without=frozenset({"create", "update", "destroy"}),
        row={"title": None, "verb": None, "user_id": None, "actor_id": None, "updated_at": None, "created_at": None,
             "object": {}, "target": {}, "user": None, "actor": None},
    ),
    Kind(
        "custom_role", "custom_roles", required=("name",),
        row={"name": None, "description": None, "role_type": 0, "created_at": None, "updated_at": None,
             "configuration": {}, "team_member_count": 0},
        with_url=False,
    ),
    Kind(
        "sla_policy", "sla_policies", "slas/policies", required=("title",), order=("position", "id"),
        row={"title": None, "description": None, "position": 1, "filter": _CONDITIONS, "policy_metrics": [],
             "metric_settings": {}, "created_at": None, "updated_at": None},
    ),
    Kind(
        "schedule", "schedules", "business_hours/schedules", required=("name", "time_zone"), with_url=False,
        row={"name": None, "time_zone": None, "created_at": None, "updated_at": None, "intervals": []},
    ),
    Kind(
        "category", "categories", "help_center/categories", required=("name",), order=("position", "id"), guide=True,
        row={"position": 0, "created_at": None, "updated_at": None, "name": None, "description": "",
             "locale": "en-us", "source_locale": "en-us", "outdated": False},
        warns_of_id=False, sorted_by="position", url_place="help_center/en-us/categories",
        html_place="hc/en-us/categories",
    ),
    Kind(
        "section", "sections", "help_center/sections", required=("name",), order=("position", "id"), guide=True,
        row={"category_id": None, "position": 0, "sorting": "manual", "created_at": None, "updated_at": None,
             "name": None, "description": "", "locale": "en-us", "source_locale": "en-us", "outdated": False,
             "parent_section_id": None, "theme_template": "section_page"},
        warns_of_id=False, sorted_by="position", url_place="help_center/en-us/sections", html_place="hc/en-us/sections",
    ),
    Kind(
        "topic", "topics", "community/topics", required=("name",), order=("position", "id"), guide=True,
        row={"name": None, "description": None, "position": 0, "follower_count": 0, "community_id": None,
             "created_at": None, "updated_at": None, "manageable_by": "managers", "user_segment_id": None},
        warns_of_id=False, url_place="help_center/community/topics", html_place="hc/en-us/community/topics",
    ),
    Kind(
        "content_tag", "records", "guide/content_tags", required=("name",), ids="ulid", guide=True, with_url=False,
        row={"name": None, "created_at": None, "updated_at": None}, warns_of_id=False, forgets=True,
    ),
    *MORE,
)  # fmt: skip

BY_MANY = {kind.many: kind for kind in KINDS}
BY_ONE = {kind.one: kind for kind in KINDS}
