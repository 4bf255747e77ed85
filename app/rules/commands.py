"""`flask rules …`: rules and macros in and out of files, and why a ticket was or was not answered."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from app.actor import Actor, ActorKind, acting_as
from app.cli import terminal_language, with_office
from app.db import db, reading
from app.desk.states import named
from app.language.kinds import Use
from app.macros.pickers import pickers_of
from app.routing.reasons import Routed
from app.rules import why
from app.rules.exchange import Incoming, read, to_text
from app.rules.exporting import KINDS, export
from app.rules.importing import Left, Report, What, take
from app.rules.lint.commands import lint_rules
from app.rules.live import number_of
from app.rules.page import reason_lines
from app.rules.rehearsal.on_terminal import KEYS, rehearse_file
from app.tickets.scope import seen_ticket
from app.words import say, speak

COMMAND = Actor(ActorKind.system, "flask rules")
MANY = 50
BIGGEST_TICKET = 2**63 - 1


@click.group(commands={"lint": lint_rules})
def rules() -> None:
    """Import, export, rehearse, look over, explain and stop rules; macros and views come and go with them."""
    speak(terminal_language())


@rules.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--keep-going", is_flag=True, help="Import what is good and report the rest; exit status 1 all the same.")
@with_office
def import_rules(file: Path, keep_going: bool) -> None:  # noqa: FBT001 - click hands flags over so
    """Import triggers, automations, macros and views in Zendesk's JSON. Rules and macros arrive as drafts.

    All or nothing: when one row is refused, each fault is named with its path, nothing is imported, and the exit status
    is 1. Importing the same file again changes what differs and doubles nothing.
    """
    try:
        incoming = read(file.read_bytes())
    except OSError as trouble:
        raise click.ClickException(f"{file}: {trouble.strerror}") from trouble
    with acting_as(COMMAND):
        report = _taken(incoming)
        if report.refused and not keep_going:
            db.session.rollback()
        else:
            db.session.commit()
    _tell(report, imported=not report.refused or keep_going)
    if report.refused:
        sys.exit(1)


@rules.command("export")
@click.option("--kind", "kinds", type=click.Choice(KINDS), multiple=True, help="Only these kinds; may be repeated.")
@click.option("--output", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Write to a file.")
@with_office
def export_rules(kinds: tuple[str, ...], output: Path | None) -> None:
    """Write rules, macros and views as Zendesk's JSON to stdout: what was imported comes out as it came in."""
    with reading():
        text = to_text(export(db.session(), kinds or KINDS))
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as trouble:
        raise click.ClickException(f"{output}: {trouble.strerror}") from trouble


@rules.command("explain")
@click.option("--ticket", required=True, type=click.IntRange(1, BIGGEST_TICKET), help="The ticket's number in Zendesk.")
@click.option("--audit", type=click.IntRange(1, BIGGEST_TICKET), help="The update (Zendesk's audit) to look at.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@with_office
def explain_ticket(ticket: int, audit: int | None, as_json: bool) -> None:  # noqa: FBT001 - click hands flags over so
    """Tell which rules fire on a ticket and which do not, with each condition's wanted and seen value.

    Triggers look at the newest update that was not ours, or at the one that is named; automations at the ticket now.
    """
    session = db.session()
    with reading():
        found = seen_ticket(session, ticket)
        if found is None:
            words = say("티켓 {id}이(가) 여기에 없습니다.", "There is no ticket {id} here.")
            raise click.ClickException(str(words.fill(id=ticket)))
        told = why.of_ticket(session, found, audit)
        if as_json:
            rows = [
                {
                    **one.explained.to_json(),
                    "state": one.rule.state,
                    "kind": one.rule.kind,
                    "version": number_of(one.rule),
                }
                for one in told
            ]
            click.echo(json.dumps({"ticket": ticket, "rules": rows}, ensure_ascii=False, indent=2, default=str))
            return
        pickers = pickers_of(session)
        for one in told:
            _tell_rule(one, pickers)
    if not told:
        click.echo(str(say("규칙이 없습니다.", "There are no rules.")))


@rules.command("rehearse", epilog=KEYS)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--since", default="90d", show_default=True, help="How far back: days such as 90d, or a date.")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON on stdout.")
@with_office
def rehearse_rules(file: Path, since: str, as_json: bool) -> None:  # noqa: FBT001 - click hands flags over so
    """Tell what the triggers and automations of FILE (Zendesk's JSON) would have done to past tickets.

    A rule with the id of one in force, or with its title where FILE has no id, stands in its place, one that is not
    active takes it out, others are added. Nothing is written and nothing is sent. A file with faults is refused as a
    whole, with exit status 1.
    """
    rehearse_file(file, since, as_json=as_json)


