"""Words that the views of the page share: what is counted, and which scores count."""

from clinical.codes import Phase, ScoreKind
from pages.outcomes.look import Look
from pages.shared.words import count_words


def course_nouns(look: Look) -> tuple[str, str]:
    """What is counted: one, and many."""
    if look.phase is Phase.MAINTENANCE:
        return "maintenance course", "maintenance courses"
    return "induction", "inductions"


def count_courses(look: Look, count: int) -> str:
    """A number of courses in words: ``98 inductions``."""
    return count_words(count, *course_nouns(look))


def after_words(look: Look, number: int | None = None) -> str:
    """When the scores were taken that count, of the chosen infusion or of another one."""
    infusion = f"infusion {look.number if number is None else number}"
    acute = look.cohort.kind is ScoreKind.ACUTE
    return f"within 72 hours of {infusion}" if acute else f"after {infusion}"
