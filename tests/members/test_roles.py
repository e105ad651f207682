"""The page of roles prints the table that enforces, and names people to nobody but those who manage them."""

import csv
import io

import pytest
from django.urls import reverse

from members.models import User
from npmportal import access
from npmportal.access import PERMISSIONS, ROLES, VIEW_VISITS
from tests.factories import person


@pytest.fixture
def url(mechanism):
    return reverse("members:roles", kwargs={"npm": mechanism.slug})


@pytest.mark.parametrize(
    ("who", "named"),
    [
        ("administrator", {"Alva Lead", "Bert Monitor", "Cora Coordinator"}),
        ("alpha_lead", {"Alva Lead"}),
        ("alpha_reader", set()),
        ("coordinator", set()),
    ],
)
def test_names_are_for_those_who_manage_the_people(
    request, as_, url, who, named, alpha_lead, beta_monitor, coordinator, retired
):
    user = request.getfixturevalue(who)

    html = as_(user).get(url).content.decode()
    main = html[html.index("<main") :]

    everybody = {"Alva Lead", "Bert Monitor", "Cora Coordinator", "Rita Retired"}
    assert {name for name in everybody if name in main} == named
    assert "Beta Inspectorate" in main


def test_every_role_and_right_is_printed_as_enforced(as_, alpha_reader, url, monkeypatch):
    html = as_(alpha_reader).get(url).content.decode()

    for role in ROLES.values():
        assert str(role.sentence) in html
    for permissions in PERMISSIONS.values():
        assert all(str(sentence) in html for sentence in permissions.values())
    smaller = access.Role("body_reader", "members.MemberBody", "x", "x", ())
    monkeypatch.setitem(ROLES, "body_reader", smaller)
    held = as_(alpha_reader).get(url).context["permissions"]
    row = next(row for row in held if row.sentence == PERMISSIONS["members.MemberBody"][VIEW_VISITS])
    assert row.held == [True, True, False, False, False]


def test_file_holds_roles_rights_and_numbers_and_no_names(as_, administrator, mechanism, alpha, alpha_lead):
    for _n in range(2):
        person("body_monitor", alpha)
    User.objects.filter(pk=person("body_monitor", alpha).pk).update(is_active=False)

    response = as_(administrator).get(reverse("members:roles_csv", kwargs={"npm": mechanism.slug}))

    text = response.getvalue().decode("utf-8-sig")
    rows = {row["role"]: row for row in csv.DictReader(io.StringIO(text))}
    assert set(rows) == {str(role.label) for role in ROLES.values()}
    assert rows["Inspector or lay monitor"]["people who hold it"] == "2"
    for role in ROLES.values():
        held = {str(PERMISSIONS[role.scope][name]) for name in role.permissions}
        assert {column for column, cell in rows[str(role.label)].items() if cell == "yes"} == held
    assert "Alva" not in text


@pytest.mark.parametrize("name", ["roles", "roles_csv"])
def test_not_for_strangers(as_, client, stranger, mechanism, alpha_reader, name):
    url = reverse(f"members:{name}", kwargs={"npm": mechanism.slug})

    assert as_(stranger).get(url).status_code == 404
    assert client.get(url).url.startswith(reverse("account_login"))
    assert as_(alpha_reader).post(url).status_code == 405


def test_as_many_queries_for_many_people(as_, alpha_reader, alpha, beta, url, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = as_(alpha_reader)
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for number in range(10):
        person("body_reader", beta if number % 2 else alpha)

    with django_assert_num_queries(len(few)):
        client.get(url)
