"""Korean or English: which language a text is in, and in which a customer is answered."""

from __future__ import annotations

import re

from app.language.facts_of_ticket import TicketFacts

_SYLLABLE = re.compile("[\uac00-\ud7a3]")
_JAMO = re.compile("[\u3131-\u318e\u1100-\u11ff]")
_LATIN = re.compile("[A-Za-z]")
_NO_PROSE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+\.\S+|\{\{.*?\}\}|\{%.*?%\}|<[^<>]{1,200}>")

LETTERS_OF_A_SYLLABLE = 3
"""A syllable says about as much as three letters: "환불 refund plz" is Korean."""
KOREAN_SHARE = 0.3
ENOUGH_LETTERS = 6
"""Under this many letters a text ("ok", "네") says little of its writer's language."""


def language_of(text: str) -> str:
    """ "ko" or "en" by the share of Hangul, addresses and placeholders left aside; "ko" where no letters tell."""
    korean, latin = _weights(text)
    return "ko" if not korean + latin or korean >= KOREAN_SHARE * (korean + latin) else "en"


def reply_language(customer_language: str | None, text: str) -> str:
    """What the customer wrote in decides; when that says too little, the profile's language; then Korean.

    `customer_language` may be a locale ("en-US"). A profile alone is no evidence: many carry the account's default.
    """
    korean, latin = _weights(text)
    if korean + latin >= ENOUGH_LETTERS:
        return language_of(text)
    known = (customer_language or "").lower().replace("_", "-").partition("-")[0]
    if known in {"ko", "en"}:
        return known
    return language_of(text) if known == "" else "en"


def language_for(facts: TicketFacts) -> str:
    """ "ko" or "en": after the customer's newest words, else their record's or profile's language."""
    words = next(
        (
            one.body
            for one in reversed(facts.comments)
            if one.public and one.author is not None and one.author.id == facts.requester_id
        ),
        "",
    )
    profile = facts.customer.language if facts.customer else None
    return reply_language(
        profile or (facts.requester.language if facts.requester else None),
        words or f"{facts.subject}\n{facts.description}",
    )


def _weights(text: str) -> tuple[int, int]:
    prose = _NO_PROSE.sub(" ", text[:20_000])
    korean = LETTERS_OF_A_SYLLABLE * len(_SYLLABLE.findall(prose)) + len(_JAMO.findall(prose))
    return korean, len(_LATIN.findall(prose))
