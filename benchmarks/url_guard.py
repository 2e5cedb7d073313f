"""How many of a million hostile URLs the guard reads wrongly, and what reading one costs.

Each is put together from pieces that parsers disagree about. It has to be refused, or to become a URL
that Python's own parser reads in the same way, that is parsed again as the same, and whose host, when it
is an address, is one that ``ipaddress`` reads too. Anything else, or another exception, is wrong.

Run it as ``python benchmarks/url_guard.py [COUNT]``; the seed is fixed.
"""

import ipaddress
import random
import re
import sys
import time
from urllib.parse import urlsplit

from loom_core.errors import AddressRefused
from loom_core.network import WebUrl

PIECES = [
    *(
        "http",
        "https",
        "HTTP",
        "ftp",
        "file",
        ":",
        "/",
        "//",
        "///",
        "\\",
        "@",
        "#",
        "?",
        "%",
        "&",
        "=",
    ),
    *("[", "]", ".", "..", "\u3002", "-", "_", "127.0.0.1", "0x7f", "0177", "2130706433", "0", "1"),
    *(
        "::1",
        "::ffff:",
        "fe80::1",
        "%25lo",
        "e.com",
        "localhost",
        "xn--",
        "xn--bcher-kva",
        "\u00fc",
    ),
    *(
        "\u2460",
        "\uff11",
        "\u200d",
        "\u00ad",
        "\u212a",
        "\u0130",
        "\ud800",
        "\t",
        "\n",
        " ",
        "\x00",
    ),
    *(
        "%00",
        "%2e",
        "%2f",
        "%40",
        ":80",
        ":22",
        ":0",
        ":65536",
        "user",
        "a" * 64,
        "." * 9,
        "\u2044",
    ),
]
PREFIXES = ["http://", "https://", "//", ""]
NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
PORTS = {"http": 80, "https": 443}


def is_right(text: str) -> bool | None:
    """Whether a URL was read rightly; None when it was refused."""
    try:
        url = WebUrl.parse(text)
    except AddressRefused:
        return None
    other = urlsplit(url.text)
    same_place = (other.scheme, other.hostname) == (url.scheme, url.host)
    same_port = (other.port or PORTS[url.scheme]) == url.port
    plain = url.text.isascii() and url.text.isprintable() and " " not in url.text
    return (
        same_place and same_port and plain and WebUrl.parse(url.text) == url and is_plain(url.host)
    )


def is_plain(host: str) -> bool:
    """Whether a host that could be taken for an address is one in its usual form."""
    if ":" in host or NUMBER.fullmatch(host.rpartition(".")[2]):
        return str(ipaddress.ip_address(host)) == host
    return True


def main(count: int) -> None:
    dice = random.Random(11)
    results = {True: 0, False: 0, None: 0}
    wrong: list[str] = []
    began = time.process_time()
    for _ in range(count):
        text = dice.choice(PREFIXES) + "".join(dice.choices(PIECES, k=dice.randint(0, 8)))
        try:
            result = is_right(text)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is counted
            result, text = False, f"{text!r}: {error!r}"
        results[result] += 1
        if result is False:
            wrong.append(text)
    spent = time.process_time() - began
    print("| URLs | accepted | refused | wrong | us each |")
    print("| --- | --- | --- | --- | --- |")
    print(
        f"| {count:,} | {results[True]:,} | {results[None]:,} | {results[False]} "
        f"| {spent / count * 1e6:.0f} |"
    )
    for text in wrong[:10]:
        print(ascii(text))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
