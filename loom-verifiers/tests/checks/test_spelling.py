"""Capitals that are those of the job."""

import pytest

from loom_core.types import VerdictStatus
from loom_verifiers.checks.spelling import WordsAsTold

JOB = "I need p.json: two objects, a lamp for 19.5 and a desk for Ann Lee, with the fields name and price."


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("p.json", '[{"name": "Lamp", "price": 19.5}]', "lamp"),
        ("p.json", '[{"Name": "lamp"}]', "name"),
        ("p.yaml", "- name: DESK\n", "desk"),
        ("p.toml", 'kind = "Desk"\n', "desk"),
        ("p.csv", "name,price\nDesk,140\n", "desk"),
        ("p.csv", "name;price\nDesk;140,5\n", "desk"),
        ("p.tsv", "name\tprice\nDesk\t140\n", "desk"),
        ("p.txt", "1. Lamp\n2. desk\n", "lamp"),
    ],
)
async def test_other_capitals_fail_and_the_right_ones_are_told(tmp_path, look, name, content, told):
    (tmp_path / name).write_text(content)

    evidence = await WordsAsTold().run(name, JOB, look)

    assert evidence.status is VerdictStatus.FAILED
    assert f'write "{told}"' in evidence.detail


@pytest.mark.parametrize(
    ("name", "content", "job"),
    [
        ("p.json", '[{"name": "lamp"}, {"name": "desk", "owner": "Ann Lee"}]', JOB),
        ("p.json", '{"title": "A lamp and a desk for everybody"}', JOB),
        ("p.txt", "# Lamp\nChair\n", JOB),
        ("p.txt", "LAMP\n", "Write the word lamp in upper case to p.txt"),
        ("p.txt", "lamps\n", "Lamps go into p.txt"),
        ("p.csv", "a,P\n", JOB),
        ("p.yaml", "services:\n  redis: {}\n", "Write p.yaml with a service for Redis"),
    ],
)
async def test_what_the_job_leaves_open_passes(tmp_path, look, name, content, job):
    (tmp_path / name).write_text(content)

    assert (await WordsAsTold().run(name, job, look)).status is VerdictStatus.PASSED


async def test_what_cannot_be_read_is_not_judged(tmp_path, look):
    (tmp_path / "p.json").write_text("{")

    assert (await WordsAsTold().run("p.json", JOB, look)).status is VerdictStatus.UNVERIFIED
    assert (await WordsAsTold().run("q.json", JOB, look)).status is VerdictStatus.FAILED
