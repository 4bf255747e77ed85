"""`make pictures`: the handbooks' pictures, taken of a running `make run` in a real browser, in both languages.

Each is a row of PICTURES: who is signed in, where they go, how large the window is, and what they do before the
shutter. Which record is shown is asked of the home's own database.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click
import requests
from playwright.sync_api import Browser, Page, ViewportSize

from app.demo.sign_ins import FINANCE, MANAGER, SECOND_MANAGER, Person, passwords
from tests.chromium import chromium

IMAGES = Path(__file__).parents[1] / "docs" / "images"
LOCALES = {"ko": "ko-KR", "en": "en-US"}
PATIENCE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Picture:
    """`path` may hold {} for the id that `record` (SQL of the home) gives; without one there is no picture."""

    name: str
    person: Person
    path: str
    record: str = ""
    width: int = 1440
    height: int = 860
    before: Callable[[Page], None] | None = None


def _a_file_previewed(page: Page) -> None:
    """A partner's list: a booking that is here, at another price and time, a new one, and one without a customer."""
    page.goto(page.url.replace("/imports/new/", "/bookings/?tab=ahead"), wait_until="networkidle")
    ref = page.locator("table tbody tr td a").first.inner_text().strip()
    page.go_back(wait_until="networkidle")
    heads = "예약 번호,고객 이메일,상품,도시,전체 금액,결제 금액,결제 시각,시작,끝"
    told = [
        f"{ref},,mid_term_housing,강남,20000000,20000000,2026-05-02 10:00,2030-05-02 15:00,2030-08-02 11:00",
        "B-90001,sora@example.com,home_cleaning,강남,75000,75000,2026-05-02 10:00,2030-05-02 10:00,2030-05-02 13:00",
        "B-90002,,home_cleaning,강남,75000,75000,2026-05-02 10:00,2030-05-03 10:00,2030-05-03 13:00",
    ]
    rows = "\n".join((heads, *told)).encode()
    page.set_input_files("input[type=file]", {"name": "협력사 예약 목록.csv", "mimeType": "text/csv", "buffer": rows})
    page.locator("main form button.go").first.click()
    page.wait_for_load_state("networkidle")


PICTURES = (
    Picture("today", MANAGER, "/"),
    Picture("refunds", SECOND_MANAGER, "/admin/refunds/?id={}",
            "SELECT id FROM refunds WHERE state = 'requested' AND amount_minor > 1000000 ORDER BY id DESC"),
    Picture(
        "refund-approvals", FINANCE, "/admin/refunds/details/?id={}",
        "SELECT refund_id FROM approvals a JOIN refunds r ON r.id = a.refund_id WHERE r.state = 'requested'",
        1280, 1164,
    ),
    Picture("goodwill-costs", MANAGER, "/admin/goodwill_costs/", width=1280, height=804),
    Picture(
        "take", FINANCE, "/admin/refunds/details/?id={}",
        "SELECT r.id FROM refunds r JOIN bookings b ON b.id = r.booking_id WHERE r.state = 'approved' AND NOT EXISTS "
        "(SELECT 1 FROM refund_settlements s WHERE s.refund_id = r.id) ORDER BY r.id",
    ),
    Picture(
        "settle", FINANCE, "/admin/refunds/details/?id={}",
        "SELECT refund_id FROM refund_settlements WHERE state = 'written' ORDER BY id",
    ),
    Picture("ledger", FINANCE, "/admin/ledger/", width=1280),
    Picture("reconcile", FINANCE, "/admin/differences/?tab=resolved&id={}",
            "SELECT id FROM differences WHERE state = 'resolved'", width=1360, height=900),
    Picture("dispute", MANAGER, "/admin/disputes/details/?id={}", "SELECT id FROM disputes WHERE state = 'proposed'"),
    Picture("emergency", MANAGER, "/admin/emergencies/details/?id={}",
            "SELECT id FROM emergencies WHERE state = 'led' ORDER BY id DESC"),
    Picture("playbook", MANAGER, "/admin/playbooks/details/?id={}", "SELECT min(id) FROM playbooks", height=720),
    Picture("policy", SECOND_MANAGER, "/admin/policies/details/?id={}",
            "SELECT policy_id FROM policy_versions WHERE state = 'asked' ORDER BY id"),
    Picture("what-if", MANAGER, "/admin/what_if/?version={}",
            "SELECT id FROM policy_versions WHERE state IN ('draft', 'asked') ORDER BY id", width=1280, height=900),
    Picture("partner", MANAGER, "/admin/partners/details/?id={}",
            "SELECT id FROM partners WHERE state = 'suspended' ORDER BY id", width=1280, height=900),
    Picture("timeline", MANAGER, "/admin/bookings/timeline/?id={}",
            "SELECT booking_id FROM refunds GROUP BY booking_id ORDER BY count(*) DESC", width=1280),
    Picture("import", MANAGER, "/admin/imports/new/", width=1280, height=520, before=_a_file_previewed),
    Picture("rule", MANAGER, "/admin/rules/edit/?id={}", "SELECT id FROM rules WHERE title LIKE '영어 문의 →%'"),
    Picture("run", MANAGER, "/admin/runs/details/?id={}", "SELECT max(id) FROM rule_runs"),
)  # fmt: skip


