"""Saving a visit that somebody else may have saved meanwhile: other fields merge, of the same field both are shown."""

from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from members.models import Mechanism
from visits import actions
from visits.field_table import label_of
from visits.forms.merging import MARKED, MINE, THEIRS, TRIES, Merge, merge, put, value_of
from visits.forms.visit import VisitForm
from visits.models import Visit
from visits.models.body_names import BodyNames
from visits.views.differences import differences
from visits.views.visit_form_page import filled_form, form_page


@dataclass
class Answer:
    """What became of the form: a page to answer with, or the saved visit and the fields taken from somebody else."""

    visit: Visit
    page: HttpResponse | None = None
    taken: list[str] = field(default_factory=list)


def decide(post: QueryDict, visit: Visit) -> tuple[QueryDict, list[str]]:
    """Return what was sent, with the fields for which “theirs” was chosen as they stand, and the undecided fields."""
    data, undecided = post.copy(), []
    for name in (name for name in post.getlist("asked") if name in MARKED):
        choice = post.get(f"choice_{name}")
        if choice == THEIRS:
            put(data, name, value_of(visit, name))
        elif choice != MINE:
            undecided.append(name)
    return data, undecided


def merge_and_save(
    request: HttpRequest, mechanism: Mechanism, visit: Visit, data: QueryDict, undecided: list[str]
) -> Answer:
    """Save what was typed; where somebody else saved meanwhile, merge, or ask about the fields both have changed.

    Raises PermissionDenied where the visit is not open to the person any more.
    """
    taken: list[str] = []
    for _try in range(TRIES):
        form = filled_form(request, mechanism, visit, data)
        if not form.is_valid():
            page = form_page(request, mechanism, form, visit=_stored(visit), merged=merged_in_words(taken))
            return Answer(visit, page)
        if undecided:
            form.add_error(None, _("Choose one of the two versions of each field."))
            merged = Merge(data, disputed=undecided)
            return Answer(visit, _ask(request, mechanism, form, form, _stored(visit), merged))
        try:
            return Answer(_save(request, form), taken=taken)
        except actions.VisitChangedMeanwhile as conflict:
            merged = merge(form, conflict.visit, data)
            if merged.disputed or conflict.visit.state not in Visit.CHANGEABLE:
                merged.taken = [*taken, *merged.taken]
                return Answer(visit, _conflict(request, mechanism, form, conflict.visit, merged))
            data, taken, visit = merged.data, [*taken, *merged.taken], _stored(visit)
        except (actions.StepRefused, actions.ReferenceTaken, actions.PlaceGone) as refusal:
            _say_why(form, refusal)
            return Answer(visit, form_page(request, mechanism, form, visit=_stored(visit)))
    return Answer(visit, _conflict(request, mechanism, form, _stored(visit), Merge(data, taken)))


def merged_in_words(names: list[str]) -> str:
    """Return, in a sentence, which fields somebody else changed meanwhile; nothing where there is none."""
    if not names:
        return ""
    labels = ", ".join(capfirst(label_of(name)) for name in dict.fromkeys(names))
    return _("Somebody else saved this visit meanwhile. Their changes are kept beside yours: %(fields)s.") % {
        "fields": labels
    }


def _save(request: HttpRequest, form: VisitForm) -> Visit:
    data = form.cleaned_data
    return actions.change_visit(
        visit=form.instance,
        partners=data.get("partners"),
        expected_version=data["version"] or 0,
        by=request.user,  # type: ignore[arg-type]
        reason=data.get("amend_reason", ""),
        form_key=data["form_key"],
    )


def _say_why(form: VisitForm, refusal: Exception) -> None:
    if isinstance(refusal, actions.ReferenceTaken):
        form.add_error("reference", _("The body has another visit with this reference."))
    elif isinstance(refusal, actions.PlaceGone):
        form.add_error("place", _("Choose a place of this network’s register."))
    else:
        form.add_error(None, str(refusal))


def _conflict(
    request: HttpRequest, mechanism: Mechanism, typed: VisitForm, stored: Visit, merged: Merge
) -> HttpResponse:
    """Return the form as merged so far, and ask about the rest; saving it again begins from what stands now."""
    stored = _stored(stored)
    form = filled_form(request, mechanism, _stored(stored), merged.data)
    return _ask(request, mechanism, form, typed, stored, merged)


def _ask(
    request: HttpRequest, mechanism: Mechanism, form: VisitForm, typed: VisitForm, stored: Visit, merged: Merge
) -> HttpResponse:
    may_still_save = stored.state in Visit.CHANGEABLE
    only = merged.disputed if may_still_save else None  # what cannot be saved is shown whole, to be copied
    found = differences(typed, stored, BodyNames(mechanism), only)
    context = {"conflict": True, "differences": found, "merged": merged_in_words(merged.taken)}
    context["may_still_save"] = may_still_save
    return form_page(request, mechanism, form, visit=stored, status=409, **context)


def _stored(visit: Visit) -> Visit:
    """Return the visit as it stands: a form writes what was typed into the one it was made with."""
    return Visit.objects.for_detail().get(pk=visit.pk)
