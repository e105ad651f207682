from reports.models.report import Report
from reports.models.snapshot import Snapshot
from reports.models.year import ReportingYear

__all__ = ["Report", "ReportingYear", "Snapshot"]
