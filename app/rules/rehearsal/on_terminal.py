"""`flask rules rehearse`: what rules from a file would have done to past tickets."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from app import clock
from app.db import db, reading
from app.money import shown
from app.rules.exchange import read
from app.rules.importing import Left
from app.rules.rehearsal.ask import MOST_DAYS
from app.rules.rehearsal.from_file import read_candidates, rehearse
from app.rules.rehearsal.outcome import ASSIGNMENTS
from app.rules.rehearsal.page import SLA_WORDS
from app.words import Words, say

KEYS = """\b
since, until  the time that was looked at
tickets       looked at; left_out: those of incomplete history, never filled
looks         moments at which the rules looked; differing: tickets that differ
rules         id, title, change (added, changed, removed or null), before, after: firings
effects       field, value, before, after: how often; texts count by language
load          to (agent or group), id, name, before, after: tickets they would have been given
refunds       currency ("?": nobody could quote), requests and amount_minor, each before and after
sla           outcome, before, after
samples       ticket (its number), looks: at, cause, gone and come (effects)
"""


WISHES = say("환불 요청", "Refunds asked for")
NO_QUOTE = say("금액을 알 수 없음", "no quote")
GIVEN: Mapping[str, Words] = {"agent": say("담당자", "Agent"), "group": say("그룹", "Group")}


def rehearse_file(file: Path, since: str, *, as_json: bool) -> None:
    """Exit status 1, with every fault named, when a row of the file is refused: then nothing is rehearsed."""
    until = clock.now().replace(microsecond=0)
    begins = until - timedelta(days=_days(since))
    try:
        incoming = read(file.read_bytes())
    except OSError as trouble:
        raise click.ClickException(f"{file}: {trouble.strerror}") from trouble
    session = db.session()
    with reading():
        candidates = read_candidates(session, incoming)
        session.rollback()
    for left in candidates.ignored:
        click.echo(f"- {_where(left)}: {left.words}", err=True)
    for left in candidates.refused:
        click.echo(f"✗ {_where(left)}: {left.words}", err=True)
    if candidates.refused:
        words = say("{count}곳이 거절되어 연습하지 않았습니다.", "Refused at {count} places: nothing was rehearsed.")
        click.echo(str(words.fill(count=len(candidates.refused))), err=True)
        sys.exit(1)
    with _bar() as told:
        result = rehearse(session, candidates, begins, until, told)
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        _tell(result)


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """On stderr, so that stdout is the result alone."""
    with click.progressbar(length=1, label=str(say("연습하는 중", "Rehearsing")), file=sys.stderr) as bar:

        def told(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield told


def _days(since: str) -> int:
    found = re.fullmatch(r"([1-9][0-9]{0,2})d", since.strip())
    days = int(found[1]) if found else _days_from(since.strip())
    if not 1 <= days <= MOST_DAYS:
        words = say(
            "--since는 1d에서 {most}d까지의 날수나 날짜입니다.", "--since takes days, 1d to {most}d, or a date."
        )
        raise click.BadParameter(str(words.fill(most=MOST_DAYS)), param_hint="--since")
    return days


def _days_from(text: str) -> int:
    """Days from that date, in Seoul, to today."""
    try:
        begins = datetime.fromisoformat(text).replace(tzinfo=clock.SEOUL)
    except ValueError:
        return 0
    return -((begins - clock.now()) // timedelta(days=1))


def _tell(result: dict[str, Any]) -> None:
    words = say(
        "티켓 {tickets:,}건(이력이 모자라 뺀 {left_out:,}건)의 {looks:,}순간을 보았고, {differing:,}건이 달라집니다.",
        "Looked at {looks:,} moments of {tickets:,} tickets ({left_out:,} left out: history incomplete); "
        "{differing:,} would differ.",
    )
    click.echo(str(words).format(**result))
    for one in result["rules"]:
        change = f" [{one['change']}]" if one["change"] else ""
        click.echo(f"  {one['title']}{change}: {one['before']:,} → {one['after']:,}")
    for one in (row for row in result["effects"] if row["field"] not in ASSIGNMENTS or not row["value"]):
        click.echo(f"  {one['field']} = {one['value']}: {one['before']:,} → {one['after']:,}")
    for one in result["refunds"]:
        click.echo(f"  {WISHES}: {_wished(one, 'before')} → {_wished(one, 'after')}")
    for one in result["load"]:
        click.echo(f"  {GIVEN[one['to']]} {one['name']}: {one['before']:,} → {one['after']:,}")
    for one in result["sla"]:
        click.echo(f"  {SLA_WORDS[one['outcome']]}: {one['before']:,} → {one['after']:,}")


def _wished(row: dict[str, Any], side: str) -> str:
    if row["currency"] == "?":
        return f"{row['requests'][side]:,} ({NO_QUOTE})"
    return f"{row['requests'][side]:,} ({shown(row['amount_minor'][side], row['currency'])})"


def _where(left: Left) -> str:
    return f"{left.path or '.'} “{left.title}”" if left.title else left.path or "."
