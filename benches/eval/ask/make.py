#!/usr/bin/env python3
"""Writes questions.jsonl and heldout.jsonl from own.txt and heldout.txt.

The expected question of every line is computed here, by the conventions that README.md states and with Python's own
calendar, and the numbers of its answer by reference.py; nothing of the program under test is used. Run it in this folder: `python3 make.py`.
"""
import json
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

from reference import numbers

KST = timezone(timedelta(hours=9))
AT = {"A": datetime(2026, 11, 20, 14, 7, tzinfo=KST), "B": datetime(2026, 3, 11, 9, 40, tzinfo=KST)}
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
GROUPS = {
    "capital": ["incheon", "seoul", "gyeonggi"],
    "chungcheong": ["chungnam", "sejong", "chungbuk", "daejeon"],
    "honam": ["jeonbuk", "jeonnam", "gwangju"],
    "yeongnam": ["gyeongbuk", "daegu", "ulsan", "gyeongnam", "busan"],
}
STYLES = {"english": "plain"}


def midnight(at):
    return at.replace(hour=0, minute=0, second=0)


def month(at, off):
    whole = at.year * 12 + at.month - 1 + off
    return midnight(at).replace(year=whole // 12, month=whole % 12 + 1, day=1)


def quarter(at, off):
    return month(at, -((at.month - 1) % 3) + 3 * off)


def monday(at, off):
    return midnight(at) - at.weekday() * DAY + off * WEEK


def months_back(at, count):
    first = month(at, -count)
    last = (month(first, 1) - DAY).day
    return at.replace(year=first.year, month=first.month, day=min(at.day, last))


def hours(text, day):
    start, end = text.split("-")
    return day + float(start) * HOUR, day + float(end) * HOUR


def day_of(text, at):
    """`d-1` or `2026-11-03`, as a midnight."""
    if re.fullmatch(r"d[-+]?\d+", text):
        return midnight(at) + int(text[1:]) * DAY
    return datetime.fromisoformat(text).replace(tzinfo=KST)


def period(text, at):
    """The two instants of a period in the shorthand of README.md."""
    today = midnight(at)
    head, _, rest = text.partition(":")
    if text == "now":
        return at - HOUR, at
    if match := re.fullmatch(r"now-(\d+)([hd])", text):
        back = int(match[1]) * (HOUR if match[2] == "h" else DAY)
        return at - HOUR - back, at - back
    if text == "today":
        return today, at
    if re.fullmatch(r"d-\d+", text):
        return day_of(text, at), day_of(text, at) + DAY
    if match := re.fullmatch(r"w(-?\d+)(full)?", text):
        start = monday(at, int(match[1]))
        return start, (at if match[1] == "0" and not match[2] else start + WEEK)
    if match := re.fullmatch(r"w\+(\d+)", text):
        return monday(at, int(match[1])), monday(at, int(match[1]) + 1)
    if match := re.fullmatch(r"mon([-+]?\d+)(full)?", text):
        off = int(match[1])
        return month(at, off), (at if off == 0 and not match[2] else month(at, off + 1))
    if match := re.fullmatch(r"q([-+]?\d+)(full)?", text):
        off = int(match[1])
        return quarter(at, off), (at if off == 0 and not match[2] else quarter(at, off + 1))
    if match := re.fullmatch(r"y([-+]?\d+)", text):
        off = int(match[1])
        start = today.replace(year=at.year + off, month=1, day=1)
        return start, (at if off == 0 else start.replace(year=start.year + 1))
    if head == "el":
        # As much of an earlier period as has passed of the running one.
        if rest.startswith("d-"):
            back = int(rest[2:]) * DAY
            return today - back, at - back
        now, then = {
            "w": (monday(at, 0), lambda n: monday(at, n)),
            "m": (month(at, 0), lambda n: month(at, n)),
            "q": (quarter(at, 0), lambda n: quarter(at, n)),
        }[rest[0]]
        start = then(int(re.search(r"-?\d+$", rest)[0]))
        return start, start + (at - now)
    if head == "day":
        start = day_of(rest, at)
        return start, start + DAY
    if head == "hour":
        day, clock = rest.split("@")
        start = day_of(day, at) + float(clock) * HOUR
        return start, start + HOUR
    if head == "minute":
        day, clock = rest.split("@")
        h, m = clock.split(".")
        start = day_of(day, at) + int(h) * HOUR + timedelta(minutes=int(m))
        return start, start + timedelta(minutes=5)
    if head == "part":
        day, clock = rest.split("@")
        return hours(clock, day_of(day, at))
    if head == "roll":
        if rest.startswith("mon"):
            return months_back(at, int(rest[3:])), at
        unit = {"m": timedelta(minutes=1), "h": HOUR, "d": DAY, "w": WEEK}[rest[-1]]
        return at - int(rest[:-1]) * unit, at
    if head == "back":
        # The span of the same length that ends where a rolling one begins.
        start, end = period("roll:" + rest, at)
        return start - (end - start), start
    if head == "shift":
        # A rolling span so many days earlier.
        span, days = rest.split("@")
        start, end = period("roll:" + span, at)
        return start - int(days) * DAY, end - int(days) * DAY
    if head == "weekday":
        # `weekday:0:n` the latest day n (0 is Monday) up to today, `-1` strictly before it, `-1w` in last week.
        which, number = rest.split(":")
        if which.endswith("w"):
            start = monday(at, int(which[:-1])) + int(number) * DAY
        else:
            back = (at.weekday() - int(number)) % 7
            start = today - (back if back or which == "0" else 7) * DAY
        return start, start + DAY
    if head == "month":
        start = datetime.fromisoformat(rest + "-01").replace(tzinfo=KST)
        return start, month(start, 1)
    if head == "monthnth":
        start = day_of(rest, at)
        assert start.weekday() == 0
        return start, start + WEEK
    if head == "range":
        start, end = (datetime.fromisoformat(part).replace(tzinfo=KST) for part in rest.split("/"))
        return start, end
    if head == "from":
        return datetime.fromisoformat(rest).replace(tzinfo=KST), at
    raise ValueError(text)


def instants(text, at):
    start, end = period(text, at)
    return {"from": int(start.timestamp()), "to": int(end.timestamp())}


def question(kind, slots, at):
    """The canonical question: what is said, and what the kind fills in where nothing is said."""
    out = {"kind": kind}
    measures = slots.get("m", "").split(",") if slots.get("m") else []
    default = {"compare": ["users", "load"], "rank_regions": ["load"], "slow_endpoints": ["latency_p95"], "trend": ["users"]}
    out["measures"] = measures or default.get(kind, [])
    areas = [{"name": name, "regions": [name]} for name in slots.get("r", "").split(",") if name]
    areas += [{"name": name, "regions": GROUPS[name]} for name in slots.get("g", "").split(",") if name]
    if areas:
        out["areas"] = areas
    if "s" in slots:
        out["service"] = slots["s"]
    out["period"] = instants(slots["p"], at)
    if "a" in slots:
        out["against"] = instants(slots["a"], at)
    limit = slots.get("n") or ("5" if kind == "slow_endpoints" else None)
    if limit:
        out["limit"] = int(limit)
    if "t" in slots:
        unit, value = slots["t"].split(":")
        out["threshold"] = {"value": float(value), "unit": {"r": "ratio", "s": "seconds", "c": "count"}[unit]}
    if "h" in slots:
        out["horizon"] = int(slots["h"][:-1]) * {"h": 3600, "m": 60, "d": 86400}[slots["h"][-1]]
    order = slots.get("o") or {"rank_regions": "highest", "slow_endpoints": "slowest"}.get(kind)
    if order:
        out["order"] = order
    if "dep" in slots:
        out["after_deployment"] = True
    if "f" in slots:
        out["format"] = slots["f"]
    if "mode" in slots:
        out["mode"] = slots["mode"]
    return out


def parse(text, separator):
    return dict((part.split("=", 1) + [""])[:2] for part in text.split(separator) if part)


def read(name):
    for number, line in enumerate(Path(name).read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            style, kind, slots, text = line.split("|", 3)
            slots = parse(slots, " ")
            at = AT[slots.get("at", "A")]
            korean = re.search("[가-힣ㄱ-ㅎ]", text) is not None
            entry = {"text": text, "lang": "ko" if korean else "en", "style": STYLES.get(style, style), "at": int(at.timestamp())}
            if "named" in slots:
                entry["named"] = int(slots["named"])
            if "prev" in slots:
                before, _, rest = slots["prev"].partition(";")
                entry["previous"] = question(before, parse(rest, ";"), at)
            entry["expect"] = question(kind, slots, at)
            told = numbers(entry["expect"], slots["p"] == "now") if at == AT["A"] else None
            if told is not None:
                entry["numbers"] = told
            yield entry
        except (ValueError, KeyError, AssertionError) as error:
            raise SystemExit(f"{name}:{number}: {line}: {error!r}")


for source, target in [("own.txt", "questions.jsonl"), ("heldout.txt", "heldout.jsonl"), ("blind.txt", "blind.jsonl"), ("blind2.txt", "blind2.jsonl"), ("blind3.txt", "blind3.jsonl")]:
    if Path(source).exists():
        lines = [json.dumps(entry, ensure_ascii=False) for entry in read(source)]
        Path(target).write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(target, len(lines))

lines = [line for line in Path("cannot.txt").read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
Path("unanswerable.jsonl").write_text("".join(json.dumps({"text": line}, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
print("unanswerable.jsonl", len(lines))
