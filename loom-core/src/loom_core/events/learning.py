"""What a task makes of the lessons of earlier ones."""

from loom_core.events.body import EventBody
from loom_core.types.frozen import Frozen
from loom_core.types.pattern import PatternKind


class AppliedLesson(Frozen):
    """A pattern and what it did."""

    pattern_id: int
    kind: PatternKind
    effect: str
    """What follows from it here, in a sentence."""


class LessonsApplied(EventBody):
    """Lessons of earlier tasks had a part in what follows; ``loom learned show`` tells of each."""

    lessons: tuple[AppliedLesson, ...]
