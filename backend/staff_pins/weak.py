"""PINs that are guessed first."""

from datetime import date
from itertools import pairwise

COMMONEST = frozenset(
    """
    1234 1111 0000 1212 7777 1004 2000 4444 2222 6969 9999 3333 5555 6666 1122 1313 8888 2001 4321 1010
    0909 2580 0007 1818 1230 1984 1986 0070 1985 0987 1000 1231 1987 1999 2468 2002 2323 0123 1123 1233
    1357 1221 1324 1988 2112 2121 5150 1024 1112 1224 1969 1225 1235 1982 1983 1001 1978 1979 7410 1020
    1223 1974 1975 1977 1980 1981 1029 1121 1213 1973 1976 2020 2345 2424 2525 1515 1970 1972 1989 0001
    1023 1414 9876 0101 0907 1245 1966 1967 1971 8520 1964 1968 4545 1318 5678 1011 1124 1211 1963 4200
    4567 1007 1012 1025 1120 1125 1214 1236 1965 7942 1028 1209 1227 3535 7890 0420 1210 1222 1701 1919
    5425 1113 1226 1717 1957 1959 1990 5252 0202 1002 1003 1114 1205 1215 1220 1228 1956 1962 3232 0124
    0303 0505 0815 1013 1014 1021 1022 1027 1030 1101 1128 1133 1945 1955 1960 3030 3210 5050 9090 0077
    1092 1126 1130 1204 1005 1009 1031 1104 1115 1117 1119 1127 1203 1217 1218 1379 1958 3434 5656 7878
    0411 1017 1018 1019 1026 1103 1129 1216 1229 1961 1991 2626 6789 8282 9111 0321 0808 1008 1015 1102
    """.split()  # noqa: SIM905 - a table
)
"""The 200 PINs of four digits that people choose most often, by leaked passwords."""
YEARS = range(1940, 2031)
LEAP_YEAR = 2000
"""It has every date."""
DATES = {4: ("dm", "md"), 6: ("dmy", "mdy", "ymd"), 8: ("dmY", "mdY", "Ymd")}
"""How many digits can be a date, and in which order they name day, month and year."""
SIZES = {"d": 2, "m": 2, "y": 2, "Y": 4}


def is_weak(pin: str) -> bool:
    """Whether it is among the commonest, repeats a part, counts up or down, or is a year or a date."""
    return pin in COMMONEST or _repeats(pin) or _counts(pin) or _is_year(pin) or _is_date(pin)


def _repeats(pin: str) -> bool:
    """As 7777, 3737 and 915915 do."""
    return pin in (pin + pin)[1:-1]


def _counts(pin: str) -> bool:
    """As 5678, 7890 and 987654 do."""
    steps = {(int(later) - int(earlier)) % 10 for earlier, later in pairwise(pin)}
    return steps in ({1}, {9})


def _is_year(pin: str) -> bool:
    return len(pin) == 4 and int(pin) in YEARS  # noqa: PLR2004 - digits of a year


def _is_date(pin: str) -> bool:
    return any(_reads_as_date(pin, order) for order in DATES.get(len(pin), ()))


def _reads_as_date(pin: str, order: str) -> bool:
    parts, rest = {}, pin
    for name in order:
        parts[name.lower()], rest = int(rest[: SIZES[name]]), rest[SIZES[name] :]
    year = parts.get("y", LEAP_YEAR)
    try:
        date(year if "Y" in order else LEAP_YEAR, parts["m"], parts["d"])
    except ValueError:
        return False
    return "Y" not in order or year in YEARS
