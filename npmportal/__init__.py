"""The foundations every app stands on: settings, access, audit, jobs, documents, mail."""

from npmportal.celery import app as celery_app

__all__ = ["celery_app"]
