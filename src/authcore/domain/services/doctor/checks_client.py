"""Checks of the app clients: existence, flows, secret, URLs and scopes."""

from collections.abc import Iterator
from typing import Final

from authcore.domain.model.checks import Check, Detail
from authcore.domain.model.deployment import Deployment, NothingToAskError
from authcore.domain.services.doctor.mending import client_edit


PASSWORD_FLOWS: Final = frozenset({"ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"})
SELF_SERVICE: Final = "aws.cognito.signin.user.admin"


def _missing_clients(facts: Deployment) -> Iterator[str]:
    known = {each.client_id for each in facts.clients.get()}
    for client_id in (facts.plan.client_id, *facts.plan.further_client_ids):
        if client_id not in known:
            yield f"the pool has no app client {client_id}"


def _no_migrating_flow(facts: Deployment) -> Iterator[str]:
    client, sign_in = facts.client, facts.plan.sign_in
    if facts.plan.phase == "moved":
        return
    if not client.flows & PASSWORD_FLOWS and "code" not in client.grants:
        yield "no flow shows Cognito a password: neither managed login nor USER_PASSWORD_AUTH"
    if sign_in and sign_in.is_migrating and "ALLOW_USER_PASSWORD_AUTH" not in client.flows:
        yield "AUTHCORE_PASSWORD_MIGRATING is on, and ALLOW_USER_PASSWORD_AUTH is not"


def _no_own_page_flow(facts: Deployment) -> Iterator[Detail]:
    flow = facts.sign_in.password_flow
    if flow and f"ALLOW_{flow}" not in facts.client.flows:
        text = f"AUTHCORE_PASSWORD_FLOW is {flow}, and ALLOW_{flow} is not allowed"
        yield Detail(text, flow=f"ALLOW_{flow}")


def _no_code_grant(facts: Deployment) -> Iterator[str]:
    url = facts.sign_in.domain_url
    if "code" not in facts.client.grants:
        yield f"the app client may not use the authorization code flow of {url}"


def _implicit_grant(facts: Deployment) -> Iterator[Detail]:
    for client in facts.user_clients:
        if "implicit" in client.grants:
            yield Detail(f"{client.client_id} may use the implicit flow", client=client.client_id)


def _public_client(facts: Deployment) -> Iterator[str]:
    if facts.client.secret is None and facts.sign_in.domain_url:
        yield "the app client has no secret, and the settings have one"


def _another_secret(facts: Deployment) -> Iterator[str]:
    secret, ours = facts.client.secret, facts.sign_in.secrets
    if secret and ours and secret not in ours:
        yield "AUTHCORE_SIGN_IN_CLIENT_SECRET is not the app client's secret"


def _fixed_secret(facts: Deployment) -> Iterator[str]:
    if not facts.client.tells_secret_arn:
        raise NothingToAskError
    published, ours = facts.client.secret_arn, facts.sign_in.secret_arn
    if published and ours is None:
        yield "Cognito rotates the secret every 7 days, and the settings do not read it again"
    elif published and ours != published:
        yield "AUTHCORE_SIGN_IN_CLIENT_SECRET_ARN is not where Cognito publishes the secret"


def _unregistered_callback(facts: Deployment) -> Iterator[str]:
    url = facts.sign_in.callback_url
    if url not in facts.client.callback_urls:
        yield f"{url} is not among the callback URLs"


def _unregistered_sign_out(facts: Deployment) -> Iterator[Detail]:
    for url in facts.sign_in.sign_out_urls:
        if url not in facts.client.logout_urls:
            yield Detail(f"{url} is not among the sign-out URLs", url=url)


def _forbidden_scopes(facts: Deployment) -> Iterator[str]:
    for scope in facts.sign_in.scopes:
        if scope not in facts.client.scopes:
            yield f"AUTHCORE_SIGN_IN_SCOPES asks for {scope}, which the app client may not have"


def _self_service(facts: Deployment) -> Iterator[str]:
    if SELF_SERVICE in facts.sign_in.scopes:
        yield f"AUTHCORE_SIGN_IN_SCOPES asks for {SELF_SERVICE}"


def _no_native_users(facts: Deployment) -> Iterator[str]:
    is_moving = facts.plan.phase == "migration"
    if is_moving and "COGNITO" not in facts.client.providers:
        yield "the app client admits no users with a password: COGNITO is no provider of it"


