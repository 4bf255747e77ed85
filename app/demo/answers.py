"""The macros of the demo: what the team answers, in Korean and English, with Zendesk's placeholders and ours."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Answer:
    """`number` tells Zendesk's id of it; `actions` are Zendesk's, without the comment."""

    number: int
    key: str
    title: str
    ko: str
    en: str
    actions: tuple[dict[str, str], ...] = field(default=())


_ABOUT = "{% if booking.number %}(예약 {{booking.number}}, {{booking.starts_at}}) {% endif %}"
_ABOUT_EN = "{% if booking.number %} about booking {{booking.number}} ({{booking.starts_at}}){% endif %}"

ANSWERS = (
    Answer(
        1,
        "first_reply",
        "첫 답변 · 일반 문의",
        "안녕하세요, {{ticket.requester.name}} 님.\n\n"
        f"문의해 주셔서 감사합니다. {_ABOUT}내용을 담당자에게 바로 전달했고, 영업시간(평일 09–18시) 기준 2시간 안에 "
        "다시 안내드리겠습니다. 더 알려 주실 내용이나 사진이 있으면 이 대화에 남겨 주세요.\n\n고객 행복팀 드림",
        "Hello {{ticket.requester.name}},\n\n"
        f"Thank you for writing{_ABOUT_EN}. Your message is with our team now, and you will hear from us within two "
        "working hours (weekdays 9:00–18:00 in Seoul). If you have more details or photos, please add them here.\n\n"
        "The Customer Happiness team",
    ),
    Answer(
        2,
        "first_reply_global",
        "첫 답변 · 영어 문의 (글로벌팀)",
        "안녕하세요, {{ticket.requester.name}} 님.\n\n글로벌팀이 문의를 받았습니다. "
        "한국어로 답변드리는 것이 편하시면 말씀해 주세요. 2시간 안에 안내드리겠습니다.\n\n고객 행복팀 드림",
        "Hello {{ticket.requester.name}},\n\n"
        f"Thank you for contacting us{_ABOUT_EN}. Our global team answers in English and will get back to you within "
        "two working hours (weekdays 9:00–18:00 in Seoul).\n\nThe Customer Happiness team",
    ),
    Answer(
        3,
        "first_reply_refund",
        "첫 답변 · 취소·환불 문의",
        "안녕하세요, {{ticket.requester.name}} 님.\n\n"
        f"취소·환불 문의를 받았습니다. {_ABOUT}결제하신 때에 시행 중이던 정책에 따라 환불 금액을 계산해, 근거와 함께 "
        "오늘 안으로 안내드리겠습니다. 안내를 확인하시기 전에는 아무것도 취소되지 않습니다.\n\n고객 행복팀 드림",
        "Hello {{ticket.requester.name}},\n\n"
        f"We have your request{_ABOUT_EN}. We will work out what goes back under the policy that was in force when you "
        "paid, and send you the amount with its reasons today. Nothing is cancelled before you have seen it.\n\n"
        "The Customer Happiness team",
    ),
    Answer(
        4,
        "first_reply_emergency",
        "첫 답변 · 긴급 상황",
        "{{ticket.requester.name}} 님, 지금 담당자가 확인하고 있습니다.\n\n"
        "불이 났거나 다친 분이 있으면 먼저 119에 신고해 주세요. 물이 새면 계량기 옆 밸브를 잠가 주시고, "
        "연락받으실 전화번호를 이 대화에 남겨 주시면 10분 안에 전화드리겠습니다.\n\n고객 행복팀 긴급 담당 드림",
        "{{ticket.requester.name}}, someone from our team is on this right now.\n\n"
        "If there is a fire or anyone is hurt, call 119 first. If water is leaking, close the valve next to the meter. "
        "Leave a phone number here and we will call you within ten minutes.\n\nEmergency desk, Customer Happiness team",
    ),
    Answer(
        5,
        "refund_paid",
        "환불 완료 안내",
        "{{ticket.requester.name}} 님, 예약 {{booking.number}}의 환불 {{refund.number}}이(가) 처리되었습니다.\n\n"
        "환불 금액: {{refund.amount}}\n사유: {{refund.reason}}\n\n금액이 나온 과정\n{{refund.lines}}\n\n"
        "카드사에 따라 3~5영업일 안에 결제하신 수단으로 돌아옵니다.",
        "{{ticket.requester.name}}, the refund {{refund.number}} for booking {{booking.number}} has been paid.\n\n"
        "Amount: {{refund.amount}}\nReason: {{refund.reason}}\n\nHow it comes about\n{{refund.lines}}\n\n"
        "It reaches the card or account you paid with within 3–5 working days.",
        ({"field": "current_tags", "value": "refund_done"},),
    ),
    Answer(
        6,
        "refund_failed",
        "환불 실패 안내",
        "{{ticket.requester.name}} 님, 예약 {{booking.number}}의 환불({{refund.amount}})을 결제사가 "
        "처리하지 못했습니다.\n\n"
        "다른 계좌로 보내 드릴 수 있도록 담당자가 곧 연락드리겠습니다. 불편을 드려 죄송합니다.",
        "{{ticket.requester.name}}, the payment provider could not carry out the refund of {{refund.amount}} for "
        "booking {{booking.number}}.\n\nWe will contact you shortly to send it another way, and are sorry.",
    ),
    Answer(
        7,
        "refund_rejected",
        "환불 불가 안내",
        "{{ticket.requester.name}} 님, 예약 {{booking.number}}의 환불 요청을 검토했습니다.\n\n"
        "결제하신 때의 정책으로는 환불해 드리기 어렵습니다. 다른 의견이나 증빙이 있으시면 이 대화에 남겨 주세요. "
        "다시 확인하겠습니다.",
        "{{ticket.requester.name}}, we have looked into your refund request for booking {{booking.number}}.\n\n"
        "Under the policy in force when you paid, we cannot refund it. If you see it differently or have evidence, "
        "please add it here and we will look again.",
    ),
    Answer(
        10,
        "goodwill_given",
        "보상 안내",
        "{{ticket.requester.name}} 님, 불편을 드려 죄송합니다.\n\n"
        "예약 {{booking.number}}의 일({{goodwill.reason}})에 대해 아래와 같이 보상해 드립니다.\n\n"
        "보상: {{goodwill.name}}{% if goodwill.amount != '' %} {{goodwill.amount}}{% endif %}\n"
        "번호: {{goodwill.number}}\n\n"
        "쓰시는 데 궁금한 점이 있으면 이 대화에 남겨 주세요.",
        "{{ticket.requester.name}}, we are sorry for the trouble.\n\n"
        "For what happened with booking {{booking.number}} ({{goodwill.reason}}) we have given you:\n\n"
        "{{goodwill.name}}{% if goodwill.amount != '' %}, {{goodwill.amount}}{% endif %}\n"
        "Number: {{goodwill.number}}\n\n"
        "If you have any question about it, please reply here.",
    ),
    Answer(
        8,
        "reclean_offer",
        "재청소 제안",
        "{{ticket.requester.name}} 님, 청소가 기대에 미치지 못해 죄송합니다.\n\n"
        "비용 없이 다시 청소해 드리고 싶습니다. 편하신 날짜와 시간을 두 가지 알려 주세요. 원하지 않으시면 정책에 따라 "
        "일부를 환불해 드립니다.",
        "{{ticket.requester.name}}, we are sorry that the cleaning was not what you expected.\n\n"
        "We would like to clean again at no cost. Please send us two dates and times that suit you. If you would "
        "rather not, we refund a part under our policy.",
        ({"field": "status", "value": "pending"}, {"field": "current_tags", "value": "reclean"}),
    ),
    Answer(
        9,
        "check_in_guide",
        "입주 안내 다시 보내기",
        "{{ticket.requester.name}} 님, 입주 안내를 다시 보내 드립니다.\n\n"
        "입주는 15시부터이고, 비밀번호는 입주일 오전에 앱의 예약 내역에 나타납니다. "
        "늦게 도착하셔도 들어가실 수 있습니다.",
        "{{ticket.requester.name}}, here is how you check in.\n\n"
        "You can move in from 15:00. The door code appears in the app, under your booking, on the morning of that day. "
        "Arriving late is no problem.",
        ({"field": "status", "value": "solved"},),
    ),
)
ENGLISH_WORDS = "the is my i we you your please hello hi can could would want need have how what when where booking"
REFUND_WORDS = "환불 취소 refund refunds refunded cancel cancels cancelled canceled cancellation"
EMERGENCY_WORDS = "실종 화재 누수 부상 불이났 쓰러 fire flood flooding flooded injured injury ambulance"
EMERGENCY_PHRASES = ("lost dog", "물이 새")
