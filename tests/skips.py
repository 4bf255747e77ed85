"""No test is skipped unseen: the last lines count the skips by reason, and in CI a skip is a failure.

Only tests that read recordings of real accounts may be skipped in CI: those recordings are not part of this tree.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest


class SkipCounter:
    def __init__(self, *, strict: bool) -> None:
        self.strict = strict
        self.reasons: Counter[str] = Counter()
        self.forbidden: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Also where the tests run in several processes: their reports come together here."""
        if report.skipped and not hasattr(report, "wasxfail"):
            self._count(report, allowed="recorded" in report.keywords)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._count(report, allowed=False)

    def _count(self, report: pytest.TestReport | pytest.CollectReport, *, allowed: bool) -> None:
        told = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reason = told.removeprefix("Skipped: ")
        self.reasons[reason] += 1
        if not allowed:
            self.forbidden.append(f"{report.nodeid}: {reason}")

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if self.strict and self.forbidden and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.strict and self.forbidden:
            terminalreporter.write_line("In CI a skip is a failure:", red=True)
            for line in self.forbidden:
                terminalreporter.write_line(f"  {line}", red=True)
        for reason, count in self.reasons.most_common():
            terminalreporter.write_line(f"{count} skipped: {reason}")
        terminalreporter.write_line(f"{self.reasons.total()} skipped in all")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(SkipCounter(strict=os.environ.get("CI", "") in {"1", "true"}), "opsroom-skips")
