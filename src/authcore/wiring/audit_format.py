"""How audit lines look in a process that is authcore's own."""

import logging
import sys
from collections.abc import Mapping

from authcore.adapters.audit.log import LOGGER
from authcore.settings import load_valid
from authcore.settings.audit import AuditSettings


def set_up_audit_format(variables: Mapping[str, str], version: str) -> None:
    """
    Write audit lines as OCSF events to standard error, where *variables* ask for it.

    They are then written there only: a line of another form beside it would be counted twice.  A
    second call has no effect.

    Args:
        variables: ``AUTHCORE_AUDIT_FORMAT``; a value that is not valid counts as the default.

        version: Of authcore.
    """
    logger = logging.getLogger(LOGGER)
    settings = load_valid(AuditSettings, variables, prefix="audit")
    if settings.format != "ocsf" or not logger.propagate:
        return
    from authcore.adapters.audit.ocsf import OcsfFormatter  # noqa: PLC0415 - where asked for

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OcsfFormatter(version))
    logger.addHandler(handler)
    logger.propagate = False
