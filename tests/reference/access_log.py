"""Counts an access log independently of Bonghwa, as a reference for its import.

    python3 access_log.py FILE [--json]

Prints the lines taken and refused, the distinct addresses of the whole log, and requests and distinct addresses of
every hour (UTC). IPv6 addresses are cut to their /64, as Bonghwa does. Only the standard library is used.
"""

import argparse
import gzip
import ipaddress
import json
import re
from collections import defaultdict
from datetime import datetime, timezone

QUOTED = r'"((?:[^"\\]|\\.)*)"'
LINE = re.compile(
    r"(?P<address>\S+) \S+ .+? \[(?P<time>[^\]]+)\] " + QUOTED + r" (?P<status>\d{3}) (?:\d+|-)(?: " + QUOTED + " " + QUOTED + r".*)?"
)


def canonical(text):
    """The address, IPv6 cut to its /64; None if it is not an address."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if address.version == 6:
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def count(path):
    """All counts of a log, as a dictionary."""
    opener = gzip.open if path.endswith(".gz") else open
    taken, errors, refused = 0, 0, []
    everyone, by_hour = set(), defaultdict(lambda: [0, set()])
    with opener(path, "rt", encoding="latin-1", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            match = LINE.fullmatch(line.rstrip("\r\n"))
            if match is None:
                refused.append(number)
                continue
            taken += 1
            errors += match["status"] >= "500"
            time = datetime.strptime(match["time"], "%d/%b/%Y:%H:%M:%S %z").astimezone(timezone.utc)
            hour = by_hour[int(time.timestamp()) // 3600 * 3600]
            hour[0] += 1
            address = canonical(match["address"])
            if address is not None:
                everyone.add(address)
                hour[1].add(address)
    return {
        "taken": taken,
        "refused": refused,
        "errors": errors,
        "addresses": len(everyone),
        "hours": [
            {"start": start, "requests": requests, "addresses": len(addresses)}
            for start, (requests, addresses) in sorted(by_hour.items())
        ],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    result = count(arguments.file)
    if arguments.json:
        print(json.dumps(result))
        return
    print(f"taken {result['taken']}, refused {len(result['refused'])} {result['refused']}, errors {result['errors']}")
    print(f"distinct addresses {result['addresses']}")
    for hour in result["hours"]:
        start = datetime.fromtimestamp(hour["start"], timezone.utc).strftime("%Y-%m-%d %H:%M")
        print(f"{start}  {hour['requests']:6} requests  {hour['addresses']:6} addresses")


if __name__ == "__main__":
    main()
