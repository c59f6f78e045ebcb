// Services with official OpenTelemetry SDKs, and a relay that remembers what they sent.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

import { cleanEnvironment } from "./server.js";

const e2e = fileURLToPath(new URL("..", import.meta.url));

/** Forwards to a server and keeps every request and its answer, so that they can be looked at and sent again. */
export class Relay {
  requests = [];

  static async start(target) {
    const relay = new Relay();
    relay.listener = createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      const kept = ["content-type", "content-encoding", "bonghwa-region"].filter((name) => name in request.headers);
      const headers = Object.fromEntries(kept.map((name) => [name, request.headers[name]]));
      const answer = await fetch(target + request.url, { method: "POST", headers, body });
      relay.requests.push({ path: request.url, headers, body, status: answer.status });
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "text/plain" });
      response.end(Buffer.from(await answer.arrayBuffer()));
    });
    relay.listener.listen(0, "127.0.0.1");
    await once(relay.listener, "listening");
    relay.url = `http://127.0.0.1:${relay.listener.address().port}`;
    return relay;
  }

  /** Requests to a path, for example `/v1/logs`. */
  to(path) {
    return this.requests.filter((request) => request.path === path);
  }

  stop() {
    this.listener.closeAllConnections();
    this.listener.close();
  }
}

/** Sends a request that a relay kept, with some headers and the body changed. */
export function send(server, { path, headers, body }, changes = {}) {
  const merged = { ...headers, ...changes.headers };
  return fetch(server.url + path, { method: "POST", headers: merged, body: changes.body ?? body });
}

/** Environment by which an OpenTelemetry SDK sends to an endpoint, as docs/sources.md says. */
export function telemetryEnvironment(endpoint, service, region, protocol) {
  return {
    ...cleanEnvironment(),
    OTEL_SERVICE_NAME: service,
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
    OTEL_EXPORTER_OTLP_HEADERS: `bonghwa-region=${region}`,
    OTEL_TRACES_EXPORTER: "otlp",
    OTEL_METRICS_EXPORTER: "otlp",
    OTEL_LOGS_EXPORTER: "otlp",
    OTEL_METRIC_EXPORT_INTERVAL: "1000",
    OTEL_METRIC_EXPORT_TIMEOUT: "1000",
    OTEL_BSP_SCHEDULE_DELAY: "200",
    OTEL_NODE_RESOURCE_DETECTORS: "env,host,process",
  };
}

/** Runs the Express application, makes these requests to it, and ends it so that it sends all it has. */
export async function runShop(environment, port, paths, preload = "@opentelemetry/auto-instrumentations-node/register") {
  const flags = ["--require", preload, "apps/shop.cjs"];
  const shop = spawn(process.execPath, flags, {
    cwd: e2e,
    env: { ...environment, PORT: String(port) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(shop, "exit");
  const listening = new Promise((resolve) => shop.stdout.on("data", (text) => /listening/.test(text) && resolve(true)));
  assert.ok(await Promise.race([listening, ended.then(() => false)]), "the Express application starts");
  for (const path of paths) {
    const cookie = "JSESSIONID=0123456789ABCDEF0123456789ABCDEF.node1";
    await (await fetch(`http://127.0.0.1:${port}${path}`, { headers: { cookie } })).text();
  }
  shop.kill("SIGTERM");
  await ended;
}

/** Runs a Python script with the packages of tests/python and returns what it wrote. */
export async function python(script, environment, input, ...given) {
  const interpreter = process.env.XTASK_PYTHON;
  assert.ok(interpreter, "XTASK_PYTHON names the Python with the packages; `cargo xtask test` sets it");
  const stdio = [input ? "pipe" : "ignore", "pipe", "inherit"];
  const child = spawn(interpreter, [`../python/${script}`, ...given], { cwd: e2e, env: environment, stdio });
  if (input) child.stdin.end(input);
  const chunks = [];
  child.stdout.on("data", (chunk) => chunks.push(chunk));
  const [code] = await once(child, "close");
  assert.equal(code, 0, `${script} ended with ${code}`);
  return Buffer.concat(chunks);
}
