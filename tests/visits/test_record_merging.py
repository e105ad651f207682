"""Two people at one part of a record: other rows merge, of the same row one version is chosen."""

from tests.visits.test_record_pages import TYPED, filled, main_of, send, url_of


def test_different_rows_merge_and_of_the_same_row_one_version_is_chosen(as_, alpha_monitor, alpha_lead, draft):
    first, second = as_(alpha_monitor), as_(alpha_lead)
    send(first, draft, "situation", held="10", deaths="1", restraints="5")
    mine = filled(first, draft, "situation", held="11", self_harm="2", restraints="")
    send(second, draft, "situation", deaths="3", isolations="4")

    merged = first.post(url_of(draft, "situation"), mine, follow=True)
    assert "is kept beside it" in main_of(merged)
    assert dict(draft.figures.values_list("measure", "value")) == {
        "held": 11, "deaths": 3, "isolations": 4, "self_harm": 2,
    }  # fmt: skip

    mine = filled(first, draft, "situation", held="12", deaths="6", restraints="7")
    send(second, draft, "situation", held="13", deaths="8", isolations="9")
    conflict = first.post(url_of(draft, "situation"), mine)
    asked = [each.name for each in conflict.context["differences"]]
    form = conflict.context["form"]
    again = {name: form[name].value() for name in form.fields if form[name].value() is not None} | {"asked": asked}
    assert asked == ["held", "deaths"]
    assert "is in the form below" in main_of(conflict)
    assert "Choose one of the two" in main_of(first.post(url_of(draft, "situation"), again | {"choice_held": "mine"}))
    chosen = again | {"choice_held": "mine", "choice_deaths": "theirs"}
    assert first.post(url_of(draft, "situation"), chosen).status_code == 302
    assert dict(draft.figures.values_list("measure", "value")) == {
        "held": 12, "deaths": 8, "restraints": 7, "isolations": 9, "self_harm": 2,
    }  # fmt: skip


def test_of_two_teams_the_one_that_stands_can_be_chosen(as_, alpha_monitor, alpha_lead, draft):
    first = as_(alpha_monitor)
    mine = filled(first, draft, "team", **TYPED["team"])
    send(as_(alpha_lead), draft, "team", p0_name="Bea Other", p0_role="expert")

    conflict = first.post(url_of(draft, "team"), mine)
    assert [each.name for each in conflict.context["differences"]] == ["all"]
    form = conflict.context["form"]
    again = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    done = first.post(url_of(draft, "team"), again | {"asked": "all", "choice_all": "theirs"}, follow=True)

    assert "stays as it is" in main_of(done)
    assert [member.name for member in draft.team.all()] == ["Bea Other"]
