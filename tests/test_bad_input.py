"""Never a 500: every address, asked by somebody who may use it, with what nobody should send.

Each address gets other rubbish, and with BAD_INPUT_TURNS=32 in the environment all of it (that takes ten minutes).
"""

import base64
import json
import os
import re
from zlib import crc32

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils.html import escape

from npmportal.handler import PlainHandler
from tests.bad_input_tools import (
    FIRST,
    LAST,
    NIL,
    USUAL,
    Visitor,
    listening,
    plausible,
    rubbish_for,
    sign_in_freshly,
    usable,
)
from tests.test_access_table import everybody, records  # noqa: F401  (fixtures)

TURNS = int(os.environ.get("BAD_INPUT_TURNS", "0"))
HEADS = {
    "HTTP_ACCEPT": "é/;q=zz,,,application/json;q=",
    "HTTP_ACCEPT_LANGUAGE": ";q=,*;q=zz,é,nl;q=1e400,nl;q=-1," + ",".join(f"x-{n}" for n in range(300)),
    "HTTP_IF_MODIFIED_SINCE": "Fri, 99 Foo 99999 99:99:99 GMT",
    "HTTP_IF_NONE_MATCH": '"é',
    "HTTP_RANGE": "bytes=9-1,-0,abc",
    "HTTP_REFERER": "https://[",
    "HTTP_USER_AGENT": "é" * 500,
    "HTTP_X_BACKGROUND": "é",
    "HTTP_X_FORWARDED_FOR": "rubbish, é",
    "HTTP_X_REQUESTED_WITH": "XMLHttpRequest",
    "CONTENT_LENGTH": "-1",
}
PIECE = HEADS | {
    "HTTP_HX_REQUEST": "true",
    "HTTP_HX_CURRENT_URL": "https://[",
    "HTTP_HX_TARGET": "%ff",
    "HTTP_HX_TRIGGER": "é",
    "HTTP_TRIGGERING_EVENT": "{",
}
COOKIES = {"language": "../../etc", "messages": "W1siX19qc29u:a:b", "csrf": "é\x01", "other": "\\"}
METHODS = ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "BREW")
MULTIPART = "multipart/form-data; boundary=b"


def part(name, content="", more="", head=""):
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{more}\r\n{head}\r\n{content}\r\n'.encode()


