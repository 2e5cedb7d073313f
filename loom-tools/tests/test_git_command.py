import asyncio
import os
import subprocess

import pytest

from loom_core.contracts.tool import Happened
from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.sandbox import UnconfinedSandbox
from loom_tools.git_command import TRAILER, GitCommand


@pytest.fixture
def session(session):
    if not session.context.sandbox.is_confining:
        pytest.skip("no sandbox works here, so git asks first")
    return session


@pytest.fixture
def repository(root):
    git(root, "init", "-q", "-b", "main", ".")
    git(root, "config", "user.name", "Somebody")
    git(root, "config", "user.email", "somebody@example.org")
    (root / "file").write_text("one\n")
    git(root, "add", "file")
    git(root, "commit", "-q", "-m", "first")
    return root


def git(directory, *arguments):
    done = subprocess.run(["git", *arguments], cwd=directory, capture_output=True, check=True)
    return done.stdout.decode().strip()


async def call(session, args):
    return await session.call(GitCommand, args=args)


def intent_of(session, args):
    tool = GitCommand()
    return tool.intend(tool.arguments_model(args=args), session.context)


async def test_looking_tells_and_changes_nothing(session, repository):
    (repository / "file").write_text("two\n")

    result = await call(session, "diff")

    assert not result.is_error
    assert "+two" in result.text
    assert result.changes == ()


async def test_a_commit_is_made_with_a_key_and_says_what_moved(session, repository):
    before = git(repository, "rev-parse", "HEAD")
    (repository / "file").write_text("two\n")

    await call(session, "add -A")
    result = await call(session, "commit -m 'second one'")

    after = git(repository, "rev-parse", "HEAD")
    assert not result.is_error, result.text
    assert git(repository, "log", "-1", "--format=%s|%an") == "second one|Somebody"
    assert git(repository, "log", "-1", f"--format=%(trailers:key={TRAILER},valueonly)")
    assert result.facts["head_before"] == before
    assert result.facts["head_after"] == after
    assert result.facts["refs"]["refs/heads/main"] == [before, after]


async def test_only_the_users_own_files_are_committed(session, repository):
    (repository / "new").write_text("x")

    await call(session, "add -A")
    result = await call(session, "commit -m all")

    assert git(repository, "ls-files").split() == ["file", "new"], result.text


async def test_files_that_git_changes_are_told(session, repository):
    git(repository, "checkout", "-q", "-b", "topic")
    (repository / "file").write_text("topic\n")
    git(repository, "commit", "-qam", "topic")

    result = await call(session, "checkout main")

    files = [change for change in result.changes if change.is_of_file]
    assert [(change.path, change.kind.value) for change in files] == [("file", "modified")]
    assert ".git/index" in {change.path for change in result.changes}
    assert ".git" not in result.text
    assert (repository / "file").read_text() == "one\n"


async def test_a_directory_without_a_repository_says_so_and_gets_one(session, root):
    missing = await call(session, "status")
    made = await call(session, "init")
    there = await call(session, "status")

    assert missing.is_error
    assert "make one with: init" in missing.text
    assert not made.is_error, made.text
    assert "quarantined" not in made.facts
    assert not there.is_error


async def test_a_bare_repository_is_read(session, root, tmp_path):
    git(root, "init", "-q", "--bare", ".")

    result = await call(session, "log")

    assert "does not have any commits yet" in result.text


async def test_what_is_refused_never_reaches_git(session, repository):
    for args in ("push -f", "config user.name x", "rebase --exec x main"):
        with pytest.raises(ToolFailed) as refused:
            await call(session, args)
        assert refused.value.category is ErrorCategory.SAFETY


async def test_aliases_never_expand(session, repository):
    git(repository, "config", "alias.oops", "!touch made")
    git(repository, "config", "alias.status", "!touch made")

    with pytest.raises(ToolFailed):
        await call(session, "oops")
    await call(session, "status")

    assert not (repository / "made").exists()


async def test_hooks_and_settings_of_the_repository_run_nothing(session, repository):
    for name in (
        "pre-commit",
        "post-commit",
        "post-checkout",
        "commit-msg",
        "reference-transaction",
    ):
        hook = repository / ".git/hooks" / name
        hook.write_text("#!/bin/sh\ntouch made\n")
        hook.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "core.editor", "diff.external", "core.sshCommand"):
        git(repository, "config", key, "touch made;:")
    (repository / "file").write_text("two\n")

    for args in ("status", "diff", "add -A", "commit -m x", "log -p", "checkout -b topic"):
        assert not (await call(session, args)).is_error

    assert not (repository / "made").exists()


async def test_what_a_filter_plants_in_the_repository_is_taken_back(session, repository, tmp_path):
    plant = "printf '#!/bin/sh\\n' > .git/hooks/pre-push; echo ../x > .git/commondir; touch .envrc"
    git(repository, "config", "filter.evil.clean", f"{plant}; git config core.fsmonitor x; cat")
    config = (repository / ".git/config").read_bytes()
    (repository / ".gitattributes").write_text("* filter=evil\n")

    result = await call(session, "add -A")

    assert (repository / ".git/config").read_bytes() == config
    assert not (repository / ".git/hooks/pre-push").exists()
    assert not (repository / ".git/commondir").exists()
    assert not (repository / ".envrc").exists()
    assert set(result.facts["quarantined"]) == {".git/commondir", ".envrc"}
    assert "Taken back: " in result.text
    assert "quarantine/" in result.text


async def test_destructive_commands_are_gated_with_a_reason(session, repository):
    intent = await intent_of(session, "reset --hard")

    assert intent.is_gated
    assert intent.preview == "git reset --hard"
    assert "throws away" in intent.reason
    assert not (await intent_of(session, "status")).is_gated


