"""How long a server is left alone after failures."""

from loom_core.errors import (
    BadOutput,
    ContextExceeded,
    ModelNotFound,
    ModelNotLoaded,
    ModelOverloaded,
    ModelTimeout,
    ModelUnauthorized,
    ModelUnreachable,
)
from loom_core.routing.circuit import Circuit
from loom_core.routing.health import HealthRecord, another_may_do

GONE = ModelUnreachable("gone")


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_a_circuit_is_closed_until_a_failure_and_open_for_its_wait():
    clock = Clock()
    circuit = Circuit(clock)
    assert circuit.allows()

    circuit.fail(GONE)

    assert circuit.error is GONE
    assert not circuit.allows()
    clock.now += 4.9
    assert not circuit.allows()
    clock.now += 0.2
    assert circuit.allows()


def test_half_open_lets_one_call_through_and_closes_when_it_succeeds():
    clock = Clock()
    circuit = Circuit(clock)
    circuit.fail(GONE)
    clock.now += 6

    circuit.probe()

    assert not circuit.allows()
    circuit.succeed()
    assert circuit.allows()
    assert circuit.error is None


def test_a_probe_that_never_ends_blocks_nobody_for_ever():
    clock = Clock()
    circuit = Circuit(clock)
    circuit.fail(GONE)
    clock.now += 6
    circuit.probe()

    clock.now += 6

    assert circuit.allows()


def test_each_failure_in_a_row_doubles_the_wait_up_to_two_minutes():
    clock = Clock()
    circuit = Circuit(clock)
    waits = []
    for _ in range(8):
        circuit.fail(GONE)
        began = clock.now
        while not circuit.allows():
            clock.now += 1
        waits.append(clock.now - began)

    assert waits == [5, 10, 20, 40, 80, 120, 120, 120]


def test_a_server_that_names_a_time_is_left_alone_for_that_long():
    clock = Clock()
    circuit = Circuit(clock)

    circuit.fail(ModelOverloaded("busy", retry_after_seconds=600))

    clock.now += 599
    assert not circuit.allows()
    clock.now += 2
    assert circuit.allows()


def test_a_server_that_fails_takes_all_its_models_with_it_and_a_model_only_itself():
    record = HealthRecord()
    record.note("http://a", "big", ModelNotLoaded("no memory"))
    record.note("http://b", "one", GONE)

    assert record.trouble("http://a", "big") is not None
    assert record.trouble("http://a", "small") is None
    assert record.trouble("http://b", "two") is GONE


def test_an_answer_of_any_kind_says_that_the_server_is_well():
    record = HealthRecord()
    record.note("http://a", "m", GONE)
    record.note("http://a", "m", BadOutput("nonsense, but an answer"))

    assert record.trouble("http://a", "m") is None


def test_only_what_is_about_server_or_model_is_for_another_model():
    others = [
        GONE,
        ModelOverloaded("x"),
        ModelTimeout("x"),
        ModelNotFound("x"),
        ModelNotLoaded("x"),
    ]

    assert all(map(another_may_do, others))
    assert not any(
        map(another_may_do, [BadOutput("x"), ContextExceeded("x"), ModelUnauthorized("x")])
    )
