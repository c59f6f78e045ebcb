// What official OpenTelemetry SDKs sent gives the same rows in the program and in the Worker under workerd.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";

import { rows } from "../lib/frame.js";
import { Relay, python, runShop, telemetryEnvironment } from "../lib/sender.js";
import { Server, eventually, freePort } from "../lib/server.js";
import { Worker } from "../lib/worker.js";

let server;
let worker;
before(async () => {
  server = await Server.start("--empty");
  const fleetKey = await readFile(path.join(server.folder, "data/fleet.key"), "utf8");
  worker = await Worker.start("busan,incheon:3", fleetKey.trim());
});
after(async () => {
  await server?.stop();
  await worker?.stop();
});

/** Rows of two seconds as the program has them. */
async function ofProgram(region) {
  const now = Math.floor(Date.now() / 1000);
  const query = `regions=${region}&from=${now - 1800}&to=${now}&coarsest=two_seconds&sections=summary,cells`;
  const answer = await fetch(`${server.url}/api/frames?${query}`);
  assert.equal(answer.status, 200);
  return rows(Buffer.from(await answer.arrayBuffer()));
}

/** The same of the Worker. */
async function ofWorker(region, key) {
  const answer = await fetch(`${worker.url}/api/frames?region=${region}&limit=1024`, { headers: { authorization: `Bearer ${key}` } });
  assert.equal(answer.status, 200);
  const all = Object.entries(rows(Buffer.from(await answer.arrayBuffer())));
  return Object.fromEntries(all.filter(([name]) => name.startsWith("two_seconds")).map(([name, { summary, cells }]) => [name, { summary, cells }]));
}

for (const [what, region, run] of [
  ["Express", "busan", async (url) => runShop(telemetryEnvironment(url, "shop", "busan", "http/protobuf"), await freePort(), ["/hello", "/user/1", "/user/2", "/broken"])],
  ["a Python service, in parts", "incheon", (url) => python("board.py", telemetryEnvironment(url, "board", "incheon", "http/protobuf"))],
]) {
  test(`${what}: the same rows in the program and in workerd`, async () => {
    const relay = await Relay.start(server.url);
    await run(relay.url);
    relay.stop();
    assert.ok(relay.requests.length >= 3, "traces, metrics and logs were sent");
    const authorization = `Bearer ${await worker.key(region, "ingest")}`;
    // In another order, and twice: neither changes anything.
    for (const request of [...relay.requests.toReversed(), ...relay.requests]) {
      const headers = { ...request.headers, authorization };
      const answer = await fetch(worker.url + request.path, { method: "POST", headers, body: request.body });
      assert.equal(answer.status, 200, await answer.text());
    }
    const key = await worker.key(region, "read");
    const wanted = await eventually(() => ofProgram(region), (found) => Object.keys(found).length > 0);
    const same = (found) => JSON.stringify(found) === JSON.stringify(wanted);
    // Both write what has arrived at their next tick.
    const settled = await eventually(() => ofProgram(region), (found) => !same(found), 3);
    const found = await eventually(() => ofWorker(region, key), (held) => JSON.stringify(held) === JSON.stringify(settled));
    assert.ok(Object.keys(settled).length > 0, "there is something to compare");
    assert.deepEqual(found, settled);
  });
}
