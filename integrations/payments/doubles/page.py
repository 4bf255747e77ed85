"""What the doubles have given back, for people: newest first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from html import escape
from zoneinfo import ZoneInfo

from werkzeug import Response

from integrations.payments.doubles.books import FAILED, PAID, PENDING, Booked
from integrations.payments.doubles.double import Double

SHOWN = 200
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_SEOUL = ZoneInfo("Asia/Seoul")
_STATES = {PAID: "지급 · Paid", PENDING: "처리 중 · Pending", FAILED: "실패 · Failed"}
_PLACES = {"KRW": 0, "JPY": 0, "VND": 0, "KWD": 3}
_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 76rem; margin: 0 auto; padding: 1.25rem; }
h1 { font-size: 1.25rem; margin: 0; } .quiet { opacity: .7; margin: .25rem 0 1rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .45rem .6rem; white-space: nowrap;
  border-bottom: 1px solid color-mix(in srgb, currentColor 18%, transparent); }
th { font-size: .85rem; opacity: .7; font-weight: 600; } .num { text-align: right; }
"""


def page(doubles: Iterable[Double]) -> Response:
    rows = [(double.manner.name, refund) for double in doubles for refund in double.books.refunds()]
    rows.sort(key=lambda row: row[1].at, reverse=True)
    told = "".join(_row(name, refund) for name, refund in rows[:SHOWN])
    table = (
        "<div class=wide><table><thead><tr><th>시각 · When<th>결제사 · Provider<th>결제 · Payment"
        "<th class=num>금액 · Amount<th>상태 · State<th>확인 번호 · Reference</thead>"
        f"<tbody>{told}</tbody></table></div>"
    )
    body = (
        "<!doctype html><html lang=ko><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>결제사 연습장 · Payment doubles</title><style>{_STYLE}</style><main>"
        "<h1>결제사 연습장 · Payment doubles</h1><p class=quiet>데모의 환불이 여기로 나갑니다. 진짜 돈은 움직이지 "
        "않습니다. · The demo's refunds go here. No real money moves.</p>"
        f"{table if told else '<p>아직 환불이 없습니다. · No refund yet.</p>'}</main></html>"
    )
    return Response(body, mimetype="text/html", headers={"Content-Security-Policy": POLICY})


def _row(name: str, refund: Booked) -> str:
    when = f"{datetime.fromtimestamp(refund.at, UTC).astimezone(_SEOUL):%Y-%m-%d %H:%M:%S}"
    places = _PLACES.get(refund.currency, 2)
    amount = f"{refund.currency} {refund.minor / 10**places:,.{places}f}"
    return (
        f"<tr><td>{when}<td>{escape(name)}<td>{escape(refund.payment)}<td class=num>{escape(amount)}"
        f"<td>{_STATES[refund.state]}<td>{escape(refund.reference)}"
    )
