"""``authcore signin-url``."""

from typing import Any, Final
from urllib.parse import quote

import attrs

import authcore
from authcore.domain.model.urls import ServiceUrl
from authcore.domain.services.sign_in.return_targets import shorten, spell
from authcore.settings import Setting, load, setting
from authcore.settings.sign_in import SignInSettings
from authcore.settings.url_parsers import CALLBACK_PATH, SIGN_IN_PATH
from authcore_cli.process import CommandContext, ExitStatus


SHORTENED: Final = "the page's link is too long: parameters at its end are left out"


def _as_in_sign_in(name: str) -> Any:
    """Return the auth service's setting *name*, without the secrets of its group."""
    about: Setting = getattr(attrs.fields(SignInSettings), name).metadata["setting"]
    return setting(about.parse, about.kind, about.purpose)


@attrs.frozen(kw_only=True)
class _PublicSignInSettings:
    callback_url: ServiceUrl = _as_in_sign_in("callback_url")
    redirects: tuple[str, ...] = _as_in_sign_in("redirects")


@attrs.frozen
class _Door:
    sign_in: _PublicSignInSettings


@attrs.frozen
class SignInUrlCommand:
    """Builds the URL to which an application sends a browser."""

    context: CommandContext

    def signin_url(self, *, redirect: str) -> ExitStatus:
        """
        Print the auth service's sign-in URL that leads back to a page.

        A link of more than 2,048 characters loses its fragment and parameters from its end, with a
        warning; characters that no allow-list takes are percent-encoded.

        Needs AUTHCORE_SIGN_IN_CALLBACK_URL and AUTHCORE_SIGN_IN_REDIRECTS.  Exit status: 0 printed,
        1 the page is not on the allow-list, 2 wrong usage or settings.

        Args:
            redirect: The page to come back to; absolute.
        """
        settings = load(_Door, self.context.environment).sign_in
        page = spell(redirect)
        target = authcore.redirect_allowlist(settings.redirects).resolve(shorten(page))
        if target != page:
            self.context.complain(SHORTENED)
        signin_url = settings.callback_url.removesuffix(CALLBACK_PATH) + SIGN_IN_PATH
        self.context.say(f"{signin_url}?redirect={quote(target, safe='')}")
        return ExitStatus.OK
