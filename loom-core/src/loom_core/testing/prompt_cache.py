"""A simulated prompt cache, which says how much of a prompt a server would not compute again."""

CHARACTERS_PER_TOKEN = 4
"""The simulated tokenizer: a token is so many characters."""


class PromptCache:
    """The last prompt of each slot, as llama.cpp's server keeps it."""

    def __init__(self, slots: int = 4) -> None:
        """Start cold, with this many slots."""
        self._slots = slots
        self._prompts: list[str] = []

    def admit(self, prompt: str) -> int:
        """Characters of the longest prefix shared with a slot; the prompt then takes a slot.

        A prompt that continues a slot's takes that slot; any other takes the least recently used.
        """
        shared, best = max(
            ((common_prefix(prompt, kept), index) for index, kept in enumerate(self._prompts)),
            default=(0, -1),
        )
        if best >= 0 and shared == len(self._prompts[best]):
            del self._prompts[best]
        elif len(self._prompts) >= self._slots:
            del self._prompts[0]
        self._prompts.append(prompt)
        return shared


def common_prefix(left: str, right: str) -> int:
    """Length of the longest common prefix; halving compares by slices, quicker than by character."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def tokens_in(text: str) -> int:
    """Simulated tokens of a text, at least 1 for any that is not empty."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)
