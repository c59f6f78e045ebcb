"""What happened in the nation of nation.md, and what rows tell of a period: counted with sets and fractions.

Nothing of the program under test is used.
"""
from collections import Counter
from fractions import Fraction
from functools import lru_cache
from math import ceil

BEGIN, LAST, KEPT = 1793545200, 26767, 23885
AS_OF = BEGIN + 60 * LAST
A = [2, 1, 1, 1, 1, 2, 3, 5, 8, 11, 14, 12, 9, 11, 12, 11, 10, 9, 7, 6, 5, 4, 3, 2]
B = [11, 10, 9, 10, 8, 4, 3]
WEIGHTS = {
    "incheon": 13, "seoul": 40, "gyeonggi": 36, "gangwon": 6, "chungnam": 11, "sejong": 3, "chungbuk": 8, "gyeongbuk": 14, "jeonbuk": 9,
    "daejeon": 10, "daegu": 18, "ulsan": 7, "jeonnam": 5, "gwangju": 12, "gyeongnam": 22, "busan": 28, "jeju": 2,
}
REGIONS = list(WEIGHTS)
POPULATION = {
    "incheon": 303, "seoul": 933, "gyeonggi": 1371, "gangwon": 151, "chungnam": 214, "sejong": 39, "chungbuk": 159, "gyeongbuk": 252, "jeonbuk": 173,
    "daejeon": 144, "daegu": 236, "ulsan": 109, "jeonnam": 178, "gwangju": 140, "gyeongnam": 322, "busan": 326, "jeju": 67,
}
SERVICES = ["web", "was", "db"]
ROUTES = [
    ("web", "/", 3), ("web", "/login", 1), ("web", "/search", 4), ("web", "/apply", 2),
    ("was", "/api/auth", 1), ("was", "/api/list", 5), ("was", "/api/apply", 2), ("was", "/api/pay", 1), ("was", "/api/file", 1),
    ("was", "/api/stat", 2), ("was", "/api/code", 3),
    ("db", "select", 6), ("db", "insert", 2),
]
DEPLOYED = [("busan", "web", "2.0", 21780), ("daegu", "was", "1.1", 26405), ("gyeonggi", "was", "1.1", 26480)]
SLOWER = {"gyeonggi": (26480, [10, 30, 17, 40, 10, 22, 13]), "daegu": (26405, [10, 10, 50, 10, 25, 10, 10])}
DISTURBED = [
    ("incheon", 13080, 13100, 3, 2, 0.25), ("busan", 21080, 21110, 4, 3, 0.375), ("busan", 25860, 25880, 3, 2, 0.25),
    ("gwangju", 26520, 26580, 6, 4, 0.625),
]
SIGNS = [("ulsan", 26640, 26660)]
GUESTS = [
    ("gyeonggi", "long-1", 25020, 25560, 10), ("gwangju", "long-2", 25680, 26040, 10), ("busan", "long-3", 25950, 26610, 15),
    ("jeju", "long-4", 26220, 26760, 20), ("seoul", "long-5", 26400, 26760, 10), ("seoul", "long-6", 26460, 26670, 10),
    ("daegu", "long-7", 26500, 26760, 5), ("daejeon", "many-1", 26580, 26600, 4),
] + [("gangwon", f"crowd-{n}", 26525, 26525, 1) for n in range(25)]
BURSTS = [("incheon", 26110, 5, 100, 90), ("ulsan", 25800, 3, 70, 0)]

FIVE = 5
QUANTILES = {"latency_p50": Fraction(1, 2), "latency_p95": Fraction(95, 100), "latency_p99": Fraction(99, 100)}
USE = {"load": "cpu", "cpu": "cpu", "memory": "memory", "heap": "heap"}



