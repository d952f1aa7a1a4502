"""Guards for applications: ASGI, WSGI, FastAPI, Flask and Django."""
