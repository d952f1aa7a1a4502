"""What persons do at the pool and at the guard."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from authcore.domain.errors import UnavailableError
from authcore.domain.model.session_decision import (
    Admitted,
    LegacyAdmitted,
    PresentedSession,
)
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore_local.cognito.token_issuer import IssuedTokens, SignedIn
from authcore_local.cognito.user_flows import forgotten_passwords, sign_up
from authcore_local.cognito.user_pool.users import PoolUser
from authcore_local.legacy.site import SESSION_COOKIE
from faults.world.legacy_verbs import LEGACY_VERBS
from faults.world.operators import OPERATOR_VERBS
from faults.world.people import needed_mailbox, password_of, provider_account
from faults.world.world import Admission, Cookie, Held, World


NOTHING: Final = "nothing"
"""The step was not possible to begin with."""

LINK_CLAIM: Final = "authcore_link"
"""Says in an ID token why a link was refused."""

SCOPES: Final = ("openid", "email", "profile")


def claims_of(token: str) -> Mapping[str, Any]:
    """What *token* says; who verifies it is the guard."""
    payload = token.split(".")[1]
    claims: Mapping[str, Any] = json.loads(
        base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    )
    return claims


def _let_in(world: World, actor: str, user: PoolUser, *, hosted: bool = True) -> str:
    now = world.stand.clock.now()
    tokens = world.stand.cognito._issuer.issue(
        SignedIn(user=user, scopes=SCOPES, at=now, hosted=hosted)
    )
    held = _hold(world, actor, user, tokens)
    world.sessions.append(held)
    return _note(world, held)


def _hold(world: World, actor: str, user: PoolUser, tokens: IssuedTokens) -> Held:
    identity = tokens.id_token or ""
    return Held(
        bearer=actor,
        user=user,
        access=tokens.access_token,
        identity=identity,
        refresh=tokens.refresh_token or "",
        claims=claims_of(identity),
        began=world.number,
    )


def _note(world: World, held: Held) -> str:
    world.effects.issued.append(held)
    named = str(held.claims.get(LEGACY_UID) or "none")
    why = held.claims.get(LINK_CLAIM)
    return f"in {named} {why}" if why else f"in {named}"


def enter_password(world: World, actor: str, name: str, word: str) -> str:
    """Sign in at managed login."""
    cognito = world.stand.cognito
    user = cognito._sign_in.first_factor(name, password_of(actor, word), None)
    if cognito._config.post_authentication_in_managed_login:
        cognito._lifecycle.post_authentication(user)
    return _let_in(world, actor, user)


def call_api(world: World, actor: str, name: str, word: str) -> str:
    """Sign in over the API, and send along what only authcore should say."""
    sent = {LEGACY_UID: "1847", LEGACY_LINKED: "1847"}
    cognito = world.stand.cognito
    user = cognito._sign_in.first_factor(name, password_of(actor, word), sent)
    cognito._lifecycle.post_authentication(user)
    return _let_in(world, actor, user, hosted=False)


def come_from_provider(world: World, actor: str, account: str) -> str:
    """Continue with an account at a provider, if one can have it."""
    shown = provider_account(actor, account)
    key = (shown.provider, shown.user_id)
    mailbox = needed_mailbox(actor, account)
    if mailbox and key not in world.used and world.readers[mailbox] != actor:
        return NOTHING
    world.used.add(key)
    user = world.stand.flows.federation.sign_in(shown)
    return _let_in(world, actor, user)


def register(world: World, actor: str, name: str, address: str, word: str) -> str:
    """Sign up under a name and an address, whoever reads it."""
    profile = {"email": address, "name": actor.title()}
    world.stand.flows.sign_up.register(name, password_of(actor, word), profile)
    world.signed_up[name] = actor
    return "done"


def confirm(world: World, actor: str, name: str) -> str:
    """Enter the code that was mailed for one's own sign-up."""
    user = world.stand.cognito.users.find(name)
    if user is None or world.signed_up.get(name) != actor:
        return NOTHING
    code = _mailed(world, actor, user, sign_up.SUBJECT)
    if code is None:
        return NOTHING
    world.stand.flows.sign_up.confirm(name, code)
    return "done"


