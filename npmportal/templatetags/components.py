"""The pieces pages are made of (docs/components.md shows each). They know no app and ask the database nothing."""

from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.formats import localize
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

register = template.Library()

# What a state looks like: a tone and a shape, so that colour is never the only sign.
TONES: dict[str, str] = {
    "draft": "plain",
    "queued": "plain",
    "closed": "plain",
    "invitee": "plain",
    "observer": "plain",
    "submitted": "waiting",
    "running": "waiting",
    "anticipated": "waiting",
    "interim": "waiting",
    "returned": "attention",
    "delayed": "attention",
    "overdue": "attention",
    "partial": "attention",
    "failed": "bad",
    "refused": "bad",
    "approved": "good",
    "done": "good",
    "full": "good",
    "designated": "good",
    "planned": "waiting",
    "held": "good",
    "cancelled": "bad",
    "present": "good",
    "chair": "good",
    "in_progress": "waiting",
    "completed": "good",
    "waiting": "waiting",
    "added": "good",
    "known": "good",
    "declined": "attention",
}


@register.simple_block_tag(end_name="end_page_header")
def page_header(content: str, title: Any, lead: Any = "", above: Any = "") -> SafeString:
    """Print the heading of a page: ``title``, a ``lead`` sentence, a line ``above``; the block holds the buttons."""
    actions = _stripped(content)
    return render_to_string(
        "_components/page_header.html", {"title": title, "lead": lead, "above": above, "actions": actions}
    )


@register.simple_block_tag(end_name="end_notice")
def notice(content: str, kind: str = "info", title: Any = "") -> SafeString:
    """Print a notice of ``kind`` info, success, warning or error, with a bold ``title`` and the block below it."""
    names = {"success": _("Done"), "warning": _("Take care"), "error": _("There is a problem")}
    names["info"] = pgettext("notice", "Note")
    return render_to_string(
        "_components/notice.html", {"kind": kind, "name": names[kind], "title": title, "content": content}
    )


@register.simple_block_tag(end_name="end_data_table", takes_context=True)
def data_table(context: Context, content: str, caption: Any, note: Any = "", css: str = "") -> SafeString:
    """Print the block (thead and tbody) as a captioned table that scrolls inside its own box on a small screen."""
    return render_to_string(
        "_components/data_table.html",
        {"id": _number(context, "table"), "caption": caption, "note": note, "css": css, "content": content},
    )


@register.simple_block_tag(end_name="end_empty_state")
def empty_state(content: str, title: Any) -> SafeString:
    """Print what stands where a list would be when there is nothing: ``title`` and, in the block, what to do next."""
    return render_to_string("_components/empty_state.html", {"title": title, "content": content})


@register.simple_block_tag(end_name="end_filter_panel")
def filter_panel(content: str, reset_url: str, active: int = 0, is_open: bool = False) -> SafeString:
    """Print a GET form of filters. The block holds its fields; ``active`` is how many are set."""
    return render_to_string(
        "_components/filter_panel.html",
        {"content": content, "reset_url": reset_url, "active": active, "is_open": is_open},
    )


@register.simple_block_tag(end_name="end_summary_list")
def summary_list(content: str) -> SafeString:
    """Print a list of facts; the block holds ``{% fact %}`` tags."""
    return render_to_string("_components/summary_list.html", {"content": content})


@register.inclusion_tag("_components/fact.html")
def fact(label: Any, value: Any = None, note: Any = "", url: str = "") -> dict[str, Any]:
    """Print one fact of a summary list. None and an empty text read “Not recorded”; nought is printed."""
    is_missing = value is None or value == ""
    # A filter in the template would make it text first, without the separators of the reader's language.
    printed = localize(value) if isinstance(value, int) else value
    return {"label": label, "value": printed, "note": note, "url": url, "is_missing": is_missing}


@register.simple_block_tag(end_name="end_timeline_item")
def timeline_item(content: str, at: Any, title: Any, by: Any = "") -> SafeString:
    """Print one step of an ``<ol class="timeline">``: when, what, by whom; the block holds the reason."""
    return render_to_string(
        "_components/timeline_item.html", {"at": at, "title": title, "by": by, "content": _stripped(content)}
    )


@register.simple_block_tag(end_name="end_confirm_form", takes_context=True)
def confirm_form(
    context: Context,
    content: str,
    action: str,
    label: Any,
    kind: str = "primary",
    cancel_url: str = "",
    cancel_label: Any = "",
) -> SafeString:
    """Print a POST form with one button; the block holds what is being confirmed and the fields, such as a reason.

    ``cancel_label`` names the way back where “Cancel” could be taken for the act itself.
    """
    return render_to_string(
        "_components/confirm_form.html",
        {"action": action, "label": label, "kind": kind, "cancel_url": cancel_url, "cancel_label": cancel_label}
        | {"content": content},
        request=context.get("request"),
    )


@register.inclusion_tag("_components/status_tag.html")
def status_tag(state: str, label: Any) -> dict[str, Any]:
    """Print a state as a small tag: the words of ``label``, with the tone and shape of ``state``."""
    return {"tone": TONES.get(str(state), "plain"), "label": label}


@register.inclusion_tag("_components/download_link.html")
def download_link(url: str, label: Any, kind: str = "", size: int | None = None, pages: int | None = None) -> Any:
    """Print a link to a file with what it is: ``kind`` ("PDF", "CSV"), ``size`` in bytes, ``pages``."""
    return {"url": url, "label": label, "kind": kind, "size": size, "pages": pages}


@register.inclusion_tag("_components/crumb.html")
def crumb(label: Any, url: str = "") -> dict[str, Any]:
    """Print one step of the breadcrumbs; the page itself has no ``url``."""
    return {"label": label, "url": url}


@register.inclusion_tag("_components/progress.html")
def progress(job: Any, url: str = "") -> dict[str, Any]:
    """Print how far ``job`` is. With ``url`` (a page that prints this piece) it is fetched again while it lives."""
    return {"job": job, "url": url}


@register.inclusion_tag("_components/as_at.html", takes_context=True)
def as_at(context: Context, on: Any, keep: str = "") -> dict[str, Any]:
    """Print the control that shows the page as at another day. ``keep`` names query parameters to keep, by comma."""
    request = context.get("request")
    names = [name.strip() for name in keep.split(",") if name.strip()]
    kept = [(name, value) for name in names for value in request.GET.getlist(name)] if request else []
    return {"on": on, "kept": kept, "error": context.get("on_error", "")}


@register.simple_tag
def error_target(field: BoundField) -> str:
    """Return the id that a link to ``field`` goes to: for radios and checkboxes the first one."""
    return field.id_for_label or f"{field.auto_id}_0"


@register.simple_tag
def is_single_checkbox(field: BoundField) -> bool:
    """Tell whether ``field`` is one checkbox, which has its label beside it."""
    return getattr(field.field.widget, "input_type", "") == "checkbox" and not field.use_fieldset


@register.simple_tag
def first_wrong_form(*forms: Any) -> BaseForm | None:
    """Return the first form with errors, of those that are there."""
    return next((form for form in forms if isinstance(form, BaseForm) and form.is_bound and form.errors), None)


def _stripped(content: str) -> SafeString:
    """Return a block without the space around it. The template has escaped it; only stripping makes it a plain text."""
    return mark_safe(content.strip())


def _number(context: Context, prefix: str) -> str:
    """Return an id that no other piece of the page has."""
    page: Any = context.render_context.dicts[0]
    counts = page.setdefault("_piece_numbers", {})
    counts[prefix] = counts.get(prefix, 0) + 1
    return f"{prefix}-{counts[prefix]}"
