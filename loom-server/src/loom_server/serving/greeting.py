"""What ``loom serve`` says once it runs."""

import click

from loom_server.serving.address import Address, is_loopback


class Greeting:
    """Shows the link for a browser, or opens it."""

    def __init__(self, address: Address, *, opens: bool) -> None:
        """Greet for a server at this address."""
        self._address = address
        self._opens = opens

    def __call__(self, link: str) -> None:
        """Say that the server runs, on stderr; the link works once."""
        click.echo(f"loom serves at {self._address.url} (Ctrl-C stops it)", err=True)
        if not is_loopback(self._address.host) and self._address.scheme == "http":
            click.echo("warning: other machines can reach it, and nothing is encrypted", err=True)
        click.echo(f"open    {link}", err=True)
        if self._opens:
            click.launch(link)
