"""The dashboard's script behind every page, run with nothing remembered."""

import runpy
from pathlib import Path

from pages.shared.memory import forget

forget()
runpy.run_path(str(Path(__file__).parent.parent / "pages" / "shell.py"), run_name="__main__")
