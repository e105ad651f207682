"""The first line of every page of an import: which one, and whether this person may work on it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect

from members.models import Mechanism
from members.views.scope import View, desk_page
from npmportal.models import Job
from visits.models import Import

State = Import.State
PAGE_OF = {State.OPEN: "visits:import_columns", State.CHECKED: "visits:import_check"}


def import_page(*, to_work: bool = True) -> Callable[[View], View]:
    """Open a page to those who see the import (404 for others); ``to_work``: to those alone who may go on with it."""

    def decorate(view: View) -> View:
        @desk_page()
        @wraps(view)
        def page(request: HttpRequest, mechanism: Mechanism, pk: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            imports = Import.objects.visible_to(request.user).filter(mechanism=mechanism)
            batch = get_object_or_404(imports.select_related("body", "mechanism", "job", "created_by"), pk=pk)
            if to_work and not may_work(request.user, batch):
                raise PermissionDenied
            return view(request, batch, *args, **kwargs)

        return page

    return decorate


def may_work(user: Any, batch: Import) -> bool:
    """Tell whether ``user`` may go on with ``batch`` or undo it."""
    return Import.objects.workable_by(user).filter(pk=batch.pk).exists()


def to_page(batch: Import, name: str = "visits:import_detail") -> Any:
    """Return the redirect to a page of the import."""
    return redirect(name, npm=batch.mechanism.slug, pk=batch.pk)


def next_page(batch: Import) -> Any:
    """Return the redirect to where the import stands now."""
    waits = batch.is_live or (batch.job is not None and batch.job.state == Job.State.FAILED) or not batch.has_rows
    return to_page(batch) if waits else to_page(batch, PAGE_OF.get(State(batch.state), "visits:import_detail"))


def to_list(batch: Import) -> Any:
    """Return the redirect to the imports of the import’s mechanism."""
    return redirect("visits:import_list", npm=batch.mechanism.slug)
