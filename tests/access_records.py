"""One of everything an address can name, and how each address is filled in with it (tests/test_access_table.py)."""

import hashlib
import uuid
from datetime import date, timedelta

from django.core.files.base import ContentFile
from django.utils import timezone

from members.actions import invitations as invitation_actions
from members.models import (
    AgendaItem,
    CoverageGap,
    CoverageNote,
    Decision,
    ExpectedLayer,
    GapInquiry,
    GroupSeat,
    Meeting,
    Minutes,
    PeopleReview,
    RoleRequest,
    Task,
    Terms,
    WorkingGroup,
)
from npmportal.models import MailRecord
from reports.models import Report
from tests.factories import PlaceFactory, RemitFactory, ReportingYearFactory, SourceFactory, VisitFactory, person
from visits.actions import imports
from visits.actions.place_merges import merge_places
from visits.actions.plans import plan_visit
from visits.models import (
    Attachment,
    Authority,
    Download,
    MandateLetter,
    PlaceRequest,
    Plan,
    ProgrammeTarget,
    RatingScale,
    SavedView,
    Theme,
    Visit,
    VisitInterval,
    VisitNote,
)
from visits.models.download import rights_of

LONG_AGO = date(2015, 1, 1)


def one_of_everything(mechanism, alpha, administrator, coordinator, alpha_lead) -> dict:
    """Return the records by name. The beta body takes no part in any visit, group or task."""
    setting, jurisdiction = mechanism.settings.first(), mechanism.jurisdictions.first()
    place = PlaceFactory(mechanism=mechanism, capacity=12)
    invitation, _secret = invitation_actions.invite(
        email="new@example.org", name="Nora New", role="body_reader", scope=alpha, by=alpha_lead
    )
    return {
        "mechanism": mechanism,
        "body": alpha,
        "place": place,
        **_of_places(place, coordinator, alpha, alpha_lead),
        **_of_plans(place, alpha, alpha_lead),
        "remit": RemitFactory(setting=setting, bodies=[alpha], spanning=[jurisdiction]),
        "visits": {state: _asked_about(place, alpha, state, coordinator) for state in Visit.State.values},
        "report": Report.objects.create(year=ReportingYearFactory(mechanism=mechanism), edition=1),
        "invitation": invitation,
        "letter": MailRecord.objects.create(
            template="invitation", object_type="members.invitation", object_id=str(invitation.pk), state="failed"
        ),
        "colleague": person("body_monitor", alpha, name="Anna Colleague"),
        "request": RoleRequest.objects.create(
            mechanism=mechanism, email="second@example.org", name="Sam Second", asked_by=coordinator
        ),
        "review": PeopleReview.objects.create(
            body=alpha, quarter_starts_on=date.today(), due_on=date.today() + timedelta(days=14)
        ),
        "source": SourceFactory(mechanism=mechanism),
        "terms": Terms.objects.create(version=1, text_en="Keep quiet.", text_nl="Zwijg."),
        "authority": Authority.objects.create(mechanism=mechanism, name="Examplian Prison Service"),
        "import": imports.receive_file(
            file=ContentFile(b"place,date\nNowhere,2024-05-14\n"),
            name="visits.csv",
            kind="visits",
            mechanism=mechanism,
            body=alpha,
            by=alpha_lead,
        ),
        "attachment": _file(VisitFactory(place=place, lead_body=alpha), alpha_lead),
        **_kept_lists(mechanism, alpha, alpha_lead),
        **_coverage(setting, jurisdiction),
        **_questions(mechanism, alpha),
        **_meetings(mechanism, alpha, coordinator),
    }


def _asked_about(place, body, state, coordinator) -> Visit:
    """A visit in the state, with an open question."""
    visit = VisitFactory(place=place, lead_body=body, state=state)
    question = {"kind": VisitNote.Kind.QUESTION, "side": VisitNote.Side.COORDINATOR, "is_shared": True}
    VisitNote.objects.create(visit=visit, text="Why?", by=coordinator, **question)
    return visit


