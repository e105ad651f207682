from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VisitsConfig(AppConfig):
    name = "visits"
    verbose_name = _("Visits")

    def ready(self) -> None:
        """Read the field table now: a mistake in it stops the start, not a page. Make kinds of jobs and acts known."""
        from members.coverage.cells import show_beside
        from members.leaving_hooks import when_a_person_leaves
        from members.reference.further import load_beside
        from visits import activity, attachment_checks, field_table  # noqa: F401
        from visits.beside_coverage import places_and_visits
        from visits.concern_kinds import register_kinds
        from visits.documents import mandate_letter  # noqa: F401
        from visits.downloading import jobs as download_jobs  # noqa: F401
        from visits.downloading.keeping import forget_downloads_of
        from visits.importing import jobs  # noqa: F401
        from visits.keeping_drafts import forget_drafts_of
        from visits.leaving_teams import leave_teams
        from visits.reference.scales import load_scales

        activity.declare()
        register_kinds()
        show_beside(places_and_visits)
        load_beside(load_scales)
        when_a_person_leaves(forget_drafts_of)
        when_a_person_leaves(forget_downloads_of)
        when_a_person_leaves(leave_teams)
