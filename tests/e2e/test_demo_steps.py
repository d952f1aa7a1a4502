"""What ``make demo`` says to try, done in order, with the legacy id that each step promises."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import pytest

from authcore_local.addresses import Ports
from authcore_local.cognito.user_pool.provider_users import PEOPLE
from authcore_local.demo import steps_of
from authcore_local.legacy import SEED_USERS
from authcore_local.stack import LocalStack
from authcore_local.tour.scripted_browser import Page
from e2e.visitor import Visitor, both_sides


BY_NAME: Final = {user.username: user for user in SEED_USERS}
JANE, GREGOR = BY_NAME["jane"], BY_NAME["gregor"]
SEEDED: Final = {user.userid for user in SEED_USERS}
IDS: Final = {
    (person.provider, person.name): person.user_id for each in PEOPLE.values() for person in each
}
NEW: Final = "Canary-new-1"


@pytest.fixture(scope="module", name="stack")
def _stack() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free()) as stack:
        yield stack


@contextmanager
def private_window(stack: LocalStack) -> Iterator[Visitor]:
    visitor = Visitor(stack)
    try:
        yield visitor
    finally:
        visitor.browser.close()


def by_password(visitor: Visitor, page: Page, username: str, password: str) -> Page:
    return visitor.send(page, username=username, password=password)


def with_google(visitor: Visitor, name: str) -> Page:
    """Cognito breaks the first sign-in of a user off whom it has just linked; choose once more."""
    person = IDS["Google", name]
    page = visitor.send(visitor.open(visitor.begin(), "/local-providers/Google"), person=person)
    return visitor.send(page, person=person) if "/local-providers/Google" in page.url else page


def sign_in_with_password(stack: LocalStack) -> Page:
    with private_window(stack) as visitor:
        wrong = by_password(visitor, visitor.begin(), "jane", "wrong")
        assert wrong.text_of("alert") == "Incorrect username or password."
        return by_password(visitor, wrong, "jane", JANE.password)


def continue_as_jane(stack: LocalStack) -> Page:
    with private_window(stack) as visitor:
        return with_google(visitor, "Jane Eyre")


def continue_as_another(stack: LocalStack) -> Page:
    with private_window(stack) as visitor:
        return with_google(visitor, "Not Really Jane")


def continue_as_bartleby(stack: LocalStack) -> Page:
    with private_window(stack) as visitor:
        return visitor.send(visitor.begin("?provider=Facebook"), person=IDS["Facebook", "Bartleby"])


def sign_up(stack: LocalStack) -> Page:
    with private_window(stack) as visitor:
        form = visitor.open(visitor.begin(), "/signup")
        who = {"username": "fitzwilliam", "email": "darcy@pemberley.example", "name": "Darcy"}
        prompt = visitor.send(form, **who, password=NEW)
        code = stack.cognito.outbox.messages()[0].code
        visitor.send(prompt, username="fitzwilliam", code=code)
        return by_password(visitor, visitor.begin(), "fitzwilliam", NEW)


def forget_the_password(stack: LocalStack) -> Page:
    with private_window(stack) as visitor:
        asking = visitor.open(visitor.begin(), "/forgotPassword")
        prompt = visitor.send(asking, username="gregor")
        visitor.send(prompt, code=stack.cognito.outbox.messages()[0].code, password=NEW)
        return by_password(visitor, visitor.begin(), "gregor", NEW)


STEPS: Final[dict[int, tuple[Callable[[LocalStack], Page], str | None]]] = {
    4: (sign_in_with_password, JANE.userid),
    5: (continue_as_jane, JANE.userid),
    6: (continue_as_another, None),
    7: (continue_as_bartleby, None),
    8: (sign_up, None),
    9: (forget_the_password, GREGOR.userid),
}
"""By step: what the user does, and the legacy id that is promised; None for a new one."""


def told_by_step(stack: LocalStack) -> dict[int, str]:
    """Lines without a number continue the step before them."""
    whole = "\n".join(steps_of(stack))
    found = re.findall(r"^(\d+)\. (.*(?:\n   .*)*)", whole, re.MULTILINE)
    return {int(number): text for number, text in found}


def test_the_nine_steps_show_the_legacy_ids_that_they_promise(stack: LocalStack) -> None:
    # AL-01, AL-05, AL-07, MG-04
    told = told_by_step(stack)
    shown: dict[int, str] = {}
    for step, (do, promised) in STEPS.items():
        shown[step] = do(stack).text_of("legacy-uid")
        assert both_sides(stack, shown[step]).userid == shown[step]
        if promised is None:
            assert shown[step] not in {*SEEDED, *[shown[s] for s in shown if s != step]}, step
            assert re.search(r"\b(its|their) own\b", told[step]), told[step]
        else:
            assert shown[step] == promised, step
            assert f"legacy id {promised}" in told[step]

    users = [user.username for user in stack.cognito.users.all_users()]
    impostor, bartleby = IDS["Google", "Not Really Jane"], IDS["Facebook", "Bartleby"]
    new = {f"Google_{impostor}", f"Facebook_{bartleby}", "fitzwilliam"}
    assert sorted(users) == sorted({"jane", "gregor", *new})
    assert len(stack.legacy.accounts()) == len(SEED_USERS) + len(new)
    with private_window(stack) as visitor:
        ticks = visitor.browser.get(f"{stack.cms_url}/start/steps")
    assert ticks.member("done") == [3, 5, 6, 7, 8, 9]
