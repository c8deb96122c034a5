"""What happens once, before the first page is served."""

import gc
from datetime import date

from data_access.embedded import make_demo_if_needed


def prepare() -> None:
    """Make the demo clinic where no database is configured, and warm up.

    The libraries that every page needs are imported by importing this module's siblings. Freezing
    the heap afterwards spares each later page run a full garbage collection of them, 60 to 80 ms.
    """
    make_demo_if_needed(date.today())  # noqa: DTZ011 - the day where the program runs
    import pages.registry  # noqa: F401

    gc.collect()
    gc.freeze()
