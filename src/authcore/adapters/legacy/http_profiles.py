"""Accounts by id, over the legacy HTTP API: read, and written to."""

from collections.abc import Mapping, Sequence

from authcore.adapters.legacy import profile_contract as contract
from authcore.adapters.legacy import update_contract
from authcore.adapters.legacy.legacy_api import LegacyApi
from authcore.domain.model.accounts import DeletedAccount, LegacyAccount
from authcore.domain.model.profile_updates import ProfileUpdate
from authcore.ports.legacy_profiles import LegacyProfiles, LegacyProfileWriter


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


class HttpLegacyProfileWriter(LegacyApi, LegacyProfileWriter):
    """
    Sends each request once.  Safe to share between threads.

    Answers of more than ``update_contract.MAX_UPDATE_ANSWER_BYTES`` count as unusable.

    See: docs/legacy-api.yaml.
    """

    __slots__ = ()

    def write(self, legacy_uid: str, cognito_id: str, update: ProfileUpdate) -> bool:
        """See the port.  Without a call where the contract can carry nothing of *update*."""
        request = update_contract.update_request(legacy_uid, cognito_id, update)
        if request is None:
            return False
        answer = self._post(update_contract.UPDATE_PATH, request)
        return update_contract.update_answer(answer, legacy_uid, cognito_id)
