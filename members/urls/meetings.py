"""Groups, their meetings, and the minutes."""

from django.urls import path

from members.views import groups, meeting_parts, meetings, minutes

GROUP = "<slug:npm>/desk/meetings/groups/<uuid:pk>/"
MEETING = "<slug:npm>/desk/meetings/<uuid:pk>/"

urlpatterns = [
    path("<slug:npm>/desk/meetings/", meetings.meeting_list, name="meeting_list"),
    path("<slug:npm>/desk/meetings/groups/new/", groups.group_create, name="group_create"),
    path(GROUP, groups.group_detail, name="group_detail"),
    path(f"{GROUP}change/", groups.group_change, name="group_change"),
    path(f"{GROUP}close/", groups.group_close, name="group_close"),
    path(f"{GROUP}seats/add/", groups.seat_add, name="seat_add"),
    path(f"{GROUP}seats/all/", groups.seat_all, name="seat_all"),
    path(f"{GROUP}seats/<int:seat>/end/", groups.seat_end, name="seat_end"),
    path(f"{GROUP}meetings/new/", meetings.meeting_plan, name="meeting_plan"),
    path(f"{GROUP}meetings.ics", meetings.group_ics, name="group_ics"),
    path(MEETING, meetings.meeting_detail, name="meeting_detail"),
    path(f"{MEETING}change/", meetings.meeting_change, name="meeting_change"),
    path(f"{MEETING}cancel/", meetings.meeting_cancel, name="meeting_cancel"),
    path(f"{MEETING}attendance/", meetings.meeting_attendance, name="meeting_attendance"),
    path(f"{MEETING}meeting.ics", meetings.meeting_ics, name="meeting_ics"),
    path(f"{MEETING}agenda/add/", meeting_parts.point_add, name="point_add"),
    path(f"{MEETING}agenda/<int:point>/change/", meeting_parts.point_change, name="point_change"),
    path(f"{MEETING}agenda/<int:point>/up/", meeting_parts.point_up, name="point_up"),
    path(f"{MEETING}agenda/<int:point>/remove/", meeting_parts.point_remove, name="point_remove"),
    path(f"{MEETING}decisions/add/", meeting_parts.decision_add, name="decision_add"),
    path(f"{MEETING}decisions/<uuid:decision>/change/", meeting_parts.decision_change, name="decision_change"),
    path(f"{MEETING}decisions/<uuid:decision>/remove/", meeting_parts.decision_remove, name="decision_remove"),
    path(f"{MEETING}actions/add/", meeting_parts.meeting_task_add, name="meeting_task_add"),
    path(f"{MEETING}minutes/", minutes.minutes_detail, name="minutes_detail"),
    path(f"{MEETING}minutes/write/", minutes.minutes_write, name="minutes_write"),
    path(f"{MEETING}minutes/approve/", minutes.minutes_approve, name="minutes_approve"),
    path(f"{MEETING}minutes/add/", minutes.minutes_add, name="minutes_add"),
    path(f"{MEETING}minutes/progress/", minutes.minutes_progress, name="minutes_progress"),
    path(f"{MEETING}minutes/retry/", minutes.minutes_retry, name="minutes_retry"),
    path(f"{MEETING}minutes/download/", minutes.minutes_download, name="minutes_download"),
]
