"""``AUTHCORE_METRICS_*``: the metrics of functions, which no scraper can reach."""

import re
from typing import Final

import attrs

from authcore.settings.parsers import matching, one_of
from authcore.settings.reader import setting


FORMATS: Final = ("emf", "off")
NAMESPACE: Final = re.compile(r"(?!AWS/)[A-Za-z0-9._/#:-]{1,255}")
"""See: Amazon CloudWatch "Metrics concepts", "Namespaces"."""


@attrs.frozen(kw_only=True, eq=False)
class MetricsSettings:
    """The metrics of a function."""

    format: str = setting(
        one_of(*FORMATS),
        f"one of {', '.join(FORMATS)}",
        "whether a function prints metrics in CloudWatch's embedded metric format",
        default="off",
    )
    namespace: str = setting(
        matching(NAMESPACE, "must be a namespace of CloudWatch that does not begin with AWS/"),
        "text",
        "CloudWatch's namespace of the metrics; one of its own for each of several deployments in "
        "one account, or their alarms mix",
        default="authcore",
    )