def _taken(incoming: list[Incoming]) -> Report:
    with _progress(incoming) as rows:
        return take(db.session(), rows)


@contextmanager
def _progress(incoming: list[Incoming]) -> Iterator[Any]:
    if len(incoming) < MANY or not sys.stderr.isatty():
        yield incoming
        return
    with click.progressbar(incoming, label=str(say("가져오는 중", "Importing")), file=sys.stderr) as rows:
        yield rows


def _tell(report: Report, *, imported: bool) -> None:
    for one in report.taken if imported else ():
        for words in one.warnings:
            click.echo(f"! {one.path} {one.title}: {words}")
    for left in report.ignored:
        click.echo(f"- {_where(left)}: {left.words}")
    for left in report.refused:
        click.echo(f"✗ {_where(left)}: {left.words}", err=True)
    if not imported:
        words = say(
            "아무것도 가져오지 않았습니다. 위의 {count}곳을 고치거나 --keep-going을 쓰세요.",
            "Nothing was imported. Mend the {count} faults above, or use --keep-going.",
        )
        click.echo(str(words.fill(count=len(report.refused))), err=True)
        return
    counts = {what: sum(one.what is what for one in report.taken) for what in What}
    words = say(
        "새로 {new} · 바뀜 {changed} · 그대로 {same} · 무시 {ignored} · 거절 {refused}",
        "{new} new · {changed} changed · {same} unchanged · {ignored} ignored · {refused} refused",
    )
    told = words.fill(**counts, ignored=len(report.ignored), refused=report.rows_refused)
    click.echo(str(told))


def _where(left: Left) -> str:
    return f"{left.path or '.'} “{left.title}”" if left.title else left.path or "."


def _tell_rule(one: why.Why, pickers: Any) -> None:
    explained, use = one.explained, Use(one.rule.kind.value)
    sign = "✓" if explained.fired else "≈" if explained.nearest else "✗"
    click.echo(f"{sign} {one.rule.title} [{named(one.rule.state).words}] v{number_of(one.rule)}")
    if explained.nearest:
        words = say(
            "조건 {count}개가 모자랐습니다. 같은 종류에서 가장 가깝습니다.",
            "Missed by {count}: the nearest of its kind.",
        )
        click.echo(f"    {words.fill(count=explained.distance)}")
    if explained.shadowed_by is not None:
        words = say(
            "앞선 규칙 「{title}」이 티켓을 바꾸기 전까지는 맞았습니다.",
            "It was met until the earlier rule “{title}” changed the ticket.",
        )
        click.echo(f"    {words.fill(title=explained.shadowed_by.title)}")
    for line in reason_lines(explained.verdict.reasons, use, pickers):
        row, note = line.sentence, f" ({line.note})" if line.note else ""
        click.echo(f"    {'✓' if line.met else '✗'} {row.label} {row.operator} {row.value} ← {line.seen}{note}")
    for routed in explained.decision.routed if explained.decision else ():
        _tell_routed(routed)


def _tell_routed(routed: Routed) -> None:
    """Why this agent, and why none of the others."""
    for one in (*routed.before, routed):
        click.echo(f"    → {one.queue}: {one.chosen.name if one.chosen else '–'} ({one.words})")
        for agent in one.agents:
            if not agent.chosen:
                click.echo(f"        {agent.name}: {agent.words}")
