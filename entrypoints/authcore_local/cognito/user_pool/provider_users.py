"""Sample accounts at Google, Facebook and Apple, and the consent page on which to choose one."""

from collections.abc import Mapping
from html import escape
from typing import Final

from starlette.responses import HTMLResponse

from authcore_local.cognito.config import LABELS, VERIFYING, Provider
from authcore_local.cognito.hosted_ui.page_parts import field, form, page
from authcore_local.cognito.user_flows.federation import ProviderAccount


PEOPLE: Final[Mapping[Provider, tuple[ProviderAccount, ...]]] = {
    "Google": (
        ProviderAccount(
            "Google",
            "109018470001",
            "Jane Eyre",
            "jane@thornfield.example",
            email_verified=True,
        ),
        ProviderAccount(
            "Google",
            "109018470002",
            "Not Really Jane",
            "jane@thornfield.example",
            email_verified=False,
        ),
        ProviderAccount(
            "Google",
            "109018170003",
            "Elizabeth Bennet",
            "lizzy@longbourn.example",
            email_verified=True,
        ),
    ),
    "Facebook": (
        ProviderAccount("Facebook", "1021915001", "Gregor Samsa", "gregor@samsa.example"),
        ProviderAccount("Facebook", "1021853002", "Bartleby"),
    ),
    "SignInWithApple": (
        ProviderAccount(
            "SignInWithApple",
            "001847.0a1b2c3d4e5f.1847",
            "Jane Eyre",
            "jane@thornfield.example",
            email_verified=True,
        ),
    ),
}


def consent_page(
    provider: Provider, action: str, form_token: str, *, problem: str = ""
) -> HTMLResponse:
    """
    Build the page: choose a sample account, enter a new one, or cancel.

    Args:
        provider: Of the page.

        action: URL that takes the form.

        form_token: Hidden field of the form.

        problem: Shown above the form; the status is then 400.
    """
    label = LABELS[provider]
    known = "".join(_choice(person) for person in PEOPLE[provider])
    verified = (
        '<label class="check"><input type="checkbox" name="email_verified" value="yes">'
        f" {label} verified the address</label>"
        if provider in VERIFYING
        else f'<p class="soft">{label} does not say whether it verified an address.</p>'
    )
    new_account = (
        field("id", f"{label} id", 'maxlength="64" placeholder="e.g. 109018"')
        + field("name", "Name", 'maxlength="100"')
        + field("email", "E-mail address, or none", 'type="email" maxlength="254"')
        + verified
    )
    content = (
        f'<p class="soft">This page replaces {label}. Choose any account.</p>'
        + form(action, form_token, known)
        + "<details><summary>Use another account</summary>"
        + form(action, form_token, new_account + '<button name="person" value="">Continue</button>')
        + "</details>"
        + form(
            action,
            form_token,
            '<button class="plain" name="person" value="nobody">Cancel</button>',
        )
    )
    return page(f"Continue with {label}", content, problem=problem)


def _choice(person: ProviderAccount) -> str:
    verified = {True: ", verified", False: ", not verified", None: ""}[person.email_verified]
    address = "no e-mail address" if person.email is None else f"{person.email}{verified}"
    return (
        f'<button class="choice" name="person" value="{escape(person.user_id)}">'
        f"{escape(person.name)}<small>{escape(address)}</small></button>"
    )
