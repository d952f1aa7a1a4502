"""Wire the routes that other programs call."""

from typing import Final

from dependency_injector import providers

from authcore.adapters.worker_threads import WorkerThreads
from authcore.ports.coordination import CreateIntents
from authcore.wiring.old_login import OldLogin, old_login_keys, old_login_limits, old_login_of
from authcore.wiring.profile_sync import SyncParts
from authcore.wiring.secrets import current_secret
from authcore.wiring.sessions import SessionContainer
from authcore.wiring.table import create_intents_of
from authcore.wiring.webhooks import ProfileSyncCall, profile_webhooks, sync_call, webhook_sync
from authcore_web.containers.services import ServiceContainer
from authcore_web.containers.sign_in import SignInContainer
from authcore_web.request.api_keys import ApiKeys
from authcore_web.response.verification import VerificationResponses
from authcore_web.routes.old_login import OldLoginRoutes
from authcore_web.routes.profile_changed import ProfileChangedRoutes
from authcore_web.routes.verify import VerifyRoutes


OLD_LOGINS_AT_ONCE: Final = 32
"""Checks and changes of passwords that run at once, of up to four calls to Cognito each."""

WEBHOOKS_AT_ONCE: Final = 8
"""Cognito takes 25 writes per second; more webhooks wait, and do not hold up sign-ins."""


class ProgramContainer(SignInContainer):
    """Wires what programs ask: verification, passwords of the old login, webhooks."""

    api_keys: providers.Provider[ApiKeys] = providers.ThreadSafeSingleton(
        ApiKeys,
        providers.ThreadSafeSingleton(
            current_secret,
            SessionContainer.settings.provided.verify.caller_keys,
            clock=SessionContainer.clock,
            audit=SessionContainer.audit,
        ),
        audit=SessionContainer.audit,
        counter=SessionContainer.counter,
    )
    verification_responses: providers.Provider[VerificationResponses] = (
        providers.ThreadSafeSingleton(
            VerificationResponses,
            SessionContainer.audit,
            SessionContainer.validator,
            SessionContainer.settings.provided.verify.payload,
        )
    )
    verify_routes: providers.Provider[VerifyRoutes] = providers.ThreadSafeSingleton(
        VerifyRoutes,
        session_guard=SessionContainer.program_guard,
        api_keys=api_keys,
        verification_responses=verification_responses,
        error_responses=ServiceContainer.error_responses,
        threads=ServiceContainer.threads,
    )
    old_login: providers.Provider[OldLogin | None] = providers.ThreadSafeSingleton(
        old_login_of,
        SessionContainer.settings.provided.old_login,
        SessionContainer.cognito,
        providers.ThreadSafeSingleton(
            old_login_limits,
            SessionContainer.settings.provided.old_login,
            SessionContainer.store,
            SessionContainer.table_client.provider,
            SessionContainer.clock,
            SessionContainer.entropy,
        ),
        validator=SessionContainer.validator,
        revoker=ServiceContainer.token_revoker,
        secrets=ServiceContainer.client_secrets,
        clock=SessionContainer.clock,
        entropy=SessionContainer.entropy,
        audit=SessionContainer.audit,
    )
    old_login_routes: providers.Provider[OldLoginRoutes] = providers.ThreadSafeSingleton(
        OldLoginRoutes,
        old_login=old_login,
        api_keys=providers.ThreadSafeSingleton(
            ApiKeys,
            providers.ThreadSafeSingleton(
                old_login_keys,
                SessionContainer.settings.provided.old_login,
                clock=SessionContainer.clock,
                audit=SessionContainer.audit,
            ),
            audit=SessionContainer.audit,
            counter=SessionContainer.counter,
        ),
        error_responses=ServiceContainer.error_responses,
        threads=providers.ThreadSafeSingleton(WorkerThreads, threads=OLD_LOGINS_AT_ONCE),
        refusals=SignInContainer.even_refusals,
    )
    create_intents: providers.Provider[CreateIntents] = providers.ThreadSafeSingleton(
        create_intents_of,
        SessionContainer.store,
        SessionContainer.table_client.provider,
        SessionContainer.clock,
        SessionContainer.entropy,
    )
    sync_parts: providers.Provider[SyncParts | None] = providers.ThreadSafeSingleton(
        webhook_sync,
        SessionContainer.settings.provided.webhook,
        SessionContainer.settings.provided.sync,
        cognito=SessionContainer.cognito,
        legacy=SessionContainer.settings.provided.legacy,
        store=SessionContainer.store,
        clock=SessionContainer.clock,
        audit=SessionContainer.audit,
    )
    profile_sync: providers.Provider[ProfileSyncCall | None] = providers.ThreadSafeSingleton(
        sync_call, sync_parts
    )
    webhook_threads: providers.Provider[WorkerThreads] = providers.ThreadSafeSingleton(
        WorkerThreads, threads=WEBHOOKS_AT_ONCE
    )
    profile_changed_routes: providers.Provider[ProfileChangedRoutes] = (
        providers.ThreadSafeSingleton(
            ProfileChangedRoutes,
            webhooks=providers.ThreadSafeSingleton(
                profile_webhooks,
                SessionContainer.settings.provided.webhook,
                profile_sync,
                create_intents.provider,
                clock=SessionContainer.clock,
                audit=SessionContainer.audit,
                counter=SessionContainer.counter,
            ),
            error_responses=ServiceContainer.error_responses,
            threads=webhook_threads,
        )
    )
