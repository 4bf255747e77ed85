"""The lint over the rules of this office: those in force, with one draft or a file's rules laid over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.errors import Refusal
from app.language.ids import NamedId, named_ids
from app.rules.definition import RuleDefinition
from app.rules.lint.finding import Finding
from app.rules.lint.lint import lint
from app.rules.lint.subject import Known, Subject
from app.rules.live import as_definition, definition_of, draft_of, read_live
from app.rules.model import Rule, RuleState, TwinState
from app.rules.unknown import unknown_of
from app.tickets.model import Ticket

IN_ZENDESK = frozenset({TwinState.active, TwinState.asked, TwinState.accepted})
RECENT_TICKETS = 20_000
NATIVE = "zendesk:"


def look_over(session: Session, candidates: Sequence[RuleDefinition] = (), *, alone: bool = True) -> list[Finding]:
    """`candidates` are looked at as if they were live; one with the id of a rule that is here stands in its place.
    `alone`: only what concerns them is told. Without candidates, everything here is looked over, drafts too.
    """
    subjects = subjects_of(session, candidates)
    known = Known(read_live(session).macros, _recent_tags(session))
    return lint(subjects, known, {one.id for one in candidates} if candidates and alone else None)


def subjects_of(session: Session, candidates: Sequence[RuleDefinition] = ()) -> list[Subject]:
    """Every rule that is not retired, the candidates, and what is still active in Zendesk."""
    wanted = select(Rule).where(Rule.state != RuleState.retired).order_by(Rule.position, Rule.id)
    rows = session.scalars(wanted.options(selectinload(Rule.versions), selectinload(Rule.publications))).all()
    tried = {one.id: one for one in candidates}
    found: list[tuple[RuleDefinition, bool, bool]] = []
    native: list[Subject] = []
    for row in rows:
        is_tried = str(row.id) in tried
        acts = is_tried or row.state is RuleState.live
        definition = tried.pop(str(row.id)) if is_tried else _read(row)
        if definition is not None:
            found.append((definition, acts, row.twin_blocks))
        if row.twin in IN_ZENDESK and not acts:
            native += _native(row)
    found += [(one, True, False) for one in tried.values()]
    unknown = _unknown(session, [definition for definition, _, _ in found])
    ours = [
        Subject(definition, acts=acts, twin=twin, unknown=unknown.get(index, ()))
        for index, (definition, acts, twin) in enumerate(found)
    ]
    return ours + native


def _read(row: Rule) -> RuleDefinition | None:
    """The version that acts, the newest of what does not; None when it is not understood."""
    try:
        return definition_of(row) if row.state is RuleState.live else draft_of(row)
    except Refusal:
        return None


def _native(row: Rule) -> list[Subject]:
    """As the account had it when it was brought in."""
    try:
        taken = as_definition(row, row.versions[0])
    except (Refusal, IndexError):
        return []
    named = RuleDefinition(
        taken.title, taken.kind, taken.conditions, taken.actions, taken.position, id=f"{NATIVE}{row.id}"
    )
    return [Subject(named, native=True)]


def _unknown(session: Session, definitions: Sequence[RuleDefinition]) -> Mapping[int, tuple[NamedId, ...]]:
    """Ids that are not here, in one round of queries for all."""
    named = [tuple(named_ids(one.conditions, one.actions)) for one in definitions]
    missing = {(one.kind, one.value) for one in unknown_of(session, [one for some in named for one in some])}
    return {
        index: found
        for index, some in enumerate(named)
        if (found := tuple(one for one in some if (one.kind, one.value) in missing))
    }


def _recent_tags(session: Session) -> frozenset[str]:
    """Tags of the newest tickets."""
    rows = select(Ticket.tags).order_by(Ticket.id.desc()).limit(RECENT_TICKETS)
    return frozenset(str(tag).lower() for tags in session.scalars(rows) for tag in tags)
