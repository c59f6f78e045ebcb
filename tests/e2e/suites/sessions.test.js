// The list of sessions: what the demonstration shows, a burst of log-ins while it happens, and the page's rules.

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertClean, newPage, open, violations } from "../lib/browser.js";
import { browser, demonstration, server } from "../lib/console.js";
import { eventually } from "../lib/server.js";

demonstration();

const list = (view, kind) => view.lists.find((list) => list.kind === kind);

test("the demonstration has long sessions, a shared address and a user of many addresses", async () => {
  const day = await server.json("/api/sessions");
  assert.equal(day.known.length, 17);
  for (const kind of ["many_identities", "many_addresses", "long_lived"]) {
    const { total, listed } = list(day, kind);
    assert.ok(total > 0 && listed.length > 0, kind);
    assert.match(listed[0].pseudonym, /^[0-9a-f]{16}$/);
  }
  assert.ok(list(day, "long_lived").listed[0].to - list(day, "long_lived").listed[0].from > 6 * 3600);
  // At night a few thousand are there, by day over a hundred thousand.
  assert.ok(day.active.value > 500 && day.ages.slice(1).some((count) => count > 0), JSON.stringify(day.ages));
  const days = await server.json("/api/sessions?region=incheon&span=7d");
  const [burst] = list(days, "log_in_burst").listed;
  assert.ok(burst.per_minute > 150 && burst.failed > 1000 && burst.to - burst.from <= 20 * 60, JSON.stringify(burst));
});

test("a burst of log-ins shows while it happens, and the page follows", async () => {
  const view = await newPage(browser);
  await open(view, `${server.url}/sessions?region=ulsan&lang=ko`);
  assert.equal(await view.locator("#bursts span").innerText(), "0");
  const body = JSON.stringify({ region: "ulsan", fault: "login-burst" });
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${server.url}/api/demo/break`, { method: "POST", headers, body });
  assert.ok(answer.ok, await answer.text());
  const bursts = () => view.locator("#bursts span").innerText();
  assert.equal(await eventually(bursts, (count) => count === "1", 240), "1");
  assert.match(await view.locator("h1").innerText(), /한 주소에서 1분에 \d+번 로그인을 시도했습니다/);
  assert.match(await view.locator("section:has(#bursts) tbody").innerText(), /번 실패/);
  assertClean(view, "sessions");
  await view.context().close();
});

for (const lang of ["ko", "en"]) {
  test(`the page has no violation, fits and hydrates in ${lang}`, async () => {
    for (const [width, theme] of [[1440, "light"], [390, "dark"], [320, "contrast"]]) {
      const view = await newPage(browser, { width });
      await open(view, `${server.url}/sessions?lang=${lang}&theme=${theme}`);
      assert.deepEqual(await violations(view), []);
      const { scrollWidth, clientWidth } = await view.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        return { scrollWidth, clientWidth };
      });
      assert.ok(scrollWidth <= clientWidth, `${width}: ${scrollWidth}`);
      assertClean(view, `${width} ${theme}`);
      await view.context().close();
    }
  });
}

test("region and period are links, and lead there without a new document", async () => {
  const view = await newPage(browser);
  await open(view, `${server.url}/`);
  // The page is in the second module, to which a link loads a document; from there on none is.
  await view.locator("nav a", { hasText: "세션" }).click();
  await view.waitForURL((url) => url.pathname === "/sessions");
  await view.locator("#long").waitFor();
  await view.waitForFunction(() => document.documentElement.classList.contains("live"));
  await view.evaluate(() => (globalThis.same = true));
  await view.locator(".choice a", { hasText: "경기" }).click();
  await eventually(() => view.url(), (url) => url.includes("region=gyeonggi"), 5);
  await eventually(() => view.locator(".known li, .known tbody tr").count(), (count) => count === 1, 10);
  assert.equal(await view.evaluate(() => globalThis.same), true);
  assertClean(view, "links");
  await view.context().close();
});
