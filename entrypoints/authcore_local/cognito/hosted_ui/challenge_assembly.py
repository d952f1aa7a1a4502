"""Assemble the challenges of managed login: the flows of the API, which end in a page."""

from authcore_local.cognito.hosted_ui.challenge_pages import ChallengePages, InManagedLogin
from authcore_local.cognito.hosted_ui.hosted_ui import HostedPages
from authcore_local.cognito.idp_api.api_parts import ApiParts
from authcore_local.cognito.idp_api.assembly import mfa_settings
from authcore_local.cognito.idp_api.challenge_desk import ChallengeDesk
from authcore_local.cognito.idp_api.challenge_sessions import ChallengeSessions
from authcore_local.cognito.idp_api.sign_in_flows import SignInFlows


def challenge_pages(parts: ApiParts, hosted: HostedPages) -> ChallengePages:
    """Build the pages; their sessions are none of the API's."""
    challenges = ChallengeSessions(parts.config, clock=parts.clock, entropy=parts.entropy)
    conclude = InManagedLogin(config=parts.config, lifecycle=parts.lifecycle)
    flows = SignInFlows.of(parts, challenges, conclude)
    answerers = {
        name: answerer
        for name, answerer in flows.answerers().items()
        if name not in {"PASSWORD_VERIFIER", "PASSWORD", "PASSWORD_SRP", "SELECT_CHALLENGE"}
    }
    return ChallengePages(
        hosted=hosted,
        completion=flows.completion,
        desk=ChallengeDesk(users=parts.users, sessions=challenges, answerers=answerers),
        settings=mfa_settings(parts, challenges),
    )
