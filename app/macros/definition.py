"""One macro in Zendesk's JSON, with an answer in Korean and in English: read, checked, applied, written back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from dataclasses import field as kept
from datetime import datetime
from typing import Any

from app.errors import Refusal
from app.language.account import PLAIN_ACCOUNT, Account
from app.language.action_rows import ActionRow, action_rows
from app.language.conditions import Conditions
from app.language.facts_of_ticket import TicketFacts
from app.language.ids import NamedId, named_ids, unknown_among
from app.language.kinds import Use, ValueKind
from app.language.plan import Dropped, Plan
from app.language.problems import Problem, action_problems
from app.language.values import text_of
from app.macros.languages import language_of
from app.macros.planning import Planning
from app.macros.render import Renderer, placeholders_told, text_problem
from app.words import Words, say

_COMMENT = ("comment_value", "comment_value_html")
_MODE = "comment_mode_is_public"
LANGUAGES = ("ko", "en")


class MacroRefused(Refusal):
    """The macro cannot be taken; `problems` name every fault."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems[0].words)
        self.problems = problems


@dataclass(frozen=True, slots=True)
class MacroDefinition:
    """`actions` do not include the comment: it is `bodies`, by language, HTML where `html`, shown where `public`.

    `id` is the caller's own; it marks the comment. `source` is the macro as it came, so that nothing is lost on the
    way back; keys of ours in it: "bodies", {"ko", "en"}.
    """

    title: str
    actions: tuple[ActionRow, ...] = ()
    bodies: Mapping[str, str] = kept(default_factory=dict, hash=False)
    public: bool = True
    html: bool = False
    active: bool = True
    position: int = 0
    id: str = ""
    source: Mapping[str, Any] = kept(default_factory=dict, hash=False, compare=False)

    @classmethod
    def parse(cls, raw: object, id: str = "") -> MacroDefinition:
        """Refuses with MacroRefused; what is only a warning passes."""
        faults = [one for one in problems(raw) if not one.warning]
        if faults or not isinstance(raw, dict):
            raise MacroRefused(faults)
        rows = action_rows(raw["actions"])
        modes = [text_of(row.value) for row in rows if row.field == _MODE]
        return cls(
            title=raw["title"],
            actions=tuple(row for row in rows if row.field not in {*_COMMENT, _MODE}),
            bodies=_bodies(rows, raw.get("bodies")),
            public=modes[-1] != "false" if modes else True,
            html=any(row.field == "comment_value_html" for row in rows),
            active=raw.get("active") is not False,
            position=raw.get("position") or 0,
            id=id or text_of(raw.get("id")),
            source=deepcopy(raw),
        )

    def body_in(self, language: str) -> str:
        """The answer in that language, or the one there is; "" for a macro that answers nothing."""
        return self.bodies.get(language) or next((one for one in self.bodies.values() if one), "")

    def to_json(self) -> dict[str, Any]:
        """Zendesk's JSON: exactly what came in when nothing was changed since; else the source with what changed."""
        if self.source and MacroDefinition.parse(dict(self.source), self.id) == self:
            return deepcopy(dict(self.source))
        rows = [row.to_json() for row in self.actions]
        texts = {language: self.bodies[language] for language in LANGUAGES if self.bodies.get(language)}
        if texts:
            rows.append({"field": _COMMENT[self.html], "value": self.body_in("ko")})
        if not self.public:
            rows.append({"field": _MODE, "value": "false"})
        written = {**deepcopy(dict(self.source)), "title": self.title, "actions": rows, "active": self.active}
        written.pop("bodies", None)
        if len(texts) > 1:
            written["bodies"] = texts
        if self.position or "position" in written:
            written["position"] = self.position
        return written

    def apply(
        self, facts: TicketFacts, now: datetime, language: str = "ko", account: Account = PLAIN_ACCOUNT
    ) -> tuple[Plan, tuple[Dropped, ...]]:
        """What the macro would do to the ticket, and what of it would change nothing. Changes nothing itself.

        Refuses with TemplateRefused when a text cannot be made; then nothing of the macro is planned.
        """
        body = self.body_in(language)
        used = language if self.bodies.get(language) or not body else language_of(body)
        renderer = Renderer(facts, now, used, account)
        planning = Planning(
            facts,
            account,
            lambda template, html: renderer.text(template, html=html),
            macro_id=self.id or None,
            language=used,
            default_public=self.public,
        )
        comment = (ActionRow(_COMMENT[self.html], body),) if body else ()
        planning.take(self.actions + comment)
        plan, no_ops = planning.plan.against(facts)
        if self.id and not plan.is_empty:
            plan = replace(plan, macro_ids=(self.id,))
        return plan, (*planning.dropped, *no_ops)

    def unknown_ids(self, known: Mapping[ValueKind, Collection[str]]) -> list[NamedId]:
        """Ids that the account does not have; the macro is kept, as a draft."""
        return unknown_among(named_ids(Conditions(), self.actions), known)


