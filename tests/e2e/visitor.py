"""Somebody before the local stack, and what both stores say of them."""

from authcore.adapters.system import SystemClock
from authcore_local.legacy.legacy_system import StoredAccount
from authcore_local.stack import LocalStack
from authcore_local.tour.scripted_browser import Browser, Form, Page


class Visitor:
    """A browser that follows redirects within the stack."""

    def __init__(self, stack: LocalStack) -> None:
        self._stack = stack
        self.browser = Browser(SystemClock())

    def begin(self, query: str = "") -> Page:
        return self.follow(self.browser.get(f"{self._stack.auth_url}/auth/signin{query}"))

    def follow(self, page: Page) -> Page:
        for _ in range(8):
            if not page.location:
                return page
            page = self.browser.get(page.location)
        raise AssertionError("too many redirects")

    def send(self, page: Page, **fields: str) -> Page:
        assert page.form is not None
        return self.follow(self.browser.send(Form(page.form.url, {**page.form.fields, **fields})))

    def open(self, page: Page, path: str) -> Page:
        """Another page of managed login, for the same authorization request."""
        return self.browser.get(
            f"{self._stack.addresses.cognito_url}{path}?{page.url.partition('?')[2]}"
        )

    def continue_with(self, provider: str, person: str) -> str:
        """The legacy id that the CMS greets *person* with."""
        page = self.send(self.begin(f"?provider={provider}"), person=person)
        return page.text_of("legacy-uid")


def both_sides(stack: LocalStack, legacy_uid: str) -> StoredAccount:
    """The legacy account *legacy_uid*, which exactly one user of the pool points to, and back."""
    users = [
        user
        for user in stack.cognito.users.all_users()
        if user.attributes.get("custom:legacy_uid") == legacy_uid
    ]
    account = stack.legacy.account(legacy_uid)
    assert account is not None
    assert [user.subject for user in users] == [account.cognito_id]
    return account
