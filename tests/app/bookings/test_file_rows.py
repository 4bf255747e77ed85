"""A file's cells become values, or faults with their line, column and reason."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.bookings.file_columns import BOOKINGS, COLUMNS, CUSTOMERS, EXAMPLES, FileKind
from app.bookings.file_rows import FileRow, rows_of
from app.bookings.model import Tier
from app.desk.sheets import lines_of
from app.errors import Refusal
from app.policies.model import Product
from tests.app.bookings.files import CUSTOMER_HEADS, HEADS, a_file, a_row


def bookings(*rows: tuple[str, ...], heads: tuple[str, ...] = HEADS) -> list[FileRow]:
    return rows_of(FileKind.bookings, lines_of(a_file(heads, *rows)))


def test_a_row_is_read_in_korean_or_english_with_won_and_times_as_they_are_written() -> None:
    (korean,) = bookings(a_row())
    english_heads = ("Number", "customer_email", "Customer", "product", "City", "partner", "TOTAL", "Paid", "paid at",
                     "Starts", "ends_at")  # fmt: skip
    (english,) = bookings(a_row(product="home_cleaning", total="48000", paid="48000"), heads=english_heads)
    assert korean.faults == ()
    assert korean.wanted == english.wanted
    assert korean.wanted["product"] is Product.home_cleaning
    assert (korean.wanted["total"], korean.wanted["paid"]) == (48_000, 48_000)
    assert korean.wanted["paid_at"] == datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"ref": ""}, "ref"),
        ({"ref": "x" * 33}, "ref"),
        ({"email": "nobody"}, "customer_email"),
        ({"name": "900101-1234567"}, "customer_name"),
        ({"product": "세차"}, "product"),
        ({"total": "많이"}, "total"),
        ({"total": "-5"}, "total"),
        ({"paid": "48000.5"}, "paid"),
        ({"paid": "9" * 30}, "paid"),
        ({"paid_at": "2026-11-20"}, "paid_at"),
        ({"starts_at": "곧"}, "starts_at"),
    ],
)
def test_what_is_wrong_is_told_with_line_column_and_reason(change: dict[str, str], column: str) -> None:
    good, bad = bookings(a_row(ref="B-0"), a_row(ref="B-1") if not change else a_row(**{"ref": "B-1", **change}))
    assert good.faults == ()
    (fault,) = bad.faults
    assert (fault.line, fault.column) == (3, column)
    assert fault.words.ko != fault.words.en


def test_two_lines_about_the_same_are_not_guessed_between() -> None:
    first, second = bookings(a_row(), a_row(total="50,000"))
    assert first.faults == ()
    assert "2번째" in str(second.faults[0].words)
    rows = rows_of(
        FileKind.customers,
        lines_of(a_file(CUSTOMER_HEADS, ("하나", "a@example.com"), ("둘", "A@example.com"), ("셋", ""))),
    )
    assert [bool(row.faults) for row in rows] == [False, True, True]


def test_a_file_without_its_heads_is_refused_and_told_which() -> None:
    with pytest.raises(Refusal, match="결제 금액"):
        bookings(heads=tuple("x" if head == "결제 금액" else head for head in HEADS))
    with pytest.raises(Refusal, match="두 번"):
        bookings(heads=(*HEADS, "ref"))


def test_an_empty_cell_says_nothing() -> None:
    (row,) = rows_of(FileKind.customers, lines_of(a_file(CUSTOMER_HEADS, ("하나", "a@example.com", "", "", "vip", ""))))
    assert row.wanted == {"name": "하나", "email": "a@example.com", "tier": Tier.vip}


def test_the_template_is_a_good_file_in_both_languages() -> None:
    for kind, columns in COLUMNS.items():
        for heads in ([one.label.ko for one in columns], [one.label.en for one in columns], [c.key for c in columns]):
            (row,) = rows_of(kind, lines_of(a_file(heads, EXAMPLES[kind])))
            assert row.faults == (), row.faults
    assert len(CUSTOMERS) == len(EXAMPLES[FileKind.customers])
    assert len(BOOKINGS) == len(EXAMPLES[FileKind.bookings])
