"""What must hold for the dashboard to be served, and what was found: one sentence each.

Pure: what is looked at is collected elsewhere, at start with the server's real configuration, and
by ``python -m data_access doctor`` from its file. What is unsafe is refused, so that the dashboard
does not start; what may be meant so is warned of.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from access.files import File
from access.hosts import is_loopback
from access.settings import Settings
from access.start import Serving, reasons_not_to_start


class Level(StrEnum):
    """What a finding means."""

    OK = "ok"
    WARN = "warn"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one subject, in a sentence."""

    subject: str
    level: Level
    sentence: str


class Wall(StrEnum):
    """Whether the database itself keeps columns from a role (``data_access.reporting_roles``)."""

    NONE = "a file has no roles"
    ABSENT = "there are no roles for this database"
    NOT_TAKEN = "the program's login may not take on the roles"
    WRONG = "the roles do not have the rights that they should have"
    STANDS = "it stands"


@dataclass(frozen=True, slots=True)
class Database:
    """What the database was found to be.

    ``name``: in words, without a password. ``fault``: why nothing more is known: it does not
    answer, or is of another version; empty where all is well. ``server_ahead``: how far its
    server's clock is ahead of this computer's; ``None`` for a file. ``last_entry_at``: of the audit
    trail. ``unwritable``: why no entry can be added to it; ``is_busy``: whether only because
    somebody else was writing. ``trail_fault``: what is wrong with its end. ``wall_fault``: the
    first right that is wrong.
    """

    name: str
    fault: str = ""
    is_demo: bool = False
    server_ahead: timedelta | None = None
    last_entry_at: datetime | None = None
    unwritable: str = ""
    is_busy: bool = False
    trail_fault: str = ""
    administrators: int = 0
    wall: Wall = Wall.NONE
    wall_fault: str = ""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """All that is looked at.

    ``options``: the server's, by Streamlit's names. ``database``: ``None`` where there is none yet,
    so that a demo clinic is made. ``now``: by this computer's clock.
    """

    settings: Settings
    serving: Serving
    options: Mapping[str, object]
    files: Sequence[File]
    database: Database | None
    now: datetime


def self_check(found: Circumstances) -> list[Finding]:
    """Everything that was looked at, in the order in which it is told."""
    return [
        *_about_serving(found.settings, found.serving),
        *_about_secret(found.settings),
        *_about_files(found.files),
        *_about_options(found.options),
        *_about_database(found),
    ]


# --- where the dashboard is served ------------------------------------------------------------


def _about_serving(settings: Settings, serving: Serving) -> Iterator[Finding]:
    reasons = reasons_not_to_start(settings, serving)
    for reason in reasons:
        yield Finding("address", Level.REFUSE, reason)
    if reasons:
        return
    if settings.sign_in is None:
        yield Finding("sign-in", Level.OK, "None: at this computer a person picks a role.")
    else:
        yield Finding("sign-in", Level.OK, f"People sign in at {settings.sign_in.issuer}.")
    yield Finding("address", Level.OK, _where(serving))
    yield Finding("TLS", Level.OK, _encrypted(settings, serving))
    hosts = ", ".join(sorted(settings.hosts)) or "this computer only"
    yield Finding("hosts", Level.OK, f"Requests may name {hosts}.")


def _where(serving: Serving) -> str:
    if is_loopback(serving.address):
        return f"The server listens on {serving.address}, which no other computer reaches."
    return f"The server listens on {serving.address or 'all addresses'}."


def _encrypted(settings: Settings, serving: Serving) -> str:
    if serving.has_certificate:
        return f"The server encrypts by itself; people open {settings.public_url}."
    if settings.is_https:
        return f"A proxy in front of it encrypts; people open {settings.public_url}."
    return "Not needed: nothing leaves this computer."


# --- secrets and files ------------------------------------------------------------------------

_SHORT_SECRET, _LEAST_SECRET = 32, 16


