"""How far what is written about a visit may go: the same in a form and in a file that comes in."""

from datetime import date

HIGHEST = 2_147_483_647  # of a whole number in the database
LONGEST_TEXT = 10_000
OPCAT_IN_FORCE = date(2006, 6, 22)  # Article 28: no visit under the protocol is older