def problems(raw: object) -> list[Problem]:
    """Everything that is wrong with a macro in Zendesk's JSON. Never raises."""
    if not isinstance(raw, dict):
        return [Problem("", say("매크로가 묶음(object)이 아닙니다.", "A macro must be an object."), raw)]
    found: list[Problem] = []
    title = raw.get("title")
    if not isinstance(title, str) or not title.strip():
        found.append(Problem("title", say("제목이 없습니다.", "The title is missing."), title))
    found += action_problems(raw.get("actions"), Use.macro, text_problem)
    if raw.get("actions") == []:
        found.append(Problem("actions", say("동작이 없습니다.", "There are no actions."), []))
    position = raw.get("position")
    if position is not None and (isinstance(position, bool) or not isinstance(position, int)):
        found.append(
            Problem("position", say("순서는 정수여야 합니다.", "The position must be a whole number."), position)
        )
    found += _body_problems(raw.get("bodies"))
    return found or [*placeholder_warnings(action_rows(raw["actions"])), *_body_warnings(raw.get("bodies"))]


def placeholder_warnings(rows: tuple[ActionRow, ...]) -> list[Problem]:
    """Placeholders in the texts of actions that say nothing here."""
    return [
        Problem(f"actions[{index}].value", words, row.value, warning=True)
        for index, row in enumerate(rows)
        for text in _texts_in(row.value)
        for words in placeholders_told(text)
    ]


def _texts_in(value: object) -> list[str]:
    if isinstance(value, list):
        return [text for one in value for text in _texts_in(one)]
    return [value] if isinstance(value, str) else []


def _body_warnings(bodies: object) -> list[Problem]:
    rows = bodies.items() if isinstance(bodies, dict) else ()
    return [
        Problem(f"bodies.{language}", words, body, warning=True)
        for language, body in rows
        for words in placeholders_told(text_of(body))
    ]


def _body_problems(bodies: object) -> list[Problem]:
    if bodies is None:
        return []
    if not isinstance(bodies, dict) or not set(bodies) <= set(LANGUAGES):
        only = say("bodies에는 ko와 en만 둘 수 있습니다.", "bodies may have ko and en only.")
        return [Problem("bodies", only, bodies)]
    found = []
    for language, body in bodies.items():
        words: Words | None = (
            text_problem(body) if isinstance(body, str) else say("글자여야 합니다.", "It must be text.")
        )
        if words is not None:
            found.append(Problem(f"bodies.{language}", words, body))
    return found


def _bodies(rows: tuple[ActionRow, ...], ours: object) -> dict[str, str]:
    """Our own pair where it is given; else the comment, in the language it is written in."""
    if isinstance(ours, dict) and ours:
        return {language: text_of(ours[language]) for language in LANGUAGES if ours.get(language)}
    for row in rows:
        if row.field in _COMMENT:
            text = text_of(row.value[-1] if isinstance(row.value, list) and row.value else row.value)
            return {language_of(text): text}
    return {}
