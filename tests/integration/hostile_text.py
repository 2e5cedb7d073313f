"""Sixty ways in which a text can act on a terminal, each marked by its number."""

SEQUENCES = [
    "\x1b[2J", "\x1b[H", "\x1b[3J", "\x1b[1A", "\x1b[2K", "\x1b[1;1f", "\x1b[s", "\x1b[u", "\x1b7", "\x1b8",
    "\x1bc", "\x1b[!p", "\x1b[?1049h", "\x1b[?25l", "\x1b[?1000h", "\x1b[?2004h", "\x1b[6n", "\x1b[5n",
    "\x1b[c", "\x1b[>c", "\x1b[21t", "\x1b[8;1;1t", "\x1b[31m", "\x1b[8m", "\x1b[0m", "\x1b[1;31;40m",
    "\x1b]0;title\x07", "\x1b]2;title\x1b\\", "\x1b]52;c;ZXZpbA==\x07", "\x1b]8;;http://evil\x1b\\x",
    "\x1b]4;1;#ff0000\x07", "\x1b]10;?\x07", "\x1b]1337;File=inline=1:AA==\x07", "\x1b]777;notify;a;b\x07",
    "\x1b]9;message\x07", "\x1b]50;#1\x07", "\x1bP$q\"p\x1b\\", "\x1bPq#0;2;0;0;0\x1b\\", "\x1b_Ga=d\x1b\\",
    "\x1b^private\x1b\\", "\x1bXstring\x1b\\", "\x1b(0lqk\x1b(B", "\x1b#8", "\x1b=", "\x1b>", "\x1bM",
    "\x9b2J", "\x9d0;title\x9c", "\x90q\x9c", "\x85", "\x84", "\x07", "\x08\x08\x08", "\x0e", "\x0b", "\x0c",
    "\x7f", "\x05", "\u202eevil\u202c", "\u2066evil\u2069", "\u200fevil", "\U000e0041\U000e0042", "\ufeff",
    "\u200b", "\u2028", "\r\x1b[K", "a\rb", "\x1b", "\x1b[",
]  # fmt: skip
ALL = " ".join(f"<{number}{sequence}>" for number, sequence in enumerate(SEQUENCES))
