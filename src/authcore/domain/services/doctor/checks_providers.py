"""Checks of the domain and the identity providers."""

from collections.abc import Iterator
from typing import Final

from authcore.domain.model.checks import Check, Detail
from authcore.domain.model.deployment import Deployment
from authcore.domain.model.linking import NATIVE
from authcore.domain.model.pool_settings import ProviderSettings
from authcore.domain.services.doctor.mending import client_edit


VERIFYING: Final = frozenset({"Google", "SignInWithApple", "OIDC", "SAML"})
"""Kinds of providers that can say whether they verified an address."""

NEEDED_SCOPES: Final = {
    "Google": frozenset({"openid", "email"}),
    "Facebook": frozenset({"email"}),
    "LoginWithAmazon": frozenset({"profile"}),
    "OIDC": frozenset({"openid"}),
    "SignInWithApple": frozenset({"email"}),
}
_EXEMPT: Final = frozenset({"email_verified", "phone_number_verified", "username"})
"""Attributes that Cognito writes itself: no client needs write access to them."""

_PROVIDER_EDIT: Final = (
    "aws cognito-idp update-identity-provider --region {region} --user-pool-id {pool} "
    "--provider-name {provider} --attribute-mapping email=email,email_verified=email_verified,"
    "name=name,username=sub"
)


def _of(provider: ProviderSettings, text: str, **names: str) -> Detail:
    return Detail(f"{provider.name} {text}", provider=provider.name, **names)


def _no_domain(facts: Deployment) -> Iterator[str]:
    found, url = facts.ask(facts.domain), facts.sign_in.domain_url
    if found is None:
        yield f"there is no domain {url}"
    elif found.pool_id != facts.plan.pool_id:
        yield f"{url} is the domain of another pool"


def _inactive_domain(facts: Deployment) -> Iterator[str]:
    found = facts.ask(facts.domain)
    if found and found.status != "ACTIVE":
        yield f"the domain is {found.status}"


def _unknown_providers(facts: Deployment) -> Iterator[str]:
    known = {each.name for each in facts.providers.get()}
    sign_in, plan = facts.plan.sign_in, facts.plan
    named = {
        "AUTHCORE_SIGN_IN_PROVIDERS": sign_in.providers if sign_in else (),
        "AUTHCORE_LINKING_EMAIL_PROVIDERS": plan.email_providers,
        "AUTHCORE_LINKING_ISSUERS": plan.provider_issuers,
    }
    for variable, names in named.items():
        for name in names:
            if name not in known and name.casefold() != NATIVE.casefold():
                yield f"{variable} names {name}, which is no provider of the pool"


def _unused_providers(facts: Deployment) -> Iterator[Detail]:
    known = {each.name for each in facts.providers.get()}
    for name in facts.sign_in.providers:
        if name in known and name not in facts.client.providers:
            yield Detail(f"{name} is no provider of the app client", provider=name)


def _unlisted_providers(facts: Deployment) -> Iterator[str]:
    named = {name.casefold() for name in facts.sign_in.providers}
    for each in facts.providers.get():
        if each.name in facts.client.providers and each.name.casefold() not in named:
            yield f"AUTHCORE_SIGN_IN_PROVIDERS does not name {each.name}"


def _no_mapped_address(facts: Deployment) -> Iterator[Detail]:
    for each in facts.providers.get():
        if "email" not in each.mapping:
            yield _of(each, "gives the pool no address")


def _no_mapped_verification(facts: Deployment) -> Iterator[Detail]:
    trusted = {name.casefold() for name in facts.plan.email_providers}
    for each in facts.providers.get():
        if each.name.casefold() not in trusted:
            continue
        if each.kind not in VERIFYING:
            yield _of(each, "is trusted, and does not say whether it verified an address")
        elif "email_verified" not in each.mapping:
            yield _of(each, "is trusted, and its email_verified is not mapped")


def _mapped_links(facts: Deployment) -> Iterator[Detail]:
    for each in facts.providers.get():
        for name in each.mapping:
            if name.startswith("custom:legacy_"):
                yield _of(each, f"writes {name}")


def _unwritable_mapping(facts: Deployment) -> Iterator[Detail]:
    client = facts.client
    writable = client.writable
    if writable is None:
        return
    for each in facts.providers.get():
        for name in sorted(each.mapping.keys() - writable - _EXEMPT):
            if each.name in client.providers and not name.startswith("custom:legacy_"):
                yield _of(each, f"writes {name}, and the app client may not", attribute=name)


