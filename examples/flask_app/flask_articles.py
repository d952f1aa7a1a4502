"""A Flask application behind the guard: every view needs a sign-in, except the public paths."""

from html import escape

from flask import Flask, redirect
from werkzeug.wrappers import Response

from authcore_guard.flask import Guard, current_user, require_group, signed_in_user


app = Flask(__name__)
guard = Guard.from_environment()
guard.init_app(app)


@app.get("/")
def home() -> str:
    """Greet the user, or a guest."""
    user = current_user()
    return f"<h1>Welcome</h1><p id=user>{escape(user.name or '') if user else 'a guest'}</p>"


@app.get("/articles")
def articles() -> str:
    """Greet a signed-in user."""
    user = signed_in_user()
    return f"<h1>Articles</h1><p id=user>{escape(user.name or '')}</p>"


@app.get("/drafts")
@require_group("editors")
def drafts() -> str:
    """Answer editors; other users get 403."""
    return "<h1>Drafts</h1>"


@app.get("/sign-out")
def sign_out() -> Response:
    """Lead to the auth service, which ends the session."""
    return redirect(guard.signout_url)
