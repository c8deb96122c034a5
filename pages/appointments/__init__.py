"""Appointments: how many, of which kind, who misses them, how full the chairs are, what comes."""
