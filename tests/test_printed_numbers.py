"""Numbers of records in addresses and attributes: printed as they are, never “1,000,000” as people read them."""

import re
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from tests.test_access_table import addresses, records  # noqa: F401  (a fixture)

# What a machine reads: where it leads, what it is called, what it says, and how large it may be.
READ_BY_MACHINES = {"href", "action", "formaction", "src", "id", "for", "name", "value", "form", "headers", "list"}
READ_BY_MACHINES |= {"max", "min", "step", "hx-get", "hx-post", "hx-select", "hx-target", "hx-include"}
READ_BY_MACHINES |= {"aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "aria-details"}
FIRST = 1_000_000
SEPARATED = re.compile(r"\d(?:,|%2C)\d{3}(?!\d)")


@pytest.fixture(autouse=True)
def high_numbers(db):
    """Let whatever is stored in this test have a number over a million. PostgreSQL takes it back with the rest."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(sequencename) FROM pg_sequences WHERE schemaname = current_schema()")
        for (name,) in cursor.fetchall():
            cursor.execute(f"ALTER SEQUENCE {name} RESTART WITH {FIRST}")


class Attributes(HTMLParser):
    """Collects what stands in the attributes of a page that machines read."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found += [(tag, name, value or "") for name, value in attrs if name in READ_BY_MACHINES]


@pytest.fixture
def readers(administrator, coordinator, alpha_lead):
    clients = [Client() for _user in range(3)]
    for client, user in zip(clients, (administrator, coordinator, alpha_lead), strict=True):
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return clients


def page_of(client, path):
    """Return the page at ``path``, "" where there is none; whatever asking for it changed is undone."""
    with transaction.atomic():
        response = client.get(path)
        transaction.set_rollback(True)
    if response.streaming:
        b"".join(response.streaming_content)  # to its end, or the file would stay open
        return ""
    is_page = response.status_code == 200 and response.headers["Content-Type"].startswith("text/html")
    return response.content.decode() if is_page else ""


def desk_cell(records):  # noqa: F811
    """Return the address of a cell of the coverage matrix, which its parameters name."""
    remit = records["remit"]
    cell = f"setting={remit.setting.slug}&jurisdiction={remit.jurisdictions.first().slug}&layer={remit.layer}"
    return f"{reverse('members:desk_cell', kwargs={'npm': records['mechanism'].slug})}?{cell}"


def test_no_page_separates_the_thousands_of_what_machines_read(records, readers):  # noqa: F811
    assert settings.USE_THOUSAND_SEPARATOR, "otherwise this test could not fail"
    wrong, plain = set(), 0
    for label, path in [*addresses(records), ("desk_cell", desk_cell(records))]:
        for client in readers:
            for tag, name, value in Attributes(page_of(client, path)).found:
                plain += str(FIRST)[:-2] in value
                if SEPARATED.search(value):
                    wrong.add((label, tag, name, value))

    assert not wrong
    assert plain > 100, "pages print numbers of records: the crawl went past them"