def resend(world: World, actor: str, name: str) -> str:
    """Ask for another code for one's own sign-up."""
    if world.signed_up.get(name) != actor:
        return NOTHING
    world.stand.flows.sign_up.resend(name)
    return "done"


def forget(world: World, actor: str, name: str) -> str:
    """Ask for a code to reset a password, one's own or another person's."""
    world.stand.flows.forgotten.begin(name)
    return "done"


def reset(world: World, actor: str, name: str, word: str) -> str:
    """Choose a password with the code in a mailbox that one reads."""
    user = world.stand.cognito.users.find(name)
    code = user and _mailed(world, actor, user, forgotten_passwords.SUBJECT)
    if not code:
        return NOTHING
    world.stand.flows.forgotten.confirm(name, code, password_of(actor, word))
    return "done"


def _mailed(world: World, actor: str, user: PoolUser, subject: str) -> str | None:
    address = user.attributes.get("email")
    if address is None or world.readers[address] != actor:
        return None
    found = (
        message.code
        for message in world.stand.cognito.outbox.messages()
        if (message.to, message.subject) == (address, subject)
    )
    return next(found, None)


def refresh(world: World, actor: str, which: str) -> str:
    """Refresh one's latest session, or one's oldest."""
    held = _session(world, actor, which)
    if held is None:
        return NOTHING
    pool = world.stand.cognito
    tokens = pool._refresh.refresh(
        held.refresh, pool._config.client_id, metadata={LEGACY_UID: "1847"}
    )
    held.access, held.identity = tokens.access_token, tokens.id_token or ""
    held.claims = claims_of(held.identity)
    held.refresh = tokens.refresh_token or held.refresh
    return _note(world, held)


def _session(world: World, actor: str, which: str) -> Held | None:
    mine = [held for held in world.sessions if held.bearer == actor]
    return (mine[0] if which == "oldest" else mine[-1]) if mine else None


def visit(world: World, actor: str, carried: str) -> str:
    """Ask the guard for a page, with tokens, the old login's cookie, or both."""
    held = _session(world, actor, "latest") if carried != "cookie" else None
    mine = [each for each in world.cookies if each.bearer == actor and carried != "tokens"]
    return _ask_guard(world, held, mine[-1] if mine else None)


def revisit(world: World, actor: str) -> str:
    """The same with one's oldest session and oldest cookie."""
    mine = [each for each in world.cookies if each.bearer == actor]
    return _ask_guard(world, _session(world, actor, "oldest"), mine[0] if mine else None)


def _ask_guard(world: World, held: Held | None, cookie: Cookie | None) -> str:
    tokens = held and TokenSet(held.access, held.identity, RefreshToken(held.refresh))
    header = f"{SESSION_COOKIE}={cookie.token}" if cookie else ""
    try:
        decision = world.stand.guard.decide(
            PresentedSession(tokens or None, header, can_renew=False)
        )
    except UnavailableError as error:
        return f"unavailable {error.code}"
    world.effects.admissions.append(Admission(decision, held, cookie))
    if isinstance(decision, Admitted | LegacyAdmitted):
        return f"admitted {decision.user.legacy_uid or 'none'} {decision.user.login}"
    return f"turned away {decision.reason}"


def claim(world: World, actor: str, legacy_uid: str, linked: str) -> str:
    """Write attributes of one's own user, where the app client may."""
    held = _session(world, actor, "latest")
    pool = world.stand.cognito
    if held is None or not world.stand.variant.writable:
        return NOTHING
    user = pool.users.with_subject(held.user.subject)
    if user is None:
        return NOTHING
    world.claimed |= {user.subject, legacy_uid}
    written = {LEGACY_UID: legacy_uid, LEGACY_LINKED: linked}
    pool.users.change(
        user.username,
        lambda known: attrs.evolve(known, attributes={**known.attributes, **written}),
    )
    return "done"


VERBS: Final[Mapping[str, Callable[..., str]]] = {
    "password": enter_password,
    "api": call_api,
    "provider": come_from_provider,
    "signup": register,
    "confirm": confirm,
    "resend": resend,
    "forget": forget,
    "reset": reset,
    "refresh": refresh,
    "visit": visit,
    "revisit": revisit,
    "claim": claim,
    **LEGACY_VERBS,
    **OPERATOR_VERBS,
}
