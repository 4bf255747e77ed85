"""What Opsroom says when it will not do something."""

from __future__ import annotations

from app.words import Words


class Refusal(Exception):
    """Asked for something that cannot be. `words` tell the reader who, what is, what cannot be and what to do.

    `field` names the form field the words belong to, where there is one.
    """

    def __init__(self, words: Words, *, field: str | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.field = field

    def __str__(self) -> str:
        return str(self.words)


class Forbidden(Refusal):
    """The one who acts now has not the right to."""


class ChangedMeanwhile(Refusal):
    """Somebody else saved the record since it was opened."""


class SettingsError(Exception):
    """The settings are half-set or unsafe; each problem is a plain line that names the variable."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