def _about_secret(settings: Settings) -> Iterator[Finding]:
    """The client secret is the provider's, as a rule: then it is long enough."""
    if settings.sign_in is None:
        return
    length = len(settings.sign_in.client_secret.get_secret_value().strip())
    if length >= _SHORT_SECRET:
        yield Finding("client secret", Level.OK, f"It has {length} characters.")
        return
    yield Finding(
        "client secret",
        Level.REFUSE if length < _LEAST_SECRET else Level.WARN,
        f"The client secret has only {length} characters. Let the identity provider make one of at "
        f"least {_SHORT_SECRET}.",
    )


def _about_files(files: Sequence[File]) -> Iterator[Finding]:
    for file in files:
        yield from _about_file(file)


def _about_file(file: File) -> Iterator[Finding]:
    level = Level.REFUSE if file.is_grave else Level.WARN
    if file.is_changed_by_others:
        yield Finding(
            "files",
            level,
            f"{file.what} {file.path} may be changed by every user of this computer. "
            f"Run: chmod o-w '{file.path}'",
        )
    if file.is_read_by_others:
        yield Finding(
            "files",
            level,
            f"{file.what} {file.path} may be read by every user of this computer. "
            f"Run: chmod o-rwx '{file.path}'",
        )
    if not (file.is_changed_by_others or file.is_read_by_others):
        yield Finding("files", Level.OK, f"{file.what} {file.path} is closed to other users.")


# --- how Streamlit is set ---------------------------------------------------------------------

SESSION_HEADER = {"x-clinic-session": "session"}
"""The header in which the gate hands a session's name on, and what Streamlit calls it."""

_MOST_MEGABYTES = 20


@dataclass(frozen=True, slots=True)
class OptionRule:
    """How an option of Streamlit must be set.

    ``default``: Streamlit's own, where nobody sets it. ``right``: as it is written in its
    configuration; ``why``: what would happen otherwise.
    """

    name: str
    default: object
    is_right: Callable[[object], bool]
    right: str
    why: str
    level: Level = Level.REFUSE


def _is(*values: object) -> Callable[[object], bool]:
    return lambda value: any(value is each or value == each for each in values)


def _is_false(value: object) -> bool:
    return value is False


def _is_true(value: object) -> bool:
    return value is True


def _is_nothing(value: object) -> bool:
    return not value


def _is_small(value: object) -> bool:
    return isinstance(value, int | float) and value <= _MOST_MEGABYTES


def _hands_on_the_session(value: object) -> bool:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return False
    return value == SESSION_HEADER


OPTION_RULES = (
    OptionRule(
        "client.showErrorDetails",
        "full",
        _is("none"),
        '"none"',
        "the words of a fault, which may hold a patient's name, would be sent to the browser",
    ),
    OptionRule(
        "client.showErrorLinks",
        "auto",
        _is_false,
        "false",
        "beside a fault there would be links that carry its words to other companies",
        Level.WARN,
    ),
    OptionRule(
        "client.toolbarMode",
        "auto",
        _is("minimal", "viewer"),
        '"minimal"',
        "readers would be offered a developer's menu",
        Level.WARN,
    ),
    OptionRule(
        "client.disableDataExport",
        False,
        _is_true,
        "true",
        "tables would offer files of their own, which the audit trail does not note",
    ),
    OptionRule(
        "client.allowedOrigins",
        ("https://share.streamlit.io",),
        _is_nothing,
        "[]",
        "pages of other companies might send messages to the dashboard's",
        Level.WARN,
    ),
    OptionRule(
        "browser.gatherUsageStats",
        True,
        _is_false,
        "false",
        "each browser would tell another company of its use",
    ),
    OptionRule(
        "server.enableXsrfProtection",
        True,
        _is_true,
        "true",
        "another site could send requests in the name of whoever is signed in",
    ),
    OptionRule(
        "server.enableCORS",
        True,
        _is_true,
        "true",
        "another site could open a connection in the name of whoever is signed in",
    ),
    OptionRule(
        "server.enableStaticServing",
        False,
        _is_false,
        "false",
        "files of the program's folder would be served to everybody",
    ),
    OptionRule(
        "server.enableAgentApi",
        False,
        _is_false,
        "false",
        "programs could use the pages without a browser",
    ),
    OptionRule(
        "server.scriptHealthCheckEnabled",
        False,
        _is_false,
        "false",
        "everybody could have the pages drawn",
    ),
    OptionRule(
        "server.unsafeMetricsUserAttributes",
        (),
        _is_nothing,
        "[]",
        "the server's figures would name who uses it",
    ),
    OptionRule(
        "server.maxUploadSize",
        200,
        _is_small,
        str(_MOST_MEGABYTES),
        "a few large files would fill the computer's memory",
    ),
    OptionRule(
        "server.trustedUserHeaders",
        {},
        _hands_on_the_session,
        '{ "x-clinic-session" = "session" }',
        "pages would not know who looks, or would believe whoever says so",
    ),
    OptionRule(
        "runner.magicEnabled",
        True,
        _is_false,
        "false",
        "a value that stands alone in a page's program would be shown",
        Level.WARN,
    ),
)
"""Every option that matters to what is told to whom."""


