"""The two sets of rules that a rehearsal compares, frozen as JSON when it is asked for and compiled when it runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.errors import Refusal
from app.language.account import PLAIN_ACCOUNT, Account
from app.language.kinds import Use
from app.language.ruleset import RuleSet
from app.language.values import text_of
from app.macros.definition import MacroDefinition
from app.routing.router import NO_ROUTER, Router
from app.rules.definition import RuleDefinition

BEFORE, AFTER = "before", "after"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a rule. `number` counts the versions of `definition.id`; a rule from a file has 0."""

    definition: RuleDefinition
    number: int

    @property
    def key(self) -> tuple[str, int]:
        return self.definition.id, self.number


@dataclass(frozen=True, slots=True)
class Cast:
    """Both sets of one kind. `differing` are the versions that only one of them has, `everyone` all that any has."""

    before: RuleSet[RuleDefinition]
    after: RuleSet[RuleDefinition]
    differing: RuleSet[RuleDefinition]
    everyone: RuleSet[RuleDefinition]

    @classmethod
    def of(cls, before: Iterable[Version], after: Iterable[Version]) -> Cast:
        first, second = {one.key: one for one in before}, {one.key: one for one in after}
        alone = [one for key, one in first.items() if key not in second]
        alone += [one for key, one in second.items() if key not in first]
        return cls(
            _compiled(first.values()),
            _compiled(second.values()),
            _compiled(alone),
            _compiled({**first, **second}.values()),
        )


@dataclass(frozen=True, slots=True)
class Sets:
    """What is compared, by kind, with the macros, the account and the router that both sets use."""

    casts: Mapping[Use, Cast]
    macros: Mapping[str, MacroDefinition]
    account: Account = PLAIN_ACCOUNT
    router: Router = NO_ROUTER

    @classmethod
    def of(
        cls,
        before: Iterable[Version],
        after: Iterable[Version],
        macros: Mapping[str, MacroDefinition],
        account: Account = PLAIN_ACCOUNT,
        router: Router = NO_ROUTER,
    ) -> Sets:
        first, second = list(before), list(after)
        casts = {
            kind: Cast.of(
                [one for one in first if one.definition.kind is kind],
                [one for one in second if one.definition.kind is kind],
            )
            for kind in (Use.trigger, Use.automation)
        }
        return cls(casts, macros, account, router)


def freeze(
    before: Iterable[Version], after: Iterable[Version], macros: Mapping[str, MacroDefinition]
) -> dict[str, Any]:
    """Both sets as JSON, each version once, with those macros that they name."""
    first, second = {one.key: one for one in before}, {one.key: one for one in after}
    rows = [
        {
            "id": one.definition.id,
            "number": one.number,
            "kind": one.definition.kind.value,
            "title": one.definition.title,
            "position": one.definition.position,
            "definition": dict(one.definition.source),
            "in": [name for name, some in ((BEFORE, first), (AFTER, second)) if key in some],
        }
        for key, one in {**first, **second}.items()
    ]
    named = {
        text_of(row.value)
        for one in (*first.values(), *second.values())
        for row in one.definition.actions
        if row.field == "macro"
    }
    kept = {name: macros[name].to_json() for name in sorted(named) if name in macros}
    return {"rules": rows, "macros": kept}


def thaw(frozen: Mapping[str, Any], account: Account = PLAIN_ACCOUNT, router: Router = NO_ROUTER) -> Sets:
    """The inverse of `freeze`. Refuses with RuleRefused what the language does not understand any more."""
    versions = [(_version(row), row["in"]) for row in frozen["rules"]]
    macros: dict[str, MacroDefinition] = {}
    for name, raw in frozen["macros"].items():
        try:
            macros[name] = MacroDefinition.parse(raw, name)
        except Refusal:
            continue  # as the live engine does: a rule that names it is refused in words, look by look
    before, after = ([one for one, inside in versions if side in inside] for side in (BEFORE, AFTER))
    return Sets.of(before, after, macros, account, router)


def titles_of(frozen: Mapping[str, Any]) -> dict[str, str]:
    """What each rule is called, by its id; the candidate's title where both have one."""
    rows = sorted(frozen.get("rules", ()), key=lambda row: AFTER in row["in"])
    return {row["id"]: row["title"] for row in rows}


def _version(row: Mapping[str, Any]) -> Version:
    source = {**row["definition"], "title": row["title"], "position": row["position"]}
    return Version(RuleDefinition.parse(source, row["kind"], row["id"]), row["number"])


def _compiled(versions: Iterable[Version]) -> RuleSet[RuleDefinition]:
    """In order of position, then of id, as the live rules stand."""
    return RuleSet.compile(sorted((one.definition for one in versions), key=_place))


def _place(rule: RuleDefinition) -> tuple[int, int, str]:
    return rule.position, int(rule.id) if rule.id.isdecimal() else 2**62, rule.id
