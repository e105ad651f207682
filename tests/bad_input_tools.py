"""Walking every address with what nobody should send: who may use it, what it reads, and what is sent instead.

What an address reads is found out by listening: each name that a view or a form asks of what was sent is written down.
"""

import csv
import re
import time
import traceback
from contextlib import contextmanager
from datetime import date
from zlib import crc32

from django import forms
from django.conf import settings
from django.db import connection, transaction
from django.http import QueryDict
from django.test import Client
from django.utils.http import urlencode

from members.forms.known_day import KnownDayField
from npmportal.sessions import SessionStore
from tests.test_access_table import PEOPLE, TABLE, addresses

NIL = "00000000-0000-0000-0000-000000000000"
FIRST, LAST, USUAL = "first", "last", "usual"
TYPED = "application/x-www-form-urlencoded"
# As it stands in an address or in a form, escaped already.
RUBBISH = {
    "unprintable": "a%00b",
    "no text": "%ff%fe%ed%a0%80",
    "long": "ab+" * 3_333,
    "longer": "a" * 100_000,
    "huge": "1" + "0" * 30,
    "digits": "9" * 5_000,
    "negative": "-1",
    "no number": "NaN",
    "endless": "Infinity",
    "beyond": "1e400",
    "superscript": "%C2%B2",
    "day nought": "0000-00-00",
    "last day": "9999-12-31",
    "first day": "0001-01-01",
    "no such day": "31%2F02%2F2024",
    "last moment": "9999-12-31T23%3A59",
    "first moment": "0001-01-01T00%3A00",
    "nearly an id": NIL[:-1] + "g",
    "nobody’s id": NIL,
    "half a mark": f"2024-05-14_{NIL[:20]}",
    "last mark": f"9999-12-31_{NIL}",
    "first mark": f"0001-01-01_{NIL}",
    "mark of a moment": "2024-05-14T00%3A00%2B23%3A59_999999999999999999",
    "mark of the last moment": f"9999-12-31T23%3A59%2D09%3A00_{NIL}",
    "mark of words": f"a%00_{NIL}",
    "order": "-pk",
    "signs": "%25s%20%25%28x%29s%20%7B0%7D%20%7Bx%7D",
    "object": "%7B%22id%22%3A%7B%7D%7D",
    "nested": "%5B" * 5_000,
    "address": "https%3A%2F%2F%5B",
    "smile": "%F0%9F%98%80%E2%80%AE%00",
    "empty": "",
}
# Where the name tells what is expected, what comes near to that is more likely to be trouble.
NEAR = {
    r"after|before": (
        "half a mark",
        "last mark",
        "first mark",
        "mark of a moment",
        "mark of the last moment",
        "mark of words",
    ),
    r"on|from|to|since|until|first|last|year|starts_\w+|\w+_(on|at|from|day)": (
        "day nought",
        "last day",
        "first day",
        "no such day",
        "last moment",
        "first moment",
    ),
    r"place|parent|plan|kept|body|person|setting|jurisdiction|source|theme|record|form_key|partners|team|\w+_body": (
        "nearly an id",
        "nobody’s id",
        "huge",
        "digits",
        "superscript",
        "unprintable",
    ),
    r"version|count|size|.*_FORMS|.*-id|number": ("huge", "digits", "negative", "superscript", "beyond", "no number"),
    r"credential": ("nested", "digits", "object", "empty", "no text", "unprintable"),
    r"next|_\w+": ("address", "unprintable", "no text", "long", "signs", "empty"),
}


class Ears:
    """What views and forms have asked of what was sent: names, and the forms that were judged."""

    def __init__(self):
        self.names, self.forms = set(), {}


@contextmanager
def listening(monkeypatch):
    """Give the ears that hear, until the end, which names are asked for and which forms are judged."""
    ears = Ears()

    def heard(ask):
        def hear(data, name, *more, **options):
            if isinstance(name, str) and name not in ("x", "csrfmiddlewaretoken"):
                ears.names.add(name)
            return ask(data, name, *more, **options)

        return hear

    def judged(judge):
        def full_clean(form):
            ears.forms[type(form).__name__, form.prefix] = form
            return judge(form)

        return full_clean

    with monkeypatch.context() as patches:
        for method in ("__getitem__", "__contains__", "getlist", "get"):
            patches.setattr(QueryDict, method, heard(getattr(QueryDict, method)))
        patches.setattr(forms.BaseForm, "full_clean", judged(forms.BaseForm.full_clean))
        yield ears


def usable(records):
    """Return (label, method, person, path): each address once by each method, as somebody who may use it.

    Of the records that stand for one address, the first that somebody may use; of steps and kinds each. What is public
    comes twice: for somebody who is signed in, and for nobody.
    """
    with TABLE.open(newline="", encoding="utf-8") as file:
        answers = {(row["address"], row["method"]): row for row in csv.DictReader(file)}
    found = {}
    for label, path in addresses(records):
        for method in ("GET", "POST"):
            row = answers[label, method]
            best = min(PEOPLE, key=lambda person: (_worth(row[person]), person == "anonymous"))
            name, _bracket, words = label.rstrip("]").partition(" [")
            key, candidate = (name, words.partition(" ")[2], method), (_worth(row[best]), label, method, best, path)
            found[key] = min(found.get(key, candidate), candidate, key=lambda one: one[0])
            if row["anonymous"] == "200":
                found[*key, "anonymous"] = (0, label, method, "anonymous", path)
    return [tuple(rest) for _worth_of_it, *rest in found.values()]


