// Why something was, or was not, flagged: the same judgement as the incident's, for any series at any instant.

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertClean, newPage, open, violations } from "../lib/browser.js";
import { browser, demonstration, server } from "../lib/console.js";
import { eventually } from "../lib/server.js";

demonstration();

const NAMES = { error_rate: "errors", latency_p95: "p95" };

/// The query that asks for the series of a finding.
function query(finding) {
  const pairs = new URLSearchParams({ region: finding.region, service: finding.service });
  if (finding.subject === "route") pairs.set("route", finding.detail);
  if (finding.subject === "call") pairs.set("caller", finding.detail);
  pairs.set("measure", NAMES[finding.measure] ?? finding.measure);
  const clock = new Date((finding.at + 9 * 3600) * 1000).toISOString().slice(0, 16);
  pairs.set("at", clock);
  return pairs;
}

test("every finding of an incident is judged alike when it is asked for", async () => {
  const { rows } = await eventually(() => server.json("/api/incidents?span=31d"), (view) => view.rows.length > 0, 60);
  const { findings } = await server.json(`/api/incident?id=${rows[0].id}`);
  assert.ok(findings.length > 0);
  for (const finding of findings.slice(0, 20)) {
    const { reading, learned } = await server.json(`/api/why?${query(finding)}`);
    assert.ok(reading?.flagged, `${query(finding)}: ${JSON.stringify(reading)}`);
    if (finding.method === "season") assert.ok(learned > 0, `${query(finding)}`);
  }
});

test("an ordinary instant says why it was not flagged, and rubbish is refused", async () => {
  const view = await server.json("/api/why?region=seoul");
  assert.equal(view.subject, "entry");
  assert.ok(view.services.length > 0 && view.chart.line.values.length > 30);
  assert.ok(view.reading && view.reading.value > 0, JSON.stringify(view.reading));
  for (const wrong of ["region=atlantis", "", "region=seoul&measure=heat", "region=seoul&at=soon", "region=seoul&x=1"]) {
    const answer = await fetch(`${server.url}/api/why?${wrong}`);
    assert.ok(answer.status >= 400 && answer.status < 500, `${wrong}: ${answer.status}`);
  }
  assert.equal((await fetch(`${server.url}/why?region=atlantis`)).status, 404);
});

test("a service's row leads to its judgement, and other choices follow", async () => {
  const view = await newPage(browser);
  await open(view, `${server.url}/region/seoul?lang=ko`);
  await view.locator("#objectives").waitFor();
  assert.match(await view.locator("section:has(#objectives) tbody").innerText(), /99\.5.*성공/);
  await view.locator("section:has(#services) tbody tr a[href^='/why']").first().click();
  await view.waitForURL((url) => url.pathname === "/why");
  assert.match(await view.locator("#verdict").innerText(), /서울/);
  await view.locator(".choices a", { hasText: "오류율" }).click();
  await view.waitForURL((url) => url.searchParams.get("measure") === "errors");
  assert.match(await eventually(() => view.locator("#verdict").innerText(), (text) => text.includes("오류율"), 20), /오류율/);
  assertClean(view, "why");
  await view.context().close();
});

for (const lang of ["ko", "en"]) {
  test(`the page has no violation and fits in ${lang}`, async () => {
    for (const [width, theme] of [[1440, "light"], [768, "dark"], [390, "dark"], [320, "contrast"]]) {
      const view = await newPage(browser, { width });
      await open(view, `${server.url}/why?region=busan&measure=p95&lang=${lang}&theme=${theme}`);
      assert.deepEqual(await violations(view), [], `${lang} ${width}`);
      const [content, screen] = await view.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        return [scrollWidth, clientWidth];
      });
      assert.ok(content <= screen, `${lang}: ${content} px on a screen of ${screen} px`);
      assertClean(view, "why");
      await view.context().close();
    }
  });
}
