// Every page, in both languages and all themes: rules of accessibility, hydration, policy, reflow, life.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { assertClean, newPage, open, violations } from "../lib/browser.js";
import { browser, demonstration, server } from "../lib/console.js";
import { eventually } from "../lib/server.js";

const PAGES = ["/", "/region/seoul", "/sessions", "/combine", "/combine?r=seoul,busan&w=1h", "/connect", "/help"];
const address = (page, state) => page + (page.includes("?") ? "&" : "?") + new URLSearchParams(state);

demonstration(async () => {
  const seen = await server.json("/api/now");
  assert.equal(seen.received, 17, "the demonstration reports from all regions");
});

for (const page of PAGES) {
  describe(page, () => {
    for (const lang of ["ko", "en"]) {
      for (const theme of ["light", "dark", "contrast"]) {
        test(`has no violation in ${lang}, ${theme}`, async () => {
          const view = await newPage(browser);
          await open(view, server.url + address(page, { lang, theme }));
          assert.equal(await view.getAttribute("html", "lang"), lang);
          assert.equal(await view.getAttribute("html", "data-theme"), theme);
          assert.deepEqual(await violations(view), []);
          assertClean(view, page);
          await view.context().close();
        });
      }
    }

    test("is readable without JavaScript", async () => {
      const view = await newPage(browser, { javaScriptEnabled: false });
      await view.goto(server.url + page);
      const text = await view.locator("main").innerText();
      assert.ok((await view.locator("h1").first().innerText()).trim().length > 1, "a heading, be it as short as 도움말");
      assert.ok(text.length > 200, `text: ${text}`);
      assert.match(text, /\d/);
      assert.match(await view.locator("body").innerText(), /시연/, "it says that the data is a demonstration");
      await view.context().close();
    });

    // The widths beside the breaks of the layout (767, 899 and 1279 px) and those of usual screens.
    for (const lang of ["ko", "en"]) {
      for (const width of [1440, 1280, 1024, 900, 768, 390, 320]) {
        test(`fits ${width} px in ${lang}`, async () => {
          const view = await newPage(browser, { width });
          await open(view, server.url + address(page, { lang }));
          const [content, screen] = await view.evaluate(() => {
            const { scrollWidth, clientWidth } = document.documentElement;
            return [scrollWidth, clientWidth];
          });
          assert.ok(content <= screen, `${content} px on a screen of ${screen} px`);
          if (width !== 1440) assert.deepEqual(await violations(view), []);
          assertClean(view, page);
          await view.context().close();
        });
      }
    }
  });
}

test("the first page names all regions in a table and on the map, and both agree", async () => {
  const view = await newPage(browser);
  await open(view, server.url);
  const { rows } = await server.json("/api/now");
  const names = (await server.json("/api/now")).regions.map((region) => region.ko);
  const text = await view.locator("main").innerText();
  assert.equal(rows.length, 17);
  for (const name of names) assert.ok(text.split(name).length > 2, `${name} stands on the map and in the table`);
  await view.context().close();
});

test("an unknown region is not found, and those that are known are named", async () => {
  const answer = await fetch(`${server.url}/region/atlantis`, { headers: { "accept-language": "ko" } });
  assert.equal(answer.status, 404);
  assert.match(await answer.text(), /<title>[^<]*봉화<\/title>/);
  const view = await newPage(browser);
  const loaded = await view.goto(`${server.url}/region/atlantis?lang=en`);
  assert.equal(loaded.status(), 404);
  assert.match(await view.title(), /Bonghwa/);
  assert.ok((await view.locator("main a[href^='/region/']").count()) >= 17);
  await view.context().close();
});

test("a period without data is said to be one, with scripts and without", async () => {
  const page = `${server.url}/combine?r=seoul,busan&w=fixed&from=2020-01-01T00:00&to=2020-01-02T00:00&lang=en`;
  for (const javaScriptEnabled of [false, true]) {
    const view = await newPage(browser, { javaScriptEnabled });
    const loaded = await view.goto(page);
    assert.equal(loaded.status(), 200);
    assert.match(await view.title(), /^Combine/);
    const heading = view.locator("#verdict");
    await eventually(() => heading.innerText(), (text) => /^Nothing|^None|^No /.test(text), 5);
    if (javaScriptEnabled) assertClean(view, "empty period");
    await view.context().close();
  }
});

test("the page moves as data arrives", async () => {
  const view = await newPage(browser);
  await open(view, server.url);
  const figure = () => view.locator(".measures").innerText();
  const first = await figure();
  const later = await eventually(figure, (text) => text !== first, 30);
  assert.notEqual(later, first);
  assertClean(view, "live");
  await view.context().close();
});

test("the address holds the state, and back and forward work", async () => {
  const view = await newPage(browser);
  await open(view, `${server.url}/?lang=en&theme=dark`);
  const title = await view.locator("h1").first().innerText();
  await view.locator('nav a[href^="/combine"]').first().click();
  await view.waitForURL(/\/combine/);
  assert.match(view.url(), /lang=en/);
  assert.match(view.url(), /theme=dark/);
  await view.locator("input[name=r]").first().waitFor({ state: "attached" });
  await view.goBack();
  await view.waitForURL((url) => url.pathname === "/");
  await view.locator(".measures").waitFor();
  assert.equal((await view.locator("h1").first().innerText()).length > 0, title.length > 0);
  await view.goForward();
  await view.waitForURL(/\/combine/);
  await view.locator("input[name=r]").first().waitFor({ state: "attached" });
  assert.equal(await view.getAttribute("html", "lang"), "en");
  assert.equal(await view.getAttribute("html", "data-theme"), "dark");
  assertClean(view, "history");
  await view.context().close();
});

test("a chart is one tab stop with points that the arrow keys reach", async () => {
  const view = await newPage(browser);
  await open(view, `${server.url}/region/seoul`);
  const chart = view.locator("main [tabindex='0'][aria-roledescription], main .plot[tabindex='0']").first();
  await chart.focus();
  const spoken = () => view.locator("main").evaluate((main) =>
    [...main.querySelectorAll("[aria-live], [role=status], output, [aria-valuetext]")]
      .map((node) => node.getAttribute("aria-valuetext") ?? node.textContent).join("\n"));
  await view.keyboard.press("End");
  const last = await spoken();
  await view.keyboard.press("ArrowLeft");
  const before = await eventually(spoken, (text) => text !== last, 3);
  assert.notEqual(before, last, "the arrow key moves to another point and says so");
  assertClean(view, "keyboard");
  await view.context().close();
});
