"""House rules that a machine can check. When one of these fails, the rule is right or an ADR changes it."""

import ast
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(__file__).resolve().parents[1]
APPS = ("npmportal", "members", "visits", "reports")

# Pages that answer without signing in. Everything else needs login; adding a name here is a decision, not a detail.
PUBLIC = {
    "home",
    "health",
    "set_language",
    "members:about",
    "members:member_list",
    "members:body_detail",
    "members:coverage",
    "members:members_csv",
    "members:coverage_csv",
    "members:history",
    "members:coverage_svg",
    "members:cell",
    "members:coverage_compare",
    "members:coverage_compare_csv",
    "members:contact",
    "members:invitation_accept",
    "reports:public_report_list",
    "account_login",
    "account_logout",
    "account_signup",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_confirm_login_code",
    "mfa_authenticate",
    "mfa_login_webauthn",
}

# Inside an app a module may import from the layers before its own, never from those after it.
LAYERS = ("models", "tasks", "actions", "forms", "views", "urls")

ALLOWED_IMPORTS = {
    "npmportal": {"npmportal"},
    "members": {"npmportal", "members"},
    "visits": {"npmportal", "members", "visits"},
    "reports": {"npmportal", "members", "visits", "reports"},
}
# The front door names the apps' addresses and the home page; nothing else of the foundations knows an app.
FRONT_DOOR = {"npmportal/urls.py"}


def modules(app):
    return [path for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]


def imports_of(path):
    """Yield the dotted names a module imports, those inside functions and type-checking blocks included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def type_checking_imports(path):
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            for inner in ast.walk(node):
                if isinstance(inner, ast.ImportFrom) and inner.module:
                    found |= {inner.module} | {f"{inner.module}.{alias.name}" for alias in inner.names}
    return found


@pytest.mark.parametrize("app", APPS)
def test_apps_import_in_one_direction(app):
    wrong = []
    for path in modules(app):
        if str(path.relative_to(ROOT)) in FRONT_DOOR:
            continue
        for name in set(imports_of(path)) - type_checking_imports(path):
            head = name.split(".")[0]
            if head in APPS and head not in ALLOWED_IMPORTS[app]:
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")

    assert not wrong


@pytest.mark.parametrize("app", APPS[1:])
def test_layers_inside_an_app_import_in_one_direction(app):
    wrong = []
    for path in modules(app):
        relative = path.relative_to(ROOT / app)
        layer = relative.parts[0].removesuffix(".py")
        if layer not in LAYERS:
            continue
        later = LAYERS[LAYERS.index(layer) + 1 :]
        for name in imports_of(path):
            parts = name.split(".")
            if parts[0] == app and len(parts) > 1 and parts[1] in later:
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")

    assert not wrong


def test_guardian_is_imported_by_access_alone():
    importers = {
        str(path.relative_to(ROOT))
        for app in APPS
        for path in modules(app)
        if any(name.split(".")[0] == "guardian" for name in imports_of(path))
    }

    assert importers == {"npmportal/access.py"}


def views(patterns=None, prefix=""):
    """Yield (name, view) for every address of the portal."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLResolver):
            namespace = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from views(entry.url_patterns, namespace)
        elif isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name or entry.pattern}", entry.callback


def test_only_the_public_list_answers_without_login():
    open_views = {name for name, view in views() if getattr(view, "login_required", True) is False}

    assert open_views == PUBLIC


def test_every_address_has_a_name():
    assert not [name for name, view in views() if name.split(":")[-1] == ""]


def test_every_template_is_used():
    """A template nobody extends, includes or renders is rubbish, unless a library looks it up by its name."""
    looked_up = ("account/", "mfa/", "allauth/", "usersessions/", "django/", "admin/", "400.html", "403.html")
    looked_up += ("403_csrf.html", "404.html", "429.html", "500.html", "503.html", "_components/", "emails/")
    folder = ROOT / "templates"
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for base in (*APPS, "templates", "benchmarks")
        for path in (ROOT / base).rglob("*")
        if path.suffix in {".py", ".html", ".svg", ".txt"}
    )

    unused = {name for name in names if not name.startswith(looked_up) and name not in text}

    assert not unused


@pytest.mark.parametrize("app", APPS)
def test_rooms_keep_their_size(app):
    """Modules of at most 300 lines, functions of at most 50 (style.md): split by noun, or write the ADR."""
    too_big = []
    for path in modules(app):
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > 300:
            too_big.append(f"{path.relative_to(ROOT)}: {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= 50:
                too_big.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")

    assert not too_big