def _worth(answer):
    return {"200": 0, "302": 1, "409": 1, "400": 1, "422": 1, "404": 2, "405": 3, "403": 3}.get(answer, 4)


def sign_in_freshly(cookies):
    """Let every session be one in which somebody has just signed in, as delicate acts ask for."""
    for key in filter(None, cookies.values()):
        session = SessionStore(key)
        record = {"method": "password", "at": time.time(), "reauthenticated": True}
        session["account_authentication_methods"] = [record]
        session["account_authentication_methods_user"] = session["_auth_user_id"]
        session.save()


class Visitor:
    """Sends what it is told as a person, undoes what that changed, and remembers what went wrong."""

    def __init__(self, cookies):
        self.cookies, self.client, self.wrong, self.sent = cookies, Client(raise_request_exception=True), [], 0

    def send(self, what, person, method, path, body=b"", kind=TYPED, cookies=None, **more):
        """Return the answer, or None where something was raised, which is remembered under the words ``what``."""
        self.client.cookies.clear()
        if cookie := self.cookies.get(person):
            self.client.cookies[settings.SESSION_COOKIE_NAME] = cookie
        for name, value in (cookies or {}).items():
            self.client.cookies[name] = value
        self.sent += 1
        try:
            with transaction.atomic():
                answer = self.client.generic(method, path, body, content_type=kind, **more)
                if answer.streaming:
                    b"".join(answer.streaming_content)  # to its end, or the file would stay open
                if answer.status_code == 302 and method == "POST":
                    connection.check_constraints()  # those that wait for the end, which never comes here
                transaction.set_rollback(True)
        except Exception as error:  # whatever it is: that is what is looked for
            self.wrong.append(f"{what}: {_in_short(error)}")
            return None
        if answer.status_code >= 500:
            self.wrong.append(f"{what}: {answer.status_code}")
        return answer


def _in_short(error):
    """Return what was raised and the last places of the portal it came through."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "-packages" not in f.filename]
    places = [f"{'/'.join(f.filename.split('/')[-3:])}:{f.lineno}" for f in frames if "/tests/" not in f.filename]
    return f"{type(error).__name__} {str(error)[:160]!r} at {' < '.join(reversed(places[-4:]))}"


def rubbish_for(names, label, turn):
    """Return rubbish for each name, another with each turn; of what comes near to the expected each kind in six."""
    found = {}
    for name in sorted(names):
        kinds = next((near for words, near in NEAR.items() if re.fullmatch(words, name)), tuple(RUBBISH))
        found[name] = kinds[(crc32(f"{label} {name}".encode()) + turn) % len(kinds)]
    return "&".join(f"{urlencode({name: ''})}{RUBBISH[kind]}" for name, kind in found.items())


def plausible(ears, end):
    """Return a form as it could be meant, each field at one end of what a person can type there; or a usual day."""
    found = {}
    for form in ears.forms.values():
        for name, field in form.fields.items():
            value = form.get_initial_for_field(field, name) if field.widget.is_hidden else None
            found[form.add_prefix(name)] = _far_end(name, field, end) if value in (None, "") else [str(value)]
    return urlencode(found, doseq=True)


def _far_end(name, field, end):
    if isinstance(field, forms.ChoiceField):
        choices = [str(key) for key, _name in _flat(field.choices) if key not in ("", None)]
        if isinstance(field, (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)):
            return choices
        return choices[:1] if end == FIRST else choices[-1:]
    if end == USUAL and isinstance(field, (KnownDayField, forms.DateField)):
        return [date.today().isoformat()]
    low, high = getattr(field, "min_value", None), getattr(field, "max_value", None)
    ends = {
        KnownDayField: ("1900", "2200-12-31"),
        forms.DateTimeField: ("0001-01-02 00:00", "9999-12-30 23:59"),
        forms.DateField: (date.min, date.max),
        forms.TimeField: ("00:00", "23:59:59.999999"),
        forms.BooleanField: ("", "on"),
        forms.UUIDField: (NIL, NIL),
        forms.EmailField: ("a@example.net", f"{'a' * 60}@{'b' * 60}.example.net"),
        forms.URLField: ("https://example.net/é?%s", f"https://example.net/{'a' * 150}"),
        forms.SlugField: ("a", "a-1"),
        forms.DecimalField: ("-0", "9" * 12),
        forms.IntegerField: (-(2**63) if low is None else low, 2**63 if high is None else high),
    }
    if isinstance(field, tuple(ends)):
        return [str(next(pair for kind, pair in ends.items() if isinstance(field, kind))[end != FIRST])]
    if name.startswith("new_source"):
        return []  # a source was chosen
    longest = getattr(field, "max_length", None) or 20_000
    return [("𝕬 %s {0} \u202e<b>" * longest)[:longest] if end == LAST else "é"]


def _flat(choices):
    for key, label in choices:
        if isinstance(label, (list, tuple)):
            yield from _flat(label)
        else:
            yield key, label
