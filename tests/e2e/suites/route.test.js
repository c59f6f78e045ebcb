// Going from page to page: no document is loaded, and view, title and language follow the address.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, request as ask } from "node:http";
import path from "node:path";
import { after, test } from "node:test";

import { assertClean, newPage, open } from "../lib/browser.js";
import { browser, demonstration, server } from "../lib/console.js";
import { dist, eventually } from "../lib/server.js";

demonstration();

/** A page on which a loaded document can be told from one that stayed. */
async function begin(address, options) {
  const view = await newPage(browser, options);
  await open(view, server.url + address);
  await view.evaluate(() => (globalThis.stayed = true));
  return view;
}

const scrolled = (view) => view.evaluate(() => Math.round(scrollY));
const scroll = (view, pixels) => view.evaluate((y) => scrollTo(0, y), pixels);

async function assertStayed(view, what) {
  assert.equal(await view.evaluate(() => globalThis.stayed), true, `${what}: no document was loaded`);
  assertClean(view, what);
}

test("a link leads to the top of the next page, and back to where the reader was", async () => {
  const view = await begin("/?lang=en");
  const link = view.locator('main table a[href^="/region/"]').last();
  await link.scrollIntoViewIfNeeded();
  const before = await scrolled(view);
  assert.ok(before > 100, `scrolled to ${before}`);
  await link.click();
  await view.locator("main .crumb").waitFor();
  assert.equal(await eventually(() => scrolled(view), (y) => y === 0, 3), 0);
  const name = await view.locator("main .crumb").innerText();
  const title = await view.title();
  assert.match(title, / · Bonghwa$/);
  await view.goBack();
  await view.locator(".measures").waitFor();
  assert.equal(await eventually(() => scrolled(view), (y) => y === before, 3), before, `back from ${name}`);
  assert.notEqual(await eventually(() => view.title(), (text) => text !== title, 3), title);
  await view.goForward();
  await view.locator("main .crumb").waitFor();
  assert.equal(await eventually(() => view.title(), (text) => text === title, 3), title);
  await assertStayed(view, "link");
  await view.context().close();
});

test("a choice on the page keeps the view", async () => {
  const view = await begin("/");
  await view.locator('footer a[href*="theme=dark"]').scrollIntoViewIfNeeded();
  const before = await scrolled(view);
  assert.ok(before > 100);
  await view.locator('footer a[href*="theme=dark"]').click();
  await view.waitForURL(/theme=dark/);
  assert.equal(await eventually(() => view.getAttribute("html", "data-theme"), (theme) => theme === "dark", 3), "dark");
  assert.equal(await scrolled(view), before);
  await scroll(view, 0);
  await view.locator('header a[hreflang="en"]').click();
  assert.equal(await eventually(() => view.getAttribute("html", "lang"), (lang) => lang === "en", 3), "en");
  assert.match(await eventually(() => view.title(), (title) => /Bonghwa/.test(title), 3), /Bonghwa/);
  await assertStayed(view, "choice");
  await view.context().close();
});

test("a link to a part of another page leads to that part", async () => {
  const view = await begin("/", { height: 400 });
  await view.locator('footer a[href$="#glossary"]').click();
  await view.waitForURL(/\/help.*#glossary$/);
  const top = () => view.locator("#glossary").evaluate((part) => part.getBoundingClientRect().top);
  const seen = (y) => y >= 0 && y < 400;
  const place = await eventually(top, seen, 3);
  assert.ok(seen(place) && (await scrolled(view)) > 0, `the part is in view, at ${place}`);
  await assertStayed(view, "part");
  await view.context().close();
});

test("the same address twice is one entry of the history", async () => {
  const view = await begin("/help");
  const length = () => view.evaluate(() => history.length);
  const link = view.locator('header a[href="/combine"]');
  const before = await length();
  await link.click();
  await view.waitForURL(/\/combine$/);
  await link.click();
  await view.locator("input[name=r]").first().waitFor({ state: "attached" });
  assert.equal(await length(), before + 1);
  await assertStayed(view, "twice");
  await view.context().close();
});

test("a form goes by the address, without loading a document", async () => {
  const view = await begin("/region/seoul");
  await view.locator("main form").first().evaluate((form) => form.requestSubmit());
  await view.waitForURL(/\/region\/seoul/);
  await view.locator('header a[href="/combine"]').click();
  await view.locator("input[name=r][value=jeju]").check({ force: true });
  await view.waitForURL(/r=.*jeju/);
  await assertStayed(view, "form");
  await view.context().close();
});

test("a click that asks for another tab, or a link that is not ours, is the browser's", async () => {
  const view = await begin("/");
  const opened = view.context().waitForEvent("page");
  await view.locator('header a[href="/combine"]').click({ modifiers: ["ControlOrMeta"] });
  const other = await opened;
  await other.waitForURL(/\/combine$/);
  assert.equal(new URL(view.url()).pathname, "/");
  await other.close();
  await view.locator('a[rel="external"][href="#display"]').click();
  await view.waitForURL(/#display$/);
  await assertStayed(view, "another tab");
  await view.locator('a[href="/combine"]').first().evaluate((link) => (link.rel = "noopener external"));
  await view.locator('a[href="/combine"]').first().click();
  await view.waitForURL(/\/combine$/);
  assert.notEqual(await view.evaluate(() => globalThis.stayed), true, "a document was loaded");
  await view.context().close();
});

test("the page without a server's rendering comes alive by itself", async (context) => {
  const kinds = { ".js": "text/javascript", ".wasm": "application/wasm", ".css": "text/css", ".svg": "image/svg+xml" };
  const files = createServer(async (request, response) => {
    if (request.url.startsWith("/api/")) {
      ask(server.url + request.url, (answer) => answer.pipe(response.writeHead(answer.statusCode, answer.headers))).end();
      return;
    }
    const extension = path.extname(request.url);
    const file = path.join(dist, extension ? path.normalize(request.url) : "index.html");
    response.setHeader("content-type", kinds[extension] ?? (extension ? "font/woff2" : "text/html"));
    response.end(await readFile(file));
  }).listen(0, "127.0.0.1");
  await once(files, "listening");
  context.after(() => files.close().closeAllConnections());
  const view = await newPage(browser);
  await open(view, `http://127.0.0.1:${files.address().port}/combine?lang=en`);
  await view.locator("input[name=r]").first().waitFor({ state: "attached" });
  assert.equal(await view.getAttribute("html", "lang"), "en");
  assert.match(await view.title(), / · Bonghwa$/);
  await view.locator("header a.brand").click();
  await view.locator(".measures").waitFor();
  // Trunk writes digests that Chromium does not use for every kind of file.
  view.faults = view.faults.filter((fault) => !fault.includes("`integrity`"));
  assertClean(view, "mounted");
  await view.context().close();
});
