"""The port of the rule engine: who decides what an account's own rules want, handed in by whoever starts the sandbox.

The sandbox keeps the rules and carries out what is decided, in Zendesk's order and with Zendesk's audit; it cannot read
a condition itself. Without an engine it serves everything else, and kept rules do not run.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from .shape import Json

Kind = Literal["trigger", "automation"]


@dataclass(frozen=True, slots=True)
class Books:
    """The rows that rules point to, as the API shows them. `every`: all rows of a kind (as "schedule" or "item");
    `holidays`: those of a schedule, by its id."""

    user: Callable[[object], Json | None]
    row: Callable[[str, object], Json | None]
    every: Callable[[str], list[Json]]
    groups_of: Callable[[int], list[int]]
    holidays: Callable[[object], list[Json]]
    subdomain: str


@dataclass(frozen=True, slots=True)
class Look:
    """One ticket at the moment a rule looks at it. `before`: as it was before this update, None for a new ticket and
    for a look by time, which has no `actor` either. `said`: the comment of this update; `comments`: all of them, oldest
    first. `life`: what happened to the ticket so far, this update included.
    """

    ticket: Json
    now: datetime
    books: Books
    life: "Life"
    comments: Sequence[Json] = ()
    before: Json | None = None
    actor: Json | None = None
    channel: str | None = None
    said: Json | None = None
    schedule_id: int | None = None
    breaches: Sequence[datetime] = ()
    url: str = ""

    @property
    def by_time(self) -> bool:
        return self.actor is None


@dataclass(frozen=True, slots=True)
class Life:
    """What became of a ticket so far, read from its audits. Times are aware; None: it has not happened."""

    created_at: datetime
    status_since: datetime
    assigned_at: datetime | None = None
    requester_updated_at: datetime | None = None
    assignee_updated_at: datetime | None = None
    reopens: int = 0
    replies: int = 0
    assignee_stations: int = 0
    group_stations: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that a rule sends. `kind` is the action's name; `to`: ids of users or groups, a webhook's or target's
    id, or "all_agents". `body` of a webhook is its request's body, or its query."""

    kind: str
    to: tuple[str, ...]
    body: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one rule wants, rendered for this ticket. `change` is the inside of {"ticket": …}, `requester` and
    `organization` what of their rows is to be changed. `refused`: why its actions cannot be made; then nothing else is
    in it. `held`: actions that the engine understands and nobody here carries out.
    """

    rule_id: int
    change: Json = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    requester: Json = field(default_factory=dict)
    organization: Json = field(default_factory=dict)
    schedule_id: int | None = None
    offers_survey: bool = False
    held: tuple[str, ...] = ()
    refused: str | None = None


class Rules(Protocol):
    """The active rules of one kind, read once."""

    @property
    def left_out(self) -> Mapping[int, str]:
        """Rules that are not understood, by id, and why."""

    def met(self, look: Look, but: Collection[int] = ()) -> Iterator[Effect]:
        """The rules that fire on the ticket as it stands, in order of position, those in `but` left out. Whoever has
        changed the ticket looks anew."""


class Policies(Protocol):
    """The SLA policies, read once."""

    def binding(self, look: Look) -> int | None:
        """The id of the first policy whose filter the ticket meets."""


class Engine(Protocol):
    name: str

    def rules(self, kind: Kind, rows: Sequence[Json], books: Books) -> Rules: ...

    def policies(self, rows: Sequence[Json], books: Books) -> Policies: ...

    def text(self, template: str, look: Look, *, html: bool = False) -> str:
        """The text of a macro with its placeholders filled in; one that is no Liquid stays as it was written."""
