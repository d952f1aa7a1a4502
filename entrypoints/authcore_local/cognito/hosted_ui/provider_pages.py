"""Stand-ins for Google, Facebook and Apple, and ``/oauth2/idpresponse``."""

import re
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Final
from urllib.parse import urlencode

import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore.ports.system import Clock, Entropy
from authcore_local.cognito.config import VERIFYING, Provider
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.hosted_ui.forms import parameters
from authcore_local.cognito.hosted_ui.hosted_ui import STALE_FORM, HostedPages, redirect
from authcore_local.cognito.hosted_ui.page_parts import is_address
from authcore_local.cognito.oauth.authorization_request import (
    AuthorizationRequest,
    UntrustedRequestError,
    find_provider,
)
from authcore_local.cognito.oauth.one_time_tokens import OneTimeTokens
from authcore_local.cognito.user_flows.federation import FederatedSignIn, ProviderAccount
from authcore_local.cognito.user_pool.provider_users import PEOPLE, consent_page


RESPONSE_PATH: Final = "/oauth2/idpresponse"
ANSWER_LIFETIME: Final = timedelta(minutes=1)

_USER_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_MAX_NAME: Final = 100


def provider_path(provider: Provider) -> str:
    """Return the path of the consent page of *provider*."""
    return f"/local-providers/{provider}"


@attrs.frozen
class ProviderAnswer:
    """
    A user's consent to sign in with an account at a provider.

    Attributes:
        account: At the provider.
        asked: The authorization request that led there.
        browser: Cookie of the browser that consented.
    """

    account: ProviderAccount
    asked: AuthorizationRequest
    browser: str = attrs.field(repr=False)


class ProviderPages:
    """A consent page per provider, on which the user may choose any account."""

    def __init__(
        self, hosted: HostedPages, *, federation: FederatedSignIn, clock: Clock, entropy: Entropy
    ) -> None:
        self._hosted = hosted
        self._federation = federation
        self._answers: OneTimeTokens[ProviderAnswer] = OneTimeTokens(
            clock, entropy, lifetime=ANSWER_LIFETIME
        )

    def show(self, request: Request) -> Response:
        """``GET /local-providers/<provider>``: choose an account."""
        provider = self._provider(request)
        query, _ = self._hosted.read_request(request)
        self._hosted.note(f"GET {provider}", "200 consent page")
        return self._page(request, provider, query)

    def submit(self, request: Request, body: bytes) -> Response:
        """``POST /local-providers/<provider>``: to ``/oauth2/idpresponse``, or an error."""
        provider = self._provider(request)
        query, asked = self._hosted.read_request(request)
        form = parameters(body)
        if not self._hosted.genuine(request, form, query):
            return self._page(request, provider, query, problem=STALE_FORM)
        if form.get("person") == "nobody":
            self._hosted.note(f"POST {provider}", "302 to the callback", "refused")
            raise asked.refusal("access_denied", f"{provider} Error - user denied access")
        account = _account(provider, form)
        if account is None:
            problem = "An id of letters, digits, dots or dashes, and an e-mail address or none."
            return self._page(request, provider, query, problem=problem)
        answer = ProviderAnswer(account, asked, self._hosted.browser(request))
        self._hosted.note(f"POST {provider}", "302 to the user pool")
        return redirect(f"{RESPONSE_PATH}?{urlencode({'code': self._answers.issue(answer)})}")

    def receive(self, request: Request) -> Response:
        """
        ``GET /oauth2/idpresponse``: to the callback, with a code or with what went wrong.

        Raises:
            UntrustedRequestError: No such answer for this browser.

            AuthorizationRefusedError: A trigger, or the pool, refused.
        """
        given = parameters(request.scope["query_string"])
        answer = self._answers.redeem(given.get("code", ""))
        if answer is None or answer.browser != self._hosted.browser(request):
            raise UntrustedRequestError
        try:
            user = self._federation.sign_in(answer.account)
        except CognitoError as error:
            self._hosted.note(f"GET {RESPONSE_PATH}", "302 to the callback", error.kind)
            raise answer.asked.refusal("invalid_request", error.message) from None
        return self._hosted.sign_in(answer.asked, user, f"GET {RESPONSE_PATH}")

    def _provider(self, request: Request) -> Provider:
        provider = find_provider(self._hosted.config, request.path_params["provider"])
        if provider is None:
            raise UntrustedRequestError
        return provider

    def _page(
        self, request: Request, provider: Provider, query: Mapping[str, str], problem: str = ""
    ) -> Response:
        action = f"{provider_path(provider)}?{urlencode(query)}"
        draw = partial(consent_page, provider, action, problem=problem)
        return self._hosted.show(request, query, draw)


def _account(provider: Provider, form: Mapping[str, str]) -> ProviderAccount | None:
    for person in PEOPLE[provider]:
        if form.get("person") == person.user_id:
            return person
    user_id, name = form.get("id", ""), form.get("name", "")[:_MAX_NAME]
    email = form.get("email", "")
    if not _USER_ID.fullmatch(user_id) or not (email == "" or is_address(email)):
        return None
    verified = form.get("email_verified") == "yes" if provider in VERIFYING else None
    return ProviderAccount(provider, user_id, name, email or None, email_verified=verified)
