"""English: the clock of 24 hours, as in the Dutch pages and in the times of meetings."""

TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j M Y, H:i"
SHORT_DATETIME_FORMAT = "d/m/Y H:i"
