"""What happened."""

from django.urls import path

from members.views import activity

urlpatterns = [
    path("<slug:npm>/desk/activity/", activity.activity, name="activity"),
    path("<slug:npm>/desk/activity.csv", activity.activity_csv, name="activity_csv"),
]
