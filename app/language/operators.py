"""Every operator of a condition with its two labels."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.language.kinds import Operator
from app.words import say

IS = ("is", "is_not")
ORDER = ("less_than", "greater_than")
ORDER_EQUAL = ("less_than_equal", "greater_than_equal")
PRESENCE = ("present", "not_present")
CHANGE = ("changed", "value", "value_previous", "not_changed", "not_value", "not_value_previous")
INCLUDES = ("includes", "not_includes")
TEXT_SEARCH = ("includes_words", "not_includes_words", "includes_string", "not_includes_string")
HOURS = (
    "is", "is_business_hours", "less_than", "less_than_business_hours", "greater_than", "greater_than_business_hours",
)  # fmt: skip
DAYS = ("within_previous_n_days", "within_next_n_days")

_ALL = (
    Operator("is", say("다음과 같음", "is")),
    Operator("is_not", say("다음과 같지 않음", "is not")),
    Operator("less_than", say("미만", "less than")),
    Operator("less_than_equal", say("이하", "less than or equal to")),
    Operator("greater_than", say("초과", "greater than")),
    Operator("greater_than_equal", say("이상", "greater than or equal to")),
    Operator("includes", say("다음 중 하나 이상 포함", "contains at least one of")),
    Operator("not_includes", say("다음 중 아무것도 포함 안 함", "contains none of")),
    Operator("includes_words", say("다음 단어 중 하나 이상 포함", "contains at least one of the words")),
    Operator("not_includes_words", say("다음 단어를 포함하지 않음", "contains none of the words")),
    Operator("includes_string", say("다음 문구 포함", "contains the text")),
    Operator("not_includes_string", say("다음 문구를 포함하지 않음", "does not contain the text")),
    Operator("present", say("값이 있음", "is present"), terminal=True),
    Operator("not_present", say("값이 없음", "is not present"), terminal=True),
    Operator("changed", say("변경됨", "changed"), terminal=True, on_change=True),
    Operator("value", say("다음으로 변경됨", "changed to"), on_change=True),
    Operator("value_previous", say("다음에서 변경됨", "changed from"), on_change=True),
    Operator("not_changed", say("변경되지 않음", "not changed"), terminal=True, on_change=True),
    Operator("not_value", say("다음으로 변경되지 않음", "not changed to"), on_change=True),
    Operator("not_value_previous", say("다음에서 변경되지 않음", "not changed from"), on_change=True),
    Operator("is_business_hours", say("(영업시간) 정확히", "(business hours) is")),
    Operator("less_than_business_hours", say("(영업시간) 미만", "(business hours) less than")),
    Operator("greater_than_business_hours", say("(영업시간) 초과", "(business hours) greater than")),
    Operator("within_previous_n_days", say("지난 며칠 이내", "within the previous days")),
    Operator("within_next_n_days", say("앞으로 며칠 이내", "within the next days")),
)

OPERATORS: Mapping[str, Operator] = MappingProxyType({one.key: one for one in _ALL})
TERMINAL = frozenset(one.key for one in _ALL if one.terminal)
ON_CHANGE = frozenset(one.key for one in _ALL if one.on_change)
