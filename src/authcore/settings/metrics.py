"""``AUTHCORE_METRICS_*``: the metrics of functions, which no scraper can reach."""

from typing import Final

import attrs

from authcore.settings.parsers import one_of
from authcore.settings.reader import setting


FORMATS: Final = ("emf", "off")


@attrs.frozen(kw_only=True, eq=False)
class MetricsSettings:
    """The metrics of a function."""

    format: str = setting(
        one_of(*FORMATS),
        f"one of {', '.join(FORMATS)}",
        "whether a function prints metrics in CloudWatch's embedded metric format",
        default="off",
    )