@lru_cache(maxsize=None)
def requests(r, j, m):
    """Requests, failures and (milliseconds, requests) of a route in a minute."""
    d, h, region, (service, _, share) = m // 1440, m % 1440 // 60, REGIONS[r], ROUTES[j]
    n = share * WEIGHTS[region] * A[h] * B[d % 7] // 1500 + (r + 3 * j + 7 * m + 11 * d) % 3
    every = 25 + (5 * r + 7 * j + 3 * d) % 31
    failed = (n + (13 * r + 5 * j + 3 * m + 7 * d) % every) // every
    length = (10 + 9 * j + A[h] + (d % 3 // 2 * 4 if service == "web" else 0)) * (20 + 3 * (7 * r % 17)) // 20
    if service == "was" and region in SLOWER and m >= SLOWER[region][0]:
        length = length * SLOWER[region][1][j - 4] // 10
    if service == "web":
        for where, start, end, tenths, times, _ in DISTURBED:
            if where == region and start <= m < end:
                failed, length = n * tenths // 10, length * times
    slowest = min(n, (n + (m + 2 * r + j) % 40) // 40)
    slow = (n - slowest + (m + r) % 10) // 10
    return n, failed, ((length, n - slowest - slow), (5 * length, slow), (20 * length, slowest))


def gauge(kind, r, s, m):
    """A gauge of a service in a minute, millionths; None where it reports none."""
    d, h, k = m // 1440, m % 1440 // 60, m % 60
    if kind == "cpu":
        base = 250000 + 23000 * (5 * r % 17) if s == r % 3 else 60000 + 5000 * s + 4000 * ((3 * r + s) % 11)
        day = 12000 if d % 7 < 5 else 6000
        odd = 0 if h == 10 else 900 * ((d * d + 2 * r + s) % 7)
        return base + 300 * (1 + (5 * r + 3 * s) % 7) * d + day * A[h] + odd + 400 * ((7 * m + 3 * r + 5 * s) % 12)
    if kind == "memory":
        base = 300000 + 20000 * ((7 * r + 2 * s) % 17) + 200 * (1 + (r + s) % 5) * d
        return base + 3000 * A[h] + 150 * ((5 * m + r) % 6)
    return 350000 + 15000 * (11 * r % 17) + 100 * (r % 4) * d + 2000 * A[h] + 1000 * k if s == 1 else None


def person(r, x):
    return ("all", x) if x % 5 == 0 else (r, x)


@lru_cache(maxsize=None)
def present(r, t):
    """Numbers of the people in twenty minutes."""
    m, d = 20 * t, 20 * t // 1440
    first = t * (1 + r % 2) + t * t // 4000
    return range(first, first + 4 + WEIGHTS[REGIONS[r]] * A[m % 1440 // 60] * B[d % 7] * (20 + d) // 1800)


def seen_in(guest, m):
    _, _, first, last, every = guest
    return first <= m <= last and (m - first) % every == 0


def people(r, minutes):
    """Who is seen in region r in some minutes (a range)."""
    found, m = set(), minutes.start
    while m < minutes.stop:
        end = min(minutes.stop, m - m % 20 + 20)
        within = present(r, m // 20)
        # Any four minutes in a row show everybody.
        shown = within if end - m >= 4 else [x for x in within if any((x + at) % 4 == 0 for at in range(m, end))]
        found.update(person(r, x) for x in shown)
        m = end
    for guest in GUESTS:
        if guest[0] == REGIONS[r] and any(seen_in(guest, at) for at in range(max(minutes.start, guest[2]), min(minutes.stop, guest[3] + 1))):
            found.add(guest[1])
    return found


# What is known of a period.


def known(start, end):
    """Ranges of minutes that rows cover: whole five minutes, and minutes of the last two days."""
    first, last = max(0, -(-(start - BEGIN) // 60)), min(LAST, (end - BEGIN) // 60)
    if first >= last:
        return []
    inner_first, inner_last = -(-first // FIVE) * FIVE, last // FIVE * FIVE
    if inner_first > inner_last:
        parts = [range(first, last)]
    else:
        parts = [range(first, inner_first), range(inner_first, inner_last), range(inner_last, last)]
    # Single minutes that are no longer kept are not known.
    return [part for part in parts if len(part) and (part.start >= KEPT or (part.start % FIVE == 0 and part.stop % FIVE == 0))]


def minutes(start, end):
    return [m for part in known(start, end) for m in part]


def fives(start, end):
    """Whole five minutes that touch a period, by number."""
    first = max(0, (start - BEGIN) // 60 // FIVE)
    last = min(LAST // FIVE, -(-(end - BEGIN) // 300))
    return range(first, last)


def add(into, part):
    into[0] += part[0]
    into[1] += part[1]
    into[2].update(part[2])


@lru_cache(maxsize=None)
def asked_in_five(r, routes, five):
    return total(r, routes, range(five * FIVE, five * FIVE + FIVE))


def total(r, routes, span):
    whole = [0, 0, Counter()]
    for m in span:
        for j in routes:
            n, failed, lengths = requests(r, j, m)
            whole[0] += n
            whole[1] += failed
            for length, count in lengths:
                whole[2][length] += count
    return whole


@lru_cache(maxsize=None)
def traffic(regions, routes, start, end):
    """Requests, failures and durations of some regions and routes in a period."""
    whole = [0, 0, Counter()]
    for part in known(start, end):
        for r in regions:
            if part.start % FIVE == 0 and part.stop % FIVE == 0:
                for five in range(part.start // FIVE, part.stop // FIVE):
                    add(whole, asked_in_five(r, routes, five))
            else:
                add(whole, total(r, routes, part))
    return whole


def quantile(lengths, q):
    """The nearest rank: the least duration that so many do not exceed. Seconds."""
    count = sum(lengths.values())
    rank, seen = max(1, ceil(q * count)), 0
    for length in sorted(lengths):
        seen += lengths[length]
        if seen >= rank and count:
            return length / 1000
    return None


@lru_cache(maxsize=None)
def busiest(kind, r, m, service=None):
    values = [gauge(kind, r, s, m) for s in range(3) if service in (None, SERVICES[s])]
    return max((value for value in values if value is not None), default=None)


@lru_cache(maxsize=None)
def five_sum(kind, r, five, service):
    values = [busiest(kind, r, m, service) for m in range(five * FIVE, five * FIVE + FIVE)]
    return None if None in values else sum(values)


@lru_cache(maxsize=None)
def use(kind, r, start, end, service=None):
    """Mean use of the busiest service (or of one) in a period."""
    whole, count = 0, 0
    for part in known(start, end):
        if part.start % FIVE == 0 and part.stop % FIVE == 0:
            values = [five_sum(kind, r, five, service) for five in range(part.start // FIVE, part.stop // FIVE)]
        else:
            values = [busiest(kind, r, m, service) for m in part]
        if None in values:
            return None
        whole, count = whole + sum(values), count + len(part)
    return Fraction(whole, count * 10**6) if count else None


@lru_cache(maxsize=None)
def distinct(regions, start, end):
    parts = known(start, end)
    return len(set().union(*(people(r, part) for part in parts for r in regions))) if parts else None


@lru_cache(maxsize=None)
def in_five(regions, together, five):
    """Users of five minutes: of regions together, or the sum of each."""
    span = range(five * FIVE, five * FIVE + FIVE)
    everybody = [people(r, span) for r in regions]
    return len(set().union(*everybody)) if together else sum(map(len, everybody))
