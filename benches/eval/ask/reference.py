"""Counts, from nation.md alone, the numbers that the answer to a question has to say.

Nothing of the program under test is used. `numbers(question, now)` gives a list of objects: `area`, `measure`, `role`, `value`
and, where the console may err by what it says itself, `tolerance`. README.md has the conventions.
"""
from collections import Counter
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor, log10

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

FIVE, GAP, LONG, TARGET, QUARTER_END = 5, 1800, 4 * 3600, 0.8, 1798729200
QUANTILES = {"latency_p50": Fraction(1, 2), "latency_p95": Fraction(95, 100), "latency_p99": Fraction(99, 100)}
USE = {"load": "cpu", "cpu": "cpu", "memory": "memory", "heap": "heap"}


# What happened.


@lru_cache(maxsize=None)
def requests(r, j, m):
    """Requests, failures and (milliseconds, requests) of a route in a minute."""
    d, h, region, (service, _, share) = m // 1440, m % 1440 // 60, REGIONS[r], ROUTES[j]
    n = share * WEIGHTS[region] * A[h] * B[d % 7] // 1500 + (r + 3 * j + 7 * m + 11 * d) % 3
    every = 25 + (5 * r + 7 * j + 3 * d) % 31
    failed = (n + (13 * r + 5 * j + 3 * m + 7 * d) % every) // every
    length = (10 + 9 * j + A[h] + (3 * d % 5 if service == "web" else 0)) * (20 + 3 * (7 * r % 17)) // 20
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


# What the console says of it.


def routes_of(service):
    """The routes that a question is about: those of a service, else what users meet."""
    return tuple(j for j, route in enumerate(ROUTES) if route[0] == (service or "web"))


def mean(values):
    values = list(values)
    return sum(values, Fraction(0)) / len(values) if values else None


def figure(measure, regions, start, end, service):
    """A measure of regions together over a period, but for users."""
    if measure in USE:
        return mean(value for value in (use(USE[measure], r, start, end, service) for r in regions) if value is not None)
    count, failed, lengths = traffic(regions, routes_of(service), start, end)
    if measure == "requests":
        return Fraction(count, end - start) if known(start, end) else None
    if measure == "error_rate":
        return Fraction(failed, count) if count else None
    return quantile(lengths, QUANTILES[measure])


def number(area, measure, role, value, tolerance=None):
    entry = {"area": area, "measure": measure, "role": role, "value": value if isinstance(value, (int, str)) else float(value)}
    if tolerance:
        entry["tolerance"] = tolerance
    return entry


def tolerance_of(measure):
    return "sketch" if measure in ("users", "per_capita") else "quantile" if measure in QUANTILES else None


def measured(area, codes, measure, start, end, role, service=None):
    """Value, peak and distinct users of an area."""
    regions = tuple(REGIONS.index(code) for code in codes)
    out, tolerance, long = [], tolerance_of(measure), end - start > 1800
    values = []
    if measure == "per_capita":
        found = measured(area, codes, "users", start, end, role, service)
        people = sum(POPULATION[code] for code in codes)
        return [{**row, "measure": measure, "value": row["value"] / people} for row in found]
    if measure == "users":
        if service:
            return []
        whole = distinct(regions, start, end)
        if whole is None:
            return []
        if not long:
            return [number(area, measure, role, whole, tolerance)]
        out.append(number(area, measure, f"{role} distinct", whole, tolerance))
        together = area == "nation" or len(regions) == 1
        values = [(in_five(regions, together, five), five) for five in fives(start, end)]
        if values:
            out.append(number(area, measure, role, mean(value for value, _ in values), tolerance))
    else:
        value = figure(measure, regions, start, end, service)
        if value is not None:
            out.append(number(area, measure, role, value, tolerance))
        # Of a service alone rows of five minutes tell the use of machines only.
        if long and (measure in USE or not service):
            for five in fives(start, end):
                at = BEGIN + 300 * five
                value = figure(measure, regions, at, at + 300, service)
                values += [(value, five)] if value is not None else []
    if values and long:
        highest = max(value for value, _ in values)
        out.append(number(area, measure, f"{role} peak", highest, tolerance))
        if not tolerance:
            first = min(five for value, five in values if value == highest)
            out.append(number(area, measure, f"{role} peak at", BEGIN + 300 * first))
    return out


def areas_of(question):
    areas = [(area["name"], area["regions"] or REGIONS) for area in question.get("areas", [])]
    return areas or [("nation", REGIONS)]


