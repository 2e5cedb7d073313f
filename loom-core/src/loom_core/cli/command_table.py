"""The commands of ``loom`` itself: names, modules and one-line help, without importing any."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """One command, described without loading it."""

    module: str
    """Module below ``loom_core.cli.commands`` whose attribute ``command`` it is."""
    help: str
    """One line for the list of commands."""


COMMAND_SECTIONS: dict[str, dict[str, CommandEntry]] = {
    "Work": {
        "run": CommandEntry("run", "Plan a goal, run it, verify it and report."),
        "status": CommandEntry("status", "Show a task: plan, results, tokens, time."),
        "list": CommandEntry("list_tasks", "List tasks, newest first."),
        "events": CommandEntry("events", "Show what happened in a task, in order."),
        "diff": CommandEntry("diff", "Show what a task changed, as a unified diff."),
        "replay": CommandEntry("replay", "Play a finished run again, and say where it differs."),
        "export": CommandEntry("export", "Make a finished run a regression test."),
    },
    "Steer": {
        "steer": CommandEntry("steer", "Tell a task something while it works."),
        "pause": CommandEntry("pause", "Let a task stand still."),
        "resume": CommandEntry("resume", "Go on with a paused task."),
        "cancel": CommandEntry("cancel", "Stop a task for good."),
        "approve": CommandEntry("approve", "Say yes or no to what a task wants to do."),
        "answer": CommandEntry("answer", "Answer what a model asks."),
        "undo": CommandEntry("undo", "Put back the files that a task changed."),
        "clean": CommandEntry("clean", "Delete old contents that undo would restore from."),
    },
    "Look": {
        "memory": CommandEntry("memory", "Show, search and delete what Loom remembers."),
        "learned": CommandEntry("learned", "Show and delete what finished tasks taught."),
        "models": CommandEntry("models", "Show the models that Loom can use."),
        "tools": CommandEntry("tools", "Show the tools that models can call."),
        "plugins": CommandEntry("plugins", "Show what is installed, and what is broken."),
        "db": CommandEntry("db", "Check, back up or upgrade the database."),
        "doctor": CommandEntry("doctor", "Check this machine and say how to fix it."),
    },
    "Settings": {
        "init": CommandEntry("init", "Write a settings file from what runs here."),
        "config": CommandEntry("config", "Show the settings and where they come from."),
        "reset-learning": CommandEntry("reset_learning", "Forget what finished tasks taught."),
        "completion": CommandEntry("completion", "Let a shell complete what is typed."),
        "trust": CommandEntry("trust", "Trust a project's settings file."),
    },
}
"""Sections of the help, each with its commands by name, in the order in which they are shown."""

COMMANDS: dict[str, CommandEntry] = {
    name: entry for section in COMMAND_SECTIONS.values() for name, entry in section.items()
}
"""Every command by name."""
