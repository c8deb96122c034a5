"""Today: what needs attention now?"""
