"""The audit, to be read: who changed what, when and why, and whether the record itself is whole."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from flask_admin import expose

from app.audit.chain import last_hash, verify
from app.audit.model import AuditEntry
from app.audit.told import LONG, actor_told, told_changes
from app.desk.filters import DeskFilter
from app.desk.states import STATES, named_as
from app.desk.view import DeskView
from app.words import Words, say


def _changes(_view: Any, _context: Any, entry: AuditEntry, _name: str) -> Any:
    return told_changes(entry)


def _all_changes(_view: Any, _context: Any, entry: AuditEntry, _name: str) -> Any:
    return told_changes(entry, LONG)


def _actor(_view: Any, _context: Any, entry: AuditEntry, _name: str) -> str:
    return actor_told(entry)


def _kind(_view: Any, _context: Any, entry: AuditEntry, _name: str) -> str:
    return str(named_as("ActorKind", entry.actor_kind).words)


class Called(DeskFilter):
    """One of the words that a text column holds, by what the states' table calls it: "Verb", "Subject"."""

    control = "choice"

    def __init__(self, column: Any, name: Words, kind: str) -> None:
        super().__init__(column, name)
        self.kind = kind

    def clean(self, value: str) -> str:
        if f"{self.kind}.{value}" not in STATES:
            raise ValueError(value)
        return value

    def get_options(self, view: Any) -> list[tuple[str, str]]:
        own = f"{self.kind}."
        return [(key.removeprefix(own), str(each.words)) for key, each in STATES.items() if key.startswith(own)]

    def apply(self, query: Any, value: Any, alias: Any = None) -> Any:
        return query.filter(self.column_of(alias) == value)

    def told(self, value: str) -> str:
        return str(named_as(self.kind, value).words)


def _subject(_view: Any, _context: Any, entry: AuditEntry, _name: str) -> str:
    number = f" #{entry.subject_id}" if entry.subject_id else ""
    return f"{named_as('Subject', entry.subject).words}{number}"


def _verb(_view: Any, _context: Any, entry: AuditEntry, _name: str) -> str:
    return str(named_as("Verb", entry.verb).words)


class AuditView(DeskView):
    """Read-only, for whoever holds audit.view."""

    model = AuditEntry
    subject = "audit"
    label = say("감사 기록", "Audit")
    icon = "shield-check"
    empty = say("아직 기록이 없습니다.", "Nothing is recorded yet.")
    can_create = can_edit = can_delete = False
    list_template = "audit/list.html"
    column_list = ("at", "actor_name", "verb", "subject", "changes", "reason")
    column_details_list = (*column_list, "actor_kind", "actor_id", "subject_id", "previous_hash", "hash")
    column_labels = {
        "at": say("때", "When"),
        "actor_name": say("누가", "Who"),
        "actor_kind": say("누구로서", "As"),
        "actor_id": say("사람 번호", "Person no."),
        "verb": say("무엇을", "Did"),
        "subject": say("대상", "Subject"),
        "subject_id": say("대상 번호", "Subject no."),
        "changes": say("바뀐 것", "Changes"),
        "reason": say("이유", "Reason"),
        "previous_hash": say("앞 줄의 봉인", "Seal before"),
        "hash": say("봉인", "Seal"),
    }
    column_formatters = {
        "changes": _changes,
        "subject": _subject,
        "verb": _verb,
        "actor_name": _actor,
        "actor_kind": _kind,
    }
    column_formatters_detail = {**column_formatters, "changes": _all_changes}
    column_searchable_list = ("actor_name", "reason")
    find_by = ()
    column_filters = (
        "actor_name",
        Called(AuditEntry.verb, say("무엇을", "Did"), "Verb"),
        Called(AuditEntry.subject, say("대상", "Subject"), "Subject"),
        "subject_id",
        "at",
    )
    column_sortable_list = ("at",)
    column_default_sort = ("id", True)

    def title_of(self, record: AuditEntry) -> str:
        return f"#{record.id} {_verb(self, None, record, 'verb')} · {_subject(self, None, record, 'subject')}"

    @expose("/verify/", methods=("POST",))
    def verify_view(self) -> ResponseReturnValue:
        """Reads the whole chain and says whether it is whole, and if not, which row is the first bad one."""
        session = self.session.session()
        bad = verify(session)
        if bad is None:
            flash(
                str(
                    say(
                        f"모든 기록이 온전합니다. 지금의 봉인: {last_hash(session)}",
                        f"Every record is whole. The seal of now: {last_hash(session)}",
                    )
                ),
                "success",
            )
        else:
            flash(
                str(
                    say(
                        f"#{bad} 기록이 쓰인 그대로가 아니거나, 그 앞의 기록이 사라졌습니다. 관리자에게 알려 주세요.",
                        f"Record #{bad} is not as it was written, or the one before it is gone. Tell an admin.",
                    )
                ),
                "error",
            )
        return redirect(self.get_url(".index_view"))

    rights = {"verify_view": "audit.view"}
