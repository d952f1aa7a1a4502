"""The pages of the Python reference: which modules they have; autodoc writes the rest."""

from collections.abc import Mapping
from typing import Final


REFERENCE: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "api/authcore.md": ("authcore", ("authcore",)),
    "api/guards.md": (
        "authcore_guard",
        (
            "authcore_guard.asgi",
            "authcore_guard.wsgi",
            "authcore_guard.fastapi",
            "authcore_guard.flask",
            "authcore_guard.django",
            "authcore_guard.request_guard",
            "authcore_guard.guarded_request",
        ),
    ),
    "api/web.md": ("authcore_web", ("authcore_web.app",)),
    "api/ports.md": (
        "Ports",
        (
            "authcore.ports.attempt_limits",
            "authcore.ports.audit",
            "authcore.ports.client_secrets",
            "authcore.ports.cookies",
            "authcore.ports.coordination",
            "authcore.ports.legacy_accounts",
            "authcore.ports.legacy_links",
            "authcore.ports.legacy_profiles",
            "authcore.ports.legacy_sessions",
            "authcore.ports.password_authentication",
            "authcore.ports.revocation",
            "authcore.ports.secrets",
            "authcore.ports.session_stores",
            "authcore.ports.signatures",
            "authcore.ports.system",
            "authcore.ports.token_endpoint",
            "authcore.ports.user_directory",
        ),
    ),
    "api/testing.md": (
        "authcore.testing",
        (
            "authcore.testing.browser",
            "authcore.testing.mint",
            "authcore.testing.fakes.system",
            "authcore.testing.fakes.coordination",
            "authcore.testing.fakes.cookies",
            "authcore.testing.fakes.legacy_accounts",
            "authcore.testing.fakes.password_authentication",
            "authcore.testing.fakes.session_stores",
            "authcore.testing.fakes.signatures",
            "authcore.testing.fakes.token_endpoint",
            "authcore.testing.fakes.user_directory",
        ),
    ),
}


def reference_pages() -> dict[str, str]:
    """Give the Markdown of each page of the reference, by its path on the site."""
    return {page: _text(title, modules) for page, (title, modules) in REFERENCE.items()}


def _text(title: str, modules: tuple[str, ...]) -> str:
    return f"# {title}\n\n" + "\n".join(map(_module, modules))


def _module(name: str) -> str:
    options = "   :imported-members:\n" if name in ("authcore", "authcore.testing.mint") else ""
    heading = f"## `{name}`\n\n" if "." in name else ""
    return f"{heading}```{{eval-rst}}\n.. automodule:: {name}\n{options}```\n"
