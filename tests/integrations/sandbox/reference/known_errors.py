"""Where Zendesk's OpenAPI document is known to be wrong or silent, each with the reason by which we know it.

What a reason calls recorded is seen in replies of real accounts; what it calls told stands on Zendesk's own pages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Mended:
    value: Any
    reason: str


_SOME = {"*": "any"}
_URL = Mended("string", "recorded: each row has its own address")
_RAW_TITLE = Mended("string", "recorded: the title before placeholders are filled in")

_RULE_VALUE = (
    "recorded: true for comment_is_public; told: whom and what to notify is a list, that of a webhook a deep one"
)
_SHOWN = "told: what a list of languages shows of each"
_BY_TYPE = "told: the document has an object for each type of event, and lists only what all of them share"
_INCLUDED = "told: what include= puts into a ticket"
_MADE = "recorded of macros and views, of which the document says 200 as well: what is made answers 201"
_MACRO_TICKET = {
    "id": "integer", "url": "string", "status": "string", "priority": "string", "type": "string", "subject": "string",
    "group_id": "integer", "assignee_id": "integer", "brand_id": "integer", "ticket_form_id": "integer",
    "custom_status_id": "integer", "tags": ["string"], "comment": {"body": "string", "html_body": "string",
    "public": "boolean", "scoped_body": [["string"]]}, "fields": [{"id": "integer", "value": "any"}],
}  # fmt: skip

# Of an operation: a status that it may have as well, and the shape of that reply.
MORE_STATUSES: Mapping[str, Mapping[str, Mended]] = {
    "CreateCustomRole": {"201": Mended("CustomRoleResponse", _MADE)},
    "CreateMacro": {"201": Mended("MacroResponse", "recorded: 201")},
    "CreateTriggerCategory": {"201": Mended("TriggerCategoryResponse", _MADE)},
    "CreateView": {"201": Mended("ViewResponse", "recorded: 201")},
    "CreateTicket": {"202": Mended("JobStatusResponse", "told: with async=true it is made later, by a job")},
    "UpdateTicket": {"202": Mended("JobStatusResponse", "told: with async=true it is changed later, by a job")},
    "DeleteTagsTicket": {
        "200": Mended("TagsByObjectIdResponse", "told and seen in a client's own recordings: 200 with what is left")
    },
}

# Of an operation: a reply that is otherwise than the document says.
OTHER_REPLIES: Mapping[str, Mapping[str, Mended]] = {
    "CountCustomObjectRecords": {
        "200": Mended(
            {"count": {"refreshed_at": "string", "value": "integer"}},
            "told by the document's own example: as every count; its shape has one object too many",
        )
    },
}

# Of a shape, or a key of one ("Shape.key"): what stands there instead.
OTHER_SHAPES: Mapping[str, Mended] = {
    "SearchResultObject": Mended(
        {"|": [{"&": [kind, {"result_type": "string"}]}
               for kind in ("TicketObject", "UserForAdmin", "OrganizationObject", "GroupObject")]},
        "recorded: whole rows, each with its result_type; the document has one made of keys of a group",
    ),
    "TicketObject.custom_fields": Mended(
        [{"id": "integer", "value": "any"}], "told: a multi-select's value is a list, a ticked box's true"
    ),
    "EssentialsCardObject.id>": Mended("any", "told by the document's own examples: null"),
    "ViaObject.source": Mended(_SOME, "told: a follow-up, a merge or a problem name the ticket they come from"),
    "ActionObject.value": Mended("any", _RULE_VALUE),
    "ConditionObject.value": Mended("any", _RULE_VALUE),
    "TriggerActionObject.value": Mended("any", _RULE_VALUE),
    "TriggerConditionObject.value": Mended("any", _RULE_VALUE),
    "JobStatusResultObject": Mended(
        {"id": "any", "index": "integer", "action": "string", "status": "string", "success": "boolean",
         "account_id": "integer", "error": "string", "details": "string", "external_id": "string", "email": "string"},
        "recorded: rows of making are {id, index, account_id} or {id, status}; rows that failed have error and details",
    ),
    "SLAPolicyFilterDefinitionResponse.definitions": Mended(
        {side: [{"title": "string", "value": "string", "group": "string", "values": _SOME, "output_key": "string",
                 "title_for_field": "string", "operators": [{"title": "string", "value": "string"}]}]
         for side in ("all", "any")},
        "recorded: ids in the lists are numbers, and each word has title_for_field and output_key",
    ),
    "AuditObject.events>": Mended(
        [_SOME], "recorded: each type of event has keys of its own, previous_value among them"
    ),
    "ExportIncrementalTicketEventsResponse.ticket_events": Mended(
        [{"id": "integer", "ticket_id": "integer", "timestamp": "integer", "created_at": "string",
          "updater_id": "integer", "via": "string", "system": _SOME, "metadata": _SOME,
          "event_type": "string", "child_events": [_SOME]}],
        "told: an audit with its child_events; the document has rows of the metric events here",
    ),
    "MacroApplyTicketResponse.result": Mended(
        {"ticket": {"|": [_MACRO_TICKET, {"&": ["TicketObject", _MACRO_TICKET]}]}},
        "told: fields is a list; the changes of a macro alone, or with them the whole ticket",
    ),
    "SatisfactionRatingResponse.satisfaction_rating": Mended(
        "SatisfactionRatingObject", "told: making one answers with one; the document has a list of one"
    ),
    "SatisfactionReasonResponse.reason": Mended(
        "SatisfactionReasonObject", "told: one by its id; the document has a list of one"
    ),
    "TicketRelatedInformation": Mended(
        {"ticket_related": {
            "url": "string", "topic_id": "integer", "jira_issue_ids": ["string"], "followup_source_ids": ["integer"],
            "from_archive": "boolean", "incidents": "integer", "twitter": _SOME,
        }},
        "told: under a name of its own; the document has its keys alone",
    ),
    "TicketMetricsByTicketMetricIdResponse.ticket_metric": Mended(
        "TicketMetricObject", "told: one by its id; the document has a list of one"
    ),
    "AttachmentUploadResponse.upload": Mended(
        {"token": "string", "expires_at": "string", "attachment": "AttachmentObject",
         "attachments": ["AttachmentObject"]},
        "recorded: uploads tell when they expire",
    ),
}  # fmt: skip

# Of a shape: keys that real replies have and the document leaves out.
MORE_KEYS: Mapping[str, Mapping[str, Mended]] = {
    "AccountSettingsTicketObject": {
        "custom_statuses_enabled": Mended("boolean", "told: whether statuses are the account's own"),
    },
    "AutomationObject": {"url": _URL},
    "CustomFieldOptionObject": {"default": Mended("boolean", "told: which option a new ticket has")},
    "CustomRoleConfigurationObject": {
        key: Mended("boolean", "recorded: rights that came after the document was written")
        for key in (
            "manage_automations", "manage_group_memberships", "manage_groups", "manage_organizations", "manage_skills",
            "manage_slas", "manage_suspended_tickets", "manage_triggers", "ticket_redaction",
        )
    } | {"manage_roles": Mended("string", "recorded: a right with degrees, as none and all-except-self")},
    "CustomStatusObject": {"url": _URL},
    "LocaleObject": {
        "native_name": Mended("string", _SHOWN), "presentation_name": Mended("string", _SHOWN),
        "rtl": Mended("boolean", _SHOWN), "default": Mended("boolean", _SHOWN),
    },
    "MacroObject": {"raw_title": _RAW_TITLE},
    "SLAPolicyObject": {"metric_settings": Mended(_SOME, "told: came after the document was written")},
    "SupportAddressObject": {"url": _URL},
    "TicketMetricEventBaseObject": {
        "status": Mended({"calendar": "integer", "business": "integer"}, _BY_TYPE),
        "sla": Mended(_SOME, _BY_TYPE),
        "deleted": Mended("boolean", _BY_TYPE),
    },
    "TicketMetricEventsResponse": {"end_of_stream": Mended("boolean", "told: as of every export by time")},
    "TriggerConditionDefinitionObjectAny": {
        "values": Mended(
            [{"enabled": "boolean", "title": "string", "value": "string"}], "recorded: as in conditions_all"
        )
    },
    "TicketFieldObject": {"key": Mended("string", "recorded: null for fields that came without one")},
    "TicketObject": {
        "fields": Mended([_SOME], "recorded: custom_fields once more, under its older name"),
        "generated_timestamp": Mended("integer", "recorded: what exports go by"),
        "metric_set": Mended("TicketMetricObject", _INCLUDED),
        "slas": Mended({"policy_metrics": [_SOME]}, _INCLUDED),
        "metric_events": Mended(_SOME, _INCLUDED),
        "dates": Mended(_SOME, _INCLUDED),
        "comment_count": Mended("integer", _INCLUDED),
        "incident_count": Mended("integer", _INCLUDED),
    },
    "SuspendedTicketsResponse": {
        "suspended_ticket": Mended("SuspendedTicketObject", "told: one by its id; the document has a list of one"),
    },
    "TicketCommentObject": {
        "url": Mended("string", "told of comments of requests: each has its own address"),
        "request_id": Mended("integer", "told of comments of requests: whose they are"),
    },
    "UserForEndUser": {"agent": Mended("boolean", "told of who said something in a request: is she staff")},
    "TicketResponse": {"audit": Mended("AuditObject", "recorded: making a ticket answers with its audit, too")},
    "UserForAdmin": {
        "permanently_deleted": Mended("boolean", "told: shown of one who was deleted for good, and of nobody else"),
    },
    "UserRelatedObject": {
        key: Mended("integer", "told: counts that the document leaves out")
        for key in (
            "followed_tickets", "topics", "topic_comments", "votes", "subscriptions", "entry_subscriptions",
            "forum_subscriptions",
        )
    },
    "ViewObject": {"url": _URL, "raw_title": _RAW_TITLE},
}  # fmt: skip

# What stands beside the rows of any list, and is not said for each.
BESIDE: Mapping[str, Any] = {
    "next_page": "string", "previous_page": "string", "count": "integer",
    "meta": {"has_more": "boolean", "after_cursor": "string", "before_cursor": "string"},
    "links": {"next": "string", "prev": "string"},
    "users": ["UserObject"], "groups": ["GroupObject"], "organizations": ["OrganizationObject"],
    "last_audits": ["AuditObject"], "identities": ["UserIdentityObject"], "roles": ["CustomRoleObject"],
    "open_ticket_count": {"*": "integer"},
}  # fmt: skip