CHECKS: Final = (
    Check(
        id="clients_exist",
        question="Does the pool have the app clients of the settings?",
        severity="high",
        why="Users cannot sign in.",
        mend="aws cognito-idp list-user-pool-clients --region {region} --user-pool-id {pool}; then "
        "correct AUTHCORE_COGNITO_CLIENT_ID or AUTHCORE_COGNITO_FURTHER_CLIENT_IDS",
        anchor="operating.md#several-app-clients-and-pools",
        examine=_missing_clients,
    ),
    Check(
        id="flow_that_migrates",
        question="Does a flow show Cognito the password of a user who has not moved?",
        severity="high",
        why="The migration trigger never fires: with SRP Cognito does not see the password.",
        mend=client_edit('.ExplicitAuthFlows += ["ALLOW_USER_PASSWORD_AUTH"]'),
        anchor="migration.md#deploy-it",
        examine=_no_migrating_flow,
    ),
    Check(
        id="own_page_flow",
        question="May the app client use the flow of the auth service's own sign-in page?",
        severity="high",
        why="Cognito refuses every sign-in on that page.",
        mend=client_edit('.ExplicitAuthFlows += ["{flow}"]'),
        anchor="password-sign-in.md#on-the-auth-services-page",
        examine=_no_own_page_flow,
    ),
    Check(
        id="code_flow",
        question="May the app client use the authorization code flow?",
        severity="high",
        why="Cognito refuses every sign-in of the auth service.",
        mend=client_edit('.AllowedOAuthFlows=["code"] | .AllowedOAuthFlowsUserPoolClient=true'),
        anchor="operating.md#what-is-deployed",
        examine=_no_code_grant,
    ),
    Check(
        id="no_implicit_flow",
        question="Is the implicit flow off?",
        severity="medium",
        why="It puts tokens into URLs, and with them into histories and logs.",
        mend=client_edit('.AllowedOAuthFlows -= ["implicit"]'),
        anchor="operating.md#what-is-deployed",
        examine=_implicit_grant,
    ),
    Check(
        id="confidential_client",
        question="Does the app client have a secret?",
        severity="high",
        why="Cognito refuses a secret of a public client, and no session can be made.",
        mend="a client's kind cannot be changed: make one with a secret and move to it",
        anchor="operating.md#secrets",
        examine=_public_client,
    ),
    Check(
        id="client_secret_current",
        question="Is the secret of the settings the app client's?",
        severity="high",
        why="Cognito refuses every sign-in and refresh (invalid_client).",
        mend="aws cognito-idp describe-user-pool-client --region {region} --user-pool-id {pool} "
        "--client-id {client} --query UserPoolClient.ClientSecret; then set "
        "AUTHCORE_SIGN_IN_CLIENT_SECRET",
        anchor="operating.md#secrets",
        examine=_another_secret,
    ),
    Check(
        id="client_secret_managed",
        question="Is a secret that Cognito rotates read where Cognito publishes it?",
        severity="high",
        why="Within days the configured secret is wrong.",
        mend="set AUTHCORE_SIGN_IN_CLIENT_SECRET_ARN to the app client's ClientSecretArn",
        anchor="operating.md#secrets",
        examine=_fixed_secret,
    ),
    Check(
        id="callback_url_registered",
        question="Is the callback URL registered, character by character?",
        severity="high",
        why="Cognito shows an error page in place of the sign-in.",
        mend=client_edit('.CallbackURLs += ["{callback}"]'),
        anchor="operating.md#what-is-deployed",
        examine=_unregistered_callback,
    ),
    Check(
        id="sign_out_urls_registered",
        question="Is every sign-out URL registered, character by character?",
        severity="high",
        why="A user who signs out stays signed in at Cognito, and sees an error page.",
        mend=client_edit('.LogoutURLs += ["{url}"]'),
        anchor="operating.md#sign-out",
        examine=_unregistered_sign_out,
    ),
    Check(
        id="scopes_allowed",
        question="May the app client have every scope that is requested?",
        severity="high",
        why="Cognito refuses every sign-in (invalid_scope).",
        mend=client_edit('.AllowedOAuthScopes=["openid","email","profile"]'),
        anchor="operating.md#settings",
        examine=_forbidden_scopes,
    ),
    Check(
        id="no_self_service_scope",
        question="Do browsers' sessions leave out the scope of Cognito's self-service API?",
        severity="medium",
        why="With a stolen access token the thief changes the user's address, and takes over.",
        mend=f"remove {SELF_SERVICE} from AUTHCORE_SIGN_IN_SCOPES",
        anchor="security.md",
        examine=_self_service,
    ),
    Check(
        id="native_users_admitted",
        question="Does the app client admit users with a password?",
        severity="high",
        why="Users of the legacy system cannot move.",
        mend=client_edit('.SupportedIdentityProviders += ["COGNITO"]'),
        anchor="migration.md#deploy-it",
        examine=_no_native_users,
    ),
)
