# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is a PRIVATE module_utils. Do not use it outside this collection.

"""Calling codes of the international public telephone numbering plan.

Source: ITU-T, "List of ITU-T Recommendation E.164 assigned country codes", annex to the ITU Operational Bulletin, with
its amendments. Codes for trials (991) and reserved or spare codes are left out. No code is the beginning of another.
"""

from __future__ import annotations


def _codes(*ranges: tuple[int, int]) -> frozenset[str]:
    return frozenset(str(code) for first, last in ranges for code in range(first, last + 1))


CALLING_CODES: frozenset[str] = _codes(
    (1, 1),
    (7, 7),
    (20, 20),
    (211, 213),
    (216, 216),
    (218, 218),
    (220, 258),
    (260, 269),
    (27, 27),
    (290, 291),
    (297, 299),
    (30, 34),
    (350, 359),
    (36, 36),
    (370, 383),
    (385, 387),
    (389, 389),
    (39, 41),
    (420, 421),
    (423, 423),
    (43, 49),
    (500, 509),
    (51, 58),
    (590, 599),
    (60, 66),
    (670, 670),
    (672, 683),
    (685, 692),
    (800, 800),
    (808, 808),
    (81, 82),
    (84, 84),
    (850, 850),
    (852, 853),
    (855, 856),
    (86, 86),
    (870, 870),
    (878, 878),
    (880, 883),
    (886, 886),
    (888, 888),
    (90, 95),
    (960, 968),
    (970, 977),
    (979, 979),
    (98, 98),
    (992, 996),
    (998, 998),
)

CALLING_CODE_OF_TRUNK_ZERO_COUNTRY: dict[str, str] = {
    "AT": "43",
    "BE": "32",
    "CH": "41",
    "DE": "49",
    "FI": "358",
    "FR": "33",
    "GB": "44",
    "NL": "31",
    "SE": "46",
}
"""Countries that write national numbers with a leading zero which is dropped behind the calling code.

Source: ITU-T E.123 and the national numbering plans at https://www.itu.int/oth/T0202.aspx?parent=T0202. Italy (39) is
absent on purpose: it keeps its zero.
"""

CALLING_CODES_WITH_TRUNK_ZERO: frozenset[str] = frozenset(CALLING_CODE_OF_TRUNK_ZERO_COUNTRY.values())


def calling_code_of(digits: str) -> str | None:
    """Return the assigned calling code that ``digits`` begin with, or None. At most one can match."""
    return next((digits[:length] for length in (1, 2, 3) if digits[:length] in CALLING_CODES), None)
