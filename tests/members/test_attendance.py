"""Who came to a meeting: recorded, corrected, and never stored for somebody else."""

import re

from django.utils import translation

from members.models import Attendance, MeetingEvent
from members.models.attendance import history_in_words
from npmportal.models import AuditEvent
from tests.members.test_meetings import address


def test_attendance_says_that_the_meeting_was_held(as_, meeting, coordinator, alpha, beta):
    meeting.group.seats.create(guest="Chair of the Bar", standing="invitee", starts_on=meeting.group.starts_on)
    client, path = as_(coordinator), address(meeting, "meeting_attendance")
    html = client.get(path).content.decode()
    for words in ("Alpha Inspectorate (member)", "Beta Inspectorate (invitee)", "Chair of the Bar (invitee)"):
        assert words in html

    bar = re.search('name="(row_g[0-9a-f]{16})"', html)[1]
    nothing = {f"row_b{alpha.pk}": "", f"row_b{beta.pk}": "", bar: ""}
    data = nothing | {f"row_b{alpha.pk}": "present", f"row_b{beta.pk}": "apologies", "version": 1}
    data["others"] = "Ms One\n\nMr Two\nMs One"
    client.post(path, data)

    meeting.refresh_from_db()
    assert meeting.state == "held"
    found = {(row.body_id, row.guest, row.presence) for row in Attendance.objects.all()}
    assert found == {
        (alpha.pk, "", "present"),
        (beta.pk, "", "apologies"),
        (None, "Ms One", "present"),
        (None, "Mr Two", "present"),
    }
    # Beta is invited, and its lead does not read who came.
    assert AuditEvent.objects.get(action="meeting.held").body_ids == [alpha.pk]
    again = client.post(path, data)
    assert again.status_code == 409
    assert "Alpha Inspectorate (member): present" in again.content.decode()
    data = nothing | {f"row_b{beta.pk}": "absent", "version": 2}
    assert "Say why it is corrected." in client.post(path, data).content.decode()
    client.post(path, data | {"reason": "They left at once."})
    event = MeetingEvent.objects.get(kind="corrected")
    assert event.reason == "They left at once."
    said = "Alpha Inspectorate, member: present\nBeta Inspectorate, invitee: sent apologies"
    assert history_in_words(event).startswith(said)
    with translation.override("nl"):
        assert history_in_words(event).startswith("Alpha Inspectorate, lid: aanwezig\n")
    MeetingEvent.objects.update(before=said)  # as earlier versions kept it
    assert "Alpha Inspectorate, member: present<br>" in client.get(address(meeting)).content.decode()
    # Alpha is struck out, and its lead reads of that too.
    assert AuditEvent.objects.get(action="meeting.attendance_corrected").body_ids == [alpha.pk]
    assert [(row.body_id, row.presence) for row in Attendance.objects.all()] == [(beta.pk, "absent")]


def test_attendance_is_stored_for_who_was_on_the_page_whoever_has_a_seat_by_now(
    as_, meeting, coordinator, alpha, beta, gamma_monitor
):
    client, path = as_(coordinator), address(meeting, "meeting_attendance")
    data = {f"row_b{alpha.pk}": "present", f"row_b{beta.pk}": "apologies", "version": 1}
    gamma, seats = gamma_monitor.affiliations.get().body, meeting.group.seats
    seats.create(body=gamma, standing="chair", starts_on=meeting.group.starts_on)  # the first line from now on
    seats.filter(body=beta).update(ends_on=meeting.day)

    response = client.post(path, data)

    form = response.context["form"]
    assert set(form.errors) == {f"row_b{gamma.pk}", f"row_b{beta.pk}"}
    assert "This line was not on the page that you filled in." in str(form.errors[f"row_b{gamma.pk}"])
    assert "No seat on the day of the meeting any more." in str(form.errors[f"row_b{beta.pk}"])
    assert (form[f"row_b{alpha.pk}"].value(), form[f"row_b{beta.pk}"].value()) == ("present", "apologies")
    assert "Beta Inspectorate" in form.fields[f"row_b{beta.pk}"].label
    assert not Attendance.objects.exists()

    junk = client.post(path, data | {"row_0": "present", "row_g0123456789abcdef": "present", "row_b9": "x"})
    assert "Somebody who had a seat" in junk.content.decode()
    assert client.post(path, data | {f"row_b{beta.pk}": "", f"row_b{gamma.pk}": "absent"}).status_code == 302
    found = set(Attendance.objects.values_list("body", "standing", "presence"))
    assert found == {(alpha.pk, "member", "present"), (gamma.pk, "chair", "absent")}
