from reports.actions.reports import request_report, retry_report
from reports.actions.years import ensure_years

__all__ = ["ensure_years", "request_report", "retry_report"]
