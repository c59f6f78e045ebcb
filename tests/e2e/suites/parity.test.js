// The same bytes natively (tests/wasm/tests/native.rs), in Node's WebAssembly and in Chromium.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { test } from "node:test";

import { launch } from "../lib/browser.js";
import { root } from "../lib/server.js";

const folder = process.env.XTASK_PARITY ?? path.join(root, "target/parity");
const expected = await readFile(path.join(root, "tests/wasm/report.txt"), "utf8");

test("Node's WebAssembly makes the same bytes", () => {
  const require = createRequire(import.meta.url);
  assert.equal(require(path.join(folder, "nodejs/bonghwa_parity.js")).report(), expected);
});

test("Chromium makes the same bytes", async () => {
  const types = { ".js": "text/javascript", ".wasm": "application/wasm" };
  const files = createServer(async (request, response) => {
    const name = path.basename(request.url);
    const type = types[path.extname(name)];
    response.writeHead(200, { "content-type": type ?? "text/html" });
    response.end(type ? await readFile(path.join(folder, "web", name)) : "<!doctype html><title>parity</title>");
  }).listen(0, "127.0.0.1");
  await once(files, "listening");
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${files.address().port}/`);
    const made = await page.evaluate(async () => {
      const module = await import("/bonghwa_parity.js");
      await module.default();
      return module.report();
    });
    assert.equal(made, expected);
  } finally {
    await browser.close();
    files.closeAllConnections();
    files.close();
  }
});
