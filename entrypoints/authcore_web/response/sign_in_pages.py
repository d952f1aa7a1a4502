"""The pages of a sign-in on the auth service itself."""

from urllib.parse import quote

import attrs
from starlette.requests import HTTPConnection
from starlette.responses import Response

from authcore.domain.errors import RedirectRejectedError
from authcore.domain.model.session import RedirectTarget
from authcore.domain.services.sign_in.redirects import RedirectAllowlist
from authcore.settings.password import PasswordSettings, is_first
from authcore_web.request.sign_in_members import SignInForm
from authcore_web.response import messages
from authcore_web.response.challenge_entries import (
    Asked,
    challenge_entries,
    challenge_notice,
    password_entries,
)
from authcore_web.response.pages import Pages
from authcore_web.signin_urls import SignInUrls


@attrs.frozen(kw_only=True)
class SignInPages:
    """
    Writes the pages.

    Attributes:
        pages: What they look like.
        allowlist: Admits targets.
        default_redirect: Target of a sign-in that names none; on the allow-list.
        password_url: This service's ``/auth/password`` as browsers see it.
        challenge_url: ``/auth/challenge``, likewise.
        sign_in_urls: The pool's own pages, for users without a password or who forgot theirs.
        issuer: Name of this service in an authenticator application.
        has_choice: Whether a sign-in can begin without a password.
    """

    _pages: Pages
    _allowlist: RedirectAllowlist
    _default_redirect: str
    _password_url: str
    _challenge_url: str
    _sign_in_urls: SignInUrls
    _issuer: str
    _has_choice: bool

    def target(self, redirect: str | None) -> RedirectTarget:
        """
        Return where a sign-in ends that asks for *redirect*.

        Raises:
            RedirectRejectedError: It is not on the allow-list.
        """
        return self._allowlist.resolve(self._default_redirect if redirect is None else redirect)

    def url_of(self, redirect: str | None) -> str:
        """
        Make the URL of a sign-in that ends at *redirect*.

        Raises:
            RedirectRejectedError: It is not on the allow-list.
        """
        return f"{self._password_url}?redirect={quote(self.target(redirect), safe='')}"

    def url_for(self, redirect: str | None) -> str:
        """Make the URL of a new sign-in that ends at *redirect*, or at the default."""
        try:
            return self.url_of(redirect)
        except RedirectRejectedError:
            return self._password_url

    def password(
        self,
        request: HTTPConnection,
        target: RedirectTarget,
        *,
        refused: SignInForm | None = None,
        status: int = 200,
    ) -> Response:
        """Ask for a user name and a password; again after *refused*."""
        entries = password_entries(
            username=refused.username if refused else "",
            redirect=target,
            has_choice=self._has_choice,
            is_wrong=refused is not None,
        )
        return self._pages.entries(
            request,
            messages.PASSWORD,
            entries,
            url=self._password_url,
            leave_url=self._sign_in_urls.again(target),
            through=(target,),
            status=status,
        )

    def challenge(self, request: HTTPConnection, asked: Asked, status: int) -> Response:
        """Ask the challenge."""
        return self._pages.entries(
            request,
            challenge_notice(asked.challenge),
            challenge_entries(asked, issuer=self._issuer),
            url=self._challenge_url,
            leave_url=self.url_for(asked.target),
            through=(asked.target,),
            status=status,
        )


def own_page_of(password: PasswordSettings, pages: SignInPages) -> SignInPages | None:
    """Return *pages* where users are led there first."""
    return pages if is_first(password) else None
