"""What the sides of a dispute are told, in Korean and English. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from app.clock import in_seoul
from app.disputes.sides import Side
from app.words import Words, say

NAMES: Mapping[Side, Words] = MappingProxyType({
    Side.customer: say("고객", "The customer"),
    Side.partner: say("파트너", "The partner"),
    Side.us: say("운영팀", "Our team"),
})  # fmt: skip
ASK = say(
    "안녕하세요. 예약 {booking} 건으로 분쟁 {ref}이(가) 접수되었습니다.\n{asked}\n"
    "{due}까지 이 문의에 답을 남겨 주세요. 그때까지 답이 없으면 상대방의 설명을 기준으로 판단합니다.",
    "Hello. A dispute ({ref}) was opened about booking {booking}.\n{asked}\n"
    "Please reply here by {due}. Without a reply by then we go by the account of the other side.",
)
DEFAULT_ASK = say(
    "무슨 일이 있었는지 겪으신 대로 알려 주시고, 사진이나 영수증이 있으면 함께 보내 주세요.",
    "Please tell us what happened as you saw it, with photos or receipts where you have any.",
)
OFFER = say(
    "분쟁 {ref}에 대해 다음과 같이 제안드립니다.\n{text}\n\n제안 내용: {remedy}\n"
    "{due}까지 받아들이시는지 답해 주세요. 다른 의견이 있으시면 함께 적어 주세요.",
    "About dispute {ref} we propose the following.\n{text}\n\nIn short: {remedy}\n"
    "Please tell us by {due} whether you accept, or what you would rather have.",
)
OVER_OFFER = say(
    "분쟁 {ref}: 지난 제안으로 합의가 이루어지지 않았습니다. 모든 내용을 다시 살펴보고 안내드리겠습니다.",
    "Dispute {ref}: there was no agreement on the last proposal. We look at everything again and come back to you.",
)
LATE = say(
    "분쟁 {ref}: 기한까지 답을 받지 못했습니다. 지금까지의 상대방 설명을 기준으로 판단하겠습니다.",
    "Dispute {ref}: we did not hear from you in time, so we go by the account of the other side.",
)
NO_ANSWER = say(
    "분쟁 {ref}: 기한까지 답을 받지 못했습니다. 지금까지 모인 내용을 보고 판단하겠습니다.",
    "Dispute {ref}: no answer came in time. We look at what we have.",
)
OTHER_LATE = say(
    "분쟁 {ref}: 상대방이 기한까지 답하지 않았습니다. 남겨 주신 내용을 기준으로 판단하겠습니다.",
    "Dispute {ref}: the other side did not answer in time, so we go by what you have told us.",
)
AGREED = say(
    "분쟁 {ref}이(가) 양쪽의 합의로 마무리되었습니다.\n합의 내용: {remedy}",
    "Dispute {ref} is settled: both sides agreed.\nAgreed: {remedy}",
)
RULED = say(
    "분쟁 {ref}에 대한 결정을 알려 드립니다.\n결정: {remedy}\n근거 조항: {clause}\n이유: {reasons}",
    "This is our decision on dispute {ref}.\nDecision: {remedy}\nClause: {clause}\nReasons: {reasons}",
)
REFUND_COMES = say(
    "\n환불은 다른 담당자의 승인을 거쳐 결제하신 수단으로 처리됩니다.",
    "\nThe refund goes back the way you paid once a colleague has approved it.",
)
STANDS_AS_IT_IS = say(
    "\n앞선 결정에 따른 환불({refs}, {amount})이 그대로 유지되므로 새로 환불하지 않습니다.",
    "\nThe refund of the earlier decision ({refs}, {amount}) stands, so nothing more is refunded.",
)
STANDS_THOUGH_MORE = say(
    "\n앞선 결정에 따른 환불({refs}, {amount})은 이번 결정보다 많지만 그대로 둡니다. 새로 환불하지 않습니다.",
    "\nThe refund of the earlier decision ({refs}, {amount}) is more than this and stays as it is. Nothing more is "
    "refunded.",
)
STANDS_AND_MORE = say(
    "\n앞선 결정에 따른 환불({refs}, {amount})은 그대로 유지되고, 나머지 {rest}도 환불합니다.",
    "\nThe refund of the earlier decision ({refs}, {amount}) stands, and the remaining {rest} is refunded on top.",
)
WITHDRAWN = say("분쟁 {ref}이(가) 취하되어 종료되었습니다.", "Dispute {ref} was withdrawn and is closed.")
REOPENED = say(
    "분쟁 {ref}을(를) 다시 살펴보고 있습니다. 결과를 다시 안내드리겠습니다.",
    "We are looking at dispute {ref} once more and will tell you what comes of it.",
)


def by_when(at: datetime) -> Words:
    """A deadline in Seoul's time, with the year left out as people write it."""
    here = in_seoul(at)
    return say(f"{here.month}월 {here.day}일 {here:%H:%M}", f"{here:%H:%M} on {here.day} {here:%B} (Seoul)")