def codes_of(question):
    named = {code for _, codes in areas_of(question) for code in codes}
    return [code for code in REGIONS if code in named]


def span_of(question, now):
    start, end = question["period"]["from"], question["period"]["to"]
    return (end - 300, end) if now and question["kind"] in ("value", "rank_regions") else (start, end)


def value(question, now):
    start, end = span_of(question, now)
    rows = []
    for area, codes in areas_of(question):
        for measure in question["measures"]:
            rows += measured(area, codes, measure, start, end, "now", question.get("service"))
    return rows


def compare(question, now):
    rows = []
    for area, codes in areas_of(question):
        for measure in question["measures"]:
            for name, role in (("period", "now"), ("against", "then")):
                if name in question:
                    rows += measured(area, codes, measure, question[name]["from"], question[name]["to"], role, question.get("service"))
    return rows


def ranking(measure, codes, start, end, service=None):
    """Regions with their value."""
    rows = []
    for code in codes:
        found = measured(code, [code], measure, start, end, "now", service)
        rows += [(row["value"], code) for row in found if row["role"] == "now"]
    return rows


def rank_regions(question, now):
    measure, (start, end) = question["measures"][0], span_of(question, now)
    lowest = question.get("order") == "lowest"
    rows = sorted(ranking(measure, codes_of(question), start, end, question.get("service")), key=lambda row: row[0] if lowest else -row[0])
    out = [number("", measure, "regions", len(rows))]
    threshold = question.get("threshold")
    if threshold:
        passing = [row for row in rows if (row[0] <= threshold["value"] if lowest else row[0] >= threshold["value"])]
        out.append(number("", measure, "passing", len(passing)))
        rows = rows[: max(1, len(passing))]
    rows = rows[: question.get("limit", len(rows))]
    return out + [number(code, measure, f"place {at}", value, tolerance_of(measure)) for at, (value, code) in enumerate(rows, 1)]


def slow_endpoints(question, now):
    measure, codes = question["measures"][0], codes_of(question)
    start, end, out = question["period"]["from"], question["period"]["to"], []
    before = (question["against"]["from"], question["against"]["to"]) if "against" in question else None
    if question.get("after_deployment"):
        told = [row for row in DEPLOYED if row[0] in codes and question.get("service") in (None, row[1])]
        within = [row for row in told if start <= BEGIN + 60 * row[3] < end] or [row for row in told if end - 14 * 86400 <= BEGIN + 60 * row[3] < end]
        if not within:
            return [number("", measure, "endpoints", 0)]
        region, service, _, m = max(within, key=lambda row: row[3])
        start = BEGIN + 60 * m
        end, codes = min(start + 86400, AS_OF), [region]
        before = (start - 86400, end - 86400)
        out.append(number(f"{region} {service}", "", "deployed", start))
    regions = tuple(REGIONS.index(code) for code in codes)

    def of(j, span):
        count, failed, lengths = traffic(regions, (j,), *span)
        if count < 30:
            return count, None
        if measure == "requests":
            return count, Fraction(count, span[1] - span[0])
        return count, Fraction(failed, count) if measure == "error_rate" else quantile(lengths, QUANTILES[measure])

    rows = []
    for j, (service, route, _) in enumerate(ROUTES):
        if question.get("service") in (None, service):
            count, value = of(j, (start, end))
            if value is not None:
                rows.append((f"{service} {route}", count, value, of(j, before)[1] if before else None))
    out.append(number("", measure, "endpoints", len(rows)))
    if question.get("after_deployment"):
        # Slower by more than three times what the console can tell apart.
        rows = [row for row in rows if row[3] and row[2] / row[3] >= 1 + 3 / 64]
        rows.sort(key=lambda row: -row[2] / row[3])
    else:
        rows.sort(key=lambda row: (-row[2], row[0]))
    if "threshold" in question:
        rows = [row for row in rows if row[2] >= question["threshold"]["value"]] or rows[:1]
    for at, (name, count, value, then) in enumerate(rows[: question["limit"]], 1):
        out.append(number(name, measure, f"place {at}", value, tolerance_of(measure)))
        out.append(number(name, measure, f"place {at} requests", count))
        if then is not None:
            out.append(number(name, measure, f"place {at} before", then, tolerance_of(measure)))
    return out


