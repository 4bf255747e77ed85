"""A provider's refunds as rows of a file: read with every fault named. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from app import clock
from app.errors import Refusal
from app.money import read_amount
from app.words import Words, say
from integrations.payments.port import Refunded

COLUMNS = ("reference", "key", "payment", "amount", "currency", "time")
NEEDED = frozenset({"reference", "payment", "amount", "time"})
MOST_ROWS = 10_000
LONGEST = 255
_HEADS = {
    **{one: one for one in COLUMNS},
    "결제사 번호": "reference",
    "키": "key",
    "결제 번호": "payment",
    "금액": "amount",
    "통화": "currency",
    "시각": "time",
}
NO_HEAD = say(
    "첫 줄에 reference, payment, amount, time이 있어야 합니다 (key, currency는 있으면 읽습니다).",
    "The first line must name reference, payment, amount and time (key and currency are read where they are).",
)
NO_CSV = say("CSV 파일로 읽을 수 없습니다.", "It cannot be read as a CSV file.")
TOO_MANY = say("한 번에 10,000줄까지 읽을 수 있습니다.", "At most 10,000 lines at once.")
EMPTY = say("「{column}」이(가) 비어 있거나 너무 깁니다.", "“{column}” is empty or too long.")
NO_TIME = say(
    "「{value}」: 시각을 2026-11-22 14:03:00처럼 적어 주세요. 시간대가 없으면 한국 시각입니다.",
    "“{value}”: write the time as 2026-11-22 14:03:00. Without a zone it is Seoul’s.",
)
BELOW = say("환불 금액은 0보다 커야 합니다.", "A refund is more than nothing.")
AGAIN = say("결제사 번호 「{value}」이(가) 두 번 나옵니다.", "The reference “{value}” is there twice.")


@dataclass(frozen=True, slots=True)
class Fault:
    line: int
    words: Words


@dataclass(frozen=True, slots=True)
class Statement:
    """`rows`, oldest first. With any fault nothing may be concluded from what is not there."""

    rows: tuple[Refunded, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def since(self) -> datetime:
        return self.rows[0].at

    @property
    def until(self) -> datetime:
        return self.rows[-1].at


def read_statement(text: str) -> Statement:
    lines = csv.reader(io.StringIO(text.lstrip("\ufeff")))
    try:
        return _read(lines)
    except csv.Error:
        return Statement(faults=(Fault(max(lines.line_num, 1), NO_CSV),))


def _read(lines: Iterator[list[str]]) -> Statement:
    heads = [_HEADS.get(one.strip().lower(), "") for one in next(lines, [])]
    if not set(heads) >= NEEDED:
        return Statement(faults=(Fault(1, NO_HEAD),))
    rows: dict[str, Refunded] = {}
    faults: list[Fault] = []
    for number, cells in enumerate(lines, start=2):
        if number > MOST_ROWS + 1:
            return Statement(faults=(Fault(number, TOO_MANY),))
        row = {head: cell.strip().lstrip("'") for head, cell in zip(heads, cells, strict=False)}
        if not any(row.values()):
            continue
        try:
            one = _refunded(row, rows)
            rows[one.reference] = one
        except Refusal as refused:
            faults.append(Fault(number, refused.words))
    return Statement(tuple(sorted(rows.values(), key=lambda one: one.at)), tuple(faults))


def _refunded(row: Mapping[str, str], rows: Mapping[str, Refunded]) -> Refunded:
    """Refuses in words what is no refund, and one that is among `rows` already."""
    for column in ("reference", "payment"):
        if not 0 < len(row.get(column, "")) <= LONGEST:
            raise Refusal(EMPTY.fill(column=column))
    if len(row.get("key", "")) > LONGEST:
        raise Refusal(EMPTY.fill(column="key"))
    if row["reference"] in rows:
        raise Refusal(AGAIN.fill(value=row["reference"]))
    currency = row.get("currency", "").upper() or "KRW"
    minor = read_amount(row.get("amount", ""), currency)
    if minor <= 0:
        raise Refusal(BELOW)
    return Refunded(
        row.get("key") or None, row["reference"], row["payment"], minor, currency, _time(row.get("time", ""))
    )


def _time(text: str) -> datetime:
    try:
        read = clock.telling(datetime.fromisoformat(text))
    except ValueError:
        raise Refusal(NO_TIME.fill(value=text[:40])) from None
    return (read if read.tzinfo else read.replace(tzinfo=clock.SEOUL)).astimezone(UTC)