def _about_options(options: Mapping[str, object]) -> Iterator[Finding]:
    for rule in OPTION_RULES:
        value = options.get(rule.name, rule.default)
        if rule.is_right(value):
            yield Finding(rule.name, Level.OK, f"It is {_written(value)}.")
        else:
            yield Finding(
                rule.name,
                rule.level,
                f"{rule.name} is {_written(value)}: {rule.why}. Write {rule.name} = {rule.right} "
                "in .streamlit/config.toml.",
            )


def _written(value: object) -> str:
    """A value as a configuration has it."""
    return json.dumps(list(value) if isinstance(value, tuple) else value, default=str)


# --- the database -----------------------------------------------------------------------------

CLOCKS_DIFFER = timedelta(seconds=30)
"""So far apart the clocks of two computers may be; sessions go by the same."""
CLOCKS_CONTRADICT = timedelta(minutes=5)
"""So far apart, no limit of a session, and nothing that an identity provider says, holds."""

IN_THE_PAGES = frozenset({"database"})
"""Subjects that the pages tell of themselves, and that may pass while the server runs."""


def _about_database(found: Circumstances) -> Iterator[Finding]:
    database = found.database
    if database is None:
        yield Finding("database", Level.OK, "None yet: a demo clinic is made.")
        return
    if database.fault:
        yield Finding("database", Level.REFUSE, f"{database.name}: {database.fault}")
        return
    yield Finding("database", Level.OK, f"{database.name} is of this program's version.")
    yield from _about_clock(database, found.now)
    yield from _about_trail(database)
    yield from _about_administrators(found.settings, database)
    yield from _about_wall(database)


def _about_clock(database: Database, now: datetime) -> Iterator[Finding]:
    wrong = [*_apart_from_the_server(database.server_ahead), *_behind_the_trail(database, now)]
    yield from wrong or [Finding("clock", Level.OK, f"It is {now:%Y-%m-%d %H:%M} UTC.")]


def _apart_from_the_server(ahead: timedelta | None) -> Iterator[Finding]:
    if ahead is None or abs(ahead) <= CLOCKS_DIFFER:
        return
    where = "ahead of" if ahead > timedelta() else "behind"
    yield Finding(
        "clock",
        Level.REFUSE if abs(ahead) > CLOCKS_CONTRADICT else Level.WARN,
        f"The database server's clock is {_duration(abs(ahead))} {where} this computer's. Let both "
        "be set by a time service.",
    )


def _behind_the_trail(database: Database, now: datetime) -> Iterator[Finding]:
    """No reason to refuse: should the entry be the wrong one, nobody could ever start again."""
    at = database.last_entry_at
    if at is not None and at - now > CLOCKS_DIFFER:
        yield Finding(
            "clock",
            Level.WARN,
            f"The audit trail's last entry is of {at:%Y-%m-%d %H:%M} UTC, which is "
            f"{_duration(at - now)} from now: this computer's clock is wrong, or was.",
        )


