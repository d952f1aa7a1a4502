"""The app client at which browsers sign in."""

import attrs


@attrs.frozen(kw_only=True)
class AppClient:
    """
    One app client of one user pool, as the authorization code flow names it.

    Attributes:
        client_id: Of the app client.
        issuer: Of the user pool.
        authorize_url: Cognito's ``…/oauth2/authorize``.
        redirect_uri: The callback as registered with Cognito; the authorize request and the token
            request both send this exact string.
        scopes: OAuth scopes; must include ``openid``.
        providers: Names of the pool's identity providers, as Cognito spells them.  A sign-in that
            Cognito broke off restarts at one of these.  Default: none.
    """

    client_id: str
    issuer: str
    authorize_url: str
    redirect_uri: str
    scopes: tuple[str, ...]
    providers: tuple[str, ...] = ()
