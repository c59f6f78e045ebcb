#!/usr/bin/env python3
"""Writes generated.jsonl, awkward.jsonl, blind.jsonl and heldout.jsonl from the *.txt files beside it.

What must be masked in a line is said by the line itself: `{{rule|value}}` in both profiles, `{{rule!|value}}` in Strict only.
Inside generated lines `{name}` stands for a value that one of the functions below draws. Nothing of the program under test is
used. Run it in this folder: `python3 make.py`.
"""
import calendar
import json
import random
import re
import string
from pathlib import Path

HEX = "0123456789abcdef"


def digits(r, n, first="0123456789"):
    return r.choice(first) + "".join(r.choice("0123456789") for _ in range(n - 1))


def hexes(r, n):
    return "".join(r.choice(HEX) for _ in range(n))


def text(r, n, of=string.ascii_letters + string.digits):
    while True:
        out = "".join(r.choice(of) for _ in range(n))
        if any(c.isdigit() for c in out) and any(c.isalpha() for c in out):
            return out


def birth(r):
    year = r.randint(1935, 2024)
    month = r.randint(1, 12)
    return year, f"{year % 100:02}{month:02}{r.randint(1, calendar.monthrange(year, month)[1]):02}"


def resident(r, foreign=False):
    year, day = birth(r)
    first = (5 if foreign else 1) + (2 if year >= 2000 else 0) + r.randint(0, 1)
    return day, f"{first}{digits(r, 6)}"


def resident_any(r):
    day, rest = resident(r)
    return day + r.choice(["-"] * 6 + ["–", " - ", "－"]) + rest


def foreigner_any(r):
    day, rest = resident(r, True)
    return day + r.choice(["-", "-", "-", "–"]) + rest


def wide(value):
    return "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in value)


def mobile_any(r):
    head, mid, last = "010", digits(r, 4, "23456789"), digits(r, 4)
    form = r.randrange(12)
    if form < 4:
        return f"{head}-{mid}-{last}"
    if form < 6:
        return f"{head}{mid}{last}"
    if form == 6:
        return f"{head} {mid} {last}"
    if form == 7:
        return f"{head}.{mid}.{last}"
    if form == 8:
        return f"+82-10-{mid}-{last}"
    if form == 9:
        return f"+82 10 {mid} {last}" if r.random() < 0.5 else f"+8210{mid}{last}"
    if form == 10:
        return wide(f"{head}-{mid}-{last}")
    return f"{r.choice(['011', '016', '017', '018', '019'])}-{digits(r, r.choice([3, 4]), '23456789')}-{last}"


def landline_any(r):
    area = r.choice(["02", "02", "031", "032", "033", "041", "042", "043", "044", "051", "052", "053", "054", "055", "061", "062",
                     "063", "064", "070", "0505"])
    mid, last = digits(r, 4 if area == "070" else r.choice([3, 4]), "23456789"), digits(r, 4)
    return r.choice([f"{area}-{mid}-{last}"] * 4 + [f"{area}){mid}-{last}", f"({area}) {mid}-{last}"[1:], f"+82-{area[1:]}-{mid}-{last}"])


def email_any(r):
    name = r.choice(["hong", "gildong.kim", "minwon", "js_lee", "park.yh", "user", "y.choi", "dev-ops", "sujin99", "k"])
    name += r.choice(["", "", str(r.randint(1, 9999)), "+alert"])
    host = r.choice(["korea.kr", "gov.kr", "seoul.go.kr", "naver.com", "gmail.com", "daum.net", "example.co.kr", "nia.or.kr", "mail.busan.go.kr"])
    out = f"{name}@{host}"
    return out.upper() if r.random() < 0.05 else out


def luhn(body):
    total = 0
    for place, c in enumerate(reversed(body)):
        d = int(c)
        if place % 2 == 0:
            d *= 2
            d -= 9 if d > 9 else 0
        total += d
    return body + str((10 - total % 10) % 10)


def card_any(r):
    head, n = r.choice([("4", 16), ("4", 16), ("52", 16), ("54", 16), ("37", 15), ("3569", 16), ("6210", 16), ("2345", 16), ("9" and "5409", 16)])
    number = luhn(head + digits(r, n - len(head) - 1))
    if n == 15:
        return r.choice([number, f"{number[:4]}-{number[4:10]}-{number[10:]}"])
    parts = [number[i:i + 4] for i in range(0, 16, 4)]
    return r.choice([number, "-".join(parts), "-".join(parts), " ".join(parts)])


