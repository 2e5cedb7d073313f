"""Every shape that goes over the wire; unknown fields and lax types are refused."""
