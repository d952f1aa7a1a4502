"""Accounts over the legacy HTTP API."""

from authcore.adapters.legacy import login_contract
from authcore.adapters.legacy.legacy_api import LegacyApi
from authcore.domain.errors import CredentialsRejectedError
from authcore.domain.model.accounts import Credentials, LegacyAccount
from authcore.ports.legacy_accounts import LegacyAccounts


class HttpLegacyAccounts(LegacyApi, LegacyAccounts):
    """
    Sends each request once.  Safe to share between threads.

    Answers of more than ``login_contract.MAX_ANSWER_BYTES`` count as unusable.

    See: docs/legacy-api.yaml.
    """

    __slots__ = ()

    def authenticate(self, credentials: Credentials) -> LegacyAccount:
        """
        See the port.

        A password that Cognito cannot store, or that no form can send (NUL, lone surrogates), is
        rejected without a request.
        """
        if not (
            login_contract.sendable(credentials.username, login_contract.MAX_USERNAME_LENGTH)
            and login_contract.sendable(credentials.password, login_contract.MAX_PASSWORD_LENGTH)
        ):
            raise CredentialsRejectedError("no account has such a name or password")
        answer = self._post(login_contract.LOGIN_PATH, login_contract.login_request(credentials))
        account = login_contract.login_answer(answer, credentials.username)
        if account is None:
            raise CredentialsRejectedError("the legacy system does not accept these credentials")
        return account

    def find(self, username: str) -> LegacyAccount | None:
        """See the port."""
        if not login_contract.sendable(username, login_contract.MAX_USERNAME_LENGTH):
            return None
        answer = self._post(login_contract.LOOKUP_PATH, login_contract.lookup_request(username))
        return login_contract.lookup_answer(answer, username)
