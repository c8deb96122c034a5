"""Where one may be sent on to after the sign-in."""

import pytest

from access.desk import page_to_go_on_to

PAGES = ("/", "/patients", "/side-effects")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("/", "/"),
        ("/patients", "/patients"),
        ("/patients?patient=abc&from=2026-01-01", "/patients?patient=abc&from=2026-01-01"),
        ("/side-effects?view=in+whom", "/side-effects?view=in+whom"),
        ("/?site=Cork", "/?site=Cork"),
        ("/patients#top", "/patients"),
        # What a page's query may hold is written anew.
        ("/patients?x=%0d%0aSet-Cookie:a", "/patients?x=%0D%0ASet-Cookie%3Aa"),
        ("/patients?x=<script>", "/patients?x=%3Cscript%3E"),
    ],
)
def test_a_page_is_gone_on_to(asked: str, expected: str):
    assert page_to_go_on_to(asked, PAGES) == expected


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "patients",
        "/unknown",
        "/patients/",
        "//evil.example",
        "//evil.example/patients",
        "///patients",
        "/\\evil.example",
        "\\\\evil.example",
        "/patients\\..",
        "https://evil.example/patients",
        "https:/patients",
        "https:patients",
        "javascript:alert(1)",
        "data:text/html,x",
        " /patients",
        "/patients\r\nSet-Cookie: clinic=x",
        "/\tpatients",
        "/%70atients",
        "/patients/../clinic/sign-out",
        "/clinic/sign-out",
        "/clinic/sign-in/start",
        "//[",
        "/p\u0430tients",
        "/patients?" + "a" * 1_500,
        "/patients?" + "&".join("a=1" for _ in range(51)),
        "/\x00",
        "@evil.example",
    ],
)
def test_anything_else_leads_to_the_first_page(asked: str):
    assert page_to_go_on_to(asked, PAGES) == "/"
