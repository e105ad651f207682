"""The field table of visits, printed: what a data protection review asks for."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.models import Mechanism
from members.views.scope import desk_page
from npmportal.csv_files import csv_response
from npmportal.field_table import FieldRule
from visits import field_table
from visits.field_table import LEAD, PARTS, READERS, STATES


@dataclass(frozen=True)
class Cell:
    """Who sees a field in one state, and whether the lead body changes it."""

    readers: list[Promise]
    is_changed: bool


@require_safe
@desk_page()
def fields(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    rules = field_table.TABLE.rules
    context = {
        "states": STATES.values(),
        "blind": [words for name, words in READERS.items() if not any(rule.seen[name] for rule in rules)],
        "parts": [
            (title, [(_label(rule), _cells(rule)) for rule in rules if rule.part == part])
            for part, title in PARTS.items()
        ],
    }
    return TemplateResponse(request, "visits/fields.html", context)


@require_safe
@desk_page()
def fields_csv(request: HttpRequest, mechanism: Mechanism) -> HttpResponseBase:
    header = [_("part"), _("field"), _("who"), *(str(label) for label in STATES.values())]
    return csv_response("visit-fields.csv", header, [row for rule in field_table.TABLE.rules for row in _lines(rule)])


def _label(rule: FieldRule) -> str:
    return capfirst(field_table.label_of(rule.field))


def _cells(rule: FieldRule) -> list[Cell]:
    return [
        Cell([words for name, words in READERS.items() if state in rule.seen[name]], state in rule.changed[LEAD])
        for state in STATES
    ]


def _lines(rule: FieldRule) -> list[list[str]]:
    """Return a line per audience, and one for those who change the field: in each state yes or no."""
    start = [str(PARTS[rule.part]), _label(rule)]
    yes, no = _("yes"), _("no")
    asked = [(_("%(who)s: see it") % {"who": words}, rule.seen[name]) for name, words in READERS.items()]
    asked.append((_("Those who log for the lead body: change it"), rule.changed[LEAD]))
    return [[*start, who, *(yes if state in states else no for state in STATES)] for who, states in asked]
