"""Guards of single views of a Django site: functions and classes, sync and async."""

from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any, ClassVar, Concatenate, ParamSpec, TypeAlias, TypeVar, overload

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.core.handlers.exception import response_for_exception
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views import View as ClassView

from authcore.domain.model.groups import Among, Requirement, requirement
from authcore_guard import asgi
from authcore_guard.django_requests import (
    SignedInRequest,
    current_user,
    observe,
    read_request,
    request_guard,
    set_user,
    standing_denial,
)
from authcore_guard.django_responses import add_headers, complete, denial_response
from authcore_guard.request_guard import Allow, Deny


View: TypeAlias = Callable[..., Any]
Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer", bound=HttpResponseBase)
Handler: TypeAlias = Callable[Concatenate[SignedInRequest, Arguments], Answer]
AsyncHandler: TypeAlias = Callable[Concatenate[SignedInRequest, Arguments], Awaitable[Answer]]
Requirements: TypeAlias = tuple[Requirement, ...]


@overload
def sign_in_required(
    view: AsyncHandler[Arguments, Answer],
) -> Callable[Concatenate[HttpRequest, Arguments], Coroutine[Any, Any, Answer | HttpResponse]]: ...


@overload
def sign_in_required(
    view: Handler[Arguments, Answer],
) -> Callable[Concatenate[HttpRequest, Arguments], Answer | HttpResponse]: ...


def sign_in_required(view: View) -> View:
    """Guard *view*, whether its path is public or not."""
    return _guard_view(view, ())


class _GroupDecorator:
    """Guards views for users who meet a requirement."""

    def __init__(self, required: Requirement) -> None:
        self._required = required

    @overload
    def __call__(
        self, view: AsyncHandler[Arguments, Answer]
    ) -> Callable[
        Concatenate[HttpRequest, Arguments], Coroutine[Any, Any, Answer | HttpResponse]
    ]: ...

    @overload
    def __call__(
        self, view: Handler[Arguments, Answer]
    ) -> Callable[Concatenate[HttpRequest, Arguments], Answer | HttpResponse]: ...

    def __call__(self, view: View) -> View:
        return _guard_view(view, (self._required,))


def group_required(*names: str, any_of: bool = False, among: Among = "groups") -> _GroupDecorator:
    """
    Decorate a view: users without the groups get 403, and no redirect to the sign-in.

    See Requirement for the arguments and the ConfigurationError.
    """
    return _GroupDecorator(requirement(*names, any_of=any_of, among=among))


class SignInRequiredMixin:
    """
    Guards a class-based view, sync or async, whether its path is public or not.

    Put it first among the base classes.

    Attributes:
        required: What users need beside a session, by ``requirement("editors")``; nothing by
            default.
    """

    required: ClassVar[Requirements] = ()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """See: Django "Class-based views"."""
        handler = super().dispatch  # type: ignore[misc] # of django.views.View
        return _guard_view(handler, self.required)(request, *args, **kwargs)


def _guard_view(view: View, requirements: Requirements) -> View:
    is_async = iscoroutinefunction(view) or _is_of_async_class(view)
    return (_guard_async if is_async else _guard_sync)(view, requirements)


def _guard_sync(view: View, requirements: Requirements) -> View:
    @wraps(view)
    def guarded_view(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if _is_observed(request, requirements):
            return view(request, *args, **kwargs)
        decision = _decide(request, requirements)
        if isinstance(decision, Deny):
            return denial_response(decision)
        set_user(request, decision)
        try:
            return complete(request_guard(), decision, view(request, *args, **kwargs))
        except Exception as error:
            if not decision.cookies:
                raise
            return add_headers(decision, _answer_failure(request, error))

    return guarded_view


def _guard_async(view: View, requirements: Requirements) -> View:
    @wraps(view)
    async def guarded_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if _is_observed(request, requirements):
            unchanged: HttpResponseBase = await view(request, *args, **kwargs)
            return unchanged
        decision = await _decide_async(request, requirements)
        if isinstance(decision, Deny):
            return denial_response(decision)
        set_user(request, decision)
        return await _complete_async(request, decision, view(request, *args, **kwargs))

    return guarded_view


async def _complete_async(
    request: HttpRequest, decision: Allow, response: Awaitable[HttpResponseBase]
) -> HttpResponseBase:
    try:
        return complete(request_guard(), decision, await response)
    except Exception as error:
        if not decision.cookies:
            raise
        failure = await sync_to_async(_answer_failure, thread_sensitive=True)(request, error)
        return add_headers(decision, failure)


def _is_of_async_class(view: View | None) -> bool:
    """
    Whether *view* is ``dispatch`` of a class with async handlers.

    It is no coroutine function itself, and returns one's coroutine.  ``method_decorator`` and other
    decorators wrap it.
    """
    while view is not None:
        owner = getattr(view, "__self__", None)
        if isinstance(owner, ClassView):
            return bool(owner.view_is_async)
        view = getattr(view, "func", None) or getattr(view, "__wrapped__", None)
    return False


def _is_observed(request: HttpRequest, requirements: Requirements) -> bool:
    """Whether the guard only observes; then *request* is observed."""
    guard = request_guard()
    if guard.shadow is None:
        return False
    observe(guard.for_everything(), request, *requirements)
    return True


def _decide(request: HttpRequest, requirements: Requirements) -> Allow | Deny:
    """Decide about the user that the middleware found, or about the request."""
    if denial := standing_denial(request):
        return denial
    guard, asked = request_guard().for_everything(), read_request(request)
    user = current_user(request)
    decision = Allow(user) if user else guard.check(asked)
    return (
        decision if isinstance(decision, Deny) else guard.check_user(asked, decision, *requirements)
    )


async def _decide_async(request: HttpRequest, requirements: Requirements) -> Allow | Deny:
    if denial := standing_denial(request):
        return denial
    guard, asked = request_guard().for_everything(), read_request(request)
    user = current_user(request)
    decision = Allow(user) if user else await asgi.check_request(guard, asked)
    return (
        decision if isinstance(decision, Deny) else guard.check_user(asked, decision, *requirements)
    )


def _answer_failure(request: HttpRequest, error: Exception) -> HttpResponseBase:
    """Let Django answer *error* here: outside of the view the new tokens would be lost."""
    for database in connections.all(initialized_only=True):
        if database.settings_dict["ATOMIC_REQUESTS"] and database.in_atomic_block:
            database.set_rollback(True)
    return response_for_exception(request, error)
