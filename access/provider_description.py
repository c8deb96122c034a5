"""What a provider says about itself: its addresses, and how it signs."""

from typing import Any
from urllib.parse import urlsplit

from access.claims import unusable
from access.hosts import is_loopback

_SIGNATURES = frozenset(
    f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512)
) | {"EdDSA", "Ed25519"}
"""Signatures by the provider's own key: neither none at all, nor one by the secret we share."""


def believed(said: Any, issuer: str) -> dict[str, Any]:
    """The entries that we use, checked. Raises :class:`SignInError`."""
    if not isinstance(said, dict) or said.get("issuer") != issuer:
        raise unusable("a description of another issuer than the settings name")
    signatures = _texts(said.get("id_token_signing_alg_values_supported")) & _SIGNATURES
    ways = _texts(said.get("token_endpoint_auth_methods_supported"))
    by_form = "client_secret_post" in ways and "client_secret_basic" not in ways
    entries: dict[str, Any] = {
        "issuer": issuer,
        "id_token_signing_alg_values_supported": sorted(signatures or {"RS256"}),
        "token_endpoint_auth_method": "client_secret_post" if by_form else "client_secret_basic",
    }
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        entries[name] = _endpoint(said.get(name))
    for name in ("userinfo_endpoint", "end_session_endpoint"):
        if said.get(name) is not None:
            entries[name] = _endpoint(said[name])
    return entries


def _texts(values: Any) -> frozenset[str]:
    """The texts of what should be a list of them."""
    return frozenset(filter(_is_text, values if isinstance(values, list) else ()))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _endpoint(address: Any) -> str:
    """An address of the provider: over TLS, except on this computer."""
    parts = urlsplit(address) if isinstance(address, str) else None
    host = parts.hostname if parts else None
    if (
        parts is None
        or not host
        or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))
    ):
        raise unusable("a description with an address that is none")
    return str(address)
