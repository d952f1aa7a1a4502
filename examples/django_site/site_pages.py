"""The pages of the site, and its URLs."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import login_required, user_passes_test
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.html import format_html
from django.views import View

from authcore_guard.django import SignInRequiredMixin, current_user
from authcore_guard.django_users.views import sign_in, sign_out


def home(request: HttpRequest) -> HttpResponse:
    """Greet the user, or a guest."""
    user = current_user(request)
    return _page("Welcome", (user.name or "") if user else "a guest")


def _is_editor(user: Any) -> bool:
    return bool(user.groups.filter(name="editors").exists())


@login_required
def articles(request: HttpRequest) -> HttpResponse:
    """Greet a signed-in user: Django's own user, with permissions."""
    user: Any = request.user
    return _page("Articles", user.get_full_name())


@user_passes_test(_is_editor)
def drafts(request: HttpRequest) -> HttpResponse:
    """Answer editors; other users get 403."""
    return _page("Drafts", str(request.user))


class Updates(SignInRequiredMixin, View):
    """A class-based view with an async handler."""

    async def get(self, request: HttpRequest) -> HttpResponse:
        """Greet a signed-in user."""
        user: Any = await request.auser()
        return _page("Updates", user.get_full_name())


def _page(title: str, name: str) -> HttpResponse:
    return HttpResponse(format_html("<h1>{}</h1><p id=user>{}</p>", title, name))


urlpatterns = [
    path("", home),
    path("articles", articles),
    path("drafts", drafts),
    path("updates", Updates.as_view()),
    path("login/", sign_in),
    path("sign-out", sign_out),
    path("admin/login/", sign_in),
    path("admin/logout/", sign_out),
    path("admin/", admin.site.urls),
]