def trouble(question, most=None):
    """Incidents and weak signs that touch a period, the newest first."""
    start, end = question["period"]["from"], min(question["period"]["to"], AS_OF)
    codes = codes_of(question)

    def touching(rows):
        spans = [(row[0], BEGIN + 60 * row[1], BEGIN + 60 * row[2], row) for row in rows]
        return [row for row in spans if row[0] in codes and row[1] < end and row[2] > start]

    found = sorted(touching(DISTURBED), key=lambda row: -row[1])
    if "service" in question:
        return []
    found = found[: question.get("limit", len(found))] if most is None else found
    out = [number("", "", "incidents", len(found)), number("", "", "signs", len(touching(SIGNS)))]
    for at, (code, first, last, row) in enumerate(found[:most], 1):
        out.append(number(code, "error_rate", f"incident {at} from", first))
        out.append(number(code, "error_rate", f"incident {at} to", last))
        out.append(number(code, "error_rate", f"incident {at} ratio", row[5] / 0.03125))
        out.append(number(code, "users", f"incident {at} users", distinct((REGIONS.index(code),), first, last), "sketch"))
    return out


def incidents(question, now):
    return trouble(question)


def diagnose(question, now):
    out = trouble(question, 3)
    if question["period"]["to"] < AS_OF - 600 or "areas" in question or "service" in question:
        return out
    # The four figures of this moment; those of earlier days in whole five minutes.
    earlier = (AS_OF - 300 - BEGIN) // 300 * 300 + BEGIN
    spans = {"now": (AS_OF - 300, AS_OF), "yesterday": (earlier - 86400, earlier - 86100), "last week": (earlier - 604800, earlier - 604500)}
    for measure in ("users", "requests", "error_rate", "latency_p95"):
        for role, (start, end) in spans.items():
            out += [{**row, "role": f"card {role}"} for row in measured("nation", REGIONS, measure, start, end, "now")]
    return out


