from npmportal.models.audit_event import AuditEvent
from npmportal.models.audit_link import AuditHead, AuditLink
from npmportal.models.dated import DatedFact, DatedQuerySet, Precision
from npmportal.models.job import Job
from npmportal.models.mail_record import MailRecord

__all__ = ["AuditEvent", "AuditHead", "AuditLink", "DatedFact", "DatedQuerySet", "Job", "MailRecord", "Precision"]
