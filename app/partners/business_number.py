"""Korean business registration numbers: ten digits, the last of which checks the others. Pure."""

from __future__ import annotations

from app.errors import Refusal
from app.words import say

_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)


def read_business_number(text: str) -> str | None:
    """As 123-45-67890, however it was typed; None for nothing. Refuses in words what cannot be one."""
    typed = text.strip()
    if not typed:
        return None
    digits = typed.replace("-", "").replace(" ", "")
    if len(digits) != 10 or not (digits.isascii() and digits.isdigit()):
        raise Refusal(
            say(
                "사업자등록번호는 123-45-67890처럼 숫자 열 자리입니다.",
                "A business registration number is ten digits, as in 123-45-67890.",
            ),
            field="business_number",
        )
    if int(digits[9]) != _check_digit(digits):
        raise Refusal(
            say(
                "사업자등록번호의 검증 숫자가 맞지 않습니다. 번호를 다시 확인해 주세요.",
                "The last digit of this business registration number does not fit the others. Check the number.",
            ),
            field="business_number",
        )
    return f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"


def _check_digit(digits: str) -> int:
    numbers = [int(digit) for digit in digits[:9]]
    total = sum(number * weight for number, weight in zip(numbers, _WEIGHTS, strict=True)) + numbers[8] * 5 // 10
    return -total % 10