@click.command()
@click.option("--home", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path("var"))
@click.option("--web", default="http://127.0.0.1:8000", show_default=True, help="Where `make run` answers.")
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), default=IMAGES)
@click.argument("names", nargs=-1)
def pictures(home: Path, web: str, into: Path, names: tuple[str, ...]) -> None:
    """Take all pictures, or those of the NAMES. `make run` must be up."""
    known = passwords(home)
    if known is None:
        raise click.ClickException(f"{home} is the home of no demo: start `make run`, or name another with --home")
    try:
        requests.get(f"{web}/sign-in", timeout=PATIENCE_MS / 1000).raise_for_status()
    except requests.RequestException as wrong:
        raise click.ClickException(
            f"nothing answers at {web}: start `make run`, or name its address with --web"
        ) from wrong
    wanted = [picture for picture in PICTURES if picture.name in (names or {each.name for each in PICTURES})]
    missed: list[str] = []
    with chromium() as browser, closing(sqlite3.connect(f"file:{home / 'opsroom.sqlite3'}?mode=ro", uri=True)) as books:
        for language in LOCALES:
            (into / language).mkdir(parents=True, exist_ok=True)
            seats: dict[str, Page] = {}
            for picture in wanted:
                place = _place(books, picture)
                if place is None:
                    missed.append(picture.name)
                    continue
                if picture.person.key not in seats:
                    seats[picture.person.key] = _signed_in(browser, web, picture.person, known, language)
                page = seats[picture.person.key]
                page.set_viewport_size(ViewportSize(width=picture.width, height=picture.height))
                page.goto(f"{web}{place}", wait_until="networkidle")
                if picture.before is not None:
                    picture.before(page)
                page.screenshot(path=into / language / f"{picture.name}.png")
                click.echo(f"{language}/{picture.name}.png")
    if missed:
        raise click.ClickException(f"the demo has nothing to show of: {', '.join(dict.fromkeys(missed))}")


def _place(books: sqlite3.Connection, picture: Picture) -> str | None:
    if not picture.record:
        return picture.path
    row = books.execute(picture.record).fetchone()
    return None if row is None or row[0] is None else picture.path.format(row[0])


def _signed_in(browser: Browser, web: str, person: Person, known: dict[str, str], language: str) -> Page:
    page = browser.new_context(locale=LOCALES[language]).new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{web}/sign-in")
    page.fill("input[name=email]", person.email)
    page.fill("input[name=password]", known[person.email])
    page.click("button[type=submit].go")
    page.wait_for_url(f"{web}/")
    page.click(f"form.tongues button[value={language}]")
    page.wait_for_load_state()
    return page


if __name__ == "__main__":
    pictures()
