"""What a customer's text is about: a table of topics with the words that tell of each, in Korean and English.

A word of the table counts as every word condition's does: Hangul wherever it stands, the Latin alphabet as whole words.
A text may be of several topics, or of none. Words are not weighed: "no refund needed" tells of refunds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.language.kinds import Choice
from app.language.values import WordsOfText, folded
from app.words import Words, say


@dataclass(frozen=True, slots=True)
class Topic:
    """`words`: any of them in a text makes it of this topic; one may be several words with a space between."""

    key: str
    label: Words
    words: tuple[str, ...]


TOPICS = (
    Topic("cancellation", say("취소", "Cancellation"), (
        "취소", "캔슬", "해지", "중도퇴실", "중도 퇴실", "cancel", "cancels", "cancelled", "canceled", "cancelling",
        "canceling", "cancellation", "call off", "early checkout",
    )),
    Topic("refund", say("환불", "Refund"), (
        "환불", "환급", "돈을 돌려", "돈 돌려", "돌려받", "보상", "refund", "refunds", "refunded", "refunding",
        "reimburse", "reimbursement", "money back", "compensation", "compensate",
    )),
    Topic("change", say("일정·예약 변경", "Change of booking"), (
        "변경", "날짜를 바꾸", "시간을 바꾸", "일정 조정", "미루", "연기", "앞당기", "연장", "reschedule",
        "rescheduled", "rescheduling", "change the date", "change the time", "change my booking", "postpone",
        "postponed", "move my booking", "extend", "extension",
    )),
    Topic("late", say("지각", "Late arrival"), (
        "지각", "늦었", "늦게", "늦네", "늦어", "늦으", "안 오셨", "아직 안 오", "아직도 안 오", "late", "delayed",
        "running behind", "not here yet", "still waiting",
    )),
    Topic("no_show", say("노쇼", "No-show"), (
        "노쇼", "안 왔", "안왔", "오지 않았", "나타나지 않", "연락 두절", "no show", "no-show", "noshow",
        "didn't show", "did not show", "never showed", "never came", "didn't come", "did not come", "nobody came",
    )),
    Topic("damage", say("파손·분실", "Damage or loss"), (
        "파손", "깨졌", "깨뜨", "부서", "부러", "망가", "훼손", "긁혔", "얼룩", "분실", "없어졌", "사라졌", "도난",
        "훔", "damage", "damaged", "broke", "broken", "scratched", "stain", "stained", "lost", "missing", "stolen",
        "theft",
    )),
    Topic("safety", say("안전·긴급", "Safety or emergency"), (
        "긴급", "응급", "119", "112", "화재", "불이 났", "가스", "누전", "감전", "다쳤", "부상", "폭행", "성희롱",
        "협박", "위협", "경찰", "emergency", "911", "fire", "gas leak", "injured", "injury", "hurt", "assault",
        "assaulted", "harass", "harassed", "harassment", "threat", "threatened", "unsafe", "police", "ambulance",
    )),
    Topic("payment", say("결제", "Payment"), (
        "결제", "카드", "청구", "입금", "이체", "영수증", "세금계산서", "현금영수증", "보증금", "수수료", "payment",
        "payments", "paid", "pay", "charged", "charge", "invoice", "receipt", "billing", "deposit", "fee", "card",
    )),
    Topic("access", say("출입·비밀번호", "Access or door code"), (
        "비밀번호", "비번", "도어락", "현관", "출입", "열쇠", "키를", "문이 안", "체크인", "입실", "door code",
        "passcode", "password", "lock", "locked out", "lockbox", "key", "keys", "check in", "check-in", "checkin",
        "get in",
    )),
    Topic("cleanliness", say("청결·품질", "Cleanliness or quality"), (
        "더러", "지저분", "먼지", "곰팡이", "냄새", "벌레", "바퀴벌레", "청소가 안", "청소 상태", "대충", "dirty",
        "filthy", "dust", "dusty", "mold", "mould", "smell", "smells", "bug", "bugs", "cockroach", "not clean",
        "unclean", "poor quality",
    )),
    Topic("facility", say("시설 고장", "Facility fault"), (
        "고장", "온수", "난방", "보일러", "에어컨", "누수", "물이 새", "정전", "와이파이", "인터넷이 안", "변기",
        "막혔", "hot water", "heating", "boiler", "air conditioner", "aircon", "leak", "leaking", "power outage",
        "wifi", "wi-fi", "internet", "toilet", "clogged", "not working",
    )),
    Topic("noise", say("소음", "Noise"), (
        "소음", "시끄", "층간", "공사 소리", "noise", "noisy", "loud", "construction noise",
    )),
    Topic("conduct", say("파트너 태도", "Partner's conduct"), (
        "불친절", "무례", "태도", "반말", "욕설", "담배", "흡연", "rude", "impolite", "unprofessional", "attitude",
        "swore", "smoking", "smoked",
    )),
    Topic("complaint", say("불만", "Complaint"), (
        "불만", "항의", "실망", "최악", "화가", "짜증", "소비자원", "신고", "법적", "complaint", "complain",
        "disappointed", "unacceptable", "terrible", "worst", "awful", "angry", "lawyer", "legal action",
        "consumer agency",
    )),
    Topic("praise", say("칭찬·감사", "Praise"), (
        "칭찬", "만족", "최고", "훌륭", "친절하", "꼼꼼", "깨끗하게", "추천", "great", "excellent", "amazing",
        "wonderful", "perfect", "satisfied", "recommend", "fantastic", "spotless",
    )),
    Topic("account", say("계정·로그인", "Account or sign-in"), (
        "로그인", "계정", "회원가입", "회원 가입", "탈퇴", "인증번호", "인증 번호", "log in", "login", "sign in",
        "account", "sign up", "verification code",
    )),
)  # fmt: skip

TOPIC_CHOICES = tuple(Choice(one.key, one.label) for one in TOPICS)
_WANTED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {one.key: tuple(folded(word) for word in one.words) for one in TOPICS}
)


def topics_of(words: WordsOfText) -> frozenset[str]:
    """The keys of every topic that the text tells of."""
    return frozenset(key for key, wanted in _WANTED.items() if words.has_any(wanted))
