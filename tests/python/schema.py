"""Holds answers of a server against the schemas that it gives of them (JSON Schema 2020-12)."""

import json
import sys
import urllib.parse
import urllib.request

from jsonschema import Draft202012Validator

BASE = sys.argv[1]


def get(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(BASE + urllib.parse.quote(path, safe="/?&=,:"), data=data, headers={"content-type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


document = get("/api/openapi.json")
wrong = []
for given in json.loads(sys.argv[2]):
    path, body = given["path"], given.get("body")
    operation = document["paths"][path.split("?")[0]]["get" if body is None else "post"]
    schema = dict(operation["responses"]["200"]["content"]["application/json"]["schema"])
    schema["components"] = document["components"]
    Draft202012Validator.check_schema(schema)
    errors = Draft202012Validator(schema).iter_errors(get(path, body))
    wrong += [f"{path}: {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in list(errors)[:3]]
print(json.dumps(wrong))
