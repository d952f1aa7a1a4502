"""
Links over the GET forms of the original legacy system.  Insecure; for systems without other forms.

URLs end up in access logs, proxies and traces, and these hold the provider and its user id, name,
user name, verified e-mail address and first password of every account that is created, and both ids
of every link.  Readers of such a log can sign in to the legacy system with that password.
"""

import logging
import warnings
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from authcore.adapters.http import HttpAnswer, HttpClient
from authcore.adapters.legacy import seed_forms
from authcore.adapters.legacy.legacy_api import LegacyApi
from authcore.adapters.system import monotonic
from authcore.domain.errors import (
    AccountTakenError,
    LegacyUnavailableError,
    LinkRejectedError,
    RejectedError,
)
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.linking import AccountMatches, AccountQuery, NewLegacyAccount
from authcore.domain.model.urls import ServiceUrl
from authcore.ports.legacy_links import LegacyLinks
from authcore.ports.system import Entropy


_WARNING: Final = (
    "the legacy system is called by GET: personal data and first passwords are in URLs and in all "
    "logs of them; implement docs/legacy-api.yaml and drop the insecure dialect"
)
_log: Final = logging.getLogger("authcore.legacy")


class InsecureLegacyDialectWarning(UserWarning):
    """Personal data and passwords are sent in URLs."""


class SeedDialectLegacyLinks(LegacyApi, LegacyLinks):
    """
    Sends requests for which there is a form, and refuses others.  Safe to share between threads.

    There is no look-up by Cognito id or e-mail address and no idempotency key: of the creation
    policies only ``lease`` and ``once`` are safe here.  Answers tell neither the Cognito id of an
    account nor whether it is locked, so the legacy system must answer ``{"success": 0}`` to an
    attachment if the account is locked or has another Cognito id: nothing else prevents that the
    account changes its owner.  No answer repeats what was asked, so an answer about another account
    is not noticed.  Only a look-up returns the user name; elsewhere the legacy id is
    used instead.

    See: ``seed_forms`` for forms and answers.
    """

    __slots__ = ("_entropy",)

    def __init__(
        self,
        *,
        http: HttpClient,
        base_url: ServiceUrl,
        api_key: str | Callable[[], str],
        entropy: Entropy,
        within: timedelta | None = None,
    ) -> None:
        """
        Call one legacy system.  Warns (InsecureLegacyDialectWarning) and logs the warning.

        Args:
            http: Answers beyond its byte limit count as unusable.

            base_url: The part of the URL before ``/api/``.

            api_key: Sent as ``X-Api-Key``; or what gives the key of now.

            entropy: For passwords, which the form of a creation requires.

            within: Total time of one request, if shorter than that of *http*.
        """
        warnings.warn(_WARNING, InsecureLegacyDialectWarning, stacklevel=2)
        _log.warning(_WARNING)
        super().__init__(http=http, base_url=base_url, api_key=api_key, within=within)
        self._entropy = entropy

    def match(self, query: AccountQuery) -> AccountMatches:
        """
        See the port.  Only identities can be looked up.

        Raises:
            LinkRejectedError: There is no identity; or it finds no account, while the e-mail
                address, which the forms cannot look up, might: a create could then make a second
                account for one user.
        """
        found = seed_forms.read_found_account(self._get(seed_forms.lookup_form(query.identity)))
        if found is None and query.email is not None:
            raise LinkRejectedError("the seed's forms cannot say this: an e-mail address")
        return AccountMatches(by_identity=found)

    def create(
        self,
        account: NewLegacyAccount,
        *,
        idempotency_key: str,  # noqa: ARG002 - no form holds it
    ) -> LegacyAccount:
        """
        See the port.  Two calls within the deadline of one, as the form has no Cognito id.

        Raises:
            LinkRejectedError: There is no identity, or a value does not fit the form.

            LegacyUnavailableError: Also if the account was created, but perhaps not attached.
        """
        began = monotonic()
        form = seed_forms.creation_form(account, self._entropy.token())
        legacy_uid = seed_forms.read_created_id(self._get(form))
        if legacy_uid is None:
            raise AccountTakenError("the legacy system refuses to create the account")
        gone = timedelta(seconds=monotonic() - began)
        try:
            return self._attach(legacy_uid, account.cognito_id, gone)
        except (RejectedError, LegacyUnavailableError) as error:
            raise LegacyUnavailableError(
                "the account was created, and perhaps not attached",
                detail=f"attach {error.detail or error.code}",
            ) from None

    def attach_cognito_id(
        self, legacy_uid: str, cognito_id: str, *, reset_access: bool
    ) -> LegacyAccount:
        """
        See the port.

        Raises:
            AccountTakenError: The legacy system refuses, perhaps also because there is no such
                account or it is locked.

            LinkRejectedError: *reset_access* is True, for which there is no form.
        """
        if reset_access:
            raise LinkRejectedError("the seed's forms cannot say this: resetting access")
        return self._attach(legacy_uid, cognito_id, timedelta(0))

    def _attach(self, legacy_uid: str, cognito_id: str, gone: timedelta) -> LegacyAccount:
        form = seed_forms.attachment_form(legacy_uid, cognito_id)
        if not seed_forms.was_attached(self._get(form, gone)):
            raise AccountTakenError("the legacy system refuses to attach this Cognito id")
        return LegacyAccount(
            legacy_uid=legacy_uid,
            username=legacy_uid,
            email=None,
            email_verified=False,
            display_name=None,
            cognito_id=cognito_id,
        )

    def _get(self, form: str, gone: timedelta = timedelta(0)) -> HttpAnswer:
        within = None if self._within is None else self._within - gone
        return self._send("GET", form, b"", {}, within)
