"""Words that the views of the page share: what is counted, and which scores count."""

from clinical.codes import Phase, ScoreKind
from pages.outcomes.look import Look
from pages.shared.frame import plain
from pages.shared.words import count_words


def nouns_of(phase: Phase) -> tuple[str, str]:
    """What courses of a phase are called: one, and many."""
    if phase is Phase.MAINTENANCE:
        return "maintenance course", "maintenance courses"
    return "induction", "inductions"


def course_nouns(look: Look) -> tuple[str, str]:
    """What is counted: one, and many."""
    return nouns_of(look.phase)


def count_of_phase(phase: Phase, count: int) -> str:
    """A number of courses of a phase in words: ``98 inductions``."""
    return count_words(count, *nouns_of(phase))


def count_courses(look: Look, count: int) -> str:
    """A number of courses in words: ``98 inductions``."""
    return count_of_phase(look.phase, count)


def taken_words(kind: ScoreKind, number: int) -> str:
    """When scores of a kind were taken: ``after infusion 6``."""
    when = "within 72 hours after" if kind is ScoreKind.ACUTE else "after"
    return f"{when} infusion {number}"


def strip_words(look: Look) -> str:
    """How the strip above a view differs from one that looks at several measures."""
    return (
        f"The strip above counts scores on {plain(look.measure.name)} {after_words(look)}; what "
        "stands below has an n of its own, measure by measure."
    )


def after_words(look: Look, number: int | None = None) -> str:
    """When the scores were taken that count, of the chosen infusion or of another one."""
    return taken_words(look.cohort.kind, look.number if number is None else number)
