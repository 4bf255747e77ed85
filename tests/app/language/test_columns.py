"""Stored tickets as columns: filled without facts, searched at once, and answered as each ticket by itself."""

from __future__ import annotations

import random
from datetime import timedelta

import numpy as np
import pytest

from app.language import needle_columns
from app.language.batch import columns_of, met_columns, met_many
from app.language.columns import Coded, Columns, Texts, Times
from app.language.conditions import Condition, Conditions
from app.language.facts_of_ticket import Person, TicketFacts, Update
from app.language.needle_columns import ColumnSearch
from app.language.needles import Needles
from app.language.ruleset import RuleSet
from app.language.shape import Needle
from app.language.sight import NOT_KNOWN, Sight
from app.language.values import WRITTEN_JOINED, WordsOfText, folded
from tests.app.language.made_up import MadeRule
from tests.app.language.semantics.cases import ACCOUNT, NOW

WORDS = (
    "환불", "불", "취소", "refund", "fun", "late", "no-show", "re", "i", "a", "(환불)", "late!", "café", "환불refund",
    "지각하셨", "ok", "🙂", "x🙂", "_", "-", "ま", "返金", "𐐨", "k", "ref",
)  # fmt: skip
PIECES = (
    "환불", "전액환불을", "refund", "Refunds", "RE", "late", "LATE!", "no-show", "café", "CAFÉ", "cafe\u0301", " ", "-",
    "_", "i", "(환불)", "🙂", "x", "지각하셨어요", "\u1112\u116a\u11ab\u1107\u116e\u11af", "返金", "ま", "\n", "123",
)  # fmt: skip
UNEVEN = ("straße", "İstanbul", "ﬁne")
RARE = ("🙂", "refund🙂", "𠀀refund", "late𝐀", "𐐀", "𐐨", "e\u0301", "가\u11a8", "\u212a")
BROKEN = ("\0", "\ud83d", "\ude42")


def texts(count: int, pieces: tuple[str, ...]) -> list[str]:
    chance = random.Random(count)
    return ["".join(chance.choices(pieces, k=chance.randint(0, 6))) for _ in range(count)]


def needles(words: tuple[str, ...]) -> Needles:
    loose = {Needle(folded(word), whole=False) for word in words}
    return Needles(loose | {Needle(folded(word), whole=True) for word in words if not WRITTEN_JOINED.search(word)})


def by_hand(searched: Needles, text: str) -> int:
    words = WordsOfText(text)
    found = (words.has_any((one.text,)) if one.whole else one.text in words.text for one in searched.needles)
    return sum(1 << number for number, there in enumerate(found) if there)


def in_columns(searched: Needles, values: list[str]) -> list[int]:
    return [int.from_bytes(row.tobytes(), "little") for row in ColumnSearch(searched).found(values)]


@pytest.mark.parametrize("pieces", [PIECES, PIECES + UNEVEN, PIECES + RARE, PIECES + UNEVEN + RARE + BROKEN])
def test_needles_are_found_in_a_text_and_in_many_as_words_are(pieces: tuple[str, ...]) -> None:
    searched, values = needles(WORDS), texts(3000, pieces)
    expected = [by_hand(searched, one) for one in values]
    assert [searched.found(one) for one in values] == expected
    assert in_columns(searched, values) == expected
    assert len(set(expected)) > 100


def test_more_needles_than_a_word_has_bits() -> None:
    searched = needles(tuple(f"{one}{number}" for one in "환abc" for number in range(40)))
    assert len(searched.needles) > 128
    values = texts(2000, ("환", "a", "b", "c", "1", "2", "3", "0", " "))
    assert in_columns(searched, values) == [by_hand(searched, one) for one in values]


def test_one_odd_text_among_many_leaves_the_others_to_the_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    searched = needles(WORDS)
    plain = tuple(one for one in PIECES if "🙂" not in one)
    values = [*texts(500, plain), "straße late", *texts(400, plain)]
    expected = [by_hand(searched, one) for one in values]
    alone: list[str] = []

    class Noted(Needles):
        def found(self, raw: str) -> int:
            alone.append(raw)
            return super().found(raw)

    assert in_columns(Noted(searched.needles), values) == expected
    assert alone == ["straße late"]


def test_words_with_a_broken_or_an_empty_character_are_found_too() -> None:
    searched = needles(("\ud83d", "a\0", "late"))
    values = texts(300, PIECES + BROKEN)
    assert in_columns(searched, values) == [by_hand(searched, one) for one in values]


def test_needles_of_a_column_have_ends_only_where_letters_end(monkeypatch: pytest.MonkeyPatch) -> None:
    searched, values = needles(WORDS), texts(3000, PIECES)
    monkeypatch.setattr(needle_columns, "_are_letters", lambda codes: np.zeros(len(codes), np.bool_))
    assert in_columns(searched, values) != [by_hand(searched, one) for one in values]


def test_no_needles_and_no_texts() -> None:
    assert in_columns(Needles(()), ["환불", ""]) == [0, 0]
    assert in_columns(needles(WORDS), []) == []
    assert Needles(()).found("환불") == 0


def rules(*rows: Condition) -> RuleSet[MadeRule]:
    return RuleSet.compile([MadeRule(Conditions(all=(row,)), place) for place, row in enumerate(rows)])


