"""The screen of macros."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy.orm.exc import StaleDataError

from app.db import db
from app.desk.saving import CHANGED, Difference
from app.desk.shown import NOTHING
from app.desk.view import DeskView, Tab, needs
from app.errors import Refusal
from app.language.kinds import Use
from app.macros.controls import vocabulary
from app.macros.definition import MacroRefused
from app.macros.editor import row_views, sections
from app.macros.faults import Faults
from app.macros.form import GROUP, MacroForm
from app.macros.form_doors import FormDoors
from app.macros.known import told
from app.macros.macro import EDIT, missing_languages, missing_words, move, put_into_use, save, unknown_ids
from app.macros.model import Macro, MacroState
from app.macros.pick_doors import PickDoors
from app.macros.pickers import pickers_of
from app.macros.placeholder_names import offered_json
from app.macros.sentences import action_sentence
from app.words import say

MOVED = say("「{title}」의 상태를 바꾸었습니다.", "The state of “{title}” was changed.")


class MacroView(FormDoors, PickDoors, DeskView):
    model = Macro
    subject = "macros"
    rights: ClassVar = {"pick_view": "macros.edit"}
    label = say("매크로", "Macros")
    icon = "message-square-text"
    empty = say(
        "매크로가 없습니다. 자주 쓰는 답변을 만들어 두세요.", "No macros yet. Write down an answer you give often."
    )
    details_template = "macros/details.html"
    form_template = "macros/edit.html"
    refused_by = MacroRefused
    can_create = True
    can_edit = True
    can_export = False
    column_list = ("title", "state", "languages", "key", "is_public", "updated_at")
    column_labels = {
        "title": say("제목", "Title"),
        "state": say("상태", "State"),
        "languages": say("언어", "Languages"),
        "key": say("이름표", "Key"),
        "is_public": say("공개 답변", "Public"),
        "updated_at": say("바뀐 때", "Changed"),
    }
    column_formatters = {"languages": lambda _view, _context, model, _name: _languages(model)}
    column_searchable_list = ("title", "key", "body_ko", "body_en")
    column_filters = ("state",)
    column_sortable_list = ("title", "state", "key", "updated_at")
    column_default_sort = "title"
    tabs = (
        Tab("live", say("사용 중", "Live"), lambda: Macro.state == MacroState.live),
        Tab("draft", say("초안", "Drafts"), lambda: Macro.state == MacroState.draft),
        Tab("retired", say("보관", "Retired"), lambda: Macro.state == MacroState.retired),
        Tab("all", say("전체", "All"), lambda: Macro.state != MacroState.retired),
    )

    def render(self, template: str, **more: Any) -> str:
        if template == self.details_template:
            more |= _page(more["model"])
        return super().render(template, **more)

    # ----------------------------------------------------------------------------------------------------- the form
    def form_shown(self, record: Macro | None) -> MacroForm:
        return MacroForm.of(record) if record is not None else MacroForm()

    def form_sent(self, record: Macro | None, *, blank: bool) -> MacroForm:
        return MacroForm.read(request.form, blank=blank)

    def number_of(self, record: Macro) -> int:
        return record.version

    def write(self, record: Macro | None, form: MacroForm) -> Macro:
        macro = save(
            db.session(),
            record,
            title=form.title,
            actions=form.written(),
            bodies=form.bodies,
            public=form.public,
            key=form.key or None,
        )
        self.agreed(macro)
        return macro

    def agreed(self, macro: Macro) -> None:
        """Whoever uses macros may refuse here what is about to be committed."""

    def told_apart(self, record: Macro, form: MacroForm) -> list[Difference]:
        return _differences(record, form)

    def form_page(self, record: Macro | None, form: MacroForm, faults: Faults) -> dict[str, Any]:
        pickers = pickers_of(db.session())
        return {
            "macro": record,
            "rows": row_views(GROUP, form.actions, Use.macro, pickers, faults.by_row),
            "actions": sections(Use.macro, pickers, actions=True),
            "vocabulary": vocabulary(Use.macro, pickers),
            "by_body": faults.by_body,
            "placeholders": offered_json(),
        }

    # --------------------------------------------------------------------------------------------- what may be done
    @expose("/state/", methods=("POST",))
    @needs(EDIT)
    def state_view(self) -> ResponseReturnValue:
        """Moves the macro: `now` is the state."""
        macro: Macro = self.get_one(request.form.get("id"))
        macro_id, title, wanted = macro.id, macro.title, request.form.get("now", "")
        if wanted not in set(MacroState):
            raise Refusal(say("그런 상태는 없습니다.", "There is no such state."))
        now = MacroState(wanted)
        try:
            put_into_use(db.session(), macro) if now is MacroState.live else move(macro, now)
            self.agreed(macro)
            db.session.commit()
        except StaleDataError:
            db.session.rollback()
            flash(str(CHANGED), "error")
        except Refusal as refusal:
            db.session.rollback()
            flash(str(refusal), "error")
        else:
            flash(str(MOVED.fill(title=title)), "success")
        return redirect(self.get_url(".details_view", id=macro_id))


def _languages(macro: Macro) -> str:
    bodies = (("한국어", macro.body_ko), ("English", macro.body_en))
    return " · ".join(name for name, body in bodies if body.strip()) or NOTHING


def _page(macro: Macro) -> dict[str, Any]:
    session = db.session()
    pickers = pickers_of(session)
    unknown = unknown_ids(session, macro)
    warnings = [one for one in (missing_words(missing_languages(macro)),) if one]
    if unknown:
        words = say("여기에 없는 것을 가리킵니다: {unknown}.", "It names what is not known here: {unknown}.")
        warnings.append(words.fill(unknown=told(unknown)))
    return {
        "macro": macro,
        "sentences_of": [action_sentence(one, Use.macro, pickers) for one in macro.actions],
        "warnings": warnings,
        "moves": list(reversed(macro.moves)),
    }


def _differences(macro: Macro, form: MacroForm) -> list[Difference]:
    """What stands in the database otherwise than in the form that was sent."""
    pickers = pickers_of(db.session())
    stands, typed = MacroForm.of(macro), form

    def actions(one: MacroForm) -> str:
        return " · ".join(str(action_sentence(row, Use.macro, pickers)) for row in one.written())

    rows = (
        (say("제목", "Title"), stands.title, typed.title),
        (say("이름표", "Key"), stands.key, typed.key),
        (say("한국어", "Korean"), stands.body_ko, typed.body_ko),
        (say("영어", "English"), stands.body_en, typed.body_en),
        (say("하는 일", "Actions"), actions(stands), actions(typed)),
    )
    return [Difference(str(label), was or NOTHING, now or NOTHING) for label, was, now in rows if was != now]
