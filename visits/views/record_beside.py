"""How complete a visit's record is, part by part with links to go on, for the page of the visit (ux.md 10)."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from visits.models import Visit
from visits.models.completeness import OF_TABLES, Part, parts_of
from visits.models.sums import questions_about_figures, questions_about_numbers
from visits.views.facts import Section
from visits.views.record_facts import load_record
from visits.views.scope import visit_address

# On which page a part that stands in a table of its own is recorded.
PAGE_OF = {
    "team": "visit_team",
    "figures": "visit_situation",
    "needs": "visit_needs",
    "findings": "visit_findings",
    "ratings": "visit_ratings",
    "answers": "visit_answers",
}
WORDS = {
    **OF_TABLES,
    "findings": gettext_lazy("Findings and recommendations"),
    "ratings": gettext_lazy("Ratings"),
    "answers": gettext_lazy("Answers to the body’s questions"),
}
# Which of them stand in which section of the visit's page.
IN_SECTION = {"team": ("team",), "situation": ("figures", "needs"), "findings": ("findings", "ratings", "answers")}


@dataclass(frozen=True)
class Task:
    """One part of the record in the list beside the visit; ``url`` is empty for who does not change it."""

    part: Part
    url: str


def record_context(visit: Visit, sees: frozenset[str], *, may_change: bool) -> dict[str, Any]:
    """Return what the page of ``visit`` prints of its completeness. One query for each table the reader ``sees``."""
    load_record(visit, sees)
    parts = parts_of(visit, sees)
    questions = questions_about_numbers(visit) if sees.issuperset(Visit.FUNNEL) else []
    if "figures" in sees:
        # The counts of the conversations are compared with the situation only for those who read both.
        both = visit if sees.issuperset(Visit.FUNNEL) else Visit()
        questions += questions_about_figures(both, visit.figures.all())
    return {
        "parts": [Task(part, _url(visit, part) if may_change else "") for part in parts],
        "recorded": sum(part.is_complete for part in parts),
        "questions": questions,
    }


def with_links(sections: list[Section], visit: Visit) -> list[Section]:
    """Give the sections of the page that have a page of their own the links to it."""
    for section in sections:
        for name in IN_SECTION.get(section.part, ()):
            words = _("Change: %(part)s") % {"part": str(WORDS[name]).lower()}
            section.links.append((words, visit_address(visit, PAGE_OF[name])))
    return sections


def _url(visit: Visit, part: Part) -> str:
    if part.name in PAGE_OF:
        return visit_address(visit, PAGE_OF[part.name])
    anchor = f"#id_{part.first_missing}" if part.first_missing else ""
    return f"{visit_address(visit, 'visit_change')}{anchor}"
