"""Django's admin, for reference lists alone: no visit, no person, no audit trail, and no rights of its own.

It stands behind the portal's sign-in and second factor. A list is open to whoever holds its permission as the table of
roles gives it; the flags of Django's users (staff, superuser) and its model permissions give nothing here (R-11).
"""

from functools import update_wrapper
from typing import Any, Never

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.forms import Field
from django.http import Http404, HttpRequest
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect

from npmportal import audit
from npmportal.access import MANAGE_MEMBERS, grants_of
from npmportal.accounts import require_fresh_sign_in

# The portal signs in and out itself; what would look things up or show Django's own log is left out.
LEFT_OUT = {"login", "logout", "password_change", "password_change_done", "autocomplete", "view_on_site"}


class ReferenceListsSite(admin.AdminSite):
    """The pages around the lists. Who keeps no register is refused; who is not signed in goes to the portal's page."""

    site_title = site_header = _("Reference lists")
    index_title = _("Lists")
    final_catch_all_view = False
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return MANAGE_MEMBERS in grants_of(request.user)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Wrap ``view``: 403 without the right, and a fresh sign-in for whatever is sent."""

        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not self.has_permission(request):
                raise PermissionDenied
            if request.method == "POST":
                require_fresh_sign_in(request)
            return view(request, *args, **kwargs)

        guarded = csrf_protect(page)
        return update_wrapper(guarded if cacheable else never_cache(guarded), view)

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take in reference lists alone: libraries register accounts, sessions and factors by themselves."""
        if admin_class is not None and issubclass(admin_class, ReferenceListAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        found = [entry for entry in super().get_urls() if getattr(entry, "name", None) not in LEFT_OUT]
        for entry in found:
            # Django would send the anonymous to its own sign-in page, which is not there.
            if isinstance(entry, URLPattern) and hasattr(entry.callback, "login_url"):
                del entry.callback.login_url
        return found

    def get_log_entries(self, request: HttpRequest) -> Any:
        """Return nothing: what happened stands in the portal's own record."""
        return super().get_log_entries(request).none()


class ReferenceListAdmin(admin.ModelAdmin):
    """One list of a mechanism, limited to the mechanisms in which the person holds ``permission``."""

    permission = MANAGE_MEMBERS
    mechanism_path = "mechanism"
    actions = None
    view_on_site = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50

    def kept(self, request: HttpRequest) -> frozenset[int]:
        """Return the ids of the mechanisms whose list the person keeps."""
        return grants_of(request.user).on(self.permission)

    def is_kept(self, request: HttpRequest, obj: Any) -> bool:
        """Tell whether ``obj`` stands in a list the person keeps."""
        return obj.mechanism_id in self.kept(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(**{f"{self.mechanism_path}__in": self.kept(request)})

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Look for the entry by its key where the address names no field: Django fails at an empty name."""
        return super().get_object(request, object_id, from_field or None)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(self.kept(request))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self.kept(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(self.kept(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self.kept(request)) and (obj is None or self.is_kept(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let an entry be removed that nothing refers to."""
        return self.has_change_permission(request, obj) and (obj is None or not is_used(obj))

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer of related records those the person may use, without the pop-ups that would edit them."""
        if db_field.name == "mechanism":
            kwargs["queryset"] = db_field.related_model.objects.filter(pk__in=self.kept(request))
        elif db_field.is_relation:
            kwargs["queryset"] = db_field.related_model.objects.filter(mechanism__in=self.kept(request))
        if db_field.get_internal_type() == "CharField" and type(db_field).__name__ == "URLField":
            kwargs["assume_scheme"] = "https"
        if db_field.is_relation:
            field: Field | None = db_field.formfield(**kwargs)
            return field
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        left_out = f"{self.opts.app_label}_{self.opts.model_name}_history"
        return [entry for entry in super().get_urls() if entry.name and entry.name != left_out]

    def _get_obj_does_not_exist_redirect(self, *_args: Any) -> Never:
        raise Http404

    # -- What happened goes into the portal's record, not into Django's log -----------------------------------------

    def construct_change_message(self, request: Any, form: Any, formsets: Any, add: bool = False) -> Any:
        return sorted(form.changed_data)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        self._record("list.added", request, obj, fields=message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        self._record("list.changed", request, obj, fields=message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:  # type: ignore[override]
        for obj in queryset:
            self._record("list.removed", request, obj)

    def _record(self, action: str, request: HttpRequest, obj: Any, **details: Any) -> None:
        audit.record(action, by=request.user, obj=obj, mechanism=getattr(obj, "mechanism", None), **details)


def is_used(obj: Model) -> bool:
    """Tell whether any record of whatever kind refers to ``obj``."""
    # The hidden ones too: the sources of facts have no name on the way back.
    relations = [
        field for field in obj._meta.get_fields(include_hidden=True) if field.auto_created and field.is_relation
    ]
    return any(
        relation.related_model._base_manager.filter(**{relation.field.name: obj.pk}).exists()  # type: ignore[union-attr]
        for relation in relations
        if not relation.concrete
    )
