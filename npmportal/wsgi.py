"""The entry point for gunicorn."""

import os

import django

from npmportal.cycles import look_seldom
from npmportal.handler import PlainHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "npmportal.settings")
django.setup(set_prefix=False)
application = PlainHandler()
look_seldom()
