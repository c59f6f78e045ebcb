// Official OpenTelemetry SDKs send; the region's page then shows exactly the requests that were made.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";

import { Relay, python, runShop, send, telemetryEnvironment } from "../lib/sender.js";
import { Server, cleanEnvironment, eventually, freePort } from "../lib/server.js";

let server;
before(async () => {
  server = await Server.start("--empty");
});
after(() => server?.stop());

/** Requests and errors by route of a service, as the region's page has them. */
async function routes(region, service) {
  const view = await server.region(region);
  const rows = view.routes.filter((row) => row.service === service);
  return Object.fromEntries(rows.map((row) => [row.name.replace(/^[A-Z]+ /, ""), [row.count, Math.round(row.count * row.error_rate)]]));
}

const total = (counts) => Object.values(counts).reduce((sum, [count]) => sum + count, 0);
const SHOP = ["/hello", "/hello", "/hello", "/user/1", "/user/2", "/user/3", "/user/4", "/broken", "/broken"];
const SHOP_ROUTES = { "/hello": [3, 0], "/user/:id": [4, 0], "/broken": [2, 2] };

/** A figure of a region's page under an identity mode. */
async function users(region, mode) {
  const { figures } = await server.json(`/api/region?region=${region}&span=1h&vs=none&mode=${mode}`);
  return Math.round(figures.find((fact) => fact.measure === "users").value);
}

for (const [protocol, region, type, preload] of [
  ["http/protobuf", "busan", "application/x-protobuf", "@opentelemetry/auto-instrumentations-node/register"],
  ["http/json", "daegu", "application/json", "./apps/telemetry.cjs"],
]) {
  test(`Express, auto-instrumented, sends ${protocol} with gzip`, async () => {
    const relay = await Relay.start(server.url);
    await runShop(telemetryEnvironment(relay.url, "shop", region, protocol), await freePort(), SHOP, preload);
    relay.stop();
    for (const path of ["/v1/traces", "/v1/metrics", "/v1/logs"]) {
      const sent = relay.to(path);
      assert.ok(sent.length > 0, `something was sent to ${path}`);
      for (const request of sent) {
        assert.equal(request.status, 200, path);
        assert.equal(request.headers["content-type"], type);
        assert.equal(request.headers["content-encoding"], "gzip");
      }
    }
    const seen = await eventually(() => routes(region, "shop"), (counts) => total(counts) >= SHOP.length);
    assert.deepEqual(seen, SHOP_ROUTES);

    for (const request of relay.requests) assert.equal((await send(server, request)).status, 200);
    await eventually(() => routes(region, "shop"), (counts) => total(counts) > SHOP.length, 4);
    assert.deepEqual(await routes(region, "shop"), SHOP_ROUTES, "the same bytes again change nothing");
    assert.equal(await users(region, "ip"), 1, "all came from one address");
  });
}

test("a captured cookie header tells sessions apart", async () => {
  assert.equal(await users("daegu", "session"), 1, "the client returned one session cookie");
});

test("a Python service sends traces, metrics and logs", async () => {
  const relay = await Relay.start(server.url);
  const said = await python("board.py", telemetryEnvironment(relay.url, "board", "incheon", "http/protobuf"));
  relay.stop();
  assert.match(said.toString(), /^flushed/);
  for (const path of ["/v1/traces", "/v1/metrics", "/v1/logs"]) {
    assert.ok(relay.to(path).length > 0 && relay.to(path).every((request) => request.status === 200), path);
  }
  const seen = await eventually(() => routes("incheon", "board"), (counts) => total(counts) >= 7);
  assert.deepEqual(seen, { "/post/<int:number>": [6, 0], "/broken": [1, 1] });
  const { services } = await server.region("incheon");
  const board = services.find((row) => row.service === "board");
  assert.ok(Math.abs(board.memory - 0.42) < 0.001, `memory ${board.memory}`);
});

test("zstd is read as well", async () => {
  const relay = await Relay.start(server.url);
  await runShop(telemetryEnvironment(relay.url, "shop", "ulsan", "http/protobuf"), await freePort(), SHOP);
  relay.stop();
  for (const request of relay.to("/v1/traces")) {
    const body = await python("zstd.py", cleanEnvironment(), gunzipSync(request.body));
    const answer = await send(server, request, { body, headers: { "content-encoding": "zstd", "bonghwa-region": "jeju" } });
    assert.equal(answer.status, 200, await answer.text());
  }
  const seen = await eventually(() => routes("jeju", "shop"), (counts) => total(counts) >= SHOP.length);
  assert.deepEqual(seen, SHOP_ROUTES);
});