def _duration(span: timedelta) -> str:
    seconds = round(span.total_seconds())
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit}s"
    return f"{seconds} seconds"


def _about_trail(database: Database) -> Iterator[Finding]:
    if not database.unwritable:
        yield Finding("audit trail", Level.OK, "Entries can be added to it.")
    elif database.is_busy:
        yield Finding("audit trail", Level.WARN, f"It was not tried out. {database.unwritable}")
    else:
        yield Finding(
            "audit trail",
            Level.REFUSE,
            f"Nothing can be noted in it, so nothing about patients could be shown. "
            f"{database.unwritable}",
        )
    if database.trail_fault:
        yield Finding(
            "audit trail",
            Level.WARN,
            f"{database.trail_fault} Run 'python -m data_access verify-audit', and tell whoever "
            "answers for it.",
        )


def _about_administrators(settings: Settings, database: Database) -> Iterator[Finding]:
    if settings.sign_in is None:
        return
    count = database.administrators
    if count:
        words = "There is one." if count == 1 else f"There are {count}."
        yield Finding("administrator", Level.OK, words)
    else:
        yield Finding(
            "administrator",
            Level.WARN,
            "Nobody can let people in yet. Run: python -m data_access users add "
            "ada@clinic.example --role administrator",
        )


_CREATE = "python -m data_access reporting-roles --create"


def _about_wall(database: Database) -> Iterator[Finding]:
    findings = {
        Wall.ABSENT: (
            Level.WARN,
            "The database does not tell roles apart: the program alone keeps names from a manager. "
            f"Run: {_CREATE}",
        ),
        Wall.NOT_TAKEN: (
            Level.WARN,
            "There are roles in the database, but the dashboard's login may not take them on. "
            f"Run as whoever made them: {_CREATE} --login NAME",
        ),
        Wall.WRONG: (
            Level.REFUSE,
            f"The database's roles have other rights than they should: {database.wall_fault}. "
            f"Run: {_CREATE}",
        ),
        Wall.STANDS: (Level.OK, "The database itself keeps names from whoever may not see them."),
    }
    if database.wall in findings:
        yield Finding("reporting roles", *findings[database.wall])


def refused(findings: Sequence[Finding]) -> list[Finding]:
    """Those for which the dashboard must not be served."""
    return [each for each in findings if each.level is Level.REFUSE]


def options_set(
    tables: Sequence[Mapping[str, object]], environment: Mapping[str, str]
) -> dict[str, object]:
    """Streamlit's options as its configuration files and the environment set them.

    ``tables``: what the files hold, those that matter more last. Only options that are looked at;
    those that nobody sets are missing. What is given on Streamlit's command line is not known here.
    """
    options: dict[str, object] = {}
    for name in (*(rule.name for rule in OPTION_RULES), "server.address", "server.sslCertFile"):
        section, key = name.split(".")
        for table in tables:
            values = table.get(section)
            if isinstance(values, Mapping) and key in values:
                options[name] = values[key]
        variable = _variable(section, key)
        if variable in environment:
            options[name] = _read(environment[variable])
    return options


def _variable(section: str, key: str) -> str:
    """The environment variable of an option: STREAMLIT_SERVER_ENABLE_CORS of server.enableCORS."""
    words: list[str] = []
    for before, letter in zip(f"_{key}", key, strict=False):
        if letter.isupper() and not before.isupper():
            words.append("_")
        words.append(letter)
    return f"STREAMLIT_{section}_{''.join(words)}".upper()


def _read(text: str) -> object:
    """A value of the environment: true and false in any case, numbers, lists and tables; a text."""
    try:
        value: object = json.loads(text.lower() if text.lower() in {"true", "false"} else text)
    except ValueError:
        return text
    return value
