"""What a model is shown before the request: functions, a request, and the calls that are right.

Together they show what small models get wrong: a call for each of several values, also for each pair of
two lists; optional arguments that nobody spoke of left out; values in the form that a description
asks for. They stand before every request, so that a server computes them once.
"""

from collections.abc import Sequence
from typing import Any

Example = tuple[str, str, Sequence[dict[str, Any]]]
"""The functions, the request, the calls with their names under ``name``."""

EXAMPLES: tuple[Example, ...] = (
    (
        (
            "- get_weather: Get the weather of a city. Arguments: city (string): city and country, e.g. "
            "Rome, Italy; date (string): the date (day.month.year)"
        ),
        "What will the weather be like in Oslo and Lima on 2024-06-30?",
        [
            {"name": "get_weather", "city": "Oslo, Norway", "date": "30.06.2024"},
            {"name": "get_weather", "city": "Lima, Peru", "date": "30.06.2024"},
        ],
    ),
    (
        (
            "- add_event: Put an event into the calendar. Arguments: title (string): the title; "
            "hour (integer): the hour; place (string, optional): where"
        ),
        "Please note dinner with Ann at 7 pm.",
        [{"name": "add_event", "title": "dinner with Ann", "hour": 19}],
    ),
    (
        (
            "- ticket_price: Look up what a ticket costs. Arguments: vehicle (string): the vehicle; "
            "zone (string): the zone; discount (number, optional): the discount as a fraction"
        ),
        "What do tickets for the bus and the tram cost in zone A and in zone B?",
        [
            {"name": "ticket_price", "vehicle": "bus", "zone": "A"},
            {"name": "ticket_price", "vehicle": "bus", "zone": "B"},
            {"name": "ticket_price", "vehicle": "tram", "zone": "A"},
            {"name": "ticket_price", "vehicle": "tram", "zone": "B"},
        ],
    ),
)
