from members.urls import access, activity, coverage, home, meetings, people, register, tasks

app_name = "members"

urlpatterns = [
    *home.urlpatterns,
    *register.urlpatterns,
    *coverage.urlpatterns,
    *people.urlpatterns,
    *access.urlpatterns,  # before those that end in any word
    *tasks.urlpatterns,
    *activity.urlpatterns,
    *meetings.urlpatterns,
]
