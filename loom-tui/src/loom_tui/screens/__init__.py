"""Dialogues over the conversation."""
