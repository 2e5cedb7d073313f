"""What named extensions implement: provider, tool, check, verifier; and what hooks may use."""