def account_any(r):
    form = r.choice([(3, 3, 6), (6, 2, 6), (3, 2, 6), (4, 3, 6), (3, 4, 4, 2), (3, 6, 2, 3), (4, 2, 7)])
    parts = [digits(r, n, "1234567") for n in form]
    parts[0] = digits(r, form[0], "3456789")
    return "-".join(parts) if r.random() < 0.7 else "".join(parts)


def passport_new(r):
    return f"{r.choice('MSROD')}{digits(r, 3)}{r.choice(string.ascii_uppercase)}{digits(r, 4)}"


def passport_old(r):
    return f"{r.choice('MSR')}{digits(r, 8)}"


def licence_any(r):
    return f"{r.choice([*range(11, 27), 28]):02}-{r.randint(0, 99):02}-{digits(r, 6)}-{digits(r, 2)}"


def address_public(r):
    while True:
        a = [r.randint(1, 223), r.randint(0, 255), r.randint(0, 255), r.randint(1, 254)]
        if a[0] not in (10, 127) and (a[0], a[1]) not in ((192, 168), (169, 254)) and not (a[0] == 172 and 16 <= a[1] <= 31) and not (a[0] == 100 and 64 <= a[1] <= 127):
            return ".".join(map(str, a))


def address_private(r):
    tail = f"{r.randint(0, 255)}.{r.randint(1, 254)}"
    return r.choice([f"10.{r.randint(0, 255)}.{tail}", f"192.168.{tail}", f"172.{r.randint(16, 31)}.{tail}"])


def address_six(r):
    return r.choice([f"2001:db8:{hexes(r, 4)}::{r.randint(1, 9)}", f"2400:{hexes(r, 4)}:{hexes(r, 3)}:1::{hexes(r, 2)}",
                     f"2001:0db8:85a3:0000:0000:8a2e:0370:{hexes(r, 4)}"])


def jwt(r):
    return f"eyJhbGciOiJIUzI1NiJ9.eyJ{text(r, 24)}.{text(r, 30, string.ascii_letters + string.digits + '-_')}"


def key_any(r):
    return r.choice([f"sk-{text(r, 40)}", f"sk-proj-{text(r, 36)}", f"ghp_{text(r, 36)}", "AKIA" + text(r, 16, string.ascii_uppercase + "234567"),
                     f"xoxb-{digits(r, 11)}-{text(r, 24)}", f"glpat-{text(r, 20)}"])


VALUES = {
    # What must be masked.
    "resident": resident_any, "resident_bare": lambda r: "".join(resident(r)), "foreigner": foreigner_any, "mobile": mobile_any,
    "landline": landline_any, "email": email_any, "card": card_any, "account": account_any, "passport_new": passport_new,
    "passport_old": passport_old, "licence": licence_any, "public": address_public, "private": address_private, "six": address_six,
    "jwt": jwt, "key": key_any, "secret": lambda r: text(r, r.choice([12, 16, 20, 32])), "password": lambda r: text(r, 9) + r.choice(["!", "#", ""]),
    "session_id": lambda r: hexes(r, 32).upper() + r.choice(["", ".was1", ".node2"]), "basic": lambda r: text(r, 20) + "==",
    # What must stay.
    "epoch_s": lambda r: str(r.randint(1577836800, 1830297599)), "epoch_ms": lambda r: str(r.randint(1577836800000, 1830297599999)),
    "epoch_us": lambda r: str(r.randint(1577836800, 1830297599) * 10**6 + r.randint(0, 999999)),
    "epoch_ns": lambda r: str(r.randint(1577836800, 1830297599) * 10**9 + r.randint(0, 999999999)),
    "trace": lambda r: hexes(r, 32), "span": lambda r: hexes(r, 16), "git": lambda r: hexes(r, r.choice([7, 8, 12, 40])),
    "uuid": lambda r: f"{hexes(r, 8)}-{hexes(r, 4)}-4{hexes(r, 3)}-a{hexes(r, 3)}-{hexes(r, 12)}",
    "date": lambda r: f"20{r.randint(20, 27)}-{r.randint(1, 12):02}-{r.randint(1, 28):02}", "day": lambda r: f"20{r.randint(20, 27)}{r.randint(1, 12):02}{r.randint(1, 28):02}",
    "time": lambda r: f"{r.randint(0, 23):02}:{r.randint(0, 59):02}:{r.randint(0, 59):02}", "ms": lambda r: str(r.randint(1, 99999)),
    "n": lambda r: str(r.randint(0, 9999)), "big": lambda r: str(r.randint(10**5, 10**9)), "float": lambda r: f"{r.random() * 1000:.{r.randint(1, 7)}f}",
    "won": lambda r: f"{r.randint(1000, 9 * 10**9):,}", "won_bare": lambda r: str(r.randint(10**4, 9 * 10**10)), "port": lambda r: str(r.choice([80, 443, 8080, 8443, 1521, 5432, 6379, 9092, 27017])),
    "status": lambda r: str(r.choice([200, 201, 204, 302, 304, 400, 401, 403, 404, 409, 429, 500, 502, 503, 504])),
    "semver": lambda r: f"{r.randint(0, 30)}.{r.randint(0, 20)}.{r.randint(0, 99)}", "four": lambda r: f"{r.randint(1, 20)}.{r.randint(0, 9)}.{r.randint(0, 99)}.{r.randint(0, 9)}",
    "lat": lambda r: f"{r.uniform(33, 38.5):.6f}", "lon": lambda r: f"{r.uniform(126, 130):.6f}", "order": lambda r: f"20{r.randint(20, 27)}{r.randint(1, 12):02}{r.randint(1, 28):02}-{digits(r, 6)}",
    "receipt": lambda r: f"1AA-{r.randint(2020, 2027)}{r.randint(1, 12):02}-{digits(r, 7)}", "mac": lambda r: ":".join(hexes(r, 2) for _ in range(6)),
    "thread": lambda r: f"http-nio-8080-exec-{r.randint(1, 200)}", "service": lambda r: r.choice(["portal-web", "civil-was", "auth", "payment-api", "db-main"]),
    "path": lambda r: r.choice(["/api/v2/documents", "/minwon/list.do", "/login", "/api/orders", "/health"]), "hangul": lambda r: r.choice(["접수", "조회", "발급", "변경", "취소"]),
    "dup": lambda r: f"00-{hexes(r, 32)}-{hexes(r, 16)}-01", "bizno": lambda r: f"{digits(r, 3, '123456789')}-{digits(r, 2)}-{digits(r, 5)}",
}

