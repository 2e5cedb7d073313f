"""Telling whoever asked for a task of its end: signed messages from a durable outbox."""