def bodies(names):
    """Return what is no form, or not the form that is expected: words, the body, its content type."""
    every = sorted(names) or ["x"]
    files = b"".join(part(name, "\0ÿ", f'; filename="../{name}\u202e.csv"') for name in every)
    encoded = b"".join(part(name, "é!", head="Content-Transfer-Encoding: base64\r\n") for name in every)
    seven = b"".join(part(name, "+2AA-") for name in every)
    return [
        ("nothing", b"", MULTIPART),
        ("JSON", json.dumps(dict.fromkeys(every, "x")), "application/json"),
        ("no boundary", part(every[0]), "multipart/form-data"),
        ("another boundary", files, "multipart/form-data; boundary=c"),
        ("an unknown encoding of the boundary", files, "multipart/form-data; boundary*=rot13''b"),
        ("files for words", files + b"--b--\r\n", MULTIPART),
        ("a file cut off", files[:-20], MULTIPART),
        ("a head cut off", files[:50], MULTIPART),
        ("wrong base64", encoded + b"--b--\r\n", MULTIPART),
        ("parts without names", b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n", MULTIPART),
        ("a long head", part("a" * 5_000) + b"--b--\r\n", MULTIPART),
        ("another alphabet", seven + b"--b--\r\n", f"{MULTIPART}; charset=utf-7"),
        ("too many fields", "&".join(f"x{n}=" for n in range(1_600)), "application/x-www-form-urlencoded"),
        ("a megabyte", f"{every[0]}=" + "a" * 1_000_000, "application/x-www-form-urlencoded"),
        ("too much", f"{every[-1]}=" + "a" * 2_600_000, "application/x-www-form-urlencoded"),
    ]


@pytest.fixture
def walk(no_limits, everybody, records):  # noqa: F811
    """Somebody who visits, and where to: (label, method, person, path)."""
    sign_in_freshly(everybody)
    return Visitor(everybody), usable(records)


def test_no_address_fails_at_what_stands_behind_it(walk, monkeypatch):
    visitor, places = walk
    for label, _method, person, path in (place for place in places if place[1] == "GET"):
        heads = PIECE if re.search("progress|part|options", label) else HEADS
        with listening(monkeypatch) as ears:
            visitor.send(f"{label} heads", person, "GET", f"{path}?x=%00&x=%ff", cookies=COOKIES, **heads)
        for turn in range((TURNS or 6) if ears.names else 0):
            query = rubbish_for(ears.names, label, turn)
            with listening(monkeypatch) as more:
                visitor.send(f"{label}?{query[:300]}", person, "GET", f"{path}?{query}&{query if turn == 1 else ''}")
            ears.names |= more.names

    assert not visitor.wrong, f"{visitor.sent} requests\n" + "\n".join(visitor.wrong)


def test_no_form_fails_at_what_is_typed(walk, monkeypatch):
    visitor, places = walk
    for label, _method, person, path in (place for place in places if place[1] == "POST"):
        with listening(monkeypatch) as ears:
            visitor.send(f"{label} something else", person, "POST", path, "x=1")
        for end in ((FIRST, LAST, USUAL) if TURNS else (LAST, USUAL)) if ears.forms else ():
            typed = plausible(ears, end)
            visitor.send(f"{label} {end} {typed[:300]}", person, "POST", path, typed)
        for turn in range((TURNS or 1) if ears.names else 0):
            typed = rubbish_for(ears.names, label, turn)
            with listening(monkeypatch) as more:
                visitor.send(f"{label} typed {typed[:300]}", person, "POST", path, typed)
            ears.names |= more.names
        kinds = bodies(ears.names)
        for turn in range((TURNS and len(kinds)) or 1):
            words, body, kind = kinds[(crc32(label.encode()) + turn * 5) % len(kinds)]
            visitor.send(f"{label} {words}", person, "POST", path, body, kind)

    assert not visitor.wrong, f"{visitor.sent} requests\n" + "\n".join(visitor.wrong)


def test_no_address_fails_at_an_odd_method_or_a_wrong_path(walk):
    visitor, places = walk
    rubbish = ("%00", "%ff%fe", "%F0%9F%98%80", "%2e%2e%2f", "9" * 30)
    for label, _method, person, path in (place for place in places if place[1] == "GET"):
        number = crc32(label.encode())
        method, word = METHODS[number % len(METHODS)], rubbish[number % len(rubbish)]
        visitor.send(f"{label} {method}", person, method, path, **PIECE)
        nobodys = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", NIL, re.sub(r"/\d+/", f"/{'9' * 30}/", path))
        for other in {nobodys, re.sub(r"/[^/]*(/?)$", rf"/{word}\1", path)} - {path}:
            visitor.send(f"{label} {other}", person, "GET", other)

    assert not visitor.wrong, f"{visitor.sent} requests\n" + "\n".join(visitor.wrong)


# -- What is read before there is a page -------------------------------------------------------------------------------


def answered(method, kind):
    """Return the answer of the portal's own handler; Django's fails while it makes the request, before any page."""
    handler, where = PlainHandler(), {"PATH_INFO": "/no/such/page/", "QUERY_STRING": "q=a"}
    environ = RequestFactory()._base_environ(**where, REQUEST_METHOD=method, CONTENT_TYPE=kind)
    return handler.get_response(handler.request_class(environ))


@pytest.mark.parametrize("charset", ["rot13", "utf-7", "unicode_escape", "idna", "undefined", "zlib", "nonsense"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_text_in_another_encoding_is_refused(charset, method):
    answer = answered(method, f"{MULTIPART}; charset={charset}")

    assert answer.status_code == 400
    assert b"The request could not be read" in answer.content


@pytest.mark.parametrize(
    "kind", ["é; charset*=rot13''x", "a; b*=nonsense''x", "text/plain; charset=UTF-8", ";", "é;" * 20_000], ids=range(5)
)
def test_whatever_the_content_is_said_to_be_there_is_an_answer(kind):
    assert answered("GET", kind).status_code in (400, 404)


@pytest.mark.parametrize("head", ["HTTP_ORIGIN", "HTTP_REFERER"])
def test_an_origin_that_cannot_be_read_is_no_page_of_the_portal(head):
    client = Client(enforce_csrf_checks=True)

    address = reverse("visits:visit_create", args=["examplia"])
    answer = client.post(address, {"summary": "It was cold."}, **{head: "https://["})

    assert answer.status_code == 403
    assert b"It was cold." not in answer.content


def test_files_alone_are_not_lost_without_a_word_when_the_session_has_ended(client, mechanism):
    client.cookies["csrf"] = "a" * 32

    answer = client.post("/examplia/desk/visits/new/", {"files": SimpleUploadedFile("letter.txt", b"Dear director")})

    assert answer.status_code == 401
    assert "Files you had chosen are not kept" in answer.content.decode()


def _answer_of_a_device(**other):
    said = base64.urlsafe_b64encode(b'{"type": "webauthn.get", "challenge": "AA", "origin": "https://testserver"}')
    response = {"clientDataJSON": said.decode().rstrip("="), "authenticatorData": "AA", "signature": "AA"}
    return json.dumps(
        {"id": "AA", "rawId": "AA", "type": "public-key", "response": response | {"userHandle": "AA"}} | other
    )


DEVICES = {
    "nested": "[" * 100_000,
    "many digits": "9" * 5_000,
    "nothing": "{}",
    "a list": "[]",
    "half a character": '"\\ud800"',
    "no second id": '{"id": {}}',
    "another id": _answer_of_a_device(id="AB"),
    "an id of letters": _answer_of_a_device(id="é", rawId="é"),
    "extensions in a list": _answer_of_a_device(clientExtensionResults=[]),
    "no device": _answer_of_a_device(),
}


@pytest.mark.parametrize("credential", DEVICES.values(), ids=DEVICES)
@pytest.mark.parametrize("name", ["mfa_login_webauthn", "mfa_reauthenticate_webauthn", "mfa_add_webauthn"])
def test_rubbish_for_a_passkey_is_a_wrong_answer(no_limits, fresh_as_, coordinator, name, credential):
    client = Client() if name == "mfa_login_webauthn" else fresh_as_(coordinator)
    client.get(reverse(name))

    answer = client.post(reverse(name), {"credential": credential, "name": "Key"})

    assert answer.status_code in (200, 302)
    assert "_auth_user_id" not in client.session or name != "mfa_login_webauthn"


# -- What was typed stays ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["visit_create", "visit_change", "plan_create", "plan_change", "visit_situation", "visit_needs"]
    + ["visit_team", "visit_findings", "visit_ratings", "visit_answers"]
)  # fmt: skip
def test_what_was_typed_is_still_there_when_it_is_refused(walk, monkeypatch, name):
    visitor, places = walk
    wanted = (place for place in places if place[1] == "POST" and place[0].partition(" [")[0] == f"visits:{name}")
    _label, _method, person, path = next(wanted)
    with listening(monkeypatch) as ears:
        visitor.send(name, person, "POST", path, "x=1")
    boxes = [
        form.add_prefix(key)
        for form in ears.forms.values()
        for key, field in form.fields.items()
        if type(field.widget).__name__ in ("TextInput", "Textarea", "DateInput", "TimeInput") and key != "place"
    ]
    typed = {box: f"typed “{number}” <b>\u0000" for number, box in enumerate(boxes)}

    answer = visitor.send(name, person, "POST", path, "&".join(f"{k}={v}" for k, v in typed.items()).encode())

    said = answer.content.decode()
    assert answer.status_code == 200
    assert [box for box, text in typed.items() if escape(text.rstrip("\0")) not in said] == []
    assert boxes or name in ("visit_ratings", "visit_answers")  # of which nothing is published here
    assert not visitor.wrong
