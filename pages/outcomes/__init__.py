"""Outcomes: who responds, when, for how long, and how sure are we?"""
