"""What customers of a home-cleaning and mid-term housing marketplace write and hear, in Korean and English."""

import random
from dataclasses import dataclass

KOREAN_NAMES = (
    "김서연", "이도윤", "박하은", "최지호", "정수아", "강민준", "조예린", "윤시우", "장채원", "임건우", "한유진",
    "오태양", "서다인", "신우진", "권나윤", "황준서", "안소율", "송현우", "홍지안", "문가은",
)  # fmt: skip
ENGLISH_NAMES = (
    "Emma Clarke", "Liam Walsh", "Sofia Rossi", "Noah Fischer", "Mia Andersson", "Lucas Martin", "Ava Thompson",
    "Ethan Brooks", "Chloe Dubois", "Daniel Novak", "Hannah Weber", "Oliver Grant", "Grace Kim", "James Park",
)  # fmt: skip
PLACES = (
    ("마포구 공덕동", "Gongdeok"), ("성동구 성수동", "Seongsu"), ("강남구 역삼동", "Yeoksam"),
    ("송파구 잠실동", "Jamsil"), ("용산구 이태원동", "Itaewon"), ("서대문구 연희동", "Yeonhui"),
    ("해운대구 우동", "Haeundae"), ("분당구 정자동", "Bundang"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that happens: the letter and the second one, each in (Korean, English), and the tags it deserves.

    {place}, {code}, {day} and {hour} stand for details that the dice fill in.
    """

    tags: tuple[str, ...]
    priority: str | None
    title: tuple[str, str]
    letter: tuple[str, str]
    again: tuple[str, str]


SUBJECTS = (
    Subject(
        ("cleaning", "late"), "high",
        ("청소 매니저님이 아직 안 오셨어요", "The cleaner has not arrived yet"),
        ("오늘 {hour}시 청소 예약인데 30분째 아무도 안 오셨어요. {place}, 예약번호는 {code}입니다. 확인해 주세요.",
         ("My cleaning was booked for {hour}:00 today in {place} and nobody has come for half an hour. "
         "The booking is {code}. Could you check, please?")),
        ("아직도 연락이 없네요. 오늘 오시는 게 맞나요?", "Still nobody. Is the cleaner coming today at all?"),
    ),
    Subject(
        ("cleaning", "refund"), "normal",
        ("청소 상태가 기대와 달라요", "The cleaning was not what I paid for"),
        ("화장실과 베란다가 청소되지 않은 채 끝났습니다. 사진도 있어요. {code} 예약 일부 환불을 받고 싶습니다.",
         ("The bathroom and the balcony were left as they were. I can send photos. "
         "I would like a part of {code} refunded.")),
        ("환불이 언제쯤 되는지 알 수 있을까요?", "When can I expect the refund?"),
    ),
    Subject(
        ("cleaning", "change"), None,
        ("청소 날짜를 바꾸고 싶어요", "Can I move my cleaning to another day?"),
        ("{day}일로 잡힌 청소를 다음 날 {hour}시로 옮길 수 있을까요? 예약번호 {code}, {place}입니다.",
         "My cleaning is on the {day}th. Could it be the day after at {hour}:00 instead? Booking {code}, {place}."),
        ("바뀐 시간으로 확정된 건지 알려 주세요.", "Please let me know whether the new time is fixed."),
    ),
    Subject(
        ("cleaning", "damage"), "high",
        ("청소 중에 물건이 파손됐어요", "Something was broken during the cleaning"),
        ("어제 청소 후에 보니 유리컵 선반이 깨져 있습니다. {place} {code} 예약이고, 보상 절차를 알고 싶어요.",
         ("After yesterday's cleaning I found the glass shelf broken. It is booking {code} in {place}. "
         "How do I claim for it?")),
        ("사진을 더 보내 드려야 하나요?", "Do you need more photos from me?"),
    ),
    Subject(
        ("stay", "cancel", "refund"), "normal",
        ("숙소 예약을 취소하고 싶습니다", "I need to cancel my stay"),
        ("출장이 미뤄져서 {day}일에 시작하는 한 달 숙박({code})을 취소해야 합니다. 위약금이 얼마인지 알려 주세요.",
         ("My assignment was postponed, so I have to cancel the month from the {day}th ({code}). "
         "What would the cancellation cost?")),
        ("취소하면 보증금은 언제 돌려받나요?", "And when would I get the deposit back?"),
    ),
    Subject(
        ("stay", "entry", "urgent_entry"), "urgent",
        ("현관 비밀번호가 맞지 않아요", "The door code does not work"),
        ("{place} 숙소 앞인데 받은 비밀번호로 문이 열리지 않습니다. 예약번호 {code}이고 짐이 많아서 급해요.",
         ("I am standing in front of the flat in {place} and the code I was given does not open the door. "
         "Booking {code}. I have luggage with me, so it is urgent.")),
        ("밖에서 기다리고 있어요. 빨리 부탁드립니다.", "I am still waiting outside. Please hurry."),
    ),
    Subject(
        ("stay", "repair"), "high",
        ("보일러가 안 켜져요", "The heating does not work"),
        ("어젯밤부터 {place} 숙소 보일러가 켜지지 않습니다. 온수도 안 나와요. {day}일까지 지내는데 수리가 될까요?",
         ("Since last night the heating in the flat in {place} has been off and there is no hot water. "
         "I am staying until the {day}th: can it be repaired?")),
        ("기사님 방문 시간이 정해졌나요?", "Is there a time for the technician yet?"),
    ),
    Subject(
        ("stay", "extend"), None,
        ("숙박을 2주 연장하고 싶어요", "I would like to stay two more weeks"),
        ("지금 {place}에 {code}로 지내고 있는데 {day}일부터 2주 더 머물 수 있을까요? 금액도 알려 주세요.",
         "I am staying in {place} under {code}. Could I have two more weeks from the {day}th, and what would it cost?"),
        ("연장 가능한지 오늘 안에 알 수 있을까요?", "Could I know today whether that works?"),
    ),
    Subject(
        ("billing", "receipt"), "low",
        ("현금영수증을 받고 싶어요", "I need a receipt for my company"),
        ("{code} 예약의 현금영수증이 발급되지 않은 것 같습니다. 사업자 지출증빙으로 부탁드려요.",
         "My company asks for a receipt of booking {code}, with the tax number on it. Where do I find it?"),
        ("이메일로 받을 수 있나요?", "Could you send it by e-mail?"),
    ),
    Subject(
        ("billing", "double_charge"), "high",
        ("두 번 결제됐어요", "I was charged twice"),
        ("{code} 예약이 카드로 두 번 결제되었습니다. 한 건은 취소해 주세요.",
         "My card was charged twice for {code}. Please take one of them back."),
        ("카드사에서는 취소 내역이 없다고 합니다.", "My bank does not see a refund yet."),
    ),
)  # fmt: skip

THANKS = (
    ("잘 해결됐어요. 감사합니다!", "All settled now, thank you!"),
    ("빠르게 도와주셔서 고맙습니다.", "Thanks for the quick help."),
)
REOPENED = (
    ("죄송하지만 같은 문제가 다시 생겼어요.", "I am sorry, but the same thing has happened again."),
    ("해결된 줄 알았는데 아직 처리가 안 됐습니다.", "I thought it was solved, but it has not been done."),
)
ANSWERS = (
    ("안녕하세요, 불편을 드려 죄송합니다. 지금 확인하고 30분 안에 다시 연락드리겠습니다.",
     "Hello, I am sorry for the trouble. I am checking this now and will come back to you within half an hour."),
    ("확인했습니다. 요청하신 대로 처리해 드렸고, 안내 메일을 함께 보내 드렸습니다.",
     "I have looked into it and done as you asked. You will find the details in a separate e-mail."),
)  # fmt: skip
PRAISE = (
    ("친절하게 해결해 주셨어요.", "Kind and quick."),
    ("설명이 알기 쉬웠습니다.", "Everything was explained well."),
)
COMPLAINT = (
    ("답이 너무 늦었어요.", "It took far too long."),
    ("문제가 해결되지 않았습니다.", "My problem is not solved."),
)


def filled(text: str, dice: random.Random, *, is_korean: bool) -> str:
    """The text with details of its own: a booking, a place, a day, an hour."""
    place = dice.choice(PLACES)[0 if is_korean else 1]
    code = f"{dice.choice('CS')}{dice.randrange(100_000, 999_999)}"
    return text.format(place=place, code=code, day=dice.randrange(4, 21), hour=dice.randrange(9, 19))
