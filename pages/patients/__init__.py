"""Patients: how is each patient doing over the series?"""
