"""Routes of the screens of money, and the right that each asks for beside the right to view its screen."""

from __future__ import annotations

MONEY_DOORS = {
    "ledger.balances_file": "exports.make",
    "ledger.balances_view": "ledger.view",
    "ledger.correct_view": "ledger.correct",
    "ledger.statement_view": "ledger.view",
    "clawbacks.settle_view": "clawbacks.settle",
    "clawbacks.waive_view": "clawbacks.waive",
    "refunds.bearers_view": "refunds.request",
    "differences.file_view": "differences.resolve",
    "differences.now_view": "differences.resolve",
    "differences.resolve_view": "differences.resolve",
}
