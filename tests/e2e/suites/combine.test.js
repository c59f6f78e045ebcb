// Combining regions: registers are fetched once, merged in the browser, and the server may go away.

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertClean, newPage, open } from "../lib/browser.js";
import { browser, demonstration, server } from "../lib/console.js";
import { eventually } from "../lib/server.js";

demonstration();

// The space between a number and its unit does not break.
const took = /\d+(\.\d+)?\s+ms/;
const verdict = (view) => view.locator("#verdict").innerText();

test("regions are combined in the browser, with the server stopped once fetched", async () => {
  const view = await newPage(browser);
  await open(view, `${server.url}/combine?r=seoul,gyeonggi,incheon&w=1h`);
  const perf = view.locator(".perf");
  await perf.waitFor();
  assert.match(await eventually(() => perf.innerText(), (text) => took.test(text)), took);
  const three = await verdict(view);
  assert.match(three, /\d/);
  await view.locator("input[name=r][value=busan]").check({ force: true });
  const four = await eventually(() => verdict(view), (text) => text !== three);
  assert.notEqual(four, three);
  assert.match(view.url(), /busan/);
  assertClean(view, "before the server stops");

  await server.halt();
  await view.locator("input[name=r][value=busan]").uncheck({ force: true });
  assert.equal(await eventually(() => verdict(view), (text) => text === three), three, "the same union without the server");
  await view.locator("input[name=r][value=incheon]").uncheck({ force: true });
  const two = await eventually(() => verdict(view), (text) => text !== three);
  assert.notEqual(two, three);
  const scripts = view.faults.filter((fault) => fault.startsWith("script:"));
  assert.deepEqual(scripts, [], "lost connections are no script errors");
});
