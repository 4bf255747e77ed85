"""The columns of a file of customers or bookings: their heads in Korean and English, and how a cell is read. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.bookings.model import BookingState, Tier
from app.desk.fields import BIGGEST_ID
from app.desk.states import named, named_as
from app.desk.typed_time import read_time
from app.errors import Refusal
from app.money import EXPONENTS, read_amount
from app.people.model import EMAIL
from app.policies.model import Product
from app.resident_number import NOT_KEPT, holds_resident_number
from app.words import LANGUAGES, Words, say

NO_TIME = say("「{value}」을(를) 2026-11-22 15:00처럼 날짜와 시각으로 적어 주세요.",
              "“{value}”: write a date and a time, as 2026-11-22 15:00.")  # fmt: skip
NO_CHOICE = say("「{value}」은(는) 고를 수 없습니다. {choices} 가운데 하나를 적어 주세요.",
                "“{value}” cannot be chosen. Write one of: {choices}.")  # fmt: skip
NO_MAIL = say("이메일 주소가 아닙니다.", "It is no e-mail address.")
NO_NUMBER = say("숫자로 적어 주세요.", "It must be a whole number.")
TOO_LONG = say("{most}자까지 적을 수 있습니다.", "{most} letters at most.")
MUST_BE = say("비어 있습니다.", "It is empty.")
NEGATIVE = say("0보다 작을 수 없습니다.", "It cannot be below nothing.")


class FileKind(StrEnum):
    customers = "customers"
    bookings = "bookings"


@dataclass(frozen=True, slots=True)
class Column:
    """`key` is the English head; `read` gives the value of a cell that is not empty, or refuses."""

    key: str
    label: Words
    read: Callable[[str, str], Any]
    must: bool = False
    also: tuple[str, ...] = ()

    @property
    def heads(self) -> frozenset[str]:
        return frozenset(plain_head(one) for one in (self.key, self.label.ko, self.label.en, *self.also))


def plain_head(text: str) -> str:
    """Heads are known without caring for case, spaces, underscores and a star for what must be there."""
    kept = unicodedata.normalize("NFKC", text).lower()
    return "".join(letter for letter in kept if letter not in " _*-()")


def _text(most: int) -> Callable[[str, str], str]:
    def read(cell: str, _currency: str) -> str:
        if len(cell) > most:
            raise Refusal(TOO_LONG.fill(most=most))
        if holds_resident_number(cell):
            raise Refusal(NOT_KEPT)
        return cell

    return read


def _email(cell: str, _currency: str) -> str:
    if len(cell) > 254 or not EMAIL.fullmatch(cell):
        raise Refusal(NO_MAIL)
    return cell.lower()


def _number(cell: str, _currency: str) -> int:
    if not (cell.isascii() and cell.isdigit() and len(cell) < 20 and int(cell) <= BIGGEST_ID):
        raise Refusal(NO_NUMBER)
    return int(cell)


def _time(cell: str, _currency: str) -> datetime:
    try:
        return read_time(cell)
    except (ValueError, OverflowError):
        raise Refusal(NO_TIME.fill(value=cell[:40])) from None


def _money(cell: str, currency: str) -> int:
    minor = read_amount(unicodedata.normalize("NFKC", cell), currency)
    if minor < 0:
        raise Refusal(NEGATIVE)
    return minor


def _currency(cell: str, _currency: str) -> str:
    if cell.upper() not in EXPONENTS:
        raise Refusal(NO_CHOICE.fill(value=cell[:40], choices=", ".join(EXPONENTS)))
    return cell.upper()


def _one_of(choices: Mapping[str, Any], told: Mapping[str, Words]) -> Callable[[str, str], Any]:
    by_word = {
        plain_head(word): choices[key] for key, words in told.items() for word in (key, words.ko, words.en)
    }  # fmt: skip

    def read(cell: str, _currency: str) -> Any:
        if plain_head(cell) not in by_word:
            listed = say(", ".join(w.ko for w in told.values()), ", ".join(w.en for w in told.values()))
            raise Refusal(NO_CHOICE.fill(value=cell[:40], choices=listed))
        return by_word[plain_head(cell)]

    return read


def _enum(kind: type[StrEnum]) -> Callable[[str, str], Any]:
    return _one_of({one.value: one for one in kind}, {one.value: named(one).words for one in kind})


LANGUAGE = _one_of({one: one for one in LANGUAGES}, {one: named_as("Language", one).words for one in LANGUAGES})
CUSTOMERS: Sequence[Column] = (
    Column("name", say("이름", "Name"), _text(120), must=True, also=("고객명", "성명")),
    Column("email", say("이메일", "E-mail"), _email, also=("email", "메일")),
    Column("phone", say("전화", "Phone"), _text(40), also=("전화번호", "휴대폰", "연락처")),
    Column("language", say("답변 언어", "Answered in"), LANGUAGE, also=("언어",)),
    Column("tier", say("등급", "Tier"), _enum(Tier)),
    Column("city", say("도시", "City"), _text(40), also=("지역",)),
    Column("zendesk_id", say("Zendesk 번호", "Zendesk ID"), _number),
)
BOOKINGS: Sequence[Column] = (
    Column("ref", say("예약 번호", "Number"), _text(32), must=True, also=("예약번호", "booking")),
    Column("customer_email", say("고객 이메일", "Customer e-mail"), _email, also=("이메일",)),
    Column("customer_zendesk_id", say("고객 Zendesk 번호", "Customer Zendesk ID"), _number),
    Column("customer_name", say("고객", "Customer"), _text(120), also=("고객명", "고객 이름")),
    Column("customer_phone", say("고객 전화", "Customer phone"), _text(40), also=("전화", "연락처")),
    Column("product", say("상품", "Product"), _enum(Product), must=True),
    Column("city", say("도시", "City"), _text(40), must=True, also=("지역",)),
    Column("partner", say("파트너", "Partner"), _text(120)),
    Column("channel", say("채널", "Channel"), _text(40)),
    Column("gateway", say("결제사", "Gateway"), _text(40)),
    Column("payment_ref", say("결제 번호", "Payment number"), _text(200)),
    Column("currency", say("통화", "Currency"), _currency),
    Column("total", say("전체 금액", "Whole price"), _money, must=True, also=("총액", "total_minor")),
    Column("first_period", say("첫 기간 금액", "First period"), _money, also=("첫 달",)),
    Column("service_fee", say("서비스 수수료", "Service fee"), _money, also=("수수료",)),
    Column("paid", say("결제 금액", "Paid"), _money, must=True, also=("결제액",)),
    Column("paid_at", say("결제 시각", "Paid at"), _time, must=True, also=("결제일시", "결제 일시")),
    Column("contracted_at", say("계약 시각", "Contract made at"), _time, also=("계약일시", "계약 일시")),
    Column("starts_at", say("시작", "Starts"), _time, must=True, also=("시작 시각", "입주", "방문 시각")),
    Column("ends_at", say("끝", "Ends"), _time, must=True, also=("끝 시각", "퇴실", "종료")),
    Column("state", say("상태", "State"), _enum(BookingState)),
)
COLUMNS: Mapping[FileKind, Sequence[Column]] = {FileKind.customers: CUSTOMERS, FileKind.bookings: BOOKINGS}
EXAMPLES: Mapping[FileKind, Sequence[str]] = {
    FileKind.customers: ("김하나", "hana@example.com", "010-1234-5678", "한국어", "일반", "서울", ""),
    FileKind.bookings: (
        *(
            "B-261122",
            "hana@example.com",
            "",
            "김하나",
            "010-1234-5678",
            "방문 청소",
            "서울",
            "",
            "app",
            "toss",
            "pay_1",
        ),
        *("KRW", "48,000", "48,000", "0", "48,000", "2026-11-20 10:00", "", "2026-11-24 14:00", "2026-11-24 17:00", ""),
    ),
}
