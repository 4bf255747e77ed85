"""What operations are asked with, where the usual is not enough: ids of others, queries and bodies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Ask:
    """`turn` moves an operation before (-) or behind (+) the others. "@name" is the first id known by that name.

    "@name#2" is the third one; a "!" behind it leaves it a text. `by` is who asks, where it is not the admin; `keeps`
    names the parameter that the id of the reply's row is good for.
    """

    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    ids: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    kind: str = "application/binary"
    turn: int = 0
    by: str = ""
    keeps: str = ""


_ACTIONS = [{"field": "status", "value": "open"}]
_CONDITIONS = {"all": [{"field": "status", "operator": "is", "value": "open"}], "any": []}
_OF_GROUP = {"field": "group_id", "operator": "includes", "value": [1]}
_QUEUE = {"all": [{"field": "status", "operator": "is", "value": "open"}], "any": []}
# A row with everything that any kind of row may need; what a kind does not know, it drops.
ROW: Mapping[str, Any] = {
    "name": "Row *", "title": "Row *", "type": "text", "actions": _ACTIONS, "conditions": _CONDITIONS, **_CONDITIONS,
    "user_id": "@user_id", "group_id": "@group_id", "organization_id": "@organization_id", "content": "Words *",
    "subdomain": "row*", "default_locale_id": 1, "locale_id": 1, "status_category": "open", "agent_label": "Row *",
    "email": "row*@demo.example", "key": "row_*", "ticket_id": "@ticket_id", "definition": _QUEUE, "priority": 1,
    "primary_groups_id": ["@group_id"], "filter": {"all": [_OF_GROUP]},
    "title_pluralized": "Rows *", "remote_subdomain": "other*", "value": "row_*", "time_zone": "Asia/Seoul",
    "reason": "Not mine",
    "comment": {"body": "Words *"}, "description": "Words *", "subject": "Row *", "conditions_any": [],
}  # fmt: skip
# Ids that stand for a parameter where nobody makes rows of it, or where the first row is not the one to ask for.
FIRST: Mapping[str, str] = {"locale_id": "1", "incremental_resource": "tickets"}
_FILE = {"filename": "floor.txt"}
_SINCE = {"start_time": 1}
_PAYLOAD = {"ticket_fields": {"room": {"type": "text", "title": "Room *"}}}
_RECORD = {"name": "Row *", "custom_object_fields": {}}
_ROWS = {"name": "Many *"}
ASKS: Mapping[str, Ask] = {
    "UploadFiles": Ask(query=_FILE, raw=b"a plan", turn=-1),
    "CreateMacroAttachment": Ask(query=_FILE, raw=b"a plan"),
    "CreateAssociatedMacroAttachment": Ask(query=_FILE, raw=b"a plan"),
    "ShowMacroAttachment": Ask(ids={"attachment_id": "@macro_attachment_id"}),
    "UpdateAttachment": Ask(body={"attachment": {"malware_access_override": True}}),
    "RedactCommentAttachment": Ask(ids={"ticket_id": "@ticket_id", "comment_id": "@comment_id"}, turn=1),
    "UpdateManyAutomations": Ask(body={"automations": [{"id": "@automation_id", "position": 3}]}),
    "UpdateManyMacros": Ask(body={"macros": [{"id": "@macro_id", "position": 3}]}),
    "UpdateManyTriggers": Ask(body={"triggers": [{"id": "@trigger_id", "position": 3}]}),
    "UpdateManyViews": Ask(body={"views": [{"id": "@view_id", "position": 3}]}),
    "UpdateView": Ask(body={"view": {"title": "Other"}}),
    "PreviewViews": Ask(body={"view": {**_CONDITIONS, "output": {"columns": ["subject"]}}}),
    "PreviewCount": Ask(body={"view": _CONDITIONS}),
    "CheckHostMappingValidity": Ask(query={"host_mapping": "help.demo.example", "subdomain": "demo"}),
    "BulkUpdateDefaultCustomStatus": Ask(body={"ids": "@status_id!"}),
    "CreateCustomStatus": Ask(body={"custom_status": {"status_category": "open", "agent_label": "Row *"}}),
    "CreateDynamicContent": Ask(
        body={"item": {"name": "Row *", "default_locale_id": 1, "content": "x",
                       "variants": [{"locale_id": 1, "default": True, "content": "x"}]}}, turn=-1
    ),
    "CreateDynamicContentVariant": Ask(
        body={"variant": {"locale_id": 69, "content": "x", "active": True, "default": False}}
    ),
    "CreateManyDynamicContentVariants": Ask(
        body={"variants": [{"locale_id": 67, "content": "x", "active": True, "default": False}]}
    ),
    "UpdateManyDynamicContentVariants": Ask(
        body={"variants": [{"id": "@dynammic_content_variant_id", "content": "y"}]}
    ),
    "CreateGroupMembership": Ask(body={"group_membership": {"user_id": "@agent_id", "group_id": "@group_id"}}, turn=1),
    "GroupMembershipBulkCreate": Ask(body={"group_memberships": [{"user_id": "@agent_id", "group_id": "@group_id#1"}]}),
    "GroupMembershipSetDefault": Ask(ids={"user_id": "@member_id", "group_membership_id": "@agent_membership_id"}),
    "CreateOrganizationMembership": Ask(
        body={"organization_membership": {"user_id": "@user_id#1", "organization_id": "@organization_id"}}
    ),
    "CreateManyOrganizationMemberships": Ask(
        body={"organization_memberships": [{"user_id": "@user_id", "organization_id": "@organization_id#1"}]}
    ),
    "ReorderGroupSLAPolicies": Ask(body={"group_sla_policy_ids": ["@group_sla_policy_id", "@group_sla_policy_id#1"]}),
    "ReorderSLAPolicies": Ask(body={"sla_policy_ids": ["@sla_policy_id", "@sla_policy_id#1"]}),
    "ReorderOrganizationField": Ask(body={"organization_field_ids": ["@organization_field_id#1"]}),
    "ReorderUserField": Ask(body={"user_field_ids": ["@user_field_id#1"]}),
    "ReorderTicketForms": Ask(body={"ticket_form_ids": ["@ticket_form_id"]}),
    "ReorderTriggers": Ask(body={"trigger_ids": ["@trigger_id#1", "@trigger_id"]}),
    "ReorderWorkspaces": Ask(body={"ids": ["@workspace_id#1", "@workspace_id"]}),
    "IncrementalOrganizationExport": Ask(query=_SINCE), "IncrementalTicketEvents": Ask(query=_SINCE),
    "IncrementalTicketExportTime": Ask(query=_SINCE), "IncrementalTicketExportCursor": Ask(query=_SINCE),
    "IncrementalUserExportTime": Ask(query=_SINCE), "IncrementalUserExportCursor": Ask(query=_SINCE),
    "IncrementalSampleExport": Ask(query=_SINCE), "ListTicketMetricEvents": Ask(query=_SINCE),
    "ShowDerivedMacro": Ask(query={"macro_id": "@macro_id"}),
    "ShowTicketAfterChanges": Ask(ids={"ticket_id": "@ticket_id"}),
    "CreateManyOrganizations": Ask(body={"organizations": [_ROWS]}),
    "CreateOrUpdateOrganization": Ask(body={"organization": {"name": "Or *"}}),
    "SearchOrganizations": Ask(query={"name": "Row"}),
    "UpdateManyOrganizations": Ask(body={"organizations": [{"id": "@organization_id", "notes": "x"}]}),
    "CreateOrganizationMerge": Ask(
        ids={"organization_id": "@organization_id#2"},
        body={"organization_merge": {"winner_id": "@organization_id"}}, turn=1, keeps="organization_merge_id",
    ),
    "ShowOrganizationMerge": Ask(turn=2),
    "CreateCustomObjectRecord": Ask(body={"custom_object_record": _RECORD}),
    "UpsertCustomObjectRecord": Ask(query={"external_id": "known"}, body={"custom_object_record": _RECORD}),
    "DeleteCustomObjectRecordByExternalId": Ask(query={"external_id": "known"}),
    "CustomObjectRecordBulkJobs": Ask(body={"job": {"action": "create", "items": [_RECORD]}}),
    "ReorderCustomObjectFields": Ask(
        body={"custom_object_field_ids": ["@custom_object_field_key_or_id#1", "@custom_object_field_key_or_id"]}
    ),
    "SearchCustomObjectRecords": Ask(query={"query": "Row"}),
    "AutocompleteCustomObjectRecordSearch": Ask(query={"name": "Row"}),
    "CreateResourceCollection": Ask(body={"payload": _PAYLOAD}),
    "UpdateResourceCollection": Ask(body={"payload": _PAYLOAD}),
    "ShowEssentialsCard": Ask(ids={"object_type": "zen:user"}),
    "UpdateEssentialsCard": Ask(
        ids={"object_type": "zen:user"}, body={"object_layout": {"fields": [{"zrn": "zen:user:identity:email"}]}}
    ),
    "DeleteEssentialsCard": Ask(ids={"object_type": "zen:user"}),
    "GetRelationshipFilterDefinitions": Ask(ids={"target_type": "zen:ticket"}),
    "GetSourcesByTarget": Ask(ids={
        "target_type": "zen:user", "target_id": "@user_id", "field_id": "@lookup_id", "source_type": "zen:user",
    }),
    "UpdateAttribute": Ask(body={"attribute": {"name": "Tongue"}}),
    "UpdateAttributeValue": Ask(body={"attribute_value": {"name": "Korean"}}),
    "ListAGentAttributeValues": Ask(ids={"user_id": "@member_id"}),
    "SetAgentAttributeValues": Ask(
        ids={"user_id": "@member_id"}, body={"attribute_value_ids": ["@attribute_value_id!"]}
    ),
    "SetTicketAttributeValues": Ask(body={"attribute_value_ids": ["@attribute_value_id!"]}),
    "PushNotificationDevices": Ask(body={"push_notification_devices": ["a-token"]}),
    "CreateRequest": Ask(body={"request": {"subject": "Row", "comment": {"body": "Words"}}}),
    "ShowComment": Ask(ids={"request_id": "@ticket_id", "ticket_comment_id": "@comment_id"}),
    "ListSearchResults": Ask(query={"query": "type:ticket"}), "CountSearchResults": Ask(query={"query": "type:ticket"}),
    "ExportSearchResults": Ask(query={"query": "status<solved", "filter[type]": "ticket"}),
    "CreateTicketSatisfactionRating": Ask(
        ids={"ticket_id": "@solved_id"}, body={"satisfaction_rating": {"score": "good", "comment": "x"}},
        by="customer0@demo.example", keeps="satisfaction_rating_id",
    ),
    "RecoverSuspendedTicket": Ask(ids={"id": "@suspended_id"}),
    "DeleteSuspendedTicket": Ask(ids={"id": "@suspended_id#1"}),
    "ShowSuspendedTickets": Ask(ids={"id": "@suspended_id"}),
    "SuspendedTicketsAttachments": Ask(query={"id": "@suspended_id"}),
    "PutTagsTicket": Ask(body={"tags": ["a"]}), "SetTagsTicket": Ask(body={"tags": ["b"]}),
    "DeleteTagsTicket": Ask(ids={"ticket_id": "@ticket_id"}, body={"tags": ["a"]}),
    "ShowTicketAudit": Ask(ids={"ticket_audit_id": "@audit_id"}),
    "MakeTicketCommentPrivateFromAudits": Ask(ids={"ticket_audit_id": "@audit_id"}),
    "MakeTicketCommentPrivate": Ask(ids={"ticket_comment_id": "@comment_id#1"}),
    "RedactTicketCommentInAgentWorkspace": Ask(
        ids={"ticket_comment_id": "@comment_id#2"}, turn=1,
        body={"ticket_id": "@ticket_id", "html_body": "<div>Some <redact>words</redact></div>"},
    ),
    "RedactStringInComment": Ask(ids={"ticket_comment_id": "@comment_id#1"}, body={"text": "words"}, turn=1),
    "CreateOrUpdateTicketFieldOption": Ask(
        ids={"ticket_field_id": "@tagger_id"}, body={"custom_field_option": {"name": "Blue", "value": "blue*"}}
    ),
    "ListTicketFieldOptions": Ask(ids={"ticket_field_id": "@tagger_id"}),
    "ShowTicketFieldOption": Ask(ids={"ticket_field_id": "@tagger_id", "ticket_field_option_id": "@option_id"}),
    "DeleteTicketFieldOption": Ask(ids={"ticket_field_id": "@tagger_id", "ticket_field_option_id": "@option_id#1"}),
    "CreateOrUpdateUserFieldOption": Ask(
        ids={"user_field_id": "@dropdown_id"}, body={"custom_field_option": {"name": "Blue", "value": "blue*"}}
    ),
    "ListUserFieldOptions": Ask(ids={"user_field_id": "@dropdown_id"}),
    "ShowUserFieldOption": Ask(ids={"user_field_id": "@dropdown_id", "user_field_option_id": "@user_option_id"}),
    "DeleteUserFieldOption": Ask(ids={"user_field_id": "@dropdown_id", "user_field_option_id": "@user_option_id#1"}),
    "TicketImport": Ask(body={"ticket": {"subject": "Row", "comments": [{"value": "Words", "author_id": "@user_id"}]}}),
    "TicketBulkImport": Ask(body={"tickets": [{"subject": "Row", "comments": [{"value": "Words"}]}]}),
    "RestoreDeletedTicket": Ask(ids={"ticket_id": "@deleted_id"}),
    "DeleteTicketPermanently": Ask(ids={"ticket_id": "@deleted_id#1"}),
    "BulkRestoreDeletedTickets": Ask(query={"ids": "@deleted_id#2!"}),
    "CreateTicket": Ask(body={"ticket": {"subject": "Row", "comment": {"body": "Words"}}}),
    "TicketsCreateMany": Ask(body={"tickets": [{"subject": "Row", "comment": {"body": "Words"}}]}),
    "TicketsUpdateMany": Ask(body={"tickets": [{"id": "@ticket_id", "priority": "low"}]}),
    "DeleteTicket": Ask(ids={"ticket_id": "@ticket_id#3"}),
    "MarkTicketAsSpamAndSuspendRequester": Ask(ids={"ticket_id": "@spam_id"}, turn=1),
    "MergeTicketsIntoTargetTicket": Ask(body={"ids": ["@ticket_id#2"], "source_comment": "x"}, turn=1),
    "BatchOperateTriggerCategories": Ask(
        body={"job": {"action": "patch", "items": {
            "trigger_categories": [{"id": "@trigger_category_id!", "position": 2}], "triggers": [],
        }}}
    ),
    "SetOrganizationMembershipAsDefault": Ask(ids={"user_id": "@user_id#1"}),
    "SetOrganizationAsDefault": Ask(ids={"user_id": "@user_id#1", "organization_id": "@organization_id"}),
    "UnassignOrganization": Ask(ids={"user_id": "@user_id#1", "organization_id": "@organization_id"}, turn=0),
    "DeleteOrganizationMembership": Ask(ids={"organization_membership_id": "@spare_membership_id"}),
    "UpdateTicket": Ask(body={"ticket": {"priority": "high"}}),
    "CreateUserIdentity": Ask(body={"identity": {"type": "email", "value": "other*@demo.example"}}),
    "SetUserPassword": Ask(body={"password": "a-long-word"}),
    "ChangeOwnPassword": Ask(
        ids={"user_id": "@me_id"}, body={"previous_password": "a-long-word", "password": "a-longer-word"}
    ),
    "CreateUser": Ask(body={"user": {"name": "Row *", "email": "user*@demo.example"}}),
    "CreateOrUpdateUser": Ask(body={"user": {"name": "Row *", "email": "or*@demo.example"}}),
    "CreateManyUsers": Ask(body={"users": [_ROWS]}), "CreateOrUpdateManyUsers": Ask(body={"users": [_ROWS]}),
    "LogoutManyUsers": Ask(query={"ids": "@user_id!"}),
    "RequestUserCreate": Ask(body={"user": {"name": "Row", "email": "asked@demo.example"}}),
    "UpdateManyUsers": Ask(body={"users": [{"id": "@user_id", "notes": "x"}]}),
    "MergeEndUsers": Ask(ids={"user_id": "@user_id#2"}, body={"user": {"id": "@user_id"}}, turn=1),
    "DeleteUser": Ask(ids={"user_id": "@leaver_id"}),
    "PermanentlyDeleteUser": Ask(ids={"deleted_user_id": "@gone_id#1"}),
    "ShowDeletedUser": Ask(ids={"deleted_user_id": "@gone_id"}),
}  # fmt: skip
