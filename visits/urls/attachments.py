"""The addresses of the files of visits."""

from django.urls import path

from visits.views import attachments, files_waiting

urlpatterns = [
    path("<slug:npm>/desk/visits/<uuid:pk>/files/", attachments.visit_files, name="visit_files"),
    path("<slug:npm>/desk/files-waiting/", files_waiting.files_waiting, name="files_waiting"),
    path("<slug:npm>/desk/files/<uuid:pk>/", attachments.attachment_part, name="attachment_part"),
    path("<slug:npm>/desk/files/<uuid:pk>/file/", attachments.attachment_download, name="attachment_download"),
    path("<slug:npm>/desk/files/<uuid:pk>/check/", attachments.attachment_check_again, name="attachment_check_again"),
    path("<slug:npm>/desk/files/<uuid:pk>/remove/", attachments.attachment_remove, name="attachment_remove"),
    path("<slug:npm>/desk/files/<uuid:pk>/withdraw/", attachments.attachment_withdraw, name="attachment_withdraw"),
]