async def test_what_git_only_reads_is_said_to_change_nothing(session, repository):
    assert (await intent_of(session, "status")).changes_nothing
    assert not (await intent_of(session, "add -A")).changes_nothing

    session.context.sandbox = UnconfinedSandbox(dict(os.environ))
    assert not (await intent_of(session, "status")).changes_nothing


async def test_a_push_shows_where_it_leads(session, repository):
    git(repository, "remote", "add", "origin", "https://me:secret@example.org/x")
    git(
        repository,
        "config",
        "url.https://evil.example/.pushInsteadOf",
        "https://me:secret@example.org/",
    )

    intent = await intent_of(session, "push origin main")

    assert intent.is_gated
    assert "to origin: https://evil.example/x" in intent.preview
    assert "secret" not in intent.preview


async def test_without_a_sandbox_everything_is_gated(session, repository):
    session.context.sandbox = UnconfinedSandbox(dict(os.environ))

    assert (await intent_of(session, "status")).is_gated


async def test_a_commit_cut_off_after_it_was_made_is_found(session, repository):
    tool = GitCommand()
    arguments = tool.arguments_model(args="commit -m second --allow-empty")
    facts = (await tool.intend(arguments, session.context)).facts
    await tool.run(arguments, session.context)

    probe = await tool.probe(arguments, facts, session.context)

    assert probe.happened is Happened.DONE
    assert git(repository, "rev-parse", "--short", "HEAD") in probe.result.text


async def test_a_commit_cut_off_before_it_was_made_is_made_now(session, repository):
    tool = GitCommand()
    arguments = tool.arguments_model(args="commit -m second --allow-empty")
    facts = (await tool.intend(arguments, session.context)).facts

    assert (await tool.probe(arguments, facts, session.context)).happened is Happened.NOT_YET

    git(repository, "commit", "-q", "--allow-empty", "-m", "somebody else's")
    assert (await tool.probe(arguments, facts, session.context)).happened is Happened.IN_DOUBT


CUT_OFF = ["merge topic", "tag v1", "add new", "branch other", "switch topic", "push origin main"]


@pytest.fixture
def branches(repository, tmp_path):
    """A repository with a branch to merge, a file to add, and a remote to push to."""
    git(repository, "switch", "-q", "-c", "topic")
    (repository / "topic").write_text("topic\n")
    git(repository, "add", "topic")
    git(repository, "commit", "-q", "-m", "topic")
    git(repository, "switch", "-q", "main")
    git(repository, "commit", "-q", "--allow-empty", "-m", "so that no merge is a fast-forward")
    (repository / "new").write_text("new\n")
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(repository, "remote", "add", "origin", str(tmp_path / "remote.git"))
    return repository


async def begun(session, args):
    """A tool, its arguments, and the facts of its intent."""
    tool = GitCommand()
    arguments = tool.arguments_model(args=args)
    return tool, arguments, (await tool.intend(arguments, session.context)).facts


@pytest.mark.parametrize("args", [*CUT_OFF, "log"])
async def test_what_was_cut_off_before_anything_moved_runs_again(session, branches, args):
    tool, arguments, facts = await begun(session, args)

    assert (await tool.probe(arguments, facts, session.context)).happened is Happened.NOT_YET


@pytest.mark.parametrize("args", CUT_OFF)
async def test_what_stopped_in_its_middle_is_in_doubt(session, branches, args):
    tool, arguments, facts = await begun(session, args)
    (branches / ".git/index.lock").touch()

    assert (await tool.probe(arguments, facts, session.context)).happened is Happened.IN_DOUBT


@pytest.mark.parametrize(
    ("args", "then"),
    [
        ("tag v1", ("tag", "v1")),
        ("switch topic", ("switch", "-q", "topic")),
        ("merge topic", ("commit", "-q", "--allow-empty", "-m", "by somebody else")),
        ("push origin main", ("commit", "-q", "--allow-empty", "-m", "not what was approved")),
        ("cherry-pick topic", ()),
        ("rebase topic", ()),
        ("reset --hard HEAD~1", ()),
    ],
)
async def test_what_nobody_can_tell_is_in_doubt(session, branches, args, then):
    tool, arguments, facts = await begun(session, args)
    if then:
        git(branches, *then)

    assert (await tool.probe(arguments, facts, session.context)).happened is Happened.IN_DOUBT


async def test_a_merge_cut_off_after_it_was_made_is_found(session, branches):
    tool, arguments, facts = await begun(session, "merge topic")
    await tool.run(arguments, session.context)

    probe = await tool.probe(arguments, facts, session.context)

    assert probe.happened is Happened.DONE
    assert probe.result.facts["head_after"] == git(branches, "rev-parse", "HEAD")


async def test_a_push_that_arrived_is_sent_again_and_changes_nothing(session, branches, tmp_path):
    tool, arguments, facts = await begun(session, "push origin main")
    git(branches, "push", "-q", "origin", "main")

    assert (await tool.probe(arguments, facts, session.context)).happened is Happened.NOT_YET


async def test_git_and_shell_take_turns(session, repository):
    from loom_tools.shell_execute import ShellExecute

    shell = asyncio.create_task(
        session.call(ShellExecute, command="touch begun; sleep 0.3; touch ended")
    )
    async with asyncio.timeout(20):
        while not (repository / "begun").exists():  # noqa: ASYNC110 - a command makes it
            await asyncio.sleep(0.01)

    result = await call(session, "add -A")

    assert not result.is_error
    assert [change.path for change in (await shell).changes] == ["begun", "ended"]
    assert git(repository, "ls-files").split() == ["begun", "ended", "file"]
