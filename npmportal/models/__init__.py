from npmportal.models.audit_event import AuditEvent
from npmportal.models.dated import DatedFact, DatedQuerySet, Precision
from npmportal.models.job import Job

__all__ = ["AuditEvent", "DatedFact", "DatedQuerySet", "Job", "Precision"]
