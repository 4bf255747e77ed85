"""Texts with placeholders, made into plain text or HTML for one ticket.

Only staff's texts are templates. What they are filled with is plain text: a customer's `{{...}}` stays as written,
and in HTML a customer's `<` is escaped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from liquid import BoundTemplate
from liquid.exceptions import (
    LiquidError,
    LiquidSyntaxError,
    LoopIterationLimitError,
    OutputStreamLimitError,
    ResourceLimitError,
    UnknownFilterError,
)
from markupsafe import Markup

from app.errors import Refusal
from app.language.account import PLAIN_ACCOUNT, Account
from app.language.facts_of_ticket import TicketFacts
from app.macros.known_placeholders import placeholder_words
from app.macros.languages import language_of, reply_language
from app.macros.liquid_limits import LONGEST_TEMPLATE, LimitedEnvironment
from app.macros.placeholders import DynamicContent, placeholder_values
from app.words import Words, say

__all__ = ["Renderer", "TemplateRefused", "language_of", "render", "reply_language", "text_problem"]

_PLAIN = LimitedEnvironment()
_HTML = LimitedEnvironment(autoescape=True)
# Whatever could come to the conversation: by its name, by a name that is put together, by all of the ticket.
_TALK = re.compile(r"comment|\[|\bdc\b|\bticket\b(?!\.\w)")

_WHY: tuple[tuple[type[LiquidError], Words], ...] = (
    (UnknownFilterError, say("모르는 필터입니다", "it uses an unknown filter")),
    (LiquidSyntaxError, say("문법에 맞지 않습니다", "its syntax is wrong")),
    (LoopIterationLimitError, say("반복이 너무 많습니다", "it repeats too often")),
    (OutputStreamLimitError, say("결과가 너무 깁니다", "its result is too long")),
    (ResourceLimitError, say("너무 오래 걸리거나 너무 큽니다", "it takes too long or grows too large")),
    (LiquidError, say("값을 만들 수 없습니다", "it cannot be worked out")),
)


class TemplateRefused(Refusal):
    """The text cannot be made; the words name the placeholder. `where` is it as written, "" when it is the whole."""

    def __init__(self, words: Words, where: str) -> None:
        super().__init__(words)
        self.where = where


def text_problem(text: str) -> Words | None:
    """What is wrong with a text before it meets a ticket, or None: its syntax, its filters, its length."""
    try:
        template = _parsed(text, html=False)
    except TemplateRefused as refused:
        return refused.words
    unknown = [name for name in template.analyze().filters if name not in _PLAIN.filters]
    if not unknown:
        return None
    return say("모르는 필터 “{name}”이(가) 있습니다.", "it uses the unknown filter “{name}”.").fill(name=unknown[0])


def placeholders_told(text: str) -> list[Words]:
    """What to tell of placeholders that say nothing here. Nothing of a text that cannot be parsed: see text_problem."""
    if "{{" not in text and "{%" not in text:
        return []
    try:
        used = _parsed(text, html=False).analyze().globals
    except (TemplateRefused, LiquidError):
        return []
    return placeholder_words((str(one), one.segments) for some in used.values() for one in some)


@dataclass(slots=True)
class Renderer:
    """Renders several texts for one ticket in one language; the values are worked out once. `talk`: with the
    conversation, once a text may show it: it is dear to make ready."""

    facts: TicketFacts
    now: datetime
    language: str = "ko"
    account: Account = PLAIN_ACCOUNT
    _values: dict[str, object] = field(default_factory=dict)
    talk: bool = False

    def text(self, template: str, *, html: bool = False) -> str:
        """Refuses with TemplateRefused what cannot be parsed or exceeds the limits. Unknown placeholders are empty."""
        if "{{" not in template and "{%" not in template:
            return template
        parsed = _parsed(template, html=html)
        talk = self.talk or _TALK.search(template) is not None
        if not self._values or talk is not self.talk:
            self._values = placeholder_values(self.facts, self.now, self.language, self.account, talk=talk)
            self.talk = talk

        def fill(text: str) -> str:
            filled = self._filled(_parsed(text, html=html), {})
            # Its own mark-up is staff's, and what it was filled with is escaped already.
            return Markup(filled) if html else filled  # noqa: S704

        return self._filled(parsed, {"dc": DynamicContent(self.account.dynamic_content, self.language, fill)})

    def _filled(self, template: BoundTemplate, more: dict[str, object]) -> str:
        try:
            return template.render({**self._values, **more})
        except LiquidError as error:
            raise _refused(error) from error
        except (ValueError, ArithmeticError, TypeError, RecursionError) as error:
            # A filter met a value that it cannot work on, such as a number of thousands of digits.
            raise TemplateRefused(_words(_WHY[-1][1], ""), "") from error


def render(
    template: str,
    facts: TicketFacts,
    now: datetime,
    *,
    language: str = "ko",
    account: Account = PLAIN_ACCOUNT,
    html: bool = False,
) -> str:
    """One text for one ticket; see Renderer."""
    return Renderer(facts, now, language, account).text(template, html=html)


def _parsed(text: str, *, html: bool) -> BoundTemplate:
    if len(text) > LONGEST_TEMPLATE:
        raise TemplateRefused(
            say("문구가 {most}자를 넘습니다.", "The text is longer than {most} characters.").fill(
                most=LONGEST_TEMPLATE
            ),
            "",
        )
    try:
        return _compiled(text, html=html)
    except LiquidError as error:
        raise _refused(error) from error
    except RecursionError as error:
        raise TemplateRefused(_words(_WHY[1][1], ""), "") from error


@lru_cache(maxsize=512)
def _compiled(text: str, *, html: bool) -> BoundTemplate:
    """The same few texts are filled for ticket after ticket; a parsed one keeps nothing of any."""
    return (_HTML if html else _PLAIN).from_string(text)


def _refused(error: LiquidError) -> TemplateRefused:
    why = next(words for kind, words in _WHY if isinstance(error, kind))
    where = _placeholder(error)
    return TemplateRefused(_words(why, where), where)


def _words(why: Words, where: str) -> Words:
    if not where:
        return say("문구를 만들 수 없습니다: {why}.", "The text cannot be made: {why}.").fill(why=why)
    return say("자리표시자 {where}: {why}.", "The placeholder {where}: {why}.").fill(where=where, why=why)


def _placeholder(error: LiquidError) -> str:
    """The `{{...}}` or `{%...%}` that the error stands in, short and on one line."""
    token = error.token
    if token is None or token.start_index < 0:
        return ""
    source, at = token.source, token.start_index
    start = max(source.rfind("{{", 0, at + 2), source.rfind("{%", 0, at + 2))
    if start < 0:
        return ""
    ends = [end for end in (source.find("}}", start), source.find("%}", start)) if end >= 0]
    written = source[start : min(ends) + 2] if ends else source[start : start + 40]
    return " ".join(written.split())[:80]
