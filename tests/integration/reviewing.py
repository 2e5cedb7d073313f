"""What reviewers of the tests say."""

from scenario import done, write

from loom_core.testing import Reply

LINE = "Rivers carry water to the sea."
STORY = "it is a masterpiece, trust me"


def cite(source="rivers.txt", line=1, quote=LINE, about=1):
    return {"about": about, "source": source, "line": line, "quote": quote}


def verdict(status, *evidence, confidence=0.9, feedback=""):
    draft = {"evidence": list(evidence), "feedback": feedback, "status": status}
    return Reply.answering({"tool": "verdict", **draft, "confidence": confidence})


PASS = verdict("passed", cite())
WRITES = (write("rivers.txt", LINE + "\n"), done(STORY))
