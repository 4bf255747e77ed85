"""What a change does to a ticket: pure over rows and look-ups. It refuses what Zendesk refuses and writes nothing."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .field_values import after_tags, fitted, tags_of_value
from .replies import record_invalid
from .shape import Json, ident, moment, stamp

STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
DONE = ("solved", "closed")
PRIORITIES = ("low", "normal", "high", "urgent")
TYPES = ("problem", "incident", "question", "task")

# Zendesk's key order; url goes before and generated_timestamp behind.
BLANK: Json = {
    "id": None, "external_id": None, "via": None, "created_at": None, "updated_at": None, "type": None,
    "subject": None, "raw_subject": None, "description": None, "priority": None, "status": "new", "recipient": None,
    "requester_id": None, "submitter_id": None, "assignee_id": None, "organization_id": None, "group_id": None,
    "collaborator_ids": [], "follower_ids": [], "email_cc_ids": [], "forum_topic_id": None, "problem_id": None,
    "has_incidents": False, "is_public": True, "due_at": None, "tags": [], "custom_fields": [],
    "satisfaction_rating": None, "sharing_agreement_ids": [], "custom_status_id": None, "followup_ids": [],
    "ticket_form_id": None, "brand_id": None, "allow_channelback": False, "allow_attachments": True,
    "from_messaging_channel": False,
}  # fmt: skip

# Keys that a body may carry; everything else is dropped with a warning header, as Zendesk does.
TAKEN = frozenset({
    "subject", "raw_subject", "comment", "description", "requester_id", "requester", "submitter_id", "assignee_id",
    "assignee_email", "group_id", "organization_id", "collaborator_ids", "collaborators", "additional_collaborators",
    "follower_ids", "followers", "email_cc_ids", "email_ccs", "status", "custom_status_id", "priority", "type", "tags",
    "external_id", "problem_id", "due_at", "custom_fields", "fields", "ticket_form_id", "brand_id", "safe_update",
    "updated_stamp", "macro_ids", "macro_id", "metadata", "via", "recipient", "forum_topic_id",
    "sharing_agreement_ids", "attribute_value_ids", "created_at", "voice_comment", "via_followup_source_id", "via_id",
    "is_public", "ticket_form",
})  # fmt: skip
TAKEN_IN_BULK = TAKEN | {"additional_tags", "remove_tags", "id"}

_PLAIN = ("subject", "external_id", "recipient")
_IDS = ("submitter_id", "organization_id", "problem_id", "forum_topic_id", "ticket_form_id", "brand_id")
_PERSONS = (("follower_ids", "followers"), ("email_cc_ids", "email_ccs"))
_CHOICES = {"status": STATUSES, "priority": (*PRIORITIES, None), "type": (*TYPES, None)}


@dataclass(frozen=True, slots=True)
class Known:
    """The look-ups of one account. `fields` are its active custom ticket fields by id."""

    user: Callable[[int], Json | None]
    has_group: Callable[[int], bool]
    groups_of: Callable[[int], list[int]]
    status_default: Callable[[str], int | None]
    status_category: Callable[[int], str | None]
    fields: dict[int, Json]


def changed(before: Json, wanted: Json, known: Known, actor: Json) -> Json:
    """The ticket as it is after `wanted`. `actor` is who does it. The comment is not looked at here."""
    after = dict(before)
    for key in _PLAIN:
        if key in wanted:
            after[key] = None if wanted[key] is None else str(wanted[key])
    after["raw_subject"] = after["subject"]
    for key in _IDS:
        if key in wanted:
            after[key] = _id(key, wanted[key])
    for key, choices in _CHOICES.items():
        if key in wanted:
            after[key] = _choice(key, wanted[key], choices)
    if "due_at" in wanted:
        after["due_at"] = _time("due_at", wanted["due_at"])
    _put_persons(after, wanted)
    _put_requester(after, before, wanted, known)
    _put_fields(after, wanted, known)
    _put_tags(after, wanted)
    _tie_tags(after, before, known)
    _put_assignment(after, before, wanted, known)
    _put_status(after, before, wanted, known, actor)
    return after


def tags_of(value: object) -> list[str]:
    """Tags as Zendesk keeps them: lower case, without blanks or commas, each once, in alphabetical order."""
    texts: Iterable[object] = value if isinstance(value, list) else [value] if isinstance(value, str) else []
    words = [word for text in texts for word in re.split(r"[\s,]+", str(text).lower()) if word]
    return sorted(set(words))


def field_values(ticket: Json) -> dict[int, object]:
    return {row["id"]: row["value"] for row in ticket["custom_fields"]}


def _id(key: str, value: object) -> int | None:
    if value is None or value == "":
        return None
    number = ident(value)
    if number is None:
        raise record_invalid(key.removesuffix("_id"), f"{_name(key)}: is invalid", "InvalidValue")
    return number


def _time(key: str, value: object) -> str | None:
    if value is None or value == "":
        return None
    at = moment(value)
    if at is None:
        raise record_invalid(key, f"{_name(key)}: is not a valid time", "InvalidValue")
    return stamp(at)


def _name(key: str) -> str:
    return key.removesuffix("_id").replace("_", " ").capitalize()


def _choice(key: str, value: object, choices: tuple[str | None, ...]) -> str | None:
    value = None if value in ("", None) else str(value).lower()
    if value not in choices:
        raise record_invalid(key, f"{_name(key)}: {value} is not included in the list", "InvalidValue")
    return value


def _listed_ids(rows: list[object]) -> list[int]:
    found = [ident(row.get("user_id") if isinstance(row, dict) else row) for row in rows]
    return list(dict.fromkeys(number for number in found if number is not None))


def _put_persons(after: Json, wanted: Json) -> None:
    for key, other in _PERSONS:
        if isinstance(listed := wanted.get(key), list):
            after[key] = _listed_ids(listed)
        elif isinstance(named := wanted.get(other), list):
            after[key] = _named_ids(after[key], named)
    for key in ("collaborator_ids", "collaborators"):
        if isinstance(listed := wanted.get(key), list):
            after["collaborator_ids"] = _listed_ids(listed)
    if isinstance(more := wanted.get("additional_collaborators"), list):
        after["collaborator_ids"] = _named_ids(after["collaborator_ids"], more)


def _named_ids(present: list[int], rows: list[object]) -> list[int]:
    """Rows come to those who are there, or leave them where their action is "delete"."""
    gone = _listed_ids([row for row in rows if isinstance(row, dict) and row.get("action") == "delete"])
    come = _listed_ids([row for row in rows if not isinstance(row, dict) or row.get("action") != "delete"])
    return [number for number in dict.fromkeys([*present, *come]) if number not in gone]


def _put_requester(after: Json, before: Json, wanted: Json, known: Known) -> None:
    if "requester_id" not in wanted:
        return
    number = _id("requester_id", wanted["requester_id"])
    user = known.user(number) if number else None
    if user is None:
        raise record_invalid("requester_id", "Requester: cannot be blank", "BlankValue")
    if not user["active"] and user["id"] != before["requester_id"]:
        raise record_invalid("requester_id", "Requester: is deleted", "InvalidValue")
    after["requester_id"] = user["id"]
    if "organization_id" not in wanted and user["id"] != before["requester_id"]:
        after["organization_id"] = user["organization_id"]


def _put_fields(after: Json, wanted: Json, known: Known) -> None:
    values = field_values(after)
    tags = set(after["tags"])
    for number, value in wanted_fields(wanted).items():
        definition = known.fields.get(number)
        if definition is None:
            continue
        tags -= tags_of_value(definition, values.get(number))
        values[number] = fitted(definition, value)
        tags |= tags_of_value(definition, values[number])
    after["tags"] = sorted(tags)
    after["custom_fields"] = [{"id": number, "value": values.get(number)} for number in known.fields] + [
        {"id": number, "value": value} for number, value in values.items() if number not in known.fields
    ]


def wanted_fields(wanted: Json) -> dict[int, object]:
    found: dict[int, object] = {}
    for given in (wanted.get("fields"), wanted.get("custom_fields")):
        rows = given if isinstance(given, list) else []
        pairs = [(row.get("id"), row.get("value")) for row in rows if isinstance(row, dict)]
        pairs += given.items() if isinstance(given, dict) else []
        found |= {number: value for key, value in pairs if (number := ident(key)) is not None}
    return found


def _put_tags(after: Json, wanted: Json) -> None:
    if "tags" in wanted:
        after["tags"] = tags_of(wanted["tags"])
    added, removed = tags_of(wanted.get("additional_tags")), tags_of(wanted.get("remove_tags"))
    after["tags"] = sorted((set(after["tags"]) | set(added)) - set(removed))


def _tie_tags(after: Json, before: Json, known: Known) -> None:
    """A field that this change chose has its tag; any other one follows the tags that came and went."""
    was, values, tags = field_values(before), field_values(after), set(after["tags"])
    came, gone = tags - set(before["tags"]), set(before["tags"]) - tags
    for number, definition in known.fields.items():
        if values.get(number) == was.get(number):
            value = after_tags(definition, values.get(number), came, gone)
            if value != values.get(number):
                tags -= tags_of_value(definition, values.get(number))
                values[number] = value
        else:
            tags -= tags_of_value(definition, was.get(number))
        if values.get(number) != was.get(number):
            tags |= tags_of_value(definition, values.get(number))
    after["tags"] = sorted(tags)
    after["custom_fields"] = [row | {"value": values.get(row["id"])} for row in after["custom_fields"]]


def _put_assignment(after: Json, before: Json, wanted: Json, known: Known) -> None:
    if "group_id" in wanted:
        after["group_id"] = _id("group_id", wanted["group_id"])
        if after["group_id"] is not None and not known.has_group(after["group_id"]):
            raise record_invalid("group", "Group: is invalid", "InvalidValue")
    if "assignee_id" in wanted:
        after["assignee_id"] = _assignee(wanted["assignee_id"], known)
    if after["assignee_id"] is None:
        return
    mine = known.groups_of(after["assignee_id"])
    moved = after["group_id"] != before["group_id"] and after["assignee_id"] == before["assignee_id"]
    if moved and after["group_id"] not in mine and "assignee_id" not in wanted:
        after["assignee_id"] = None
    elif after["group_id"] not in mine and mine and "group_id" not in wanted:
        after["group_id"] = mine[0]


def _assignee(value: object, known: Known) -> int | None:
    number = _id("assignee_id", value)
    if number is None:
        return None
    user = known.user(number)
    if user is None or user["role"] == "end-user" or not user["active"]:
        raise record_invalid("assignee", "Assignee: is invalid", "InvalidValue")
    return number


def _put_status(after: Json, before: Json, wanted: Json, known: Known, actor: Json) -> None:
    custom = _id("custom_status_id", wanted.get("custom_status_id"))
    category = known.status_category(custom) if custom else None
    if custom and category is None:
        raise record_invalid("custom_status_id", "Custom status: is invalid", "InvalidValue")
    if category is not None:
        after |= {"status": category, "custom_status_id": custom}
    if after["assignee_id"] is not None and after["status"] == "new" and category is None:
        after["status"] = "open"
    if after["status"] == "solved" and after["assignee_id"] is None and actor["role"] != "end-user":
        after["assignee_id"] = actor["id"]
        after["group_id"] = after["group_id"] or next(iter(known.groups_of(actor["id"])), None)
    if category is None and (after["status"] != before["status"] or after["custom_status_id"] is None):
        after["custom_status_id"] = known.status_default(after["status"])
