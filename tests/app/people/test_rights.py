"""The table of rights, by hand: what each role may do, and what it may not."""

from __future__ import annotations

import pytest
from flask import Flask

from app.people.model import Role
from app.people.rights import ALL_RIGHTS, ALL_VIEWS, RIGHTS

MAY = {
    Role.ops_manager: """tickets.edit policies.edit policies.publish partners.edit bookings.edit customers.edit
        rules.edit rules.publish macros.edit refunds.request refunds.approve switches.turn inbox.retry outbox.retry
        exports.make audit.view users.view ledger.view clawbacks.view clawbacks.waive differences.view""",
    Role.agent: """tickets.view customers.view customers.edit bookings.view partners.view policies.view refunds.view
        refunds.request refunds.note goodwill.give macros.view rules.view""",
    Role.finance: """refunds.view refunds.approve refunds.pay exports.make bookings.view ledger.view ledger.correct
        clawbacks.view clawbacks.settle differences.view differences.resolve""",
    Role.auditor: "audit.view users.view refunds.view inbox.view link.view",
}
MAY_NOT = {
    Role.ops_manager: "users.edit authority.edit refunds.pay clawbacks.settle ledger.correct differences.resolve",
    Role.agent: """refunds.approve catalogue.edit policies.edit users.view audit.view switches.turn exports.make
        inbox.view outbox.view link.view rules.edit ledger.view clawbacks.view clawbacks.settle clawbacks.waive""",
    Role.finance: """authority.edit goodwill.give refunds.request policies.edit users.view switches.turn rules.edit
        customers.edit clawbacks.waive""",
    Role.auditor: "exports.make refunds.note refunds.approve switches.turn inbox.retry",
}


@pytest.mark.parametrize("role", list(MAY))
def test_a_role_may_what_it_should_and_no_more(role: Role) -> None:
    assert [right for right in MAY[role].split() if right not in RIGHTS[role]] == []
    assert [right for right in MAY_NOT[role].split() if right in RIGHTS[role]] == []


def test_an_admin_may_everything_and_an_auditor_only_looks() -> None:
    assert RIGHTS[Role.admin] == ALL_RIGHTS
    assert RIGHTS[Role.auditor] == ALL_VIEWS
    assert all(right.endswith(".view") for right in RIGHTS[Role.auditor])


def test_every_role_has_its_rights_and_no_right_is_unheard_of() -> None:
    assert set(RIGHTS) == set(Role)
    assert {right for rights in RIGHTS.values() for right in rights} <= ALL_RIGHTS


def test_every_right_a_screen_asks_for_is_one_that_somebody_can_hold(lone_office: Flask) -> None:
    asked = set()
    for screen in lone_office.extensions["opsroom.screens"]:
        for _, route, methods in screen._urls:
            asked |= {right for method in methods for right in screen.rights_for(route, method)}
        asked |= {getattr(act, "asks_right", None) for act, *_ in getattr(screen, "_actions_data", {}).values()}
    assert asked - {None} - ALL_RIGHTS == set()