PREFIXES = ["", "", "", "{date} {time} INFO ", "{date}T{time}.123Z WARN [{service}] ", "[{thread}] ", "{date} {time},481 ERROR [{thread}] k.g.portal.Service - ",
            "ts={epoch_ms} level=warn ", "{epoch_s} ", "trace_id={trace} ", "Nov 21 {time} was01 app[{n}]: "]
SUFFIXES = ["", "", "", "", " ({ms} ms)", " trace={trace}", " [{uuid}]", ", status={status}", " ts={epoch_ms}"]


def fill(r, line):
    return re.sub(r"\{([a-z_]+)\}", lambda m: VALUES[m[1]](r), line)


def case(line, kind):
    spans, out, at = [], "", 0
    for m in re.finditer(r"\{\{([a-z]+)(!?)\|(.*?)\}\}(?!\})", line):
        out += line[at:m.start()]
        begin = len(out.encode())
        out += m[3]
        spans.append({"rule": m[1], "from": begin, "to": len(out.encode()), "profile": "strict" if m[2] else "both"})
        at = m.end()
    return {"text": out + line[at:], "kind": kind, "spans": spans}


def lines(name):
    return [line for line in Path(name).read_text().splitlines() if line.strip() and not line.startswith("##")]


def write(name, cases):
    seen, kept = set(), []
    for one in cases:
        if one["text"] not in seen:
            seen.add(one["text"])
            kept.append(one)
    Path(name).write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in kept))
    print(f"{name}: {len(kept)} lines, {sum(not one['spans'] for one in kept)} with nothing to mask")


def generated(name, seed, positive, negative):
    r = random.Random(seed)
    forms = lines(name)
    out = []
    for wanted, count in ((True, positive), (False, negative)):
        of = [form for form in forms if ("{{" in form) == wanted]
        for turn in range(count):
            form = of[turn % len(of)]
            prefix, suffix = (r.choice(PREFIXES), r.choice(SUFFIXES)) if not form.startswith(("{\"", "^")) else ("", "")
            line = fill(r, prefix + form.removeprefix("^") + suffix)
            out.append(case(line, "generated"))
    return out


write("generated.jsonl", generated("forms.txt", 20261121, 900, 1000))
write("awkward.jsonl", [case(line, "awkward") for line in lines("awkward.txt")])
write("blind.jsonl", [case(line, "awkward") for line in lines("blind.txt")])
write("heldout.jsonl", generated("heldout.txt", 7, 300, 320))
