// Today judged again in workers of the browser, beside what the server found.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { assertClean, launch, newPage, open, violations } from "../lib/browser.js";
import { Server, eventually } from "../lib/server.js";

let server;
let browser;
before(async () => {
  server = await Server.demonstration();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const panel = (view) => view.locator(".again");
const button = (view, name) => panel(view).getByRole("button", { name });

/** Whether the days that changed were judged again at the edge: history came in bulk just now. */
const settled = () => eventually(() => server.json("/api/incidents?span=31d"), (view) => view.rows.length > 0, 120);

test("a browser finds what the server found", { timeout: 300_000 }, async () => {
  await settled();
  const view = await newPage(browser);
  for (const [lang, start, same] of [["ko", "다시 판정하기", /서버와 같음/], ["en", "Judge again", /Same as the server/]]) {
    await open(view, `${server.url}/incidents?region=busan&lang=${lang}`);
    // Until the edge is through with the days before, it knows other bands than the browser.
    const said = async () => {
      await button(view, start).click();
      await panel(view).locator(".verdict").waitFor({ timeout: 120_000 });
      return panel(view).locator(".verdict").innerText();
    };
    assert.match(await eventually(said, (text) => same.test(text), 120), same);
    const figures = await panel(view).locator("dd").allInnerTexts();
    assert.equal(figures.length, 10);
    assert.match(figures[3], /^[1-9]/, "series were judged");
    assert.match(figures[4], /^[1-9]/, "values were judged");
    assert.deepEqual(await violations(view), []);
  }
  assertClean(view, "a day judged again");
  await view.context().close();
});

test("it says how far it is and can be given up", { timeout: 300_000 }, async () => {
  const view = await newPage(browser);
  // Slow enough to be seen.
  await view.route("**/api/frames**", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 60));
    await route.continue();
  });
  await open(view, `${server.url}/incidents?lang=ko`);
  await button(view, "다시 판정하기").click();
  const bar = panel(view).getByRole("progressbar");
  await bar.waitFor();
  const far = async () => Number(await bar.getAttribute("value"));
  const seen = await eventually(far, (value) => value > 0, 60);
  assert.ok(seen > 0 && seen < 1, String(seen));
  assert.ok((await eventually(far, (value) => value > seen, 60)) > seen, "it goes on");
  assert.ok(view.workers().length > 0);
  await button(view, "그만두기").click();
  await panel(view).getByText("그만두었습니다").waitFor();
  assert.equal(await eventually(async () => view.workers().length, (n) => n === 0), 0, "the workers are gone");
  assert.equal(await bar.count(), 0);
  assert.ok(await button(view, "다시 판정하기").isVisible());
  await view.context().close();
});

test("the worker's script runs under a policy of its own and is asked for each time", async () => {
  const script = await fetch(`${server.url}/recompute/worker.js`);
  assert.equal(script.headers.get("cache-control"), "no-cache");
  assert.match(script.headers.get("content-security-policy"), /script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'/);
  const [, loader] = (await script.text()).match(/"\.\/(recompute-[0-9a-f]+\.js)"/);
  const module = await fetch(`${server.url}/recompute/${loader.replace(".js", "_bg.wasm")}`);
  assert.equal(module.headers.get("content-type"), "application/wasm");
  assert.match(module.headers.get("cache-control"), /immutable/);
});

test("without scripts there is nothing to press", async () => {
  const view = await newPage(browser, { javaScriptEnabled: false });
  await view.goto(`${server.url}/incidents?lang=ko`);
  assert.equal(await panel(view).isVisible(), false);
  await view.context().close();
});
