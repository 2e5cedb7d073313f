"""Ways in which a command may try to get out past the proxy of its allowed hosts."""

import contextlib
import os
import socket
from uuid import uuid4

import pytest

from loom_core.sandbox import choose
from loom_core.settings.shape import SandboxSettings

BYPASSES = {
    "tcp to loopback": "import socket; socket.create_connection(('127.0.0.1', PORT), 2)",
    "tcp elsewhere": "import socket; socket.create_connection(('ADDRESS', PORT), 2)",
    "tcp over IPv6": "import socket; socket.create_connection(('::1', PORT), 2)",
    "mapped IPv4": "import socket; socket.create_connection(('::ffff:127.0.0.1', PORT), 2)",
    "fast open": "import socket; socket.socket().sendto(b'x', 0x20000000, ('127.0.0.1', PORT))",
    "udp": "import socket; s=socket.socket(2, 2); s.connect(('127.0.0.1', UDP)); s.send(b'x'); s.recv(1)",
    "dns": "import socket; s=socket.socket(2, 2); s.sendto(b'x', ('8.8.8.8', 53)); s.recv(1)",
    "resolver": "import socket; socket.getaddrinfo('evil.example', 80)",
    "raw": "import socket; socket.socket(2, socket.SOCK_RAW, 1)",
    "packet": "import socket; socket.socket(17, socket.SOCK_RAW, 768)",
    "vsock": "import socket; socket.socket(40, socket.SOCK_STREAM)",
    "abstract": "import socket; s=socket.socket(1); s.connect('\\0ABSTRACT')",
    "path": "import socket; s=socket.socket(1); s.connect('SOCKET')",
    "host namespace": "import os; os.open('/proc/HOST/ns/net', 0)",
    "new namespace": "import ctypes, os; os._exit(0 if ctypes.CDLL(None).unshare(0x50000000) == 0 else 1)",
    "route": "import subprocess; subprocess.run(['ip', 'link', 'add', 'x', 'type', 'dummy'], check=True)",
    "literal": "import urllib.request as u; u.urlopen('http://0x7f000001:PORT/')",
    "proxy to loopback": "import urllib.request as u; u.build_opener(u.ProxyHandler({'http': "
    "'http://127.0.0.1:3128'})).open('http://127.0.0.1:PORT/')",
    "proxy itself": "import urllib.request as u; u.build_opener(u.ProxyHandler({'http': "
    "'http://127.0.0.1:3128'})).open('http://127.0.0.1:3128/')",
}


class Outside:
    """Sockets of this machine that nothing in the sandbox may reach."""

    def __init__(self, held, directory):
        self.sockets = []
        for family, kind, address in (
            (socket.AF_INET6, socket.SOCK_STREAM, ("::", 0)),
            (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            (socket.AF_UNIX, socket.SOCK_STREAM, str(directory / "s")),
            (socket.AF_UNIX, socket.SOCK_STREAM, f"\0loom-{uuid4().hex}"),
        ):
            made = held.enter_context(socket.socket(family, kind))
            made.bind(address)
            made.setblocking(False)
            if kind == socket.SOCK_STREAM:
                made.listen()
            self.sockets.append(made)

    def filled(self, program):
        tcp, udp, path, abstract = (made.getsockname() for made in self.sockets)
        for word, value in {
            "PORT": tcp[1],
            "UDP": udp[1],
            "SOCKET": path,
            "ABSTRACT": abstract[1:].decode(),
            "HOST": os.getpid(),
            "ADDRESS": socket.gethostbyname(socket.gethostname()),
        }.items():
            program = program.replace(word, str(value))
        return program

    def reached(self):
        count = 0
        for made in self.sockets:
            with contextlib.suppress(BlockingIOError):
                made.recv(9) if made.type == socket.SOCK_DGRAM else made.accept()[0].close()
                count += 1
        return count


@pytest.fixture
def outside(tmp_path):
    with contextlib.ExitStack() as held:
        yield Outside(held, tmp_path)


@pytest.mark.parametrize("name", BYPASSES)
async def test_nothing_gets_out_past_the_proxy(reaching, workspace, name, outside):
    (workspace / "try.py").write_text(outside.filled(BYPASSES[name]))

    done = await reaching("allowed.test").run(
        "timeout 8 python3 try.py", workspace=workspace, timeout_seconds=20, may_connect=True
    )

    assert done.exit_code != 0, done.output
    assert outside.reached() == 0


@pytest.mark.parametrize("name", ["tcp to loopback", "tcp elsewhere", "mapped IPv4", "udp"])
async def test_the_same_does_get_out_with_the_whole_network(bubblewrap, workspace, name, outside):
    (workspace / "try.py").write_text(outside.filled(BYPASSES[name]))

    await choose(SandboxSettings(network=True)).run(
        "timeout 1 python3 try.py", workspace=workspace, timeout_seconds=20, may_connect=True
    )

    assert outside.reached() == 1
