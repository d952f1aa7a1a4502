"""Account links over the legacy HTTP API."""

from authcore.adapters.legacy import link_contract as contract
from authcore.adapters.legacy.legacy_api import LegacyApi
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.linking import AccountMatches, AccountQuery, NewLegacyAccount
from authcore.ports.legacy_links import LegacyLinks, LegacyUnlinking


class HttpLegacyLinks(LegacyApi, LegacyLinks):
    """
    Sends each request once.  Safe to share between threads.

    Answers of more than ``link_contract.MAX_LINK_ANSWER_BYTES`` count as unusable.

    See: docs/legacy-api.yaml.
    """

    __slots__ = ()

    def match(self, query: AccountQuery) -> AccountMatches:
        """See the port.  Ambiguous only if neither Cognito id nor identity finds an account."""
        answer = self._post(contract.MATCH_PATH, contract.match_request(query))
        return contract.match_answer(answer, query)

    def create(self, account: NewLegacyAccount, *, idempotency_key: str) -> LegacyAccount:
        """See the port.  Names and addresses outside the limits of the contract are left out."""
        key = {"idempotency-key": contract.idempotency_key(idempotency_key)}
        answer = self._post(contract.CREATE_PATH, contract.create_request(account), key)
        return contract.create_answer(answer, account.cognito_id)

    def attach_cognito_id(
        self, legacy_uid: str, cognito_id: str, *, reset_access: bool
    ) -> LegacyAccount:
        """See the port."""
        body = contract.attach_request(legacy_uid, cognito_id, reset_access=reset_access)
        return contract.attach_answer(
            self._post(contract.ATTACH_PATH, body), legacy_uid, cognito_id
        )


class HttpLegacyUnlinking(LegacyApi, LegacyUnlinking):
    """Sends each request once.  Safe to share between threads.  See: docs/legacy-api.yaml."""

    __slots__ = ()

    def detach_cognito_id(self, legacy_uid: str, cognito_id: str) -> LegacyAccount:
        """See the port."""
        body = contract.detach_request(legacy_uid, cognito_id)
        return contract.detach_answer(self._post(contract.DETACH_PATH, body), legacy_uid)
