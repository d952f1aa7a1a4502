"""The site for servers: ``site_server:asgi``, or ``site_server:wsgi``."""

import os

from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_settings")
asgi = get_asgi_application()
wsgi = get_wsgi_application()
