"""Pages of all legacy accounts, over the legacy HTTP API."""

from authcore.adapters.legacy import listing_contract as contract
from authcore.adapters.legacy.legacy_api import LegacyApi
from authcore.domain.model.accounts import AccountPage
from authcore.ports.legacy_links import LegacyListing


class HttpLegacyListing(LegacyApi, LegacyListing):
    """
    Sends one request per page.  Safe to share between threads.

    Answers of more than ``listing_contract.MAX_PAGE_BYTES`` count as unusable.

    See: docs/legacy-api.yaml.
    """

    __slots__ = ()

    def accounts(self, after: str | None = None) -> AccountPage:
        """See the port."""
        answer = self._post(contract.LIST_PATH, contract.list_request(after))
        return contract.list_answer(answer, after)
