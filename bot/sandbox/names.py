"""What the campus is made of: programs, places, people and phones, all of them made up."""

from __future__ import annotations

from typing import Final

PROGRAMS: Final = {
    "prog_autumn": "Autumn Welcome",
    "prog_bikes": "Bike Share",
    "prog_tutors": "Study Buddies",
}

# Busiest first: the campus gives fewer scans to each next place. The kind decides when they come
# (see rhythm). A place of None is a poster whose location nobody wrote down.
PLACES: Final[tuple[tuple[str | None, str], ...]] = (
    ("Main Library - Entrance", "library"),
    ("Campus Center - Main Entrance", "street"),
    ("Dining Hall - Tray Return", "food"),
    ("Lecture Hall A - Foyer", "lecture"),
    ("Bus Stop North", "street"),
    ("Gym - Climbing Wall", "gym"),
    ("Science Building - Atrium", "lecture"),
    ("Coffee Cart at the Clock Tower", "food"),
    ("Dorm A - Front Door", "dorm"),
    ("Main Library - Second Floor Printers", "library"),
    ("Student Union - Notice Board", "street"),
    ("Engineering - Room 101", "lecture"),
    ("Dorm C - Laundry Room", "dorm"),
    ("Gym - Locker Rooms", "gym"),
    ("Law School - Stairwell", "lecture"),
    ("Bike Racks behind the Chemistry Building", "street"),
    ("Café Lumière", "food"),
    ("Dorm B - Elevator", "dorm"),
    ("Music School - Practice Rooms", "library"),
    ("Pool", "gym"),
    ("Business School - Trading Floor", "lecture"),
    ("Dorm D - Mailboxes", "dorm"),
    ("Medical Library - Quiet Study", "library"),
    ("Tennis Courts & Boathouse", "gym"),
    ("International House - Kitchen", "dorm"),
    ("Arts Building - Darkroom", "lecture"),
    ("Parking Garage - Level 3", "street"),
    ("Food Trucks on College Avenue", "food"),
    (None, "street"),
    ("Math Building - Common Room", "lecture"),
    ("Dorm E - Game Room", "dorm"),
    ("Health Center - Waiting Room", "lecture"),
    ("Planetarium", "street"),
    ("Registrar's Office - Window 4", "lecture"),
    ("Makerspace - 3D Printers", "library"),
    ("Graduate Housing - Playground", "dorm"),
    ("Map Room", "library"),
    (None, "lecture"),
    ("Theater - Stage Door", "food"),
    ("Observatory Path, Third Bench from the Top of the Hill", "street"),
)

AMBASSADORS: Final = (
    ("Amara", "Okafor"),
    ("Mateo", "Quispe"),
    ("Linh", "Tran"),
    ("Søren", "Lindqvist"),
    ("Priya", "Raman"),
    ("Yusuf", "Demir"),
    ("Aroha", "Ngata"),
    ("Zoë", "Vandenberg"),
    ("Haruki", "Tanabe"),
    ("Leila", "Haddadi"),
    ("Kwame", "Asante-Boateng"),
    ("Siobhán", "O'Dwyer"),
)

_APPLE = "Mozilla/5.0 (iPhone; CPU iPhone OS {0} like Mac OS X) AppleWebKit/605.1.15"
_ANDROID = "Mozilla/5.0 (Linux; Android {0}) AppleWebKit/537.36 (KHTML, like Gecko)"
_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36"

# (user agent, device type as the metadata tells it, share of all devices in per cent)
AGENTS: Final[tuple[tuple[str | None, str, int], ...]] = (
    (_APPLE.format("18_0") + " Version/18.0 Mobile/15E148 Safari/604.1", "mobile", 26),
    (_APPLE.format("17_5") + " Version/17.5 Mobile/15E148 Safari/604.1", "mobile", 20),
    (_APPLE.format("16_7") + " CriOS/128.0.6613.98 Mobile/15E148 Safari/604.1", "mobile", 8),
    (_ANDROID.format("14; Pixel 8") + " Chrome/129.0.0.0 Mobile Safari/537.36", "mobile", 14),
    (_ANDROID.format("14; SM-S921B") + " SamsungBrowser/25.0 Mobile Safari/537.36", "mobile", 12),
    (_ANDROID.format("12; M2101K6G") + " Chrome/127.0.0.0 Mobile Safari/537.36", "mobile", 7),
    (_ANDROID.format("13; SM-X700") + " Chrome/128.0.0.0 Safari/537.36", "tablet", 2),
    (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_CHROME}", "desktop", 3),
    (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME}", "desktop", 3),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "desktop", 1),
    ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "bot", 1),
    ("WhatsApp/2.24.17.79 A", "bot", 1),
    (None, "unknown", 2),
)
