from pathlib import Path

import pytest

from loom_providers_llamacpp.plan import plan_load, usable_cores


@pytest.mark.parametrize(("cores", "decode"), [(1, 1), (2, 1), (4, 3), (16, 15)])
def test_one_core_is_left_free_while_tokens_are_made(cores, decode):
    plan = plan_load(Path("m.gguf"), window=8192, slots=2, cores=cores)

    assert (plan.decode_threads, plan.prefill_threads) == (decode, cores)


def test_this_machine_has_a_core():
    assert usable_cores() >= 1
