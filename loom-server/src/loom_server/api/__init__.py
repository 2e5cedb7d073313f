"""The REST interface: what goes over the wire, and the routes."""
