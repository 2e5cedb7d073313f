"""What outlives a task holds no secrets."""

import pytest

from loom_core.redaction import HIDDEN, redact

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nabcdefgh\n-----END OPENSSH PRIVATE KEY-----"

SECRETS = {
    "sk-proj-abcdefghijklmnop1234": "use sk-proj-abcdefghijklmnop1234 now",
    "ghp_abcdefghijklmnopqrstuvwx": "token ghp_abcdefghijklmnopqrstuvwx",
    "AKIAABCDEFGHIJKLMNOP": "AKIAABCDEFGHIJKLMNOP is the id",
    "hunter2hunter2": "password: hunter2hunter2",
    "s3cr3tvalue": 'DB_PASSWORD="s3cr3tvalue"',
    "xyz-123-abc": "the secret is xyz-123-abc",
    "abcdef.ghijkl.mnopqr": "Authorization: Bearer abcdef.ghijkl.mnopqr",
    "geheim42": "postgres://me:geheim42@localhost/db",
    "abcdefgh": KEY,
    "eyJhbGciOi.eyJzdWIiOi.sig": "jwt eyJhbGciOiJIUz.eyJzdWIiOiIx.sigsigsig",
}


@pytest.mark.parametrize(("secret", "text"), SECRETS.items(), ids=list(SECRETS))
def test_usual_forms_of_secrets_are_hidden(secret, text):
    hidden = redact(text)

    assert secret not in hidden
    assert HIDDEN in hidden
    assert redact(hidden) == hidden


def test_a_known_value_is_hidden_whatever_it_looks_like():
    assert redact("say opensesame, friend", ["opensesame"]) == f"say {HIDDEN}, friend"


@pytest.mark.parametrize(
    "text",
    [
        "max_tokens = 400_000",
        "run the tests with python -m pytest -q",
        "the tokenizer splits words",
        "edit_file(path=src/keyboard.py) failed (not_found)",
    ],
)
def test_ordinary_texts_stay(text):
    assert redact(text) == text
