"""Warm medians."""

import gc
from collections.abc import Callable
from statistics import median
from time import perf_counter

Action = Callable[[], object]


def freeze_heap() -> None:
    """Spare what is timed the garbage collections of the libraries, as the server does."""
    gc.collect()
    gc.freeze()


def medians_ms(actions: tuple[Action, ...], repeat: int) -> tuple[float, ...]:
    """The median time of each action over ``repeat`` rounds, in milliseconds.

    One run of each goes before and is not counted. The actions take turns, so that a busy moment of
    the machine falls on all of them.
    """
    times: list[list[float]] = [[] for _ in actions]
    for action in actions:
        action()
    for _ in range(repeat):
        for action, taken in zip(actions, times, strict=True):
            began = perf_counter()
            action()
            taken.append(1000 * (perf_counter() - began))
    return tuple(median(taken) for taken in times)