def _missing_scopes(facts: Deployment) -> Iterator[Detail]:
    for each in facts.providers.get():
        needed = NEEDED_SCOPES.get(each.kind, frozenset())
        if each.kind == "OIDC" and each.mapping.get("email") == "email":
            needed |= {"email"}  # other claims, e.g. preferred_username, need no such scope
        missing = needed - each.scopes
        if missing:
            yield _of(each, f"is not asked for {', '.join(sorted(missing))}")


CHECKS: Final = (
    Check(
        id="domain_of_pool",
        question="Is the domain of the settings the pool's?",
        severity="high",
        why="Browsers are sent to a page that does not exist, or to another pool.",
        mend="aws cognito-idp describe-user-pool --region {region} --user-pool-id {pool} "
        "--query 'UserPool.[Domain,CustomDomain]'; then set AUTHCORE_SIGN_IN_DOMAIN_URL",
        anchor="operating.md#settings",
        examine=_no_domain,
    ),
    Check(
        id="domain_active",
        question="Does the domain serve?",
        severity="high",
        why="Browsers get no sign-in page.",
        mend="aws cognito-idp describe-user-pool-domain --region {region} --domain <domain>; for a "
        "custom domain, check its certificate and its DNS record",
        anchor="operating.md#settings",
        examine=_inactive_domain,
    ),
    Check(
        id="providers_exist",
        question="Does the pool have every provider that the settings name, in this spelling?",
        severity="high",
        why="Cognito refuses the restart of a sign-in, and a trusted provider links no account.",
        mend="aws cognito-idp list-identity-providers --region {region} --user-pool-id {pool}; "
        "then correct the variable",
        anchor="linking.md#deploy-it",
        examine=_unknown_providers,
    ),
    Check(
        id="providers_of_client",
        question="May the app client use every provider that the settings name?",
        severity="high",
        why="The sign-in page does not offer it, and a restart is refused.",
        mend=client_edit('.SupportedIdentityProviders += ["{provider}"]'),
        anchor="linking.md#deploy-it",
        examine=_unused_providers,
    ),
    Check(
        id="providers_named",
        question="Do the settings name every provider of the app client?",
        severity="low",
        why="A sign-in that Cognito aborts to link the user is not restarted at that provider.",
        mend="add the name to AUTHCORE_SIGN_IN_PROVIDERS",
        anchor="linking.md#deploy-it",
        examine=_unlisted_providers,
    ),
    Check(
        id="provider_address_mapped",
        question="Does every provider give the pool an address?",
        severity="medium",
        why="Users without an address get a second legacy account, or none.",
        mend=_PROVIDER_EDIT,
        anchor="linking.md#when-an-e-mail-address-may-link",
        examine=_no_mapped_address,
    ),
    Check(
        id="provider_verification_mapped",
        question="Does every trusted provider say whether it verified the address?",
        severity="high",
        why="Without that its addresses link no account, and users get a second one.",
        mend=_PROVIDER_EDIT,
        anchor="linking.md#when-an-e-mail-address-may-link",
        examine=_no_mapped_verification,
    ),
    Check(
        id="provider_writes_no_links",
        question="Does no provider write the custom attributes of authcore?",
        severity="critical",
        why="A claim of the provider then decides whose legacy account a user has.",
        mend="aws cognito-idp update-identity-provider --region {region} --user-pool-id {pool} "
        "--provider-name {provider} --attribute-mapping <without custom:legacy_>",
        anchor="linking.md#what-proves-a-link",
        examine=_mapped_links,
    ),
    Check(
        id="provider_mapping_writable",
        question="May the app client write what its providers map?",
        severity="high",
        why="Later sign-ins with the provider fail: the attribute cannot be updated.",
        mend=client_edit('.WriteAttributes += ["{attribute}"]'),
        anchor="linking.md#deploy-it",
        examine=_unwritable_mapping,
    ),
    Check(
        id="provider_scopes",
        question="Is every provider asked for the user's address?",
        severity="high",
        why="The provider then sends no address, and the user is not linked.",
        mend="aws cognito-idp describe-identity-provider --region {region} --user-pool-id {pool} "
        "--provider-name {provider}; then update-identity-provider with authorize_scopes in "
        "--provider-details",
        anchor="linking.md#when-an-e-mail-address-may-link",
        examine=_missing_scopes,
    ),
)
