"""The Celery application. It is only the doorbell: the truth about work that takes time is the Job row (ADR 0004)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "npmportal.settings")

app = Celery("npmportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
