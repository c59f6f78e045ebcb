"""Reads an exported table as people do: CSV with a CSV reader, DuckDB and Polars, Parquet with DuckDB and Polars.

    table.py TABLE.csv TABLE.parquet

Prints a line of JSON: for each reader requests and errors of each service and of the region as a whole, the number of lines,
the first instant in UTC, and users and p95 of the region's first span.
"""

import csv
import json
import sys
from datetime import datetime, timedelta, timezone

import duckdb
import polars

KST = timezone(timedelta(hours=9))


def told(rows: list[tuple]) -> dict:
    """Rows are (start, region, service, requests, errors, p95, users), start in any form with a zone."""
    services: dict[str, list[int]] = {}
    whole = [0, 0]
    for _, _, service, requests, errors, _, _ in rows:
        into = services.setdefault(service, [0, 0]) if service else whole
        into[0] += int(requests)
        into[1] += int(errors)
    first = min(rows, key=lambda row: (row[0], row[2]))
    start = first[0].astimezone(timezone.utc)
    return {
        "services": services,
        "whole": whole,
        "lines": len(rows),
        "first": start.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "users": float(first[6]),
        "p95": float(first[5]),
    }


def of_csv(path: str) -> dict:
    with open(path, encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    wanted = ["지역", "서비스", "요청", "실패", "응답 p95(ms)", "사용자"]
    at = [datetime.strptime(line["시각(KST)"], "%Y-%m-%d %H:%M").replace(tzinfo=KST) for line in lines]
    return told([(start, *(line[name] for name in wanted)) for start, line in zip(at, lines, strict=True)])


def of_parquet(path: str) -> dict:
    columns = "start, region, service, requests, errors, p95_ms, users"
    duckdb.sql("SET TimeZone = 'UTC'")
    duck = duckdb.sql(f"SELECT {columns} FROM '{path}' WHERE region = 'seoul'").fetchall()
    rows = [(start.astimezone(timezone.utc), *rest) for start, *rest in duck]
    frame = polars.read_parquet(path).select(columns.split(", "))
    assert frame.schema["start"] == polars.Datetime("ms", "UTC"), frame.schema
    others = [(start.astimezone(timezone.utc), *rest) for start, *rest in frame.rows()]
    if sorted(map(str, others)) != sorted(map(str, rows)):
        sys.exit(f"DuckDB and Polars read different rows: {others[:2]} {rows[:2]}")
    said = duckdb.sql(f"SELECT decode(key), decode(value) FROM parquet_kv_metadata('{path}')").fetchall()
    return told(rows) | {"reason": dict(said)["bonghwa.reason"]}


def main() -> None:
    table, parquet = sys.argv[1:3]
    # What both data frames make of the CSV as it is.
    duck = duckdb.sql(f"SELECT sum(\"요청\") FROM read_csv('{table}')").fetchall()[0][0]
    bear = polars.read_csv(table)["요청"].sum()
    if duck != bear:
        sys.exit(f"DuckDB and Polars count different requests in the CSV: {duck} {bear}")
    print(json.dumps({"csv": of_csv(table), "parquet": of_parquet(parquet)}))


if __name__ == "__main__":
    main()
