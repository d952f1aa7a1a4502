"""Build what ``authcore legacy check`` works with."""

from collections.abc import Mapping

import attrs

from authcore.adapters.http import HttpClient
from authcore.adapters.system import SystemEntropy, monotonic
from authcore.settings import load
from authcore.settings.legacy import LegacySettings
from authcore.wiring.legacy_key import legacy_key
from authcore_cli.legacy_checks.every_check import every_check
from authcore_cli.legacy_checks.request import LegacyCheckRequest, LegacyTools
from authcore_cli.legacy_checks.target import CALL_LIMIT, MAX_ANSWER_BYTES, LegacyTarget


@attrs.frozen(kw_only=True)
class LegacyCheckSettings:
    """Settings groups of the command."""

    legacy: LegacySettings


def legacy_tools(environment: Mapping[str, str], request: LegacyCheckRequest) -> LegacyTools:
    """
    Build the tools as the ``AUTHCORE_LEGACY_*`` variables and *request* say.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    given = {} if request.url is None else {"AUTHCORE_LEGACY_URL": request.url}
    legacy = load(LegacyCheckSettings, {**environment, **given}).legacy
    http = HttpClient(within=CALL_LIMIT, max_bytes=MAX_ANSWER_BYTES)
    target = LegacyTarget(
        http=http,
        url=legacy.url,
        api_key=legacy_key(legacy),
        timer=monotonic,
        entropy=SystemEntropy(),
        request=request,
    )
    return LegacyTools(checks=every_check(target), timer=monotonic, close=http.close)
