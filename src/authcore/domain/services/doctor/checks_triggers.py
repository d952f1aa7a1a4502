"""Checks of the triggers: attached, to the right function, which Cognito may invoke."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Final

from authcore.domain.model.checks import Check, Detail, Severity
from authcore.domain.model.deployment import Deployment, NothingToAskError, each_read
from authcore.domain.model.pool_settings import HANDLERS, LAMBDA_NAMES, Trigger
from authcore.domain.model.surroundings import MODES, OBSERVE, POOL_ID, FunctionSettings
from authcore.domain.services.doctor.mending import trigger_edit


TRIGGER_LIMIT: Final = timedelta(seconds=5)
"""Cognito stops waiting for a function then.  See: Amazon Cognito, Lambda triggers."""

OUR_FUNCTIONS: Final = "authcore_lambda."

STRANGER: Final = "000000000000"
"""An account that no customer of Amazon has."""

_WHY: Final[Mapping[Trigger, tuple[Severity, str]]] = {
    "user_migration": ("high", "Users of the legacy system cannot sign in, and are not moved."),
    "post_confirmation": ("high", "The first sign-in with a provider links no account."),
    "post_authentication": ("high", "Later sign-ins repair no link that is missing."),
    "pre_token_generation": ("critical", "Tokens may name an account that nothing proves."),
}


def _is_lacking(trigger: Trigger, facts: Deployment) -> Iterator[str]:
    is_over = trigger == "user_migration" and facts.plan.phase == "moved"
    if not is_over and trigger not in facts.pool.get().triggers:
        yield f"no function is attached to {LAMBDA_NAMES[trigger]}"


def _functions(facts: Deployment) -> Iterator[tuple[tuple[str, str], FunctionSettings | None]]:
    """Yield trigger and ARN with the function; None where it does not exist."""
    attached = facts.pool.get().triggers
    if attached and not facts.functions:
        raise NothingToAskError
    yield from each_read((pair, facts.functions[pair[1]]) for pair in attached.items())


def _find_attached(facts: Deployment) -> Iterator[tuple[str, str, FunctionSettings]]:
    """Yield trigger, ARN and function, of the functions that exist."""
    for (trigger, arn), found in _functions(facts):
        if found is not None:
            yield trigger, arn, found


def _of(facts: Deployment, trigger: str, arn: str, text: str, **names: str) -> Detail:
    attached = LAMBDA_NAMES.get(trigger, trigger)
    pool_arn = facts.pool.get().arn
    return Detail(f"{trigger} {text}", trigger=attached, function=arn, pool_arn=pool_arn, **names)


def _gone(facts: Deployment) -> Iterator[Detail]:
    for (trigger, arn), found in _functions(facts):
        if found is None:
            yield _of(facts, trigger, arn, f"is attached to {arn}, which does not exist")


def _lost(facts: Deployment) -> Iterator[Detail]:
    attached = facts.pool.get().triggers
    if not facts.plan.functions:
        raise NothingToAskError
    for trigger, arn in facts.plan.functions.items():
        found = attached.get(trigger)
        if found is None and trigger in _WHY:
            continue  # user_migration_attached and its like report it
        if found != arn:
            yield _of(facts, trigger, arn, f"is attached to {found or 'nothing'}, not to {arn}")


def _mixed_up(facts: Deployment) -> Iterator[Detail]:
    for trigger, arn, function in _find_attached(facts):
        is_ours = function.handler.startswith(OUR_FUNCTIONS)
        if is_ours and function.handler != HANDLERS.get(trigger, function.handler):
            yield _of(facts, trigger, arn, f"is attached to the handler {function.handler}")


def _forbidden(facts: Deployment) -> Iterator[Detail]:
    pool_arn = facts.pool.get().arn
    for trigger, arn, function in _find_attached(facts):
        if not any(each.admits(pool_arn) for each in function.permissions):
            yield _of(facts, trigger, arn, f"is attached to {arn}, which the pool may not invoke")


def _open_to_all(facts: Deployment) -> Iterator[Detail]:
    stranger = f"arn:aws:cognito-idp:{facts.plan.region}:{STRANGER}:userpool/{STRANGER}"
    for trigger, arn, function in _find_attached(facts):
        if any(each.admits(stranger) for each in function.permissions):
            yield _of(facts, trigger, arn, f"is attached to {arn}, which every pool may invoke")


def _hasty(facts: Deployment) -> Iterator[Detail]:
    for trigger, arn, function in _find_attached(facts):
        if function.timeout < TRIGGER_LIMIT:
            yield _of(
                facts,
                trigger,
                arn,
                f"has a function that is stopped after {function.timeout.seconds} s",
            )


def _inactive(facts: Deployment) -> Iterator[Detail]:
    for trigger, arn, function in _find_attached(facts):
        if function.state not in ("", "Active") or function.update not in ("", "Successful"):
            state = f"{function.state} {function.update}".strip()
            yield _of(facts, trigger, arn, f"has a function in the state {state}")


def _of_another_pool(facts: Deployment) -> Iterator[Detail]:
    for trigger, arn, function in _find_attached(facts):
        if function.variables.get(POOL_ID) not in (None, facts.plan.pool_id):
            yield _of(facts, trigger, arn, "has a function that is set up for another pool")


def _watching(facts: Deployment) -> Iterator[Detail]:
    for trigger, arn, function in _find_attached(facts):
        name = MODES.get(trigger, "")
        if function.variables.get(name) == OBSERVE:
            text = f"has a function that only watches: {name} is {OBSERVE}"
            yield _of(facts, trigger, arn, text, variable=name)


def _shared_role(facts: Deployment) -> Iterator[Detail]:
    handler_of: dict[str, str] = {}
    for trigger, arn, function in _find_attached(facts):
        first = handler_of.setdefault(function.role, function.handler)
        if function.role and first != function.handler:
            yield _of(facts, trigger, arn, f"has a function with the role of {first}")


ATTACHED: Final = tuple(
    Check(
        id=f"{trigger}_attached",
        question=f"Is a function attached to {LAMBDA_NAMES[trigger]}?",
        severity=severity,
        why=why,
        mend=trigger_edit(LAMBDA_NAMES[trigger]),
        anchor="linking.md#deploy-it",
        examine=partial(_is_lacking, trigger),
    )
    for trigger, (severity, why) in _WHY.items()
)

CHECKS: Final = (
    *ATTACHED,
    Check(
        id="trigger_functions_exist",
        question="Does every function exist that a trigger is attached to?",
        severity="high",
        why="Cognito fails every sign-in that fires the trigger.",
        mend="deploy the function again, or attach the trigger to another one: "
        + trigger_edit("{trigger}"),
        anchor="linking.md#deploy-it",
        examine=_gone,
    ),
    Check(
        id="trigger_functions_expected",
        question="Is every trigger attached to the function that the operator named?",
        severity="critical",
        why="Another function decides who signs in: a trigger was lost, or taken.",
        mend=trigger_edit("{trigger}"),
        anchor="doctor.md#which-functions-belong-to-the-triggers",
        examine=_lost,
    ),
    Check(
        id="trigger_handlers",
        question="Is every trigger attached to the function that was made for it?",
        severity="high",
        why="A function of authcore refuses events of another trigger.",
        mend=trigger_edit("{trigger}"),
        anchor="linking.md#deploy-it",
        examine=_mixed_up,
    ),
    Check(
        id="trigger_permissions",
        question="May the pool invoke every function of its triggers?",
        severity="high",
        why="Cognito fails every sign-in that fires the trigger.",
        mend="aws lambda add-permission --region {region} --function-name {function} "
        "--statement-id cognito --action lambda:InvokeFunction "
        "--principal cognito-idp.amazonaws.com "
        "--source-arn {pool_arn}",
        anchor="linking.md#deploy-it",
        examine=_forbidden,
    ),
    Check(
        id="trigger_permissions_bound",
        question="May no other pool invoke the functions?",
        severity="medium",
        why="The pool of any other account could have users migrated and linked.",
        mend="aws lambda remove-permission --region {region} --function-name {function} "
        "--statement-id <id>, then aws lambda add-permission with --source-arn "
        "{pool_arn}",
        anchor="linking.md#deploy-it",
        examine=_open_to_all,
    ),
    Check(
        id="trigger_timeouts",
        question="May every function of a trigger use the time that Cognito waits?",
        severity="high",
        why="A slow answer of the legacy system ends in a stopped function, not in a refusal.",
        mend="aws lambda update-function-configuration --region {region} "
        "--function-name {function} --timeout 5",
        anchor="migration.md#deploy-it",
        examine=_hasty,
    ),
    Check(
        id="trigger_functions_active",
        question="Is every function of a trigger in use as it was deployed last?",
        severity="high",
        why="Cognito cannot invoke it, or invokes an older version of it.",
        mend="aws lambda get-function-configuration --region {region} --function-name {function} "
        "--query '[State,StateReason,LastUpdateStatus,LastUpdateStatusReason]'",
        anchor="linking.md#deploy-it",
        examine=_inactive,
    ),
    Check(
        id="trigger_roles",
        question="Does every function of a trigger have a role of its own?",
        severity="low",
        why="A function that is taken over can do what the others may do.",
        mend="aws lambda update-function-configuration --region {region} "
        "--function-name {function} --role <a role with its policy of deploy/policies>",
        anchor="least-privilege.md",
        examine=_shared_role,
    ),
    Check(
        id="trigger_functions_of_pool",
        question="Is every function of a trigger set up for this pool?",
        severity="critical",
        why="It writes links into another pool, under keys that prove nothing here.",
        mend="aws lambda update-function-configuration --region {region} "
        "--function-name {function} --environment with AUTHCORE_COGNITO_USER_POOL_ID={pool}",
        anchor="linking.md#deploy-it",
        examine=_of_another_pool,
    ),
    Check(
        id="trigger_observes",
        question="Does every function of a trigger act, and not only watch?",
        severity="high",
        why="No user is moved or linked, or a sign-up may take the name of one who has not moved.",
        mend="aws lambda update-function-configuration --region {region} "
        "--function-name {function} --environment without {variable}",
        anchor="shadow.md#triggers",
        examine=_watching,
    ),
)
