"""The coordinator's page: in which fortnights members meet at a place, and who asks often."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.models import Mechanism
from members.views.scope import desk_page
from npmportal.access import REVIEW_VISITS
from visits.fortnights import number_of
from visits.models.body_names import BodyNames
from visits.plan_meetings import meetings, often_asked
from visits.views.plan_parts import days_in_words

SHOWN = 6  # fortnights on a page


@require_safe
@desk_page(needs=REVIEW_VISITS)
def plan_meetings(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    today = date.today()
    now = number_of(today)
    asked = request.GET.get("from", "")
    # Not before today: what is past has become visits.
    first = max(now, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 5 else now
    names = BodyNames(mechanism)
    rows = [
        {
            "when": days_in_words(met.first, met.last),
            "place": met.place,
            "bodies": [name for body in met.body_ids if (name := names.on(body, met.first))],
        }
        for met in meetings(mechanism, first, first + SHOWN - 1)
    ]
    often = [(row, names.on(row.body_id, today)) for row in often_asked(mechanism, today)]
    context = {
        "rows": rows,
        "often": often,
        "earlier": max(now, first - SHOWN) if first > now else None,
        "later": first + SHOWN,
        "weeks": 2 * SHOWN,
        "title": _("Where members meet"),
    }
    return TemplateResponse(request, "visits/plan_meetings.html", context)
