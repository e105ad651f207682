"""The entry point for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from npmportal.cycles import look_seldom

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "npmportal.settings")
application = get_wsgi_application()
look_seldom()
