"""Invented visits at invented places, in the real settings and jurisdictions of a mechanism: for demonstrations and
measurements. Everything follows from a seed and a number, so that the same number gives the same visit everywhere.
"""
