"""
Settings, in groups, from ``AUTHCORE_*`` variables.

A file carries the prefix of its variables; ``AUTHCORE_REFRESH_*`` and ``AUTHCORE_REVOCATIONS_*``
are in ``session``, ``AUTHCORE_SIGN_OUT_*`` in ``sign_in``, ``AUTHCORE_WEB_*`` in ``verify``.
"""

from authcore.settings.reader import (
    PREFIX,
    Setting,
    describe_variables,
    known_variables,
    load,
    load_valid,
    setting,
    variable_name,
)


__all__ = [
    "PREFIX",
    "Setting",
    "describe_variables",
    "known_variables",
    "load",
    "load_valid",
    "setting",
    "variable_name",
]