STORED = rules(
    Condition("status", "less_than", "solved"),
    Condition("group_id", "is_not", "11"),
    Condition("current_tags", "includes", "vip late"),
    Condition("subject_includes_word", "includes", "환불 refund"),
    Condition("custom_fields_360", "is", "12"),
    Condition("requester.custom_fields.plan", "is_not", "gold"),
    Condition("NEW", "greater_than", "24"),
    Condition("OPEN", "less_than", "3"),
)


def test_rows_of_a_table_become_columns_with_no_facts_made() -> None:
    columns = Columns(
        3,
        {
            "status": Coded.of(["open", None, "closed"]),
            "group_id": Coded.of(["11", "12", None]),
            "current_tags": Coded.of([frozenset({"vip"}), frozenset(), frozenset({"x", "late"})]),
            "subject_includes_word": Texts(["전액환불을", "prefund", "Refund"]),
            "custom_fields_360": Coded.of(["12.0", 12, None]),
            "requester.custom_fields.plan": Coded.of(["gold", NOT_KNOWN, "silver"]),
            "NEW": Times.of([NOW - timedelta(hours=25), NOW - timedelta(hours=24.9), None]),
            "OPEN": Times.of([NOW - timedelta(hours=2), None, None]),
        },
        NOW,
    )
    met = met_columns(STORED, columns)
    assert [met.of_row(row) for row in range(3)] == list(met.each()) == [(0, 2, 3, 4, 6, 7), (1, 4), (2, 3, 5)]
    assert met.rows_of(2).tolist() == [0, 2]
    assert met.counts() == [1, 1, 2, 2, 2, 1, 1, 1]


def test_each_row_may_have_its_own_moment() -> None:
    hour = 3_600_000_000
    start = round(NOW.timestamp() * 1_000_000)
    moments = np.array([start + 24 * hour, start + 25 * hour, start - 1])
    met = met_columns(rules(Condition("NEW", "is", "24")), Columns(3, {"NEW": Times.of([NOW] * 3)}, moments))
    assert list(met.each()) == [(0,), (), ()]


def test_what_no_column_tells_is_asked_of_the_ticket_or_refused() -> None:
    mine = rules(Condition("status", "is", "open"), Condition("assignee_id", "is", "current_user"))
    facts = [
        TicketFacts(status="open", assignee_id="7", update=Update("Change", Person("7"))),
        TicketFacts(status="new", assignee_id="7", update=Update("Change", Person("8"))),
    ]
    looked = [Sight(one, NOW, ACCOUNT) for one in facts]
    known = {"status": Coded.of([one.status for one in facts])}
    assert list(met_columns(mine, Columns(2, known, NOW, ACCOUNT, looked.__getitem__)).each()) == [(0, 1), ()]
    with pytest.raises(KeyError, match="assignee_id"):
        met_columns(mine, Columns(2, known, NOW, ACCOUNT))


def test_values_that_look_alike_and_are_not_stay_apart() -> None:
    coded = Coded.of([1, True, 1.0, "1", None, [1], [1], "1"])
    assert [coded.values[code] for code in coded.codes] == [1, True, 1.0, "1", None, [1], [1], "1"]
    assert [type(coded.values[code]) for code in coded.codes[:3]] == [int, bool, float]
    assert len(coded.values) == 6


def test_more_rows_than_a_slice_are_shared_between_threads() -> None:
    """The same answer in every slice, whoever worked it out."""
    chance = random.Random(1)
    facts = [
        TicketFacts(
            status=chance.choice(("new", "open", None, "closed")),
            tags=frozenset(chance.sample(("vip", "late", "x"), 2)),
            subject=chance.choice(PIECES),
            group_id=chance.choice(("11", "12")),
            custom_fields={"360": chance.choice((12, "12", "gold", None))},
            created_at=NOW - timedelta(hours=chance.randint(0, 50)),
        )
        for _ in range(500)
    ]
    seen = [Sight(one, NOW, ACCOUNT) for one in facts]
    many = [chance.randrange(500) for _ in range(140_000)]
    plain = [one for one in STORED.rules if not one.conditions.all[0].field.startswith(("requester", "OPEN"))]
    compiled = RuleSet.compile(plain)
    once = columns_of(compiled, seen)
    fields = {
        name: Texts([column.values[row] for row in many])
        if isinstance(column, Texts)
        else Coded(column.codes[many], column.values)
        if isinstance(column, Coded)
        else Times(column.at[many])
        for name, column in once.fields.items()
    }
    met = met_columns(compiled, Columns(len(many), fields, NOW, ACCOUNT))
    expected = met_many(compiled, seen)
    assert list(met.each()) == [expected[row] for row in many]


def test_no_rules_and_no_rows() -> None:
    assert list(met_columns(RuleSet[MadeRule].compile([]), Columns(0, {}, NOW)).each()) == []
    assert met_columns(
        rules(Condition("status", "is", "open")), Columns(0, {"status": Coded.of([])}, NOW)
    ).counts() == [0]
    met = met_columns(RuleSet.compile([MadeRule(Conditions(), 0)]), Columns(2, {}, NOW))
    assert list(met.each()) == [(0,), (0,)]
