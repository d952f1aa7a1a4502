"""The pages of the Python reference: which modules they have; autodoc writes the rest."""

from collections.abc import Mapping
from typing import Final

import authcore


REFERENCE: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
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
    found = {page: _text(title, modules) for page, (title, modules) in REFERENCE.items()}
    return {"api/authcore.md": _public_names(), **found}


def _public_names() -> str:
    """List what ``authcore`` hands out: first what is called, then values, then errors."""
    exported = {name: getattr(authcore, name) for name in authcore.__all__}
    named = {name: each for name, each in exported.items() if callable(each)}
    classes = {name: each for name, each in named.items() if isinstance(each, type)}
    errors = [name for name, each in classes.items() if issubclass(each, Exception)]
    groups = (
        ("Functions", "autofunction", [name for name in named if name not in classes]),
        ("Values", "autoclass", [name for name in classes if name not in errors]),
        ("Errors", "autoexception", errors),
    )
    parts = [f"## {title}\n\n{_members(directive, names)}" for title, directive, names in groups]
    return "\n".join(["# authcore\n", *parts])


def _members(directive: str, names: list[str]) -> str:
    lines = "\n".join(f".. {directive}:: authcore.{name}" for name in names)
    return f"```{{eval-rst}}\n{lines}\n```\n"


def _text(title: str, modules: tuple[str, ...]) -> str:
    return f"# {title}\n\n" + "\n".join(map(_module, modules))


def _module(name: str) -> str:
    options = "   :imported-members:\n" if name == "authcore.testing.mint" else ""
    return f"## `{name}`\n\n```{{eval-rst}}\n.. automodule:: {name}\n{options}```\n"
