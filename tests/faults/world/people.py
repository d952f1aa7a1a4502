"""Who there is, what only they know, and which accounts they have elsewhere."""

from collections.abc import Iterator, Mapping
from typing import Final, cast

from authcore_local.cognito.config import Provider
from authcore_local.cognito.user_flows.federation import ProviderAccount
from authcore_local.legacy import SeedUser


PEOPLE: Final = ("jane", "gregor", "huck", "nora", "mallory")
"""Jane and Gregor have accounts with addresses that were checked, Huck's was not; Nora is new."""

WORDS: Final = ("first", "second")
"""Each person knows one password for each word; no other person knows it."""

IDS: Final = {"jane": "1847", "gregor": "1915", "huck": "1884"}


def password_of(person: str, word: str) -> str:
    """The password that *person* has in mind under *word*."""
    return f"{person}-{word}-Aa1!"


def address_of(person: str, which: str) -> str:
    """The address of *person*: ``old`` or ``new``."""
    return f"{person}@{which}.example"


ADDRESSES: Final = tuple(address_of(person, which) for person in PEOPLE for which in ("old", "new"))

SEEDS: Final = tuple(
    SeedUser(
        username=person,
        password=password_of(person, "first"),
        email=address_of(person, "old"),
        email_verified=person != "huck",
        display_name=person.title(),
        userid=userid,
    )
    for person, userid in IDS.items()
)

ACCOUNTS: Final = (
    "google",
    "google-new",
    "facebook",
    "apple",
    "google-as-jane",
    "facebook-as-jane",
    "google-on-jane",
)
"""
``google``, ``facebook`` and ``apple`` have the old address, ``google-new`` the new one.  The next
two only say that they have Jane's.  The last one has it, and can be opened by who reads her mail.
"""

_KINDS: Final = {"google": "Google", "facebook": "Facebook", "apple": "Apple"}


def needed_mailbox(person: str, account: str) -> str | None:
    """The address that *person* must read to have *account*; None where the provider asks none."""
    kind, _, more = account.partition("-")
    if kind == "facebook" or more == "as-jane":
        return None
    if more == "on-jane":
        return address_of("jane", "old")
    return address_of(person, "new" if more == "new" else "old")


def provider_account(person: str, account: str) -> ProviderAccount:
    """The account of *person* that is called *account*; the ids of Apple's have letters."""
    kind, _, more = account.partition("-")
    number = f"{PEOPLE.index(person) + 1}{ACCOUNTS.index(account)}"
    address = needed_mailbox(person, account)
    claimed = address_of("jane", "old") if more == "as-jane" else address_of(person, "old")
    return ProviderAccount(
        cast("Provider", _KINDS[kind]),
        f"00{number}.AbC{number}" if kind == "apple" else f"1090184700{number}",
        person.title(),
        address or claimed,
        email_verified=None if kind == "facebook" else address is not None,
    )


def all_accounts() -> Iterator[tuple[str, ProviderAccount]]:
    """Every account at a provider, with its owner."""
    for person in PEOPLE:
        for account in ACCOUNTS:
            yield person, provider_account(person, account)


OWNERS: Final[Mapping[tuple[str, str], str]] = {
    (each.provider, each.user_id): person for person, each in all_accounts()
}
"""Who signs in with an identity."""

BY_IDENTITY: Final[Mapping[tuple[str, str], ProviderAccount]] = {
    (each.provider, each.user_id): each for _, each in all_accounts()
}
