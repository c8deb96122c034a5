"""What must hold for the dashboard to be served: a test for each row that the self-check tells."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from pydantic import SecretStr
from streamlit import config

from access.files import File, looked_at
from access.self_check import (
    OPTION_RULES,
    Circumstances,
    Database,
    Finding,
    Level,
    Wall,
    options_set,
    refused,
    self_check,
)
from access.settings import Settings, SignIn
from access.start import Serving

NOW = datetime(2026, 3, 9, 15, 30, tzinfo=UTC)
SAFE_OPTIONS: Mapping[str, object] = {
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "client.disableDataExport": True,
    "client.allowedOrigins": [],
    "browser.gatherUsageStats": False,
    "server.maxUploadSize": 20,
    "server.trustedUserHeaders": {"x-clinic-session": "session"},
    "runner.magicEnabled": False,
}
LOCAL = Circumstances(
    Settings(),
    Serving("127.0.0.1", has_certificate=False, is_own_file=True),
    SAFE_OPTIONS,
    (),
    Database("SQLite file clinic.db"),
    NOW,
)
SIGN_IN = SignIn(
    issuer="https://login.example", client_id="dashboard", client_secret=SecretStr("s" * 32)
)
IN_A_CLINIC = replace(
    LOCAL,
    settings=Settings(
        sign_in=SIGN_IN,
        public_url="https://clinic.example",
        tls_in_front=True,
        allowed_hosts=("other.example",),
    ),
    serving=Serving("10.0.0.5", has_certificate=False, is_own_file=False),
    database=Database("PostgreSQL database clinic", administrators=2, wall=Wall.STANDS),
)


def about(subject: str, found: Circumstances) -> list[tuple[Level, str]]:
    """The levels and sentences of one subject."""
    return [(each.level, each.sentence) for each in self_check(found) if each.subject == subject]


def of_database(**changes: Any) -> Circumstances:
    assert IN_A_CLINIC.database is not None
    return replace(IN_A_CLINIC, database=replace(IN_A_CLINIC.database, **changes))


def worst(found: Circumstances) -> list[Finding]:
    return [each for each in self_check(found) if each.level is not Level.OK]


@pytest.mark.parametrize("found", [LOCAL, IN_A_CLINIC, replace(LOCAL, database=None)])
def test_nothing_is_said_against_what_is_safe(found: Circumstances):
    assert worst(found) == []


def test_where_it_is_served_is_told():
    assert about("sign-in", LOCAL) == [(Level.OK, "None: at this computer a person picks a role.")]
    assert about("sign-in", IN_A_CLINIC) == [(Level.OK, "People sign in at https://login.example.")]
    assert about("address", IN_A_CLINIC) == [(Level.OK, "The server listens on 10.0.0.5.")]
    assert about("TLS", IN_A_CLINIC)[0][1] == (
        "A proxy in front of it encrypts; people open https://clinic.example."
    )
    assert about("hosts", IN_A_CLINIC) == [
        (Level.OK, "Requests may name clinic.example, other.example.")
    ]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (replace(LOCAL, serving=replace(LOCAL.serving, address="")), "to listen on all addresses"),
        (replace(LOCAL, serving=replace(LOCAL.serving, is_own_file=False)), "a database server"),
        (replace(LOCAL, settings=Settings(tls_in_front=True)), "reached from others"),
        (
            replace(
                IN_A_CLINIC,
                settings=Settings(sign_in=SIGN_IN, public_url="http://clinic.example"),
            ),
            "in the clear",
        ),
        (
            replace(
                IN_A_CLINIC,
                settings=Settings(sign_in=SIGN_IN, public_url="https://clinic.example"),
            ),
            "without TLS",
        ),
    ],
)
def test_an_unsafe_address_is_refused(found: Circumstances, words: str):
    faults = refused(self_check(found))
    assert any(words in each.sentence for each in faults)
    assert {each.subject for each in faults} == {"address"}


@pytest.mark.parametrize(
    ("length", "level"),
    [(32, Level.OK), (31, Level.WARN), (16, Level.WARN), (15, Level.REFUSE), (1, Level.REFUSE)],
)
def test_a_short_client_secret_is_warned_of_and_a_very_short_one_refused(length: int, level: Level):
    secret = "q" * length
    sign_in = SIGN_IN.model_copy(update={"client_secret": SecretStr(secret)})
    settings = IN_A_CLINIC.settings.model_copy(update={"sign_in": sign_in})
    ((found, sentence),) = about("client secret", replace(IN_A_CLINIC, settings=settings))
    assert found is level
    assert str(length) in sentence
    assert length == 1 or secret not in sentence


@pytest.mark.parametrize("is_grave", [True, False])
def test_a_file_that_others_may_get_at_is_refused_where_it_is_grave(is_grave: bool):
    path = Path("/data/clinic.db")
    file = File("The database file", path, True, True, is_grave)
    level = Level.REFUSE if is_grave else Level.WARN
    assert about("files", replace(LOCAL, files=(file,))) == [
        (
            level,
            "The database file /data/clinic.db may be changed by every user of this computer. "
            "Run: chmod o-w '/data/clinic.db'",
        ),
        (
            level,
            "The database file /data/clinic.db may be read by every user of this computer. "
            "Run: chmod o-rwx '/data/clinic.db'",
        ),
    ]
    closed = File("The database file", path, False, False)
    assert [level for level, _ in about("files", replace(LOCAL, files=(closed,)))] == [Level.OK]


UNSAFE: dict[str, tuple[Level, list[object]]] = {
    "client.showErrorDetails": (Level.REFUSE, ["full", "stacktrace", "type", True]),
    "client.showErrorLinks": (Level.WARN, ["auto", True]),
    "client.toolbarMode": (Level.WARN, ["auto", "developer"]),
    "client.disableDataExport": (Level.REFUSE, [False, None]),
    "client.allowedOrigins": (Level.WARN, [["https://elsewhere.example"]]),
    "browser.gatherUsageStats": (Level.REFUSE, [True]),
    "server.enableXsrfProtection": (Level.REFUSE, [False]),
    "server.enableCORS": (Level.REFUSE, [False]),
    "server.enableStaticServing": (Level.REFUSE, [True]),
    "server.enableAgentApi": (Level.REFUSE, [True]),
    "server.scriptHealthCheckEnabled": (Level.REFUSE, [True]),
    "server.unsafeMetricsUserAttributes": (Level.REFUSE, [["email"], "email"]),
    "server.maxUploadSize": (Level.REFUSE, [21, 200, "20"]),
    "server.trustedUserHeaders": (
        Level.REFUSE,
        [{}, "", {"x-forwarded-user": "session"}, '{"x-user": "session"}'],
    ),
    "runner.magicEnabled": (Level.WARN, [True]),
}


@pytest.mark.parametrize("name", [rule.name for rule in OPTION_RULES])
def test_each_option_that_is_unsafe_is_found(name: str):
    level, values = UNSAFE[name]
    for value in values:
        (finding,) = worst(replace(LOCAL, options={**SAFE_OPTIONS, name: value}))
        assert (finding.subject, finding.level) == (name, level)
        assert f"Write {name} = " in finding.sentence


def test_what_must_be_set_is_missed_where_no_configuration_is_read():
    found = worst(replace(LOCAL, options={}))
    assert {each.subject for each in found} == set(SAFE_OPTIONS)


def test_the_configuration_that_is_shipped_is_safe_and_streamlit_knows_each_option():
    assert (
        worst(
            replace(
                LOCAL, options={rule.name: config.get_option(rule.name) for rule in OPTION_RULES}
            )
        )
        == []
    )


def test_what_nobody_sets_is_taken_as_streamlit_takes_it():
    known = config.get_config_options()
    for rule in OPTION_RULES:
        default = known[rule.name].default_val
        assert rule.is_right(rule.default) == rule.is_right(default)
        if not isinstance(default, list):
            assert rule.default == default
        section, key = rule.name.split(".")
        assert options_set([], {known[rule.name].env_var: "none"}) == {f"{section}.{key}": "none"}


def test_options_are_read_from_files_and_then_from_the_environment():
    tables: list[Mapping[str, object]] = [
        {"server": {"address": "0.0.0.0", "maxUploadSize": 200}, "theme": {"base": "dark"}},
        {"server": {"maxUploadSize": 20}, "client": "no table"},
    ]
    environment = {
        "STREAMLIT_SERVER_ENABLE_CORS": "False",
        "STREAMLIT_SERVER_SSL_CERT_FILE": "/certificate.pem",
        "STREAMLIT_SERVER_TRUSTED_USER_HEADERS": '{"x-clinic-session": "session"}',
    }
    assert options_set(tables, environment) == {
        "server.address": "0.0.0.0",
        "server.maxUploadSize": 20,
        "server.enableCORS": False,
        "server.sslCertFile": "/certificate.pem",
        "server.trustedUserHeaders": {"x-clinic-session": "session"},
    }


def test_a_database_that_cannot_be_used_is_all_that_is_told_of_it():
    found = of_database(fault="The database server does not answer.", wall=Wall.WRONG)
    assert [each.sentence for each in worst(found)] == [
        "PostgreSQL database clinic: The database server does not answer."
    ]


@pytest.mark.parametrize(
    ("ahead", "level", "words"),
    [
        (timedelta(seconds=30), Level.OK, "It is 2026-03-09 15:30 UTC."),
        (timedelta(seconds=-31), Level.WARN, "clock is 31 seconds behind this computer's"),
        (timedelta(minutes=5), Level.WARN, "clock is 5 minutes ahead of this computer's"),
        (timedelta(minutes=5, seconds=1), Level.REFUSE, "clock is 5 minutes ahead of"),
        (timedelta(hours=-3), Level.REFUSE, "clock is 3 hours behind"),
        (timedelta(days=400), Level.REFUSE, "clock is 400 days ahead of"),
    ],
)
def test_two_clocks_that_differ_are_found(ahead: timedelta, level: Level, words: str):
    ((found, sentence),) = about("clock", of_database(server_ahead=ahead))
    assert found is level
    assert words in sentence


@pytest.mark.parametrize(
    ("seconds", "level"), [(-9999, Level.OK), (30, Level.OK), (31, Level.WARN), (9999, Level.WARN)]
)
def test_a_clock_behind_the_trail_is_warned_of(seconds: int, level: Level):
    at = NOW + timedelta(seconds=seconds)
    ((found, _),) = about("clock", of_database(last_entry_at=at))
    assert found is level


def test_a_trail_that_cannot_be_written_is_refused_unless_somebody_else_writes():
    faulty = of_database(unwritable="The disk is full, so nothing was written.")
    assert [level for level, _ in about("audit trail", faulty)] == [Level.REFUSE]
    busy = of_database(unwritable="Another program is writing.", is_busy=True)
    assert [level for level, _ in about("audit trail", busy)] == [Level.WARN]


def test_a_trail_that_is_not_whole_is_warned_of():
    found = of_database(trail_fault="Entries of the audit trail are missing.")
    ((_, first), (level, sentence)) = about("audit trail", found)
    assert first == "Entries can be added to it."
    assert level is Level.WARN
    assert "verify-audit" in sentence


@pytest.mark.parametrize(
    ("count", "level", "words"),
    [
        (0, Level.WARN, "users add ada@clinic.example --role administrator"),
        (1, Level.OK, "There is one."),
        (2, Level.OK, "There are 2."),
    ],
)
def test_without_an_administrator_the_command_that_makes_one_is_told(
    count: int, level: Level, words: str
):
    ((found, sentence),) = about("administrator", of_database(administrators=count))
    assert found is level
    assert words in sentence
    assert about("administrator", LOCAL) == []


@pytest.mark.parametrize(
    ("wall", "level", "words"),
    [
        (Wall.ABSENT, Level.WARN, "reporting-roles --create"),
        (Wall.NOT_TAKEN, Level.WARN, "--create --login NAME"),
        (Wall.WRONG, Level.REFUSE, "clinic_manager may read patients.mrn."),
        (Wall.STANDS, Level.OK, "keeps names from whoever may not see them"),
    ],
)
def test_whether_the_second_wall_stands_is_told(wall: Wall, level: Level, words: str):
    found = of_database(wall=wall, wall_fault="clinic_manager may read patients.mrn")
    ((of, sentence),) = about("reporting roles", found)
    assert of is level
    assert words in sentence
    assert about("reporting roles", LOCAL) == []


# --- files ------------------------------------------------------------------------------------


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder into which every user gets; pytest's own are closed to others."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.mark.parametrize(
    ("mode", "is_read", "is_changed"),
    [
        (0o600, False, False),
        (0o640, False, False),
        (0o660, False, False),
        (0o644, True, False),
        (0o602, False, True),
        (0o666, True, True),
    ],
)
def test_who_else_gets_at_a_file(open_folder: Path, mode: int, is_read: bool, is_changed: bool):
    path = open_folder / "secret"
    path.write_text("x")
    path.chmod(mode)
    assert looked_at("It", path) == File("It", path, is_read, is_changed)
    open_folder.chmod(0o700)
    assert looked_at("It", path) == File("It", path, False, False)


def test_it_does_not_matter_who_reads_what_is_no_secret(open_folder: Path):
    path = open_folder / "settings.toml"
    path.write_text("x")
    path.chmod(0o646)
    assert looked_at("It", path, is_secret=False) == File("It", path, False, True)


@pytest.mark.parametrize(("mode", "is_changed"), [(0o755, False), (0o757, True), (0o1777, False)])
def test_in_whose_folder_others_may_replace_a_file(open_folder: Path, mode: int, is_changed: bool):
    open_folder.chmod(mode)
    found = looked_at("It", open_folder, is_secret=False)
    assert found is not None
    assert found.is_changed_by_others is is_changed


def test_a_file_that_is_not_there_is_not_told_of(tmp_path: Path):
    assert looked_at("It", tmp_path / "none") is None
