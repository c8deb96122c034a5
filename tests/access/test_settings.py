"""Reading the clinic's settings: what they mean, and each fault in a sentence."""

from datetime import timedelta
from pathlib import Path

import pytest

from access.settings import SETTINGS_VARIABLE, Settings, SettingsError, find_settings, read_settings

WHOLE = """
public_url = "https://Clinic.example:8443/"
tls_in_front = true
allowed_hosts = ["Dashboard.clinic.example"]

[sign_in]
issuer = "https://login.clinic.example/realm"
client_id = "dashboard"
client_secret_file = "secrets/client"
claim = "preferred_username"
scopes = ["openid", "profile"]
label = "the clinic's account"
prompt = "login"

[sessions]
idle_minutes = 7.5
absolute_hours = 8
"""
SECRET = "quite-secret"
PROVIDER = """
public_url = "https://clinic.example"
[sign_in]
client_id = "dashboard"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "client").write_text(f"{SECRET}\n")
    return tmp_path / "settings.toml"


def test_every_setting_is_read(path: Path):
    path.write_text(WHOLE)
    settings = read_settings(path)
    assert settings.public_url == "https://clinic.example:8443"
    assert settings.is_https
    assert settings.tls_in_front
    assert settings.hosts == {"clinic.example", "dashboard.clinic.example"}
    limits = settings.sessions.limits()
    assert (limits.idle, limits.absolute) == (timedelta(seconds=450), timedelta(hours=8))
    assert settings.sign_in is not None
    assert settings.sign_in.client_secret.get_secret_value() == SECRET
    assert settings.sign_in.claim == "preferred_username"
    assert settings.sign_in.scopes == ("openid", "profile")
    assert settings.sign_in.prompt == "login"


def test_without_a_file_there_is_no_sign_in_and_a_session_is_short(path: Path, monkeypatch):
    monkeypatch.delenv(SETTINGS_VARIABLE, raising=False)
    settings = find_settings(path)
    assert settings == Settings()
    assert settings.sign_in is None
    assert settings.hosts == frozenset()
    assert not settings.is_https
    limits = settings.sessions.limits()
    assert (limits.idle, limits.absolute) == (timedelta(minutes=15), timedelta(hours=12))


def test_the_file_that_the_environment_names_counts_and_must_be_there(path: Path, monkeypatch):
    path.write_text("tls_in_front = true")
    other = path.with_name("other.toml")
    monkeypatch.setenv(SETTINGS_VARIABLE, str(other))
    with pytest.raises(SettingsError, match=r"other\.toml is not there"):
        find_settings(path)
    other.write_text("tls_in_front = false")
    assert not find_settings(path).tls_in_front
    monkeypatch.delenv(SETTINGS_VARIABLE)
    assert find_settings(path).tls_in_front


def test_the_secret_shows_nowhere(path: Path):
    path.write_text(WHOLE)
    assert SECRET not in repr(read_settings(path))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a = 1\nb = = 2", "line 2, column 5: this is not TOML"),
        (
            'public_ulr = "https://clinic.example"',
            "public_ulr is unknown. Did you mean public_url?",
        ),
        (
            "[sessions]\nidle = 3",
            "sessions.idle is unknown. Known are idle_minutes, absolute_hours.",
        ),
        ("wifi = true", "wifi is unknown. Known are sign_in, sessions, public_url"),
        ('public_url = "clinic.example"', "public_url must be an address such as https://"),
        ('public_url = "https://clinic.example/app"', "public_url must name the host only"),
        ('public_url = "https://ada:pw@clinic.example"', "must be an address without user"),
        ('public_url = "https://clinic.example:99999"', "public_url must be an address such as"),
        ("public_url = 3", "public_url must be a text in quotes."),
        ('tls_in_front = "yes"', "tls_in_front must be true or false."),
        ('allowed_hosts = "clinic.example"', "allowed_hosts must be a list"),
        (
            'allowed_hosts = ["clinic.example:80"]',
            "allowed_hosts must be host names without a port",
        ),
        ("[sessions]\nidle_minutes = 0", "idle_minutes must be greater than or equal to 0.05"),
        ("[sessions]\nidle_minutes = 121", "idle_minutes must be less than or equal to 120"),
        ("[sessions]\nidle_minutes = nan", "idle_minutes must be a finite number"),
        ('[sessions]\nidle_minutes = "15"', "idle_minutes must be a number."),
        ("[sessions]\nabsolute_hours = 25", "absolute_hours must be less than or equal to 24"),
        ("[sessions]\nabsolute_hours = true", "absolute_hours must be a number."),
        ("sign_in = 3", "sign_in must be a table"),
        (
            '[sign_in]\nissuer = "https://a.example"\nclient_id = "c"\nclient_secret = "s"',
            "must have public_url, the address to which the identity provider sends people back",
        ),
        (
            f'{PROVIDER}issuer = "https://a.example"',
            "sign_in must have either client_secret or client_secret_file",
        ),
        (
            f'{PROVIDER}issuer = "https://a.example"\nclient_secret = "quite-secret"\n'
            'client_secret_file = "secrets/client"',
            "sign_in must have either client_secret or client_secret_file",
        ),
        (
            f'{PROVIDER}issuer = "https://a.example"\nclient_secret_file = "gone"',
            "sign_in must name a file with the client secret",
        ),
        (
            f'{PROVIDER}issuer = "https://a.example"\nclient_secret = " "',
            "sign_in must have a client secret that is not empty",
        ),
        (f'{PROVIDER}client_secret = "quite-secret"', "sign_in.issuer is missing."),
        (
            f'{PROVIDER}issuer = "http://a.example"\nclient_secret = "quite-secret"',
            "sign_in.issuer must begin with https://",
        ),
        (
            f'{PROVIDER}issuer = "https://a.example"\nclient_secret = "quite-secret"\n'
            'scopes = ["email"]',
            'sign_in.scopes must contain "openid"',
        ),
        (
            f'{PROVIDER}issuer = "https://a.example"\nclient_secret = "quite-secret"\n'
            'prompt = "none"',
            "sign_in.prompt must be 'login', 'select_account' or 'consent'",
        ),
        (
            f'{PROVIDER}issuer = "https://a.example"\nclient_secret = "quite-secret"\nclaim = ""',
            "sign_in.claim must be a text of one line, and not empty",
        ),
    ],
)
def test_each_fault_is_a_sentence_that_says_where_and_what_would_be_right(
    path: Path, text: str, words: str
):
    path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        read_settings(path)
    said = str(caught.value)
    assert words in said
    assert said.startswith(str(path))
    assert said.endswith((".", "?"))
    assert SECRET not in said
    assert "pydantic" not in said


def test_all_faults_are_told_at_once(path: Path):
    path.write_text('public_url = "x"\n[sessions]\nidle_minutes = 0\nabsolute_hours = 99')
    with pytest.raises(SettingsError) as caught:
        read_settings(path)
    assert str(caught.value).count(" must be ") == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe", "is not a UTF-8 text."),
        (b"#" * 100_001, "is larger than 100,000 bytes."),
    ],
)
def test_a_file_that_is_no_text_is_refused(path: Path, content: bytes, words: str):
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=words):
        read_settings(path)


def test_a_folder_is_no_file(path: Path):
    with pytest.raises(SettingsError, match="cannot be read"):
        read_settings(path.parent)


def test_the_provider_may_be_on_this_computer_without_tls(path: Path):
    path.write_text(
        'public_url = "http://localhost:8501"\n[sign_in]\nissuer = "http://localhost:8080/realm"\n'
        'client_id = "dashboard"\nclient_secret = "quite-secret"'
    )
    settings = read_settings(path)
    assert not settings.is_https
    assert settings.hosts == {"localhost"}
