"""A FastAPI application that guards single routes."""

from html import escape
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.responses import HTMLResponse, RedirectResponse

from authcore import User
from authcore_guard.fastapi import SignedIn


app = FastAPI()
signed_in = SignedIn.from_environment().install(app)

SignedInUser = Annotated[User, Depends(signed_in)]
OptionalUser = Annotated[User | None, Depends(signed_in.optional)]
Editor = Annotated[User, Depends(signed_in.require_group("editors"))]


@app.get("/", response_class=HTMLResponse)
async def home(user: OptionalUser) -> str:
    """Greet the user, or a guest."""
    return f"<h1>Welcome</h1><p id=user>{escape(user.name or '') if user else 'a guest'}</p>"


@app.get("/articles", response_class=HTMLResponse)
async def articles(user: SignedInUser) -> str:
    """Greet a signed-in user."""
    return f"<h1>Articles</h1><p id=user>{escape(user.name or '')}</p>"


@app.get("/drafts", response_class=HTMLResponse)
async def drafts(user: Editor) -> str:
    """Answer editors; other users get 403."""
    return f"<h1>Drafts</h1><p id=user>{escape(user.name or '')}</p>"


@app.get("/sign-out")
async def sign_out() -> RedirectResponse:
    """Lead to the auth service, which ends the session."""
    return RedirectResponse(signed_in.signout_url)
