"""What a browser sends along with a form that somebody has opened: the seal of what was to be read there."""

from typing import Any

from django.test import Client


def seen(client: Client, path: str) -> dict[str, Any]:
    """Return the seal in the form at ``path`` as it would be sent; nothing where the page has none."""
    context = client.get(path).context
    form = context.get("form") if context else None
    return {"seen": form["seen"].value()} if form is not None and "seen" in form.fields else {}
