"""What a process does to confine itself: system calls and nothing else, standard library only.

Everything here runs in the small process that starts a command, before the command does.
"""
