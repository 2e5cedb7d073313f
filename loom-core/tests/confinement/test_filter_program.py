"""The filter as the kernel applies it: a small interpreter of its programs stands in for it."""

import errno
import struct

import pytest

from loom_core.confinement.architecture import LAST_KNOWN, this_architecture
from loom_core.confinement.filter_program import ALLOW, ASK, KILL, program, refuse
from loom_core.confinement.refused_calls import beside_landlock, in_namespaces

ARCHITECTURE = this_architecture()
pytestmark = pytest.mark.skipif(ARCHITECTURE is None, reason="there is no table for this processor")


def answer(code, number, *arguments, audit=None):
    data = struct.pack(
        "=iIQ6Q", number, audit or ARCHITECTURE.audit, 0, *[*arguments, 0, 0, 0, 0, 0, 0][:6]
    )
    held, at = 0, 0
    while True:
        operation, yes, no, value = struct.unpack_from("=HBBI", code, 8 * at)
        at += 1
        if operation == 0x06:
            return value
        if operation == 0x20:
            held = struct.unpack_from("=I", data, value)[0]
            continue
        holds = {
            0x15: held == value,
            0x25: held > value,
            0x35: held >= value,
            0x45: bool(held & value),
        }[operation]
        at += yes if holds else no


def number(name):
    return ARCHITECTURE.numbers[name]


@pytest.mark.parametrize("rules", [in_namespaces(network=False), beside_landlock(network=False)])
def test_dangerous_calls_are_refused_and_others_go_on(rules):
    code = program(ARCHITECTURE, rules)

    for name in ("ptrace", "mount", "unshare", "bpf", "keyctl", "io_uring_setup", "setns"):
        assert answer(code, number(name)) == refuse()
    assert answer(code, 0) == ALLOW
    assert answer(code, number("clone"), 17) == ALLOW
    assert answer(code, number("clone"), 0x10000000) == refuse()
    assert answer(code, number("clone3")) == refuse(errno.ENOSYS)
    assert answer(code, number("ioctl"), 0, 0x5401) == ALLOW
    assert answer(code, number("ioctl"), 0, 0x5412) == refuse()


def test_other_ways_to_call_the_kernel_are_closed():
    code = program(ARCHITECTURE, in_namespaces(network=False))

    assert answer(code, 0, audit=0x40000003) == KILL
    assert answer(code, 0x40000000) == refuse(errno.ENOSYS)
    assert answer(code, LAST_KNOWN) == ALLOW
    assert answer(code, LAST_KNOWN + 1) == refuse(errno.ENOSYS)


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        (in_namespaces(network=False), {1, 2, 10, 16}),
        (in_namespaces(network=True), {2, 10, 16}),
        (beside_landlock(network=True), {2, 10}),
        (beside_landlock(network=False), set()),
    ],
)
def test_only_some_families_of_sockets_are_there(rules, allowed):
    code = program(ARCHITECTURE, rules)

    found = {family for family in range(50) if answer(code, number("socket"), family) == ALLOW}

    assert found == allowed


def test_what_landlock_does_not_judge_is_asked_or_refused():
    code = program(ARCHITECTURE, beside_landlock(network=False))

    assert answer(code, number("fchmodat")) == ASK
    assert answer(code, number("utimensat")) == ASK
    assert answer(code, number("setxattr")) == refuse(errno.EOPNOTSUPP)
    assert answer(code, number("shmget")) == refuse()
    assert answer(code, number("prlimit64"), 0) == ALLOW
    assert answer(code, number("prlimit64"), 1234) == refuse()
    assert answer(code, number("setpriority"), 0, 1234) == refuse()
    assert answer(code, number("setpriority"), 0, 0) == ALLOW
    assert answer(code, number("setpriority"), 2, 0) == refuse()
    assert answer(code, number("ioprio_set"), 1, 0) == ALLOW
    assert answer(code, number("ioprio_set"), 3, 0) == refuse()


@pytest.mark.parametrize("rules", [in_namespaces(network=True), beside_landlock(network=False)])
def test_pairs_of_sockets_reach_nobody_else(rules):
    code = program(ARCHITECTURE, rules)
    kinds = [kind | flags for kind in range(1, 11) for flags in (0, 0x800, 0x80000, 0x80800)]

    found = {kind & 0xF for kind in kinds if answer(code, number("socketpair"), 1, kind) == ALLOW}

    assert found == {1, 5}


def test_no_rule_is_about_a_call_that_the_tables_do_not_have():
    """The filter would leave it out without a word."""
    rules = [*in_namespaces(network=True), *beside_landlock(network=False)]

    assert {rule.name for rule in rules} <= set(ARCHITECTURE.numbers)
