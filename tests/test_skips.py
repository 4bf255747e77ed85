"""What counts skips is itself tried on a small suite of its own."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

CONFTEST = 'pytest_plugins = ["tests.skips"]'
SUITE = """
import pytest

def test_sound(): pass

@pytest.mark.recorded
@pytest.mark.skip(reason="no recordings here")
def test_recorded(): pass
"""
FORBIDDEN = """
@pytest.mark.skip(reason="no browser here")
def test_browser(): pass
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeini("[pytest]\nmarkers = recorded")
    pytester.makeconftest(CONFTEST)
    return pytester


def test_a_skip_is_counted_by_its_reason(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    suite.makepyfile(SUITE + FORBIDDEN)
    ended = suite.runpytest_inprocess()
    ended.stdout.fnmatch_lines_random(["1 skipped: no recordings here", "1 skipped: no browser here"])
    ended.stdout.fnmatch_lines(["2 skipped in all"])
    assert ended.ret == pytest.ExitCode.OK


def test_in_ci_a_skip_is_a_failure_unless_recordings_are_missing(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    suite.makepyfile(SUITE + FORBIDDEN)
    ended = suite.runpytest_inprocess()
    ended.stdout.fnmatch_lines(["In CI a skip is a failure:", "*test_browser: no browser here"])
    assert ended.ret == pytest.ExitCode.TESTS_FAILED


def test_in_ci_missing_recordings_are_no_failure(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    suite.makepyfile(SUITE)
    ended = suite.runpytest_inprocess()
    ended.stdout.fnmatch_lines(["1 skipped: no recordings here"])
    assert ended.ret == pytest.ExitCode.OK
