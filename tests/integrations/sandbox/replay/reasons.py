"""Why some recorded replies differ from ours: by words of the difference. What has a reason stays a mismatch."""

from collections.abc import Iterable

from tests.integrations.sandbox.replay.play import Outcome

REASONS = {
    ".job_status.job_type: missing here": (
        "Zendesk tells job_type since early 2024. Most recordings are of 2023, and the sandbox answers as they do."
    ),
    ".user.two_factor_auth_enabled: null there, boolean here": (
        "Of a new user Zendesk said false in 2023 and says nothing since early 2024; the sandbox answers as in 2023."
    ),
    ".response.headers: ": (
        "A test of a webhook tells the headers of whoever answered it: a host of the outside, which is not asked here."
    ),
}
WITHOUT_REASON = "no reason is known"


def reasons_of(outcome: Outcome) -> set[str]:
    """One for each difference, WITHOUT_REASON among them where one has none."""
    return {
        next((why for words, why in REASONS.items() if difference.startswith(words)), WITHOUT_REASON)
        for difference in outcome.wrong
    }


def by_reason(outcomes: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    found: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        for why in sorted(reasons_of(outcome)):
            found.setdefault(why, []).append(outcome)
    return found
