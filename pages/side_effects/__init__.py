"""Side effects: which occur, how often, in whom, and is it changing?"""
