"""Zendesk's two names of a channel: the word in a ticket's `via`, and the number in a rule's `via_id`."""

from __future__ import annotations

from app.language.choices import CHANNELS
from app.words import Words, say

NUMBERS = {
    "web": "0",
    "web_form": "0",
    "email": "4",
    "mail": "4",
    "api": "5",
    "web_service": "5",
    "rule": "8",
    "automation": "8",
    "twitter_favorite": "23",
    "forum": "24",
    "twitter_dm": "26",
    "closed_ticket": "27",
    "chat": "29",
    "native_messaging": "29",
    "messaging": "29",
    "twitter": "30",
    "ticket_sharing": "31",
    "voicemail": "33",
    "voice": "34",
    "phone": "34",
    "phone_call_inbound": "34",
    "phone_call_outbound": "35",
    "facebook": "38",
    "facebook_post": "38",
    "facebook_message": "41",
    "web_widget": "48",
    "mobile_sdk": "49",
    "help_center": "50",
    "any_channel": "55",
    "channel_integration": "55",
    "mobile": "56",
    "sms": "57",
    "line": "72",
    "wechat": "73",
    "whatsapp": "74",
    "facebook_messenger": "78",
    "instagram_dm": "86",
}


def number_of(word: str) -> str | None:
    """None where Zendesk has no number that we know: a condition on it is then not met."""
    return word if word.isdigit() else NUMBERS.get(word)


def told(word: str) -> Words:
    """A channel as people call it; one that has no name here as Zendesk calls it."""
    number = number_of(word)
    return next((each.label for each in CHANNELS if each.value == number), say(word, word))
