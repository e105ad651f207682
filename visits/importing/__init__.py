"""Files of visits, places and people held, from the bytes of a spreadsheet to records of the portal.

In the order of the five screens: `decoding`, `workbook` and `reading` (what the file holds), `columns` and `guessing`
(what its columns are), `terms` (what its words mean), `checking` (every row, before anything is written), `storing`
(one transaction), `undoing`. Nothing here knows a request: the screens, the jobs and `manage.py import_visits` go
through the same functions.
"""