def sessions(question, now):
    start, end = question["period"]["from"], question["period"]["to"]
    running = end >= AS_OF - 60
    first = (max(0, start - BEGIN) // 60) // FIVE * FIVE
    last = min(LAST, (end - BEGIN) // 60)
    codes = codes_of(question)
    lists = {"log_in_burst": [], "many_identities": [], "many_addresses": [], "long_lived": []}
    ages = Counter()
    least = question["threshold"]["value"] if "threshold" in question else LONG
    for guest in GUESTS:
        code, name, begun, until, every = guest
        told = [m for m in range(begun, min(until + 1, last)) if seen_in(guest, m)] if code in codes else []
        if not told or told[-1] < first:
            continue
        seconds = 60 * (told[-1] - begun)
        if seconds >= least and name.startswith("long"):
            lists["long_lived"].append((seconds, code, len(told), seconds))
        if name.startswith("many") and len(told) >= 5:
            lists["many_addresses"].append((len(told), code, len(told), seconds))
        age = max((age for age in (3600, 7200, 14400, 28800) if seconds >= age), default=0)
        if age and 60 * (LAST - told[-1]) <= GAP:
            ages[age] += 1
    crowd = [guest for guest in GUESTS if guest[1].startswith("crowd") and guest[0] in codes and first <= guest[2] < last]
    if crowd:
        lists["many_identities"].append((len(crowd), crowd[0][0], len(crowd), 300))
    for code, begun, length, each, failing in BURSTS:
        if code in codes and first <= begun < last:
            lists["log_in_burst"].append((each, code, each * length, 300, failing * length, each))
    out = []
    for kind, rows in lists.items():
        rows.sort(key=lambda row: -row[0])
        out.append(number("", kind, "listed", len(rows)))
        for at, row in enumerate(rows[: question.get("limit", len(rows))], 1):
            names = ("count", "seconds", "failed", "a minute")
            out += [number(row[1], kind, f"place {at} {name}", figure) for name, figure in zip(names, row[2:])]
    # How many go on is told of one region or of all, not of some.
    if running and len(codes) in (1, len(REGIONS)):
        regions = tuple(REGIONS.index(code) for code in codes)
        out.append(number("", "users", "active", distinct(regions, AS_OF - GAP, AS_OF), "sketch"))
        out += [number("", "users", f"older than {age}", ages[age]) for age in (3600, 7200, 14400, 28800)]
    return out


@lru_cache(maxsize=None)
def busy_hours(kind, r, service):
    """Busy hour of the last working day that is over, and its change a day. The busy hours lie on one line: see nation.md."""
    s = SERVICES.index(service) if service else None
    peaks = []
    for d in range(LAST // 1440):
        if d % 7 < 5:
            hours = []
            for h in range(24):
                values = [busiest(kind, r, m, service) for m in range(d * 1440 + h * 60, d * 1440 + h * 60 + 60)]
                hours.append(Fraction(sum(values), 60 * 10**6))
            peaks.append((d, max(hours)))
    slope = (peaks[-1][1] - peaks[0][1]) / (peaks[-1][0] - peaks[0][0])
    assert all(peak == peaks[0][1] + slope * (d - peaks[0][0]) for d, peak in peaks), (kind, r, s)
    return peaks[-1][1], slope, BEGIN + 86400 * peaks[-1][0]


def short(value):
    """Five significant digits, halves up: as many as a forecast shows."""
    unit = Fraction(10) ** (floor(log10(value)) - 4) if value else Fraction(1)
    return floor(value / unit + Fraction(1, 2)) * unit


def plan(question, most):
    """What needs more before the quarter ends: its busy hour then is above the target."""
    rows = []
    for code in codes_of(question):
        for kind in ("cpu", "memory", "heap"):
            for service in ("was",) if kind == "heap" else ("db", "was", "web"):
                if question.get("service") in (None, service):
                    level, slope, last = busy_hours(kind, REGIONS.index(code), service)
                    edge = max(level, level + slope * ((QUARTER_END - 86400 - last) // 86400))
                    rows.append((float(edge) > TARGET, edge, f"{code} {service}", kind, level, slope, last))
    need = sum(row[0] for row in rows)
    out = [number("", "", "need more", need), number("", "", "need nothing", len(rows) - need), number("", "", "cannot tell", 0)]
    rows.sort(key=lambda row: (not row[0], -row[1]))
    for at, (more, edge, name, kind, level, slope, last) in enumerate(rows[:most], 1):
        out.append(number(name, kind, f"plan {at} busy", level))
        out.append(number(name, kind, f"plan {at} weekly", 7 * slope))
        out.append(number(name, kind, f"plan {at} edge", edge))
        if more:
            out.append(number(name, kind, f"plan {at} times", ceil(float(edge) / TARGET * 10 - 1e-9) / 10))
            days = max(0, ceil((Fraction(8, 10) - level) / slope)) if slope else 0
            # What is passed already is passed today.
            out.append(number(name, kind, f"plan {at} passes", max(last + 86400 * days, BEGIN + 86400 * (LAST // 1440))))
    return out


def capacity(question, now):
    out = plan(question, min(10, question.get("limit", 10)))
    if "horizon" not in question:
        return out
    codes = codes_of(question)
    if "areas" not in question:
        busy = sorted(ranking("load", codes, AS_OF - 300, AS_OF), key=lambda row: -row[0])
        codes = [code for _, code in busy[:3]]
    threshold = question.get("threshold", {"value": TARGET, "unit": "ratio"})
    width = 300 if question["horizon"] <= 6 * 3600 else 3600
    last = (AS_OF - BEGIN) // width * width + BEGIN
    for code in codes:
        for measure in question["measures"] or ["load", "memory"]:
            kind, r = USE[measure], REGIONS.index(code)
            level, slope, _ = busy_hours(kind, r, None)
            out.append(number(code, measure, "last", short(use(kind, r, last - width, last))))
            out.append(number(code, measure, "threshold", threshold["value"]))
            out.append(number(code, measure, "busy", short(level)))
            out.append(number(code, measure, "weekly", short(7 * slope)))
    return out


def report(question, now):
    start, end = question["period"]["from"], question["period"]["to"]
    length = end - start
    shift = max(1, length // 604800) * 604800 if length > 86400 else 86400
    areas = areas_of(question)
    name, codes = areas[0] if len(areas) == 1 else ("", codes_of(question))
    out = []
    for measure in ("users", "requests", "error_rate", "latency_p95", "load"):
        out += measured(name, codes, measure, start, end, "now")
        out += measured(name, codes, measure, start - shift, end - shift, "then")
    rows = sorted(ranking("load", codes_of(question), start, end), key=lambda row: -row[0])
    out += [number(code, "load", f"place {at}", value) for at, (value, code) in enumerate(rows, 1)]
    return out + trouble(question)[:2] + plan(question, 0)


def numbers(question, now):
    """The numbers of the answer; None where nothing can be known of it beforehand."""
    kinds = {
        "value": value, "trend": value, "compare": compare, "rank_regions": rank_regions, "slow_endpoints": slow_endpoints, "incidents": incidents,
        "diagnose": diagnose, "sessions": sessions, "capacity": capacity, "report": report,
    }
    if question.get("mode") not in (None, "user_cookie"):
        return None
    return kinds[question["kind"]](question, now)