def _of_places(place, coordinator, body, lead) -> dict:
    """A capacity of the place, a second place, one that was merged into the first, one that alpha asks for, a rule."""
    same = {"setting": place.setting, "jurisdiction": place.jurisdiction}
    other, gone = (PlaceFactory(mechanism=place.mechanism) for _place in range(2))
    rule = {"months": 12, "criterion": "law", "reason": "Agreed.", "starts_on": LONG_AGO}
    return {
        "row": place.capacities.get(),
        "other": other,
        "merge": merge_places(kept=place, duplicate=gone, reason="Twice", by=coordinator),
        "asked_place": PlaceRequest.objects.create(
            mechanism=place.mechanism, body=body, asked_by=lead, form_key=uuid.uuid4(), name="Nowhere", **same
        ),
        "interval": VisitInterval.objects.create(mechanism=place.mechanism, **rule),
    }


def _of_plans(place, body, lead) -> dict:
    """A sealed plan of the lead of alpha alone, its letter, and a line of the programme."""
    day = date.today() + timedelta(days=20)
    plan = Plan(place=place, body=body, starts_on=day, ends_on=day, kind="routine", notice="unannounced")
    plan = plan_visit(plan=plan, partners=[], team=[], by=lead)
    letter = {"plan": plan, "language": "en-gb", "names": ["Alva Lead"], "plan_version": 1, "made_by": lead}
    return {
        "plan": plan,
        "mandate": MandateLetter.objects.create(**letter),
        "target": ProgrammeTarget.objects.create(body=body, year_starts_on=date(2026, 4, 1), target=5),
    }


def _questions(mechanism, body) -> dict:
    """A scale of alpha with an empty draft, and a common theme."""
    scale = RatingScale.objects.create(mechanism=mechanism, body=body, slug="tests", name_en="Alpha tests")
    scale.versions.create()
    return {"scale": scale, "theme": Theme.objects.create(mechanism=mechanism, name_en="Food")}


def _kept_lists(mechanism, alpha, alpha_lead) -> dict:
    """A long list that alpha's lead has as a file, and filters shared with alpha."""
    download = Download(mechanism=mechanism, requested_by=alpha_lead, rights=rights_of(alpha_lead), format="csv")
    download.language, download.records, download.expires_at = "en-gb", 0, timezone.now() + timedelta(days=1)
    download.file.save("any", ContentFile(b"reference"))
    own = {"mechanism": mechanism, "person": alpha_lead}
    view = SavedView.objects.create(**own, body=alpha, name="Rapid", query="kind=rapid")
    return {"download": download, "saved_view": view}


def _file(visit, person) -> Attachment:
    """A file of a draft of alpha that has passed its check."""
    now, sha256 = timezone.now(), hashlib.sha256(b"Dear director").hexdigest()
    file = Attachment(visit=visit, name="letter.txt", extension="txt", kind="letter", uploaded_by=person)
    file.size = file.received_size = 13
    file.sha256 = file.received_sha256 = sha256
    file.state, file.scan, file.checked_at, file.verified_at = "available", "clean", now, now
    file.file.save("letter.txt", ContentFile(b"Dear director"))
    return file


def _coverage(setting, jurisdiction) -> dict:
    fact = {"setting": setting, "starts_on": LONG_AGO, "source": SourceFactory(mechanism=setting.mechanism)}
    gap = CoverageGap.objects.create(layer="lay", key="no-lay", explanation="Nobody was named.", **fact)
    gap.jurisdictions.set([jurisdiction])
    return {
        "gap": gap,
        "inquiry": GapInquiry.objects.create(gap=gap, asked="Ministry", asked_on=LONG_AGO, question="Who looks?"),
        "note": CoverageNote.objects.create(
            jurisdiction=jurisdiction, layer="commissioner", kind="not_applicable", explanation="None.", **fact
        ),
        "layer": ExpectedLayer.objects.create(layer="lay", **fact),
    }


