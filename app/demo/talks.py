"""What customers wrote to us, and what they were answered: the past of the demo, in Korean and English.

{ref} is the booking, {place} its city, {day} the day it starts; {name} the customer.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.demo import numbers
from app.policies.model import Product


@dataclass(frozen=True, slots=True)
class Talk:
    """`product` None: about no booking in particular. `after`: the customer's words to our answer, where there are
    any."""

    topic: str
    language: str
    group: int
    subject: str
    asked: str
    answered: str
    after: str = ""
    product: Product | None = None
    type: str = "question"


CLEANING, HOUSING = Product.home_cleaning, Product.mid_term_housing
_KO, _EN = "ko", "en"
_GENERAL, _GLOBAL, _URGENT, _PARTNERS = numbers.GENERAL, numbers.GLOBAL, numbers.URGENT, numbers.PARTNERS

TALKS = (
    Talk(
        "reschedule", _KO, _GENERAL, "방문 시간을 바꾸고 싶어요",
        "안녕하세요. {day} {place} 방문 예약({ref})을 오후로 바꿀 수 있을까요? 오전에 급한 일이 생겼습니다.",
        "{name} 님, {ref} 방문을 같은 날 오후 3시로 바꿔 두었습니다. 클리너님도 그대로 방문합니다.",
        "빠르게 바꿔 주셔서 감사합니다!", CLEANING, "task",
    ),
    Talk(
        "late", _KO, _GENERAL, "클리너님이 아직 안 오셨어요",
        "예약 시간이 30분 지났는데 클리너님이 오시지 않았어요. 연락도 없습니다. {ref} 확인 부탁드립니다.",
        "{name} 님, 불편을 드려 죄송합니다. 클리너님이 앞 방문이 길어져 10분 안에 도착합니다. 늦은 시간은 정책에 따라 "
        "일부 환불해 드립니다.",
        "도착하셨습니다. 확인했어요.", CLEANING, "incident",
    ),
    Talk(
        "quality", _KO, _GENERAL, "욕실 청소가 제대로 안 됐어요",
        "{ref} 청소 후에 보니 욕실 타일에 물때가 그대로이고 주방 후드도 닦이지 않았습니다. 사진 첨부합니다.",
        "{name} 님, 사진 확인했습니다. 비용 없이 다시 청소해 드리거나 일부를 환불해 드릴 수 있습니다. "
        "어느 쪽이 좋으실까요?",
        "", CLEANING, "problem",
    ),
    Talk(
        "entrance", _KO, _GENERAL, "현관 비밀번호 전달은 어떻게 하나요?",
        "{day} 방문 때 제가 집에 없습니다. 현관 비밀번호를 어디에 적으면 되나요?",
        "{name} 님, 앱의 예약 내역 → 출입 방법에 적어 주시면 방문 두 시간 전부터 담당 클리너에게만 보입니다.",
        "적었습니다. 감사합니다.", CLEANING,
    ),
    Talk(
        "supplies", _KO, _GENERAL, "청소 도구를 준비해야 하나요?",
        "처음 이용합니다. 청소기와 세제는 제가 준비해야 하는지 궁금합니다.",
        "{name} 님, 세제와 걸레는 클리너가 가져갑니다. 청소기만 댁의 것을 쓰겠습니다.",
    ),
    Talk(
        "receipt", _KO, _GENERAL, "현금영수증 발급 부탁드려요",
        "{ref} 결제 건 현금영수증을 지출증빙으로 발급받고 싶습니다.",
        "{name} 님, 사업자 번호로 발급해 이메일로 보내 드렸습니다. 홈택스에는 내일 나타납니다.",
        "받았습니다.", CLEANING, "task",
    ),
    Talk(
        "broken", _KO, _GENERAL, "청소 중에 화분이 깨졌습니다",
        "클리너님이 청소하시다가 화분을 깨뜨렸다고 말씀해 주셨어요({ref}). 보상은 어떻게 되나요?",
        "{name} 님, 놀라셨겠습니다. 클리너의 배상책임보험으로 처리하겠습니다. "
        "구입 가격을 알 수 있는 화면을 보내 주세요.",
        "구입 내역 보내드립니다. 3만 2천 원이에요.", CLEANING, "incident",
    ),
    Talk(
        "move_in", _KO, _GENERAL, "입주 시간 문의드립니다",
        "{place} 숙소({ref}) {day} 입주인데 오후 1시쯤 도착할 것 같습니다. 일찍 들어갈 수 있나요?",
        "{name} 님, 호스트가 오후 2시부터 들어오셔도 된다고 합니다. 짐은 1시부터 맡기실 수 있습니다.",
        "네, 감사합니다.", HOUSING,
    ),
    Talk(
        "boiler", _KO, _GENERAL, "온수가 나오지 않습니다",
        "어제부터 온수가 나오지 않아요. {ref} 숙소입니다. 언제 고쳐지나요?",
        "{name} 님, 호스트에게 전달했고 오늘 오후 5시에 기사가 방문합니다. 그때까지 불편을 드려 죄송합니다.",
        "기사님 다녀가셨고 잘 나옵니다.", HOUSING, "problem",
    ),
    Talk(
        "extend", _KO, _GENERAL, "계약을 한 달 연장할 수 있을까요?",
        "{ref} 숙소에서 한 달 더 지내고 싶습니다. 같은 금액으로 가능한지 궁금합니다.",
        "{name} 님, 호스트가 같은 금액으로 한 달 연장에 동의했습니다. 앱에서 결제하시면 계약이 이어집니다.",
        "결제했습니다!", HOUSING, "task",
    ),
    Talk(
        "noise", _KO, _GENERAL, "윗집 소음이 심해요",
        "밤 11시가 넘으면 윗집에서 소리가 너무 납니다({ref}). 호스트에게 말해 주실 수 있나요?",
        "{name} 님, 호스트와 관리사무소에 알렸습니다. 이번 주에 다시 들리시면 시각을 적어 알려 주세요.",
        "", HOUSING, "problem",
    ),
    Talk(
        "leak", _KO, _URGENT, "화장실 천장에서 물이 떨어져요",
        "누수 같아요. {ref} 화장실 천장에서 물이 계속 떨어집니다. 빨리 확인해 주세요!",
        "{name} 님, 밸브를 잠그고 전기 차단기에서 떨어져 주세요. 호스트와 기사가 40분 안에 도착합니다.",
        "지금 기사님 오셨습니다.", HOUSING, "incident",
    ),
    Talk(
        "payout", _KO, _PARTNERS, "지난주 정산이 아직 안 들어왔어요",
        "클리너입니다. 지난주 방문 6건 정산이 아직 입금되지 않았습니다. 확인 부탁드려요.",
        "계좌번호 끝자리가 바뀌어 반송되었습니다. 앱에서 계좌를 고쳐 주시면 내일 오전에 다시 보내 드립니다.",
        "고쳤습니다.",
    ),
    Talk(
        "arrival", _EN, _GLOBAL, "Late check-in tonight",
        "Hi, my flight lands at 22:40, so I will reach the place in {place} ({ref}) around midnight. Is that OK?",
        "Hello {name}, no problem at all. The door code works from 15:00 on, and the host has left the heating on.",
        "Perfect, thank you so much!", HOUSING,
    ),
    Talk(
        "wifi", _EN, _GLOBAL, "The wifi does not work",
        "The wifi in {ref} has been down since yesterday and I work from home. Could you please help?",
        "Hello {name}, the host has restarted the line from outside. Please try the network on the card by the door.",
        "It works now, thanks.", HOUSING, "problem",
    ),
    Talk(
        "registration", _EN, _GLOBAL, "Residence registration with this address?",
        "I need to register my address at the immigration office. Can I use the address of {ref}? "
        "Is there a lease?",
        "Hello {name}, yes. Your signed lease is in the app under the booking; the office "
        "accepts it on paper or phone.",
        "Great, that helped.", HOUSING,
    ),
    Talk(
        "invoice", _EN, _GLOBAL, "Invoice for my company",
        "Hello, I need an invoice in English for booking {ref}. My company is in Germany.",
        "Hello {name}, we have sent it to your e-mail with the company's name and tax number you gave us.",
        "Received, thank you.", HOUSING, "task",
    ),
    Talk(
        "cleaning_en", _EN, _GLOBAL, "Cleaner did not do the windows",
        "The cleaner was very kind, but the windows were not done although I paid for them ({ref}).",
        "Hello {name}, sorry about that. We can send somebody this week at no cost, or refund the part. "
        "What suits you?",
        "", CLEANING, "problem",
    ),
    Talk(
        "reschedule_en", _EN, _GLOBAL, "Can I move my cleaning to Saturday?",
        "Hi! I have to travel. Could you move my visit on {day} ({ref}) to Saturday morning?",
        "Hello {name}, done: Saturday at 10:00, with the same cleaner.",
        "Awesome, thanks!", CLEANING, "task",
    ),
    Talk(
        "injury", _EN, _URGENT, "Slipped in the bathroom, injured",
        "I slipped on the wet floor of the bathroom in {ref} and my arm is injured. What should I do?",
        "Hello {name}, please call 119 if it is bad; a colleague is calling you now and will go with you to a clinic.",
        "Thank you, I am at the clinic with your colleague.", HOUSING, "incident",
    ),
    Talk(
        "first_time", _EN, _GLOBAL, "How does the first cleaning work?",
        "Hello, this is my first time. What do I have to prepare, and do I need to be at home?",
        "Hello {name}, you need not be at home. Please have a vacuum cleaner ready; the cleaner "
        "brings everything else.",
    ),
)  # fmt: skip
REFUND_ASKED = {
    "ko": ("예약 {ref} 취소·환불 문의", "{ref} 예약 건으로 문의드립니다. {why} 환불이 얼마나 되는지 알려 주세요."),
    "en": (
        "Refund for booking {ref}",
        "Hello, this is about my booking {ref}. {why} Could you please tell me how much I get back?",
    ),
}
REFUND_ANSWERED = {
    "ko": "{name} 님, 문의 잘 받았습니다. 결제하신 때의 정책에 따라 계산하고 담당자가 확인한 뒤 안내드리겠습니다.",
    "en": "Hello {name}, we have your request. We are working out the amount under the policy of your booking.",
}
REFUND_WHY = {
    "customer_cancelled": ("일정이 바뀌어 취소해야 합니다.", "My plans changed and I have to cancel."),
    "partner_cancelled": ("호스트가 갑자기 취소했습니다.", "The host cancelled on me."),
    "partner_no_show": ("약속한 시간에 아무도 오지 않았습니다.", "Nobody came at the agreed time."),
    "partner_late": ("클리너님이 많이 늦으셨습니다.", "The cleaner came very late."),
    "partial_service": ("일부 공간은 청소되지 않았습니다.", "Part of the flat was not cleaned."),
    "poor_quality": ("청소 상태가 많이 아쉽습니다.", "The cleaning was not good."),
    "facility_fault": ("보일러가 계속 고장입니다.", "The heating has been broken for days."),
    "platform_error": ("같은 예약이 두 번 결제되었습니다.", "I was charged twice."),
    "early_move_out": (
        "발령이 나서 계약보다 먼저 퇴실하려고 합니다.",
        "My job moves me, so I have to leave before my stay ends.",
    ),
    "customer_no_show": ("깜빡 잊고 집을 비웠습니다.", "I forgot the visit and was out."),
    "force_majeure": ("태풍으로 비행기가 결항되었습니다.", "My flight was cancelled because of the typhoon."),
}
REFUND_TOLD = {
    "ko": {
        "paid": "{name} 님, 예약 {ref}의 환불 {amount}이 결제하신 수단으로 처리되었습니다. 3~5영업일이 걸립니다.",
        "rejected": "{name} 님, 예약 {ref}은(는) 정책상 환불해 드리기 어렵습니다. 다른 의견이 있으시면 남겨 주세요.",
        "cancelled": "{name} 님, 말씀하신 대로 환불 대신 날짜를 바꿔 두었습니다.",
        "failed": "{name} 님, 결제사가 환불을 처리하지 못했습니다. 다른 계좌로 보내 드리기 위해 연락드리겠습니다.",
    },
    "en": {
        "paid": "Hello {name}, {amount} for booking {ref} has been refunded the way you paid. Allow 3–5 days.",
        "rejected": "Hello {name}, under the policy of booking {ref} we cannot refund it. Do reply if you disagree.",
        "cancelled": "Hello {name}, as you asked, we have changed the dates instead of refunding.",
        "failed": "Hello {name}, the payment provider could not carry out the refund. We will send it another way.",
    },
}
