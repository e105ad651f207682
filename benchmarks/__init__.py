"""Measure the bars of the design: pages at a million visits, and the report of a year of 100,000."""
