"""Accounts by id, over the legacy HTTP API."""

from collections.abc import Mapping, Sequence

from authcore.adapters.legacy import profile_contract as contract
from authcore.adapters.legacy.legacy_api import LegacyApi
from authcore.domain.model.accounts import DeletedAccount, LegacyAccount
from authcore.ports.legacy_profiles import LegacyProfiles


class HttpLegacyProfiles(LegacyApi, LegacyProfiles):
    """
    Sends each request once, and none for ids that no account can have.  Safe to share.

    Answers of more than ``listing_contract.MAX_PAGE_BYTES`` count as unusable.

    See: docs/legacy-api.yaml.
    """

    __slots__ = ()

    def read(self, legacy_uids: Sequence[str]) -> Mapping[str, LegacyAccount | DeletedAccount]:
        """See the port."""
        ids = contract.known_ids(legacy_uids)
        if not ids:
            return {}
        answer = self._post(contract.PROFILES_PATH, contract.profiles_request(ids))
        return contract.profiles_answer(answer, ids)
