"""`flask rules lint`: what is wrong with rules before they run."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from app.cli import with_office
from app.db import db, reading
from app.errors import Refusal
from app.rules.counterpart import Counterparts
from app.rules.definition import RuleDefinition, RuleRefused
from app.rules.exchange import read
from app.rules.lint.finding import Finding, Level
from app.rules.lint.of_office import NATIVE, look_over, subjects_of
from app.rules.model import RuleKind
from app.words import Words, say

SIGNS = {Level.error: "✗", Level.warning: "!", Level.note: "·"}
RULES = frozenset(RuleKind)


@click.command("lint")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="As JSON: a list of findings with level, code, rules, path, may.")
@with_office
def lint_rules(file: Path | None, as_json: bool) -> None:  # noqa: FBT001 - click hands flags over so
    """Look rules over: dead, shadowed, at odds, in circles, endless, one language missing, unknown names, collisions
    with what is active in Zendesk.

    Without FILE the rules of this office, drafts too. With FILE (Zendesk's JSON) its triggers and automations, laid
    over those that are live here. The exit status is 1 when there is an error.
    """
    session = db.session()
    with reading():
        candidates, faults = _of_file(file) if file else ([], [])
        found = [*faults, *(look_over(session, candidates) if candidates or not file else [])]
        titles = {one.rule.id: one.rule.title for one in subjects_of(session, candidates)}
    if as_json:
        click.echo(json.dumps([one.to_json() for one in found], ensure_ascii=False, indent=2))
    else:
        _tell(found, titles)
    if any(one.level is Level.error for one in found):
        sys.exit(1)


def _of_file(file: Path) -> tuple[list[RuleDefinition], list[Finding]]:
    """The rules of a file, each with the id of the one that is here and that it stands for; and faults of those that
    cannot be read."""
    candidates: list[RuleDefinition] = []
    faults: list[Finding] = []
    try:
        incoming = [one for one in read(file.read_bytes()) if one.kind in RULES]
    except Refusal as refused:
        raise click.ClickException(str(refused)) from refused
    except OSError as trouble:
        raise click.ClickException(f"{file}: {trouble.strerror}") from trouble
    here = Counterparts(db.session())
    for one in incoming:
        try:
            raw = one.raw if isinstance(one.raw, dict) else {}
            candidates.append(here.version(RuleKind(one.kind), raw, one.path))
        except RuleRefused as refused:
            faults += [
                Finding(Level.error, "not_understood", fault.words, (one.path,), f"{one.path}.{fault.path}".rstrip("."))
                for fault in refused.problems
                if not fault.warning
            ]
    return candidates, faults


def _tell(found: list[Finding], titles: dict[str, str]) -> None:
    for one in found:
        first = one.rules[0]
        where = titles.get(first, first.removeprefix(NATIVE))
        path = f" {one.path}" if one.path and one.path != first else ""
        click.echo(f"{SIGNS[one.level]} [{one.code}] {where}{path}: {one.words}")
    click.echo(str(_counted(found)))


def _counted(found: list[Finding]) -> Words:
    if not found:
        return say("틀린 곳이 없습니다.", "Nothing wrong was found.")
    words = say("오류 {error} · 주의 {warning} · 참고 {note}", "{error} errors · {warning} warnings · {note} notes")
    return words.fill(**{level.value: sum(one.level is level for one in found) for level in Level})
