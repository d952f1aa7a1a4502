"""The links of a legacy system, in the dialect it speaks."""

from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.http_links import HttpLegacyLinks
from authcore.adapters.legacy.seed_dialect import SeedDialectLegacyLinks
from authcore.domain.model.urls import ServiceUrl
from authcore.ports.ambient import Entropy


def legacy_links(
    *,
    http: HttpClient,
    base_url: ServiceUrl,
    api_key: str,
    insecure_get_dialect: str,
    entropy: Entropy,
) -> HttpLegacyLinks | SeedDialectLegacyLinks:
    """
    Links as LegacySettings describe them.

    Args:
        http: Its cap should be ``link_contract.MAX_LINK_ANSWER_BYTES``.

        base_url: What stands before ``/api/``.

        api_key: Sent as ``X-Api-Key``.

        insecure_get_dialect: ``on`` asks by the seed's GET forms, and warns
            (InsecureLegacyDialectWarning).

        entropy: For the passwords that those forms demand.
    """
    if insecure_get_dialect == "on":
        return SeedDialectLegacyLinks(
            http=http, base_url=base_url, api_key=api_key, entropy=entropy
        )
    return HttpLegacyLinks(http=http, base_url=base_url, api_key=api_key)
