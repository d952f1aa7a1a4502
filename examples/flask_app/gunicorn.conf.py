"""gunicorn loads the application once; each worker fetches the pool's keys for itself."""

from typing import Any

from flask_articles import guard


wsgi_app = "flask_articles:app"
preload_app = True
workers = 2
threads = 4


def post_fork(_server: Any, _worker: Any) -> None:
    """Fetch the keys before the first request; two seconds at most, also in an outage."""
    guard.warm_up()
