"""The screen of a session, which is there before the session is."""

from dataclasses import dataclass, field

from loom_tui.widgets.conversation import Conversation
from loom_tui.widgets.prompt import Prompt
from loom_tui.widgets.sidebar import Sidebar
from loom_tui.widgets.status import StatusBar


@dataclass(frozen=True, slots=True)
class Scene:
    """What the screen is made of, still empty."""

    conversation: Conversation = field(default_factory=Conversation)
    sidebar: Sidebar = field(default_factory=Sidebar)
    prompt: Prompt = field(default_factory=Prompt)
    status: StatusBar = field(default_factory=StatusBar)
