"""What is typed of findings: sixty full ones in one go, and what was taken out again before others were to read it."""

import json

from django.urls import reverse

from npmportal.models import AuditEvent
from tests.visits.test_findings import main_of, url
from visits.actions import take_transition
from visits.forms.findings import MOST
from visits.models import Finding

ALL = {"basis": Finding.Basis.values, "addressees": Finding.Addressee.values}


def sixty(version):
    """Return the form filled in with as many findings as it takes, each with everything ticked."""
    sent = {"version": version, "count": MOST}
    for n in range(MOST):
        row = {"kind": "recommendation", "own_kind": "Action", "text": f"Number {n}.", "theme": "", "norm": "CPT"}
        row |= {"is_repeated": "yes", "priority": "high", "level": "law", "addressed_to": "X"}
        sent |= {f"f{n}_{name}": value for name, value in (row | ALL | {"answer_due_on": "2099-01-31"}).items()}
    return sent


def test_as_many_findings_as_fit_are_stored_with_every_box_ticked(as_, alpha_monitor, draft):
    client = as_(alpha_monitor)

    assert client.post(url("visit_findings", draft), sixty(draft.version)).status_code == 302

    assert [row.text for row in draft.findings.all()] == [f"Number {n}." for n in range(MOST)]
    assert draft.findings.last().addressees == Finding.Addressee.values
    keep = reverse("visits:visit_part_keep", kwargs={"npm": "examplia", "pk": draft.pk, "part": "findings"})
    form = client.get(url("visit_findings", draft)).context["form"]
    kept = client.post(keep, sixty(2) | {"form_key": form["form_key"].value()}, HTTP_ACCEPT="application/json")
    assert set(kept.json()) == {"at"}


def test_what_was_taken_out_before_handing_in_is_told_to_nobody_else_nor_in_the_log(
    as_, alpha_monitor, alpha_lead, coordinator, beta_monitor, draft
):
    client, address = as_(alpha_monitor), url("visit_findings", draft)
    client.post(address, {"version": draft.version, "count": "1", "f0_kind": "concern", "f0_text": "Zylophone."})
    draft.refresh_from_db()
    client.post(address, {"version": draft.version, "count": "1", "f0_kind": "concern", "f0_text": "Bells."})
    draft.refresh_from_db()
    take_transition(visit=draft, name="submit", by=alpha_monitor)

    theirs = main_of(as_(coordinator).get(url("visit_detail", draft) + "?feed"))
    assert "Bells." in theirs
    assert "Zylophone" not in theirs
    assert "Zylophone" in main_of(client.get(url("visit_detail", draft) + "?feed"))
    search = reverse("visits:search", kwargs={"npm": "examplia"})
    for user, words, is_found in (
        (coordinator, "zylophone", False),
        (alpha_lead, "zylophone", False),
        (coordinator, "bells", True),
        (beta_monitor, "bells", False),
    ):
        assert ("<mark>" in main_of(as_(user).get(search, {"q": words}))) is is_found
    said = json.dumps(list(AuditEvent.objects.values()), default=str)
    assert "Zylophone" not in said
    assert "Bells" not in said
