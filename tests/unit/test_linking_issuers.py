"""An identity counts only if it was issued by whom its provider must be."""

from typing import Final

import attrs
import pytest

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.directory import ExternalIdentity
from authcore.domain.model.linking import LinkOutcome
from authcore.settings import load
from authcore.settings.linking import LinkingSettings
from authcore_lambda.account_linking import SOURCES
from authcore_lambda.events.trigger_event import TriggerEvent
from authcore_lambda.events.user_attributes import require_readable
from authcore_lambda.linking_wiring import policy_of
from unit.linking_world import EMMA, NATIVE_EMMA, World, row
from unit.trigger_world import EXTERNAL, GOOGLE, trigger_event


OURS: Final = "https://login.example.com/our-tenant/v2.0"
ENTRA: Final = ExternalIdentity("Entra", "1", "OIDC", OURS)
OTHERS: Final = [None, "", f"{OURS}/", OURS.upper(), "https://login.example.com/another/v2.0"]


@attrs.frozen
class Door:
    linking: LinkingSettings


def world(issuers: str = f"Entra={OURS}") -> World:
    variables = {
        "AUTHCORE_LINKING_EMAIL_PROVIDERS": "Entra Google Cognito",
        "AUTHCORE_LINKING_ISSUERS": issuers,
    }
    here = World(row())
    here.service = attrs.evolve(here.service, policy=policy_of(load(Door, variables).linking))
    return here


def test_an_identity_of_the_issuer_that_is_named_links() -> None:
    # AL-03
    assert world().signs_in(attrs.evolve(EMMA, identity=ENTRA)).status == "linked"


@pytest.mark.parametrize("issuer", OTHERS)
def test_an_identity_of_another_issuer_or_of_none_is_refused_and_nobody_is_asked(
    issuer: str | None,
) -> None:
    # AL-03
    here = world()
    person = attrs.evolve(EMMA, identity=attrs.evolve(ENTRA, issuer=issuer))

    assert here.signs_in(person) == LinkOutcome("refused", "link_issuer")
    assert here.links.calls == []
    assert (here.audit.events[-1].reason, here.audit.events[-1].subject) == (
        "link_issuer",
        EMMA.subject,
    )


def test_somebody_who_is_linked_already_is_refused_too() -> None:
    # AL-03
    person = attrs.evolve(EMMA, identity=attrs.evolve(ENTRA, issuer=OTHERS[-1]), legacy_uid="1815")

    assert world().service.link(person) == LinkOutcome("refused", "link_issuer")


@pytest.mark.parametrize("issuer", OTHERS)
def test_providers_that_are_not_named_may_have_any_issuer(issuer: str | None) -> None:
    google = ExternalIdentity("Google", "109511962726719553612", "Google", issuer)

    assert world().signs_in(attrs.evolve(EMMA, identity=google)).status == "linked"


def test_native_users_have_no_issuer_and_need_none() -> None:
    assert world("Cognito=x").signs_in(NATIVE_EMMA).status == "linked"


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_the_issuer_is_the_one_that_the_event_tells_of_the_primary_identity(source: str) -> None:
    # AL-03
    primary = {**GOOGLE, "providerName": "Entra", "issuer": OURS}
    linked = {**GOOGLE, "primary": False, "issuer": OTHERS[-1]}

    event = trigger_event(source, {**EXTERNAL, "identities": [linked, primary]})
    person = require_readable(TriggerEvent.read(event).account)

    assert person.identity is not None
    assert person.identity.issuer == OURS


@pytest.mark.parametrize("issuers", ["Entra", "Entra=", f"={OURS}", f"Entra={OURS} Entra=b"])
def test_what_names_no_issuer_does_not_start(issuers: str) -> None:
    with pytest.raises(ConfigurationError, match="AUTHCORE_LINKING_ISSUERS is wrong"):
        load(Door, {"AUTHCORE_LINKING_ISSUERS": issuers})


def test_no_issuer_is_looked_at_unless_somebody_says_so() -> None:
    assert load(Door, {}).linking.issuers == {}
