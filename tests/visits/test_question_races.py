"""Two of the same stored at once: the second is told beside the field, and what it typed stays."""

import pytest
from django.urls import reverse

from tests.visits.question_tools import questions_of, scale_of
from visits.actions import versions
from visits.models import QuestionSet, RatingScale, Theme


def url_of(name, **more):
    return reverse(f"visits:{name}", kwargs={"npm": "examplia"} | more)


def test_second_question_set_for_a_setting_is_told_at_the_setting(as_, alpha, prison, alpha_lead):
    questions_of(alpha, prison.setting, alpha_lead)

    typed = {"body": alpha.pk, "setting": prison.setting.pk}
    response = as_(alpha_lead).post(url_of("question_add", kind="sets"), typed)

    assert response.status_code == 200
    assert "There is a question set for this setting already" in str(response.context["form"].errors["setting"])
    assert QuestionSet.objects.count() == 1


def test_scale_of_a_name_taken_a_moment_ago_is_refused(as_, alpha, alpha_lead, monkeypatch):
    first = scale_of(alpha, alpha_lead)
    monkeypatch.setattr(versions, "free_slug", lambda scale: first.slug)

    typed = {"body": alpha.pk, "name_en": first.name_en, "name_nl": ""}
    response = as_(alpha_lead).post(url_of("question_add", kind="scales"), typed)

    assert response.status_code == 200
    assert "was added a moment ago" in response.content.decode()
    assert RatingScale.objects.count() == 1


@pytest.mark.parametrize("field", ["name_en", "name_nl"])
@pytest.mark.parametrize("is_new", [True, False])
def test_theme_of_a_name_taken_a_moment_ago_is_told_at_the_name(
    as_, mechanism, coordinator, monkeypatch, field, is_new
):
    monkeypatch.setattr("visits.forms.question.ThemeForm.clean", lambda form: form.cleaned_data)
    first = Theme.objects.create(mechanism=mechanism, name_en="Safety", name_nl="Veiligheid", position=1)
    other = Theme.objects.create(mechanism=mechanism, name_en="Respect", position=2)

    url = url_of("theme_add") if is_new else url_of("theme_change", pk=other.pk)
    typed = {"name_en": "Another", "name_nl": "", "position": "2"} | {field: getattr(first, field)}
    response = as_(coordinator).post(url, typed)

    assert response.status_code == 200
    assert response.context["form"].errors == {field: ["There is a theme of this name already."]}
    assert Theme.objects.count() == 2
