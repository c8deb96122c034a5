"""``python -m data_access COMMAND``."""

import sys

from data_access.command_line import run

sys.exit(run(sys.argv[1:]))
