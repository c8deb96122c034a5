"""The identity provider of the tests."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_iam import Server

from tests.access.identity_provider import IdentityProvider


@pytest.fixture(scope="session")
def iam_configuration(iam_configuration: dict[str, Any]) -> dict[str, Any]:
    """The provider's settings: it asks nobody whether the dashboard may know them."""
    iam_configuration["CANAILLE_OIDC"]["TRUSTED_DOMAINS"] = ["localhost"]
    return iam_configuration


@pytest.fixture(scope="session")
def identity_provider_of_the_run(iam_server: Server) -> IdentityProvider:
    return IdentityProvider(iam_server)


@pytest.fixture
def identity_provider(
    identity_provider_of_the_run: IdentityProvider,
) -> Iterator[IdentityProvider]:
    """A real identity provider; each test begins with nobody signed in there."""
    identity_provider_of_the_run.be_honest()
    yield identity_provider_of_the_run
    identity_provider_of_the_run.be_honest()
