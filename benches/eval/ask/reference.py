"""Counts, from nation.md alone, the numbers that the answer to a question has to say.

Nothing of the program under test is used. `numbers(question, now)` gives a list of objects: `area`, `measure`, `role`, `value`
and, where the console may err by what it says itself, `tolerance`. README.md has the conventions.
"""
from collections import Counter
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor, log10

from happened import (
    AS_OF, BEGIN, BURSTS, DEPLOYED, DISTURBED, FIVE, GUESTS, LAST, POPULATION, QUANTILES, REGIONS, ROUTES, SERVICES, SIGNS, USE,
    busiest, distinct, fives, in_five, known, quantile, seen_in, traffic, use,
)

GAP, LONG, TARGET, QUARTER_END = 1800, 4 * 3600, 0.8, 1798729200


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
        # Slower by more than three times what the console can tell apart. Both of its times are estimates, so whether an endpoint passes
        # would be chance near the bound: in this nation none lies there.
        least = 1 + 3 / 64
        rows = [row for row in rows if row[3]]
        assert measure not in QUANTILES or not any(least * (1 - 2 / 64) < row[2] / row[3] < least * (1 + 2 / 64) for row in rows), rows
        rows = [row for row in rows if row[2] / row[3] >= least]
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
        # All that happened is of what `web` answers. Whether an explanation names `web` is no number; of another service there was nothing.
        if question["service"] == "web":
            return None
        return [number("", "", "incidents", 0), number("", "", "signs", 0)]
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
    if out is None or question["period"]["to"] < AS_OF - 600 or "areas" in question or "service" in question:
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
    found = trouble(question)
    return None if found is None else out + found[:2] + plan(question, 0)


def numbers(question, now):
    """The numbers of the answer; None where nothing can be known of it beforehand."""
    kinds = {
        "value": value, "trend": value, "compare": compare, "rank_regions": rank_regions, "slow_endpoints": slow_endpoints, "incidents": incidents,
        "diagnose": diagnose, "sessions": sessions, "capacity": capacity, "report": report,
    }
    if question.get("mode") not in (None, "user_cookie"):
        return None
    return kinds[question["kind"]](question, now)
