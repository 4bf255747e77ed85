"""Why a call was not answered: one shape for every error, in both languages, with a code a program can act on."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from app.errors import ChangedMeanwhile, Forbidden, Refusal
from app.words import Words, say


class Trouble(Exception):
    """`status` and `code` are for programs, `words` for people; `field` is where in the body, as `customer.email`."""

    def __init__(
        self,
        status: int,
        code: str,
        words: Words,
        *,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.words = status, code, words
        self.field, self.headers = field, headers or {}


NO_JSON = say("본문을 JSON으로 읽을 수 없습니다.", "The body cannot be read as JSON.")
TOO_LARGE = say("본문이 너무 큽니다. {most}KB까지 보낼 수 있습니다.", "The body is too large: {most} KB at most.")
NOTHING = say(
    "이 주소에는 아무것도 없습니다. /api/v1/openapi.json을 보세요.",
    "Nothing is at this address. See /api/v1/openapi.json.",
)
WRONG_METHOD = say("이 주소는 {method}를 받지 않습니다.", "This address does not take {method}.")
TRY_AGAIN = say("지금은 처리할 수 없습니다. 잠시 뒤 다시 보내 주세요.", "It cannot be done now. Send it again shortly.")
CHANGED = say(
    "같은 기록을 다른 요청이 먼저 바꾸었습니다. 다시 보내 주세요.",
    "Another call changed the same record first. Send again.",
)
_PLACE = re.compile(r"(?P<what>.*?)(?: - at `\$(?P<at>[^`]*)`)?\Z", re.DOTALL)
# What msgspec says of a value that does not fit, as a person would.
_SAID: tuple[tuple[re.Pattern[str], Words], ...] = tuple(
    (re.compile(shape, re.DOTALL), words)
    for shape, words in (
        (r"Object missing required field `(?P<name>.*)`", say("꼭 있어야 하는 값입니다.", "It must be there.")),
        (r"Object contains unknown field `(?P<name>.*)`", say("모르는 항목입니다.", "This field is not known.")),
        (r"Invalid enum value .*", say("고를 수 있는 값이 아닙니다.", "It is none of the values to choose from.")),
        (r"Expected `datetime` with a timezone.*", say("시각에 시간대를 적어 주세요(예: 2026-11-22T15:00:00+09:00).",
                                                     "Give the time its offset, as 2026-11-22T15:00:00+09:00.")),
        (r"Invalid RFC3339 encoded datetime.*", say("시각을 2026-11-22T15:00:00+09:00처럼 적어 주세요.",
                                                   "Write the time as 2026-11-22T15:00:00+09:00.")),
        (r"Expected `str` of length >= (?P<n>\d+)", say("{n}자 이상이어야 합니다.", "It needs at least {n} letters.")),
        (r"Expected `str` of length <= (?P<n>\d+)", say("{n}자까지 적을 수 있습니다.", "{n} letters at most.")),
        (r"Expected `array` of length <= (?P<n>\d+)", say("{n}개까지 보낼 수 있습니다.", "{n} at most.")),
        (r"Expected `str` matching regex.*", say("쓸 수 없는 글자가 있거나 형식이 다릅니다.",
                                                "It has a letter that cannot be, or another form.")),
        (r"Expected `int` >= (?P<n>-?\d+)", say("{n} 이상이어야 합니다.", "It must be {n} or more.")),
        (r"Expected `int` <= (?P<n>-?\d+)", say("{n} 이하여야 합니다.", "It must be {n} or less.")),
        (r"(?:Integer value|Number) out of range", say("수가 너무 큽니다.", "The number is too large.")),
        (r"Expected `int`, got .*", say("정수를 적어 주세요.", "It must be a whole number.")),
        (r"Expected `str(?: \| null)?`, got .*", say("글자를 적어 주세요.", "It must be a text.")),
        (r"Expected `object(?: \| null)?`, got .*", say("여러 항목을 담은 객체여야 합니다.", "It must be an object.")),
    )
)  # fmt: skip
_DOES_NOT_FIT = say("값이 형식에 맞지 않습니다.", "The value does not fit.")


def misfit(error: msgspec.ValidationError) -> Trouble:
    """A body that is JSON and not what was asked for: where, and what is wrong there."""
    found = _PLACE.fullmatch(str(error))
    what, at = (found["what"], found["at"] or "") if found else (str(error), "")
    for shape, words in _SAID:
        said = shape.fullmatch(what)
        if said:
            named = said.groupdict()
            place = f"{at}.{named['name']}" if "name" in named else at
            return Trouble(422, "invalid", words.fill(**named), field=place.lstrip(".") or None)
    return Trouble(422, "invalid", _DOES_NOT_FIT, field=at.lstrip(".") or None)


def of_refusal(refusal: Refusal) -> Trouble:
    if isinstance(refusal, Forbidden):
        return Trouble(403, "forbidden", refusal.words, field=refusal.field)
    if isinstance(refusal, ChangedMeanwhile):
        return Trouble(409, "changed_meanwhile", refusal.words, field=refusal.field)
    return Trouble(422, "refused", refusal.words, field=refusal.field)
