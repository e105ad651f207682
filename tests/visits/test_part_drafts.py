"""What is typed into the pages of the parts of a record is kept on the server too, for its person alone (R-52)."""

import uuid

import pytest
from django.urls import reverse

from tests.visits.question_tools import questions_of
from tests.visits.test_record_pages import TYPED, filled, main_of, send, url_of
from visits.models import Finding, FormDraft, Visit

SCRIPT = {"HTTP_ACCEPT": "application/json"}


def keep_url(visit, part):
    return reverse("visits:visit_part_keep", kwargs={"npm": "examplia", "pk": visit.pk, "part": part})


@pytest.mark.parametrize("part", ["team", "situation", "needs", "findings"])
def test_typed_into_a_part_is_kept_offered_continued_and_ends_when_it_is_saved(as_, alpha_monitor, draft, part):
    client = as_(alpha_monitor)
    mine = filled(client, draft, part, **TYPED[part])

    assert set(client.post(keep_url(draft, part), mine, **SCRIPT).json()) == {"at"}

    assert "You typed something here and did not save it" in main_of(client.get(url_of(draft, part)))
    others = [name for name in TYPED if name != part]
    assert all("You typed" not in main_of(client.get(url_of(draft, other))) for other in others)
    change = reverse("visits:visit_change", kwargs={"npm": "examplia", "pk": draft.pk})
    assert "You typed" not in main_of(client.get(change))
    form = client.get(url_of(draft, part), {"kept": str(mine["form_key"])}).context["form"]
    again = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    assert {name: str(again[name]) for name in TYPED[part]} == TYPED[part]
    assert client.post(url_of(draft, part), again).status_code == 302
    assert not FormDraft.objects.exists()


def test_long_answer_is_kept_without_scripts_and_boxes_that_were_cleared_stay_so(
    as_, alpha_monitor, alpha_lead, draft, alpha
):
    asked = questions_of(alpha, draft.setting, alpha_lead, questions=[{"text_en": "What was said?", "kind": "text"}])
    question = asked.versions.get().questions.get()
    client = as_(alpha_monitor)
    mine = filled(client, draft, "answers", **{f"q{question.pk}": "Much. " * 500})
    page = client.post(keep_url(draft, "answers"), mine, follow=True)
    assert "Only you can see it" in page.text
    assert "Much. Much." in page.text

    Finding.objects.create(visit=draft, kind="concern", text="Cold.", basis=["seen"], norm="CPT")
    mine = filled(client, draft, "findings", f0_norm="")
    del mine["f0_basis"]
    client.post(keep_url(draft, "findings"), mine, **SCRIPT)
    form = client.get(url_of(draft, "findings"), {"kept": str(mine["form_key"])}).context["form"]
    assert (form["f0_text"].value(), form["f0_norm"].value(), form["f0_basis"].value()) == ("Cold.", "", None)


def test_kept_before_somebody_else_saved_asks_when_it_is_saved(as_, alpha_monitor, alpha_lead, draft):
    client = as_(alpha_monitor)
    mine = filled(client, draft, "situation", held="12")
    client.post(keep_url(draft, "situation"), mine, **SCRIPT)
    send(as_(alpha_lead), draft, "situation", held="77")

    form = client.get(url_of(draft, "situation"), {"kept": str(mine["form_key"])}).context["form"]
    again = {name: form[name].value() for name in form.fields if form[name].value() is not None}

    assert client.post(url_of(draft, "situation"), again).status_code == 409
    assert draft.figures.get().value == 77
    assert FormDraft.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "status"),
    [("alpha_reader", 403), ("beta_monitor", 403), ("outsider", 404), ("coordinator", 403), ("stranger", 404)],
)
def test_who_does_not_record_for_the_body_keeps_nothing(request, as_, joint, who, status):
    client = as_(request.getfixturevalue(who))

    assert client.post(keep_url(joint, "needs"), {"form_key": str(uuid.uuid4())}).status_code == status
    assert as_(None).post(keep_url(joint, "needs")).url.startswith(reverse("account_login"))
    assert not FormDraft.objects.exists()


def test_nobody_else_gets_it_and_junk_is_answered(as_, alpha_monitor, alpha_lead, draft):
    client = as_(alpha_monitor)
    mine = filled(client, draft, "needs", women_note="Menopause care was looked at.")
    client.post(keep_url(draft, "needs"), mine | {"csrfmiddlewaretoken": "x", "Odd name": "x", "x" * 99: "x"}, **SCRIPT)

    assert set(FormDraft.objects.get().data) >= {"women_note", "version", "seen"}
    assert not {"csrfmiddlewaretoken", "Odd name", "x" * 99} & set(FormDraft.objects.get().data)
    page = as_(alpha_lead).get(url_of(draft, "needs"), {"kept": str(mine["form_key"])})
    assert "Menopause" not in page.text
    assert "You typed" not in page.text
    for key in ("x", "", "\x00", str(uuid.uuid4())):
        assert client.get(url_of(draft, "needs"), {"kept": key}).status_code == 200
    assert client.get(keep_url(draft, "needs")).status_code == 405
    assert client.post(keep_url(draft, "no-such-part"), mine).status_code == 404
    assert client.post(keep_url(draft, "needs"), {"form_key": "x"}, **SCRIPT).status_code == 422
    FormDraft.objects.update(data={"count": ["x"], "f0_kind": ["rumour"], "women": []}, part="findings")
    kept = FormDraft.objects.get()
    assert client.get(url_of(draft, "findings"), {"kept": str(kept.form_key)}).status_code == 200
    Visit.objects.filter(pk=draft.pk).update(state="submitted")
    assert client.get(url_of(draft, "needs"), {"kept": str(kept.form_key)}).status_code == 302
