"""One ticket as conditions look at it: its facts, the moment, the account; what is dear to work out is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.language.account import Account, Calendar
from app.language.facts_of_ticket import Change, TicketFacts
from app.language.topics import topics_of
from app.language.values import WordsOfText
from app.words import Words, say

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Unknown:
    """Stands where a value cannot be known; a condition on it is not met, and `note` tells people why."""

    note: Words


NOT_KNOWN = Unknown(say("이 티켓에서 알 수 없는 값입니다.", "This value is not known for the ticket."))
NO_UPDATE = Unknown(
    say("업데이트 없이 시간으로 확인하는 중입니다.", "The ticket is looked at by time, with no update.")
)
NO_UPDATER = Unknown(say("지금 사용자가 없습니다.", "There is no current user."))


class Sight:
    """Made for one look and thrown away; not shared between threads.

    `met` is a rule set's: which of its rules (as bits, from a place on) it found to be met here.
    """

    __slots__ = ("_business_hours", "_topics", "_words", "account", "facts", "met", "now")

    def __init__(self, facts: TicketFacts, now: datetime, account: Account) -> None:
        self.facts = facts
        self.now = now
        self.account = account
        self.met: tuple[object, int, int] | None = None
        self._words: dict[str, WordsOfText] | None = None
        self._topics: frozenset[str] | None = None
        self._business_hours: dict[tuple[datetime, datetime], int] | None = None

    @property
    def calendar(self) -> Calendar:
        return self.account.calendar_of(self.facts.schedule_id)

    def words(self, name: str, text: str) -> WordsOfText:
        """The words of a text of this ticket; `name` says which, so that each is taken apart once."""
        if self._words is None:
            self._words = {}
        known = self._words.get(name)
        if known is None:
            known = self._words[name] = WordsOfText(text)
        return known

    def topics(self, name: str, text: str) -> frozenset[str]:
        """What the text is about; worked out once a ticket."""
        if self._topics is None:
            self._topics = topics_of(self.words(name, text))
        return self._topics

    def change(self, key: str, present: object) -> Change | Unknown | None:
        """How this update changed the field, None when it did not; in a new ticket what has a value came from none."""
        update = self.facts.update
        if update is None:
            return NO_UPDATE
        change = update.changes.get(key)
        if change is not None or update.type != "Create":
            return change
        if isinstance(present, Unknown):
            return present
        return Change("", present) if present not in ("", None, [], ()) else None

    def hours(self, start: datetime, end: datetime, *, business: bool) -> int:
        """Whole hours from start to end, rounded down; business hours are the ticket's calendar's."""
        if not business:
            between = end - start
            return between.days * 24 + between.seconds // 3600
        if self._business_hours is None:
            self._business_hours = {}
        known = self._business_hours.get((start, end))
        if known is None:
            known = self._business_hours[start, end] = self.calendar.open_between(start, end) // _HOUR
        return known
