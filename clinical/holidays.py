"""Public holidays of the countries in which the sites are.

A site's country follows from its time zone, by the table of the IANA time zone database
(``zone.tab``: one country for each zone). Holidays are those of the whole country, from the library
*holidays* (python-holidays); those of a state or a region alone are not among them.
"""

from datetime import date
from functools import cache
from importlib import resources

_LANGUAGE = "en_US"
"""English names, where the library has them; elsewhere the country's own."""


@cache
def country_of_zone(time_zone: str) -> str | None:
    """The ISO 3166 code of the country of a time zone; ``None`` where it belongs to none."""
    countries = _countries()
    found = countries.get(time_zone)
    if found is None and "/" in time_zone:
        # An older name of a zone. Bare ones such as EST stand for no country.
        found = countries.get(_present_names().get(time_zone, ""))
    return found


def public_holidays(time_zone: str, first: date, last: date) -> dict[date, str]:
    """The public holidays from ``first`` to ``last``, both included, with their names.

    Empty where the zone belongs to no country, and where the library does not know the country.
    """
    country = country_of_zone(time_zone)
    if country is None or first > last:
        return {}
    found: dict[date, str] = {}
    for year in range(first.year, last.year + 1):
        found |= _of_year(country, year)
    return {day: name for day, name in sorted(found.items()) if first <= day <= last}


@cache
def _of_year(country: str, year: int) -> dict[date, str]:
    import holidays  # takes a quarter of a second, and only pages with a calendar need it

    try:
        found = holidays.country_holidays(country, years=year, language=_LANGUAGE)
    except NotImplementedError:  # a country that the library does not know
        return {}
    # Some countries' observed days fall into the year before or after; each year tells its own.
    return {day: name for day, name in found.items() if day.year == year}


@cache
def _countries() -> dict[str, str]:
    """The country of each time zone."""
    rows = (line.split("\t") for line in _lines("zone.tab") if not line.startswith("#"))
    return {row[2]: row[0] for row in rows if len(row) > 2}


@cache
def _present_names() -> dict[str, str]:
    """The names of zones that have been renamed, with their present ones."""
    rows = (line.split() for line in _lines("tzdata.zi") if line.startswith("L "))
    return {alias: target for _, target, alias in rows}


def _lines(name: str) -> list[str]:
    table = resources.files("tzdata") / "zoneinfo" / name
    return table.read_text(encoding="utf-8").splitlines()