def _meetings(mechanism, alpha, coordinator) -> dict:
    group = WorkingGroup.objects.create(mechanism=mechanism, kind="theme", name_en="Heat", starts_on=LONG_AGO)
    seat = GroupSeat.objects.create(group=group, body=alpha, standing="member", starts_on=LONG_AGO)
    begin = timezone.now() - timedelta(days=2)
    meeting = Meeting.objects.create(
        group=group, title="Second", starts_at=begin, ends_at=begin + timedelta(hours=1), state="held"
    )
    due = date.today() + timedelta(days=9)
    return {
        "group": group,
        "seat": seat,
        "meeting": meeting,
        "point": AgendaItem.objects.create(meeting=meeting, title="Opening"),
        "decision": Decision.objects.create(meeting=meeting, text="We measure."),
        "minutes": Minutes.objects.create(meeting=meeting, text="It was warm."),
        "task": Task.objects.create(
            mechanism=mechanism, title="Buy thermometers", body=alpha, due_on=due, created_by=coordinator
        ),
    }


def argument(name: str, wanted: str, records: dict):
    """Return what stands for ``wanted`` in the address ``name``; KeyError for an address nobody thought of yet."""
    if f"{name} {wanted}" in ARGUMENTS:
        return ARGUMENTS[f"{name} {wanted}"]
    record = _first(name) if wanted in ("pk", "object_id") else wanted
    found = records[record]
    return found.slug if record == "body" else str(found.pk)


def _first(name: str) -> str:
    """Return the record whose pk the address takes, by the beginning of the address's own name."""
    return next(record for beginning, record in RECORD_OF.items() if name.partition(":")[2].startswith(beginning))


# The longer beginnings first.
RECORD_OF = {
    "import_": "import",
    "download_": "download",
    "saved_view_": "saved_view",
    "plan_": "plan",
    "mandate_": "mandate",
    "programme_": "target",
    "members_source": "source",
    "members_terms": "terms",
    "visits_authority": "authority",
    "attachment_": "attachment",
    "role_request": "request",
    "coverage_note": "note",
    "expected_layer": "layer",
    "gap_": "gap",
    "remit_": "remit",
    "meeting_plan": "group",
    "group_": "group",
    "seat_": "group",
    "meeting_": "meeting",
    "point_": "meeting",
    "decision_": "meeting",
    "minutes_": "meeting",
    "task_": "task",
    "letter_": "letter",
    "invitation_withdraw": "invitation",
    "people_review": "review",
    "person_": "colleague",
    "factor_reset": "colleague",
    "fact_": "name",
    "entry_": "setting",
    "interval_": "interval",
    "question_": "scale",
    "theme_": "theme",
    "place_merge_undo": "merge",
    "place_request": "asked_place",
    "place_": "place",
    "report_": "report",
}

# Where an argument is a word, or a record that is named otherwise than by its address.
ARGUMENTS = {
    "visits:import_template_csv kind": "visits",
    **{
        f"visits:question_{name} kind": "scales" for name in ("add", "detail", "version", "write", "publish", "discard")
    },
    "visits:import_template_xlsx kind": "visits",
    **{f"visits:question_sheet_{kind} setting": "prisons" for kind in ("pdf", "csv", "xlsx")},
    "admin:app_list app_label": "members",
    "members:invitation_accept secret": "no-such-secret",
    "members:entry_add entries": "settings",
    "members:entry_change entries": "settings",
    "members:entry_move entries": "settings",
    "members:entry_remove entries": "settings",
    "members:entry_move way": "down",
    "members:body_move way": "down",
    "members:body_fact_add kind": "names",
    "members:fact_add kind": "coordination",
    "members:fact_correct kind": "names",
    "members:fact_end kind": "names",
    "members:fact_remove kind": "names",
    "members:task_step step": "done",
    "visits:plan_step step": "cancel",
    "visits:place_fact_add kind": "capacities",
    "visits:place_fact_correct kind": "capacities",
    "visits:place_fact_end kind": "capacities",
    "visits:place_fact_remove kind": "capacities",
    "account_session_end pk": 0,  # nobody’s: what the numbers are depends on who signed in before
    "account_confirm_email key": "no-such-key",
    "account_reset_password_from_key uidb36": "1",
    "account_reset_password_from_key key": "no-such-key",
    "mfa_view_recovery_codes pk": 1,
    "mfa_remove_webauthn pk": 1,
    "mfa_edit_webauthn pk": 1,
}
