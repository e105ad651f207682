"""Who gets which answer at which address: every address, as every person, by GET and by POST with nothing in it.

The whole table stands in `access_table.csv`. After a decision that changes answers, write it anew with
`WRITE_ACCESS_TABLE=1` and read the difference before committing it. “login” is a redirect to the sign-in page.
"""

import csv
import os
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from tests.access_records import argument, one_of_everything
from tests.test_conventions import views
from visits.models import TRANSITIONS, VisitNote
from visits.views import visit_notes

TABLE = Path(__file__).with_name("access_table.csv")
PEOPLE = (
    "anonymous",
    "retired",
    "stranger",
    "administrator",
    "coordinator",
    "alpha_lead",
    "alpha_monitor",
    "alpha_reader",
    "beta_monitor",
)
METHODS = ("GET", "POST")


@pytest.fixture
def everybody(
    alpha, stranger, administrator, coordinator, alpha_lead, alpha_monitor, alpha_reader, beta_monitor, retired
):
    """The session cookie of each person; the retired one was signed in when the account was closed."""
    found = {name: value for name, value in locals().items() if name in PEOPLE}
    cookies = {"anonymous": None}
    for name, user in found.items():
        client = Client()
        if name == "retired":
            user.is_active = True
            user.save(update_fields=["is_active"])
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        if name == "retired":
            user.is_active = False
            user.save(update_fields=["is_active"])
        cookies[name] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return cookies


@pytest.fixture
def records(mechanism, alpha, beta, administrator, coordinator, alpha_lead):
    """One of everything an address can name. The beta body takes no part in any of these visits."""
    found = one_of_everything(mechanism, alpha, administrator, coordinator, alpha_lead)
    return found | {"name": alpha.names.first(), "setting": mechanism.settings.first()}


def targets(name, pattern, records):
    """Yield (label, keyword arguments) for each way to fill in the address; KeyError tells what is not known yet."""
    wanted = set(pattern)
    base = {"npm": records["mechanism"].slug} if "npm" in wanted else {}
    wanted -= {"npm"}
    if not wanted:
        yield name, base
    elif name.startswith("visits:visit") and wanted >= {"pk"}:
        for state, visit in records["visits"].items():
            for extra in with_visit(wanted - {"pk"}, visit):
                words = " ".join([state, *(value for value in extra.values() if isinstance(value, str))])
                yield f"{name} [{words}]", base | {"pk": visit.pk} | extra
    else:
        yield name, base | {wanting: argument(name, wanting, records) for wanting in wanted}


def with_visit(wanted, visit):
    """Return the ways to fill in what an address names besides a visit: a step, a kind of note, a question, a part."""
    if wanted == {"transition"}:
        return [{"transition": step} for step in TRANSITIONS]
    if wanted == {"kind"}:
        return [{"kind": kind} for kind in visit_notes.KINDS]
    if wanted == {"number"}:
        return [{"number": visit.notes.get(kind=VisitNote.Kind.QUESTION).pk}]
    if wanted == {"part"}:
        return [{"part": "situation"}]
    return [{}]


def addresses(records):
    """Yield (label, path) for every address of the portal."""
    for name, arguments in sorted(set(named_arguments())):
        for label, kwargs in targets(name, arguments, records):
            yield label, reverse(name, kwargs=kwargs)


def named_arguments(patterns=None, prefix="", outer=()):
    """Yield (name, names of its arguments) for every address."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        arguments = (*outer, *entry.pattern.regex.groupindex)
        if isinstance(entry, URLResolver):
            namespace = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from named_arguments(entry.url_patterns, namespace, arguments)
        else:
            yield f"{prefix}{entry.name}", arguments


def answer(client, cookie, method, path):
    """Return the answer's status, or “login”; whatever the request changed is undone, signing out included."""
    client.cookies.clear()
    if cookie:
        client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    with transaction.atomic():
        response = client.generic(method, path, "", content_type="application/x-www-form-urlencoded")
        if response.streaming:
            b"".join(response.streaming_content)  # to its end, or the file would stay open
        transaction.set_rollback(True)
    location = response.headers.get("Location", "")
    return "login" if location.startswith(reverse("account_login")) else str(response.status_code)


def test_every_address_answers_every_person_as_the_table_says(everybody, records):
    client = Client(raise_request_exception=False)
    rows = [["address", "method", *PEOPLE]]
    for label, path in addresses(records):
        for method in METHODS:
            rows.append([label, method, *(answer(client, everybody[name], method, path) for name in PEOPLE)])
    if os.environ.get("WRITE_ACCESS_TABLE"):
        with TABLE.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)

    with TABLE.open(newline="", encoding="utf-8") as file:
        expected = list(csv.reader(file))
    assert rows == expected
    assert not [row for row in rows if any(cell.startswith("5") for cell in row[2:])]


def test_every_view_is_in_the_table():
    with TABLE.open(newline="", encoding="utf-8") as file:
        listed = {row["address"].split(" [")[0] for row in csv.DictReader(file)}

    assert {name for name, _view in views()} == listed
