"""What rules may ask and do in this account: the words of conditions and actions, with its own people in them."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from . import people, records
from .shape import Json, decode

Values = Callable[[sqlite3.Connection], list[tuple[str, str]]]
NOTHING = ("__NULL__", "-")
_TITLES = {
    "is": "Is", "is_not": "Is not", "less_than": "Less than", "less_than_equal": "Less than or equal to",
    "greater_than": "Greater than", "greater_than_equal": "Greater than or equal to", "changed": "Changed",
    "value": "Changed to", "value_previous": "Changed from", "not_changed": "Not changed",
    "not_value": "Not changed to", "not_value_previous": "Not changed from",
    "includes": "Contains at least one of the following", "not_includes": "Contains none of the following",
    "present": "Present", "not_present": "Not present",
    "includes_words": "Contains at least one of the following words",
    "not_includes_words": "Contains none of the following words",
    "includes_string": "Contains the following string",
    "not_includes_string": "Does not contain the following string",
    "within_previous_n_days": "Within the previous number of days",
    "within_next_n_days": "Within the next number of days",
    "is_business_hours": "Is (business hours)", "less_than_business_hours": "Less than (business hours)",
    "greater_than_business_hours": "Greater than (business hours)",
}  # fmt: skip
_TERMINAL = frozenset({"changed", "not_changed", "present", "not_present"})
_MOVED = ("changed", "value", "value_previous", "not_changed", "not_value", "not_value_previous")
_COUNTED = ("less_than", "greater_than", "is")
_TEXT = ("is", "is_not", "present", "not_present", "includes_words", "not_includes_words", "includes_string",
         "not_includes_string")  # fmt: skip
_NUMBER = ("is", "less_than", "less_than_equal", "greater_than", "greater_than_equal", "is_not", "present",
           "not_present")  # fmt: skip
_DATE = ("is", "is_not", "present", "not_present", "less_than", "less_than_equal", "greater_than",
         "greater_than_equal", "within_previous_n_days", "within_next_n_days")  # fmt: skip
_HOURS = ("is", "less_than", "greater_than", "is_business_hours", "less_than_business_hours",
          "greater_than_business_hours")  # fmt: skip


def _fixed(*pairs: tuple[str, str]) -> Values:
    return lambda _db: list(pairs)


def _rows(kind: str, *before: tuple[str, str], name: str = "name") -> Values:
    return lambda db: [*before, *((str(row["id"]), str(row[name])) for row in records.every(db, kind))]


def _staff(*before: tuple[str, str]) -> Values:
    def found(db: sqlite3.Connection) -> list[tuple[str, str]]:
        rows = db.execute("select body from users where role in ('agent', 'admin') and active = 1 order by id")
        users = (decode(row["body"]) for row in rows)
        return [*before, *((str(user["id"]), str(user["name"])) for user in users)]

    return found


_YES_NO = _fixed(("true", "Yes"), ("false", "No"))
_STATUSES = (("new", "New"), ("open", "Open"), ("pending", "Pending"), ("hold", "On-hold"), ("solved", "Solved"),
             ("closed", "Closed"))  # fmt: skip
_TYPES = (("question", "Question"), ("incident", "Incident"), ("problem", "Problem"), ("task", "Task"))
_PRIORITIES = (("low", "Low"), ("normal", "Normal"), ("high", "High"), ("urgent", "Urgent"))
_VIA = (("0", "Web form"), ("4", "Email"), ("5", "Web service (API)"), ("29", "Chat"), ("33", "Phone call (incoming)"),
        ("34", "Phone call (outgoing)"), ("27", "Automation"), ("8", "Trigger"))  # fmt: skip
_ME = ("current_user", "(current user)")
_LANGUAGES = tuple((str(number), name) for number, (_, name) in people.LOCALES.items())


@dataclass(frozen=True, slots=True)
class Word:
    """One subject of conditions or actions. `repeatable` is of actions; `operators` of conditions."""

    subject: str
    title: str
    type: str = "list"
    values: Values | None = None
    operators: tuple[str, ...] = ("is",)
    group: str = "ticket"
    nullable: bool = False
    repeatable: bool = False


_IS = ("is", "is_not")
_GROUPS = _rows("group", NOTHING)
_ASSIGNEES = _staff(NOTHING, ("requester_id", "(requester)"), _ME)
CONDITIONS: tuple[Word, ...] = (
    Word("status", "Status", values=_fixed(*_STATUSES), operators=(*_IS, "less_than", "greater_than", *_MOVED)),
    Word("custom_status_id", "Ticket status", values=_rows("custom_status", name="agent_label"),
         operators=("includes", "not_includes", *_MOVED)),
    Word("brand_id", "Brand", values=_rows("brand"), operators=(*_IS, *_MOVED)),
    Word("ticket_form_id", "Form", values=_rows("ticket_form"), operators=(*_IS, *_MOVED)),
    Word("type", "Type", values=_fixed(NOTHING, *_TYPES), operators=(*_IS, *_MOVED), nullable=True),
    Word("priority", "Priority", values=_fixed(NOTHING, *_PRIORITIES), nullable=True,
         operators=(*_IS, "less_than", "greater_than", *_MOVED)),
    Word("group_id", "Group", values=_GROUPS, operators=(*_IS, *_MOVED), nullable=True),
    Word("assignee_id", "Assignee", values=_ASSIGNEES, operators=(*_IS, *_MOVED), nullable=True),
    Word("requester_id", "Requester", values=_staff(("assignee_id", "(assignee)"), _ME), operators=(*_IS, *_MOVED)),
    Word("organization_id", "Organization", values=_rows("organization", NOTHING), operators=(*_IS, *_MOVED),
         nullable=True),
    Word("current_tags", "Tags", "tags", operators=("includes", "not_includes")),
    Word("via_id", "Channel", values=_fixed(*_VIA), operators=_IS),
    Word("recipient", "Received at",
         values=lambda db: [(row["email"], row["email"]) for row in records.every(db, "recipient_address")]),
)  # fmt: skip
_ONLY_TRIGGERS: tuple[Word, ...] = (
    Word("current_via_id", "Update via", values=_fixed(*_VIA), operators=_IS),
    Word("update_type", "Ticket", values=_fixed(("Create", "Created"), ("Change", "Updated"))),
    Word("subject_includes_word", "Subject text", "text", operators=("includes", "not_includes", *_IS)),
    Word("ticket_is_public", "Privacy", values=_fixed(("public", "Ticket has public comments"),
                                                      ("private", "Ticket has no public comments"))),
    Word("comment_is_public", "Comment", values=_fixed(
        ("true", "Public"), ("false", "Private"), ("not_relevant", "Present (public or private)"),
        ("requester_can_see_comment", "Present, and requester can see the comment"))),
    Word("comment_includes_word", "Comment text", "text", operators=("includes", "not_includes", *_IS)),
    Word("reopens", "Reopens", "text", operators=_COUNTED),
    Word("replies", "Agent replies", "text", operators=_COUNTED),
    Word("agent_stations", "Assignee stations", "text", operators=_COUNTED),
    Word("group_stations", "Group stations", "text", operators=_COUNTED),
    Word("in_business_hours", "Within business hours?", values=_YES_NO),
    Word("on_holiday", "On a holiday?", values=_YES_NO),
    Word("schedule_id", "Schedule", values=_rows("schedule"), operators=_IS),
    Word("ticket_due_date", "Due date", values=_fixed(("true", "Present"), ("false", "Not present"))),
    Word("requester_role", "Role", values=_fixed(("4", "(agent)"), ("0", "(end-user)"), ("2", "(admin)")),
         operators=_IS, group="requester"),
    Word("locale_id", "Language", values=_fixed(*_LANGUAGES), operators=_IS, group="requester"),
    Word("role", "Current user", values=_staff(("agent", "(agent)"), ("end_user", "(end-user)")), operators=_IS,
         group="other"),
)  # fmt: skip
_ONLY_TIMES: tuple[Word, ...] = tuple(
    Word(subject, title, "text", operators=_HOURS)
    for subject, title in (
        ("NEW", "Hours since created"), ("OPEN", "Hours since open"), ("PENDING", "Hours since pending"),
        ("HOLD", "Hours since on-hold"), ("SOLVED", "Hours since solved"), ("CLOSED", "Hours since closed"),
        ("assigned_at", "Hours since assigned"), ("updated_at", "Hours since update"),
        ("requester_updated_at", "Hours since requester update"),
        ("assignee_updated_at", "Hours since assignee update"),
        ("due_date", "Hours since due date"), ("until_due_date", "Hours until due date"),
    )
)  # fmt: skip
_TAGS = ("set_tags", "Set tags"), ("current_tags", "Add tags"), ("remove_tags", "Remove tags")
_DEFAULT_FORM = ("default_ticket_form", "(default form)")
ACTIONS: tuple[Word, ...] = (
    Word("status", "Status", values=_fixed(*_STATUSES[1:])),
    Word("custom_status_id", "Ticket status", values=_rows("custom_status", name="agent_label")),
    Word("brand_id", "Brand", values=_rows("brand")),
    Word("ticket_form_id", "Form", values=_rows("ticket_form", _DEFAULT_FORM)),
    Word("priority", "Priority", values=_fixed(*_PRIORITIES)), Word("type", "Type", values=_fixed(*_TYPES)),
    Word("group_id", "Group", values=_GROUPS, nullable=True),
    Word("assignee_id", "Assignee", values=_ASSIGNEES, nullable=True),
    *(Word(subject, title, "tags") for subject, title in _TAGS),
    Word("follower", "Add follower", values=_staff(_ME)),
)  # fmt: skip
_ONLY_TRIGGERS_DO: tuple[Word, ...] = (
    Word("set_schedule", "Set schedule", values=_rows("schedule")),
    Word("notification_user", "Email user", "email", _staff(
        _ME, ("requester_id", "(requester)"), ("assignee_id", "(assignee)"),
        ("all_agents", "(all non-restricted agents)")),
        group="notifications"),
    Word("notification_group", "Email group", "email", _rows("group", ("group_id", "(assigned group)")),
         group="notifications"),
    Word("notification_target", "Notify target", "target", _rows("target", name="title"), group="notifications"),
    Word("notification_webhook", "Notify active webhook", "webhook", group="notifications"),
    Word("locale_id", "Language", values=_fixed(*_LANGUAGES), group="requester"),
)  # fmt: skip
_CHANNELS = _fixed(("channel:all", "Channel: All"), ("channel:web", "Channel: Web"), ("channel:chat", "Channel: Chat"))
_ONLY_MACROS_DO: tuple[Word, ...] = (
    Word("comment_value", "Comment/description", "list_with_textarea", _CHANNELS),
    Word("comment_value_html", "Comment/description", "textarea"),
    Word("comment_mode_is_public", "Comment mode", values=_fixed(("true", "Public"), ("false", "Private"))),
)
_MACRO_SUBJECT = Word("subject", "Set subject", "text")


def conditions(db: sqlite3.Connection, *, of: str) -> list[Json]:
    """`of` is trigger, automation, view or queue."""
    words = {"trigger": (*CONDITIONS, *_ONLY_TRIGGERS), "automation": (*CONDITIONS, *_ONLY_TIMES),
             "view": (*CONDITIONS, *_ONLY_TIMES)}.get(of, CONDITIONS)  # fmt: skip
    kept = [word if of == "trigger" else _still(word) for word in words]
    return [_condition(db, word) for word in (*kept, *_fields(db))]


def actions(db: sqlite3.Connection, *, of: str) -> list[Json]:
    """`of` is trigger, automation or macro."""
    if of == "macro":
        words: tuple[Word, ...] = (_MACRO_SUBJECT, *ACTIONS, *_ONLY_MACROS_DO)
        return [_action(db, word) | {"repeatable": "tags" in word.subject or word.subject == "follower"}
                for word in (*words, *_field_actions(db))]  # fmt: skip
    return [_action(db, word) for word in (*ACTIONS, *_ONLY_TRIGGERS_DO, *_field_actions(db))]


def _still(word: Word) -> Word:
    """Only triggers see a change happen."""
    kept = tuple(operator for operator in word.operators if operator not in _MOVED)
    return Word(word.subject, word.title, word.type, word.values, kept, word.group, word.nullable)


def _told(db: sqlite3.Connection, word: Word) -> Json:
    row: Json = {"title": word.title, "subject": word.subject, "type": word.type, "group": word.group,
                 "nullable": word.nullable, "repeatable": word.repeatable}  # fmt: skip
    if word.values is not None:
        pairs = word.values(db)
        row["values"] = [{"value": value, "title": title, "enabled": True} for value, title in pairs]
    return row


def _condition(db: sqlite3.Connection, word: Word) -> Json:
    told = [{"value": one, "title": _TITLES[one], "terminal": one in _TERMINAL} for one in word.operators]
    return _told(db, word) | {"operators": told}


def _action(db: sqlite3.Connection, word: Word) -> Json:
    return _told(db, word)


def _options(row: Json) -> Values | None:
    given = row.get("custom_field_options") or []
    return _fixed(NOTHING, *((str(one["value"]), str(one["name"])) for one in given)) if given else None


def _operators(kind: str) -> tuple[str, tuple[str, ...]]:
    """How a field of this type is asked, and as what kind of input."""
    return {
        "checkbox": ("list", ("is",)), "date": ("date", _DATE), "integer": ("text", _NUMBER),
        "decimal": ("text", _NUMBER), "tagger": ("list", ("includes", "not_includes", "present", "not_present")),
        "multiselect": ("list", ("includes", "not_includes", "present", "not_present")),
        "dropdown": ("list", ("is", "is_not", "present", "not_present")),
        "regexp": ("text", ("present", "not_present")),
    }.get(kind, ("text", _TEXT))  # fmt: skip


def _custom(db: sqlite3.Connection) -> list[tuple[str, str, Json]]:
    """(subject, group, row) of each custom field in use: of tickets by id, of people and organizations by key."""
    known = {"subject", "description", "status", "tickettype", "priority", "group", "assignee", "custom_status",
             "basic_priority"}  # fmt: skip
    found = [(f"custom_fields_{row['id']}", "ticket", row) for row in records.every(db, "ticket_field")
             if row["active"] and row["type"] not in known]  # fmt: skip
    for kind, group in (("user_field", "requester"), ("organization_field", "organization")):
        found += [
            (f"{group}.custom_fields.{row['key']}", group, row) for row in records.every(db, kind) if row["active"]
        ]
    return found


def _fields(db: sqlite3.Connection) -> list[Word]:
    words: list[Word] = []
    for subject, group, row in _custom(db):
        kind, operators = _operators(row["type"])
        values = _fixed(("true", "Checked"), ("false", "Unchecked")) if row["type"] == "checkbox" else _options(row)
        words.append(Word(subject, str(row["title"]), kind, values, operators, group, group == "ticket"))
    return words


def _field_actions(db: sqlite3.Connection) -> list[Word]:
    words: list[Word] = []
    for subject, group, row in _custom(db):
        kind, _ = _operators(row["type"])
        values = _fixed(("true", "Checked"), ("false", "Unchecked")) if row["type"] == "checkbox" else _options(row)
        words.append(Word(subject, str(row["title"]), kind, values, (), group, nullable=True))
    return words
