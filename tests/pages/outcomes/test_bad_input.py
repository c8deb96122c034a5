"""Odd clinics, brought in from files, on every view of Outcomes: a sentence, and no wrong figure.

Each clinic has inductions of six infusions from 2 March 2026 on, every other weekday, with a score
an hour before the first and a day before the next one or, after the last, a week later.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from data_access.engine import make_engine
from pages.outcomes.choice import View
from tests.data_access.csv_files.helpers import Row, run_import, write_csv
from tests.pages.outcomes.outcome_page import drawn_page
from tests.pages.side_effect_page import spaced, words

HOSTILE = "<b>West</b> *x* [z](javascript:alert(1)) $E=mc^2$ :red[y]"
_FIRST = datetime(2026, 3, 2, 10, tzinfo=ZoneInfo("America/New_York"))
_DAYS = (0, 2, 4, 7, 9, 11)


@dataclass(frozen=True, slots=True)
class Odd:
    """A clinic: its patients, and what they score on an instrument.

    ``totals``: before and after the infusions, of one patient and of the next in turn; ``None``: no
    score. ``item_9``: likewise. ``first_number``: of the first infusion of a series.
    """

    patients: int
    instrument: str = "PHQ-9"
    totals: tuple[tuple[float | None, float | None], ...] = ((20, 10),)
    item_9: tuple[tuple[int, int], ...] = ()
    first_number: int = 1
    name: str = "North"


CLINICS = {
    "nobody": Odd(0),
    "one patient": Odd(1),
    "all missing": Odd(8, totals=((20, None),)),
    "no baseline": Odd(8, totals=((None, 10),)),
    "all respond at once": Odd(8, totals=((20, 2),), item_9=((2, 0),)),
    "baseline zero": Odd(8, totals=((0, 0), (0, 3)), item_9=((0, 0), (0, 1))),
    "in remission at first": Odd(8, totals=((4, 1), (4, 4))),
    "only WHO-5": Odd(8, "WHO-5", totals=((20, 60), (40, 20))),
    "only totals": Odd(8, totals=((20, 8), (18, 16))),
    "hostile names": Odd(12, totals=((20, 8), (18, 16)), item_9=((2, 0), (1, 2)), name=HOSTILE),
    "only C-SSRS": Odd(8, "C-SSRS", totals=((3, 0),)),
    "numbered from 4": Odd(8, totals=((20, 8), (18, 16)), first_number=4),
}


def _files(odd: Odd, folder: Path) -> Path:
    sites = [("north", odd.name), ("west", f"{odd.name} 2")]
    write_csv(
        folder,
        "sites.csv",
        *({"site_id": site, "name": name, "time_zone": "America/New_York"} for site, name in sites),
    )
    patients: list[Row] = []
    series: list[Row] = []
    infusions: list[Row] = []
    scores: list[Row] = []
    for which in range(odd.patients):
        who, site = f"P-{which}", sites[which % 2][0]
        patients.append({"patient_id": who, "family_name": odd.name, "site_id": site})
        course = f"S-{which}"
        series.append(
            {
                "series_id": course,
                "patient_id": who,
                "phase": "induction",
                "started_on": _FIRST.date(),
                "planned_infusions": 6,
            }
        )
        for place, day in enumerate(_DAYS):
            infusions.append(
                {
                    "infusion_id": f"I-{which}-{place}",
                    "patient_id": who,
                    "site_id": site,
                    "started_at": (_FIRST + timedelta(days=day)).isoformat(),
                    "dose_mg": 35,
                    "series_id": course,
                    "sequence_number": odd.first_number + place,
                }
            )
        scores += _scores(odd, which)
    for file, rows in (
        ("patients.csv", patients),
        ("series.csv", series),
        ("infusions.csv", infusions),
        ("assessments.csv", scores),
    ):
        if rows:
            write_csv(folder, file, *rows)
    return folder


def _scores(odd: Odd, which: int) -> Iterator[Row]:
    before, after = odd.totals[which % len(odd.totals)]
    items = odd.item_9[which % len(odd.item_9)] if odd.item_9 else ("", "")
    times = [(_FIRST - timedelta(hours=1), before, items[0])]
    times += [(_FIRST + timedelta(days=day, hours=-1), after, items[1]) for day in (*_DAYS[1:], 18)]
    for place, (time, total, item) in enumerate(times):
        if total is not None:
            yield {
                "assessment_id": f"Q-{which}-{place}",
                "patient_id": f"P-{which}",
                "instrument": odd.instrument,
                "completed_at": time.isoformat(),
                "total_score": total,
                "item_9": item,
            }


@pytest.fixture(scope="module")
def clinic(
    make_database: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], str]:
    """A function that gives the URL of an odd clinic, imported once."""
    made: dict[str, str] = {}

    def url(name: str) -> str:
        if name not in made:
            made[name] = make_database("sqlite")
            engine = make_engine(made[name])
            report = run_import(engine, _files(CLINICS[name], tmp_path_factory.mktemp("odd")))
            assert report.committed
            engine.dispose()
        return made[name]

    return url


def _everything(page: AppTest) -> str:
    """All that is said, without the marks of markdown: words, figures, and those in pictures."""
    figures = [f"{one.label} {one.value} {one.delta}" for one in page.metric]
    said = spaced("\n".join([words(page), *figures, _pictures(page)]))
    return said.replace("**", "").replace("\\", "")


def _pictures(page: AppTest) -> str:
    return "\n".join(one.proto.spec for one in page.get("plotly_chart"))


_NO_FIGURE = re.compile(r"\b(nan|NaN|inf)\b")
NOBODY = dict.fromkeys(View, "No induction within the filters began between 1 Jan 2026 and 1 Jun")
ONE = dict.fromkeys(
    View, "1 induction within the filters that began between 1 Jan 2026 and 1 Jun 2026"
)
NO_SCORE = {
    View.RESPONSE: "None of the 8 inductions due have a baseline and a score on PHQ-9 after",
    View.SCORES: "Fewer than 5 of 8 inductions have a settled score on PHQ-9 after infusion 6",
    View.HOW_SOON: "0 inductions with a baseline on PHQ-9, a later score and something to reach.",
    View.HOW_LONG: "None of 8 inductions that are over has a baseline above 0 and a settled score",
    View.THOUGHTS: "No course of treatment within the filters has an answer to PHQ-9 item 9",
    View.MORE: "No measure has 5 or more scores after infusion 6",
    View.GROUPS: "No induction within the filters has a score on PHQ-9 after infusion 6",
    View.PUBLISHED: "None of the 26 published figures that are known here has the instrument",
}
NO_OTHERS = {view: NO_SCORE[view] for view in (View.THOUGHTS, View.PUBLISHED)}
HALF_RESPOND = {
    # Half fall from 20 to 8, half from 18 to 16: 4 of 8 by Wilson 0.2152 to 0.7848; the mean change
    # is 7, its SD 5.345, so Student's half interval 2.365 × 5.345 / √8 = 4.47.
    View.RESPONSE: "4 of 8 inductions with a PHQ-9 score after infusion 6 had responded (50 %, 95 "
    "% CI 22–78); 0 % were in remission. No score is missing.",
    View.SCORES: "PHQ-9 was 7.0 points better on average after infusion 6 than at the baseline of "
    "the same inductions (19.0 → 12.0; 95 % CI 2.5–11.5; n 8 of 8 inductions).",
    View.HOW_SOON: "Half of 8 inductions had responded within 2 days of the first infusion (95 % "
    "CI 2 to not reached); none was in remission.",
    View.HOW_LONG: "Fewer than 5 inductions ended in a response",
    View.MORE: "After infusion 6, inductions are clearly better on 1 of 1 measure: PHQ-9, by 2.2 "
    "standard deviations.",
    View.GROUPS: "8 inductions with a score on PHQ-9 after infusion 6 are of one diagnosis (Not "
    "recorded), so there is nothing to compare.",
} | NO_OTHERS
SAYS: dict[str, dict[View, str]] = {
    "nobody": NOBODY,
    "one patient": ONE,
    "all missing": NO_SCORE,
    "no baseline": NO_SCORE,
    "all respond at once": NO_SCORE
    | {
        View.RESPONSE: "8 of 8 inductions with a PHQ-9 score after infusion 6 had responded (100 "
        "%, 95 % CI 68–100); 100 % were in remission. No score is missing.",
        View.SCORES: "PHQ-9 changed by the same in every induction with a score after infusion 6: "
        "18.0 points better (20.0 → 2.0; n 8 of 8 inductions).",
        View.HOW_SOON: "Half of 8 inductions had responded within 2 days of the first infusion "
        "(without an interval); half were in remission within 2 days (without an interval).",
        View.HOW_LONG: "8 inductions ended in a response, but at no time were 5 or more of them "
        "watched by later scores",
        View.THOUGHTS: "Of 8 inductions that began with suicidal thoughts and have an answer, 8 "
        "were free of them after infusion 6 (100 %, 95 % CI 68–100); they rose in 0 (0 %). Fewer "
        "than 5 began without any",
        View.GROUPS: HALF_RESPOND[View.GROUPS],
    },
    "baseline zero": NO_SCORE
    | {
        View.RESPONSE: "8 of 8 inductions due have a baseline and a score on PHQ-9 after infusion "
        "6, but 8 a baseline of 0, which leaves no room to respond.",
        # Half 0, half 3: SD of the changes 1.604, half interval 2.365 × 1.604 / √8 = 1.34.
        View.SCORES: "PHQ-9 was 1.5 points worse on average after infusion 6 than at the baseline "
        "of the same inductions (0.0 → 1.5; 95 % CI −2.8 to −0.2; n 8 of 8 inductions).",
        View.THOUGHTS: "None of those due after infusion 6 began with suicidal thoughts. Of 8 that "
        "began without any, 4 have them newly (50 %).",
        View.MORE: "clearly better on none of 2 measures; clearly worse on Suicidal thoughts",
        View.GROUPS: "No induction within the filters has a score on PHQ-9 after infusion 6 and a "
        "baseline above 0.",
    },
    "in remission at first": HALF_RESPOND
    | {
        View.RESPONSE: "4 of 8 inductions with a PHQ-9 score after infusion 6 had responded (50 %, "
        "95 % CI 22–78); 100 % were in remission.",
        View.SCORES: "PHQ-9 was 1.5 points better on average after infusion 6",
        # Nobody can reach remission, so nothing is told of it.
        View.HOW_SOON: "Half of 8 inductions had responded within 2 days of the first infusion "
        "(95 % CI 2 to not reached).\n",
        View.MORE: "clearly better on 1 of 1 measure: PHQ-9, by 1.3 standard deviations.",
    },
    "only WHO-5": NO_OTHERS
    | {
        View.RESPONSE: "No rule for response is agreed for WHO-5. 4 of 8 inductions with a WHO-5 "
        "score after infusion 6 were better by at least 10 points (50 %, 95 % CI 22–78).",
        View.SCORES: "WHO-5 was not clearly different on average after infusion 6 from the "
        "baseline of the same inductions: 10.0 points better (30.0 → 40.0;",
        View.HOW_SOON: "WHO-5 has no agreed rule for response or remission",
        View.HOW_LONG: "WHO-5 has no agreed rule of response, so there is none that could be lost.",
        View.MORE: "clearly better on none of 1 measure; no clear change on WHO-5.",
        View.GROUPS: "8 inductions with a score on WHO-5 after infusion 6 are of one diagnosis",
    },
    "only totals": HALF_RESPOND,
    "only C-SSRS": NO_SCORE,
    "numbered from 4": HALF_RESPOND,
}
"""What each view says, its figures worked out by hand or by R."""


@pytest.mark.parametrize("view", list(View))
@pytest.mark.parametrize("name", list(SAYS))
def test_every_view_gives_a_sentence_and_no_wrong_figure(clinic, monkeypatch, name, view):
    page = drawn_page(monkeypatch, clinic(name), outcome=view)
    said = _everything(page)
    assert SAYS[name][view] in said
    assert not _NO_FIGURE.search(said)


@pytest.mark.parametrize(
    ("view", "chosen"),
    [
        *((view, {}) for view in View),
        (View.GROUPS, {"outcome_groups_by": "Site"}),
        (View.HOW_SOON, {"outcome_soon_by": "Site"}),
    ],
)
def test_names_are_only_text(clinic, monkeypatch, view, chosen):
    page = drawn_page(monkeypatch, clinic("hostile names"), outcome=view, **chosen)
    said = _everything(page)
    assert (HOSTILE in said) == bool(chosen)
    assert not _NO_FIGURE.search(said)
    for raw in ("<b>West", "*x*", "[z]", " $E", ":red["):
        assert raw not in words(page)
    assert "<b>West" not in _pictures(page)
