"""Merging the parts of a record where it is easily lost: a third person, and standards judged in words alone."""

from tests.visits.question_tools import scale_of
from tests.visits.test_record_pages import filled, send, url_of
from visits import actions
from visits.models import Standard, VisitFigure, VisitRating


def again_from(response, **chosen):
    """Return what the form of a conflict holds, with the versions that were ``chosen``."""
    form = response.context["form"]
    held = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    return held | {"asked": [each.name for each in response.context["differences"]]} | chosen


def test_third_person_who_is_quicker_between_merging_and_saving_loses_nothing(
    as_, alpha_monitor, alpha_lead, draft, monkeypatch
):
    first, second = as_(alpha_monitor), as_(alpha_lead)
    mine = filled(first, draft, "situation", held="11")
    send(second, draft, "situation", deaths="3")
    whole, turns = actions.change_record, []

    def slow(**said):
        turns.append(said)
        if len(turns) == 2:  # merged, and not stored yet: somebody corrects what was merged
            rows = [VisitFigure(measure="deaths", value=4), VisitFigure(measure="isolations", value=7)]
            whole(visit=draft, part="situation", rows=rows, expected_version=2, by=alpha_lead)
        return whole(**said)

    monkeypatch.setattr(actions, "change_record", slow)
    response = first.post(url_of(draft, "situation"), mine)
    if response.status_code == 409:
        response = first.post(url_of(draft, "situation"), again_from(response))

    assert response.status_code == 302
    assert dict(draft.figures.values_list("measure", "value")) == {"held": 11, "deaths": 4, "isolations": 7}


def test_of_a_standard_judged_in_words_alone_the_chosen_version_holds(as_, alpha_monitor, alpha_lead, alpha, draft):
    scale_of(alpha, alpha_lead, grades=())
    safety = Standard.objects.get(name_en="Safety")
    first, second = as_(alpha_monitor), as_(alpha_lead)
    mine = filled(first, draft, "ratings", **{f"s{safety.pk}_note": "Mine."})
    send(second, draft, "ratings", **{f"s{safety.pk}_note": "Theirs."})

    conflict = first.post(url_of(draft, "ratings"), mine)
    assert conflict.status_code == 409
    assert first.post(url_of(draft, "ratings"), again_from(conflict)).status_code == 409
    choice = {f"choice_{safety.pk}": "theirs"}
    first.post(url_of(draft, "ratings"), again_from(conflict, **choice))

    assert VisitRating.objects.get().note == "Theirs."
