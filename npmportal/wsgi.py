"""The entry point for gunicorn."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "npmportal.settings")
application = get_wsgi_application()

# Python looks for reference cycles after every 700 new objects; a page makes tens of thousands and few cycles, so
# that a fifth of its time went there (benchmarks/README.md). What the start has made stays and is not looked at again.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 10, 100)
