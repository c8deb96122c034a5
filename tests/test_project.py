"""What holds for the project as a whole: its set-up, its guards, what its documents say."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())
SKIPPING = """
import pytest


@pytest.mark.parametrize("reason", [
    pytest.param("no browser", marks=pytest.mark.browser),
    pytest.param("no PostgreSQL", marks=pytest.mark.postgres),
    "another reason",
])
def test_skipped(reason):
    pytest.skip(reason)
"""


def tracked_files() -> list[Path]:
    """The files that git holds; skips where the project is not a clone."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("not a git clone")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize(
    ("must_run", "processes", "outcome"),
    [
        ("1", "-n 0", "2 failed, 1 skipped"),
        ("0", "-n 0", "3 skipped"),
        ("1", "-n 1 --dist loadfile", "2 failed, 1 skipped"),
    ],
)
def test_a_skipped_browser_or_postgres_test_fails_where_it_must_run(
    must_run: str, processes: str, outcome: str, tmp_path: Path
):
    (tmp_path / "test_it.py").write_text(SKIPPING)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "CLINIC_TESTS_MUST_RUN": must_run, "PYTEST_ADDOPTS": processes},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout.splitlines()[-1].startswith(outcome)


def test_the_lock_holds_every_direct_dependency_with_hashes_and_names_no_host():
    lock = (ROOT / "requirements.lock").read_text()
    locked = set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    assert set(map(distribution_name, SETTINGS["project"]["dependencies"])) <= locked
    assert "--hash=sha256:" in lock
    assert "://" not in lock


def imported_modules(path: Path) -> set[str]:
    """The top-level names of what a Python file imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


OWN = {path.parent.name for path in ROOT.glob("*/__init__.py")} | {"dashboard"}
"""Our own packages. (A development dependency installs one that is called ``tests``, too.)"""


def test_what_is_imported_is_a_direct_dependency():
    declared = set(map(distribution_name, SETTINGS["project"]["dependencies"]))
    for_development = set(map(distribution_name, SETTINGS["dependency-groups"]["dev"]))
    distributions = packages_distributions()
    undeclared = set()
    for path in tracked_files():
        if path.suffix != ".py":
            continue
        for_developers = {"benchmarks", "tests"} & set(path.relative_to(ROOT).parts)
        allowed = declared | for_development if for_developers else declared
        for module in imported_modules(path) - sys.stdlib_module_names - OWN - {"pydantic_core"}:
            owners = {name.lower().replace("_", "-") for name in distributions.get(module, [])}
            if owners and not owners & allowed:
                undeclared.add(f"{path.relative_to(ROOT)}: {module}")
    assert undeclared == set()


def distribution_name(requirement: str) -> str:
    return re.split(r"[\[<>=]", requirement)[0]


def test_the_pages_start_without_what_only_commands_need():
    """Each of these would add tenths of a second to the start of the server."""
    others = {"alembic", "authlib", "typer", "rich", "scipy.stats", "data_access.demo"}
    program = f"import sys, pages.registry; print(*sorted({others} & set(sys.modules)))"
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == []


def test_direct_dependencies_have_a_lower_and_an_upper_bound():
    for requirement in SETTINGS["project"]["dependencies"]:
        assert ">=" in requirement
        assert "<" in requirement or requirement.startswith("tzdata")


def test_links_in_the_documents_lead_to_files():
    documents = [path for path in tracked_files() if path.suffix == ".md"]
    missing = [
        f"{document.relative_to(ROOT)}: {target}"
        for document in documents
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text())
        if not (document.parent / target).exists()
    ]
    assert missing == []


def test_the_lock_names_no_host_and_no_file_a_home_directory():
    assert "://" not in (ROOT / "requirements.lock").read_text()
    home = re.compile(r"/(?:home|Users)/[a-z]+/")
    found = [
        str(path.relative_to(ROOT))
        for path in tracked_files()
        if path.suffix in {".py", ".md", ".toml", ".lock", ".mako", ""}
        and home.search(path.read_text())
    ]
    assert found == []
