"""Appointments: how many, of which kind, who misses them, and what is coming?"""
