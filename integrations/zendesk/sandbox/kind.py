"""What a plain kind of row is: its address, its keys in Zendesk's order, its defaults, and who may write it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Id = Literal["number", "ulid"]
KEPT = frozenset({"id", "url", "created_at", "updated_at", "default", "html_url"})


@dataclass(frozen=True, slots=True)
class Kind:
    """`row` holds a new row's keys and defaults. `copies` are keys that follow another one (raw_title follows title).

    `url_place` and `html_place` are where the guide says a row stands, other than where it is asked for.
    A kind with `text_id` shows its number as text.
    A kind that `forgets` says nothing with its 404, and is gone where it never was.
    A kind with `admin_only` is written by admins alone; `more` are keys that are taken in although no reply shows them,
    `also` those that a reply shows where they were given. `without` names the operations that Zendesk does not have.
    """

    one: str
    many: str
    path: str = ""
    row: Mapping[str, object] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    copies: Mapping[str, str] = field(default_factory=dict)
    more: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()
    order: tuple[str, ...] = ("id",)
    cursor_order: tuple[str, ...] = ()
    ids: Id = "number"
    guide: bool = False
    forgets: bool = False
    sorted_by: str = ""
    admin_only: bool = True
    dated: bool = True
    with_url: bool = True
    text_id: bool = False
    warns_of_id: bool = True
    url_place: str = ""
    html_place: str = ""
    also: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    made: int = 201

    @property
    def place(self) -> str:
        return self.path or self.many

    def order_of(self, *, by_cursor: bool) -> tuple[str, ...]:
        return (self.cursor_order if by_cursor else ()) or self.order

    def writable(self) -> frozenset[str]:
        return (frozenset(self.row) | self.more | self.also) - KEPT - self.fixed - frozenset(self.copies)
