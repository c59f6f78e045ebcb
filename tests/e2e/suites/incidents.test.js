// A region breaks, the incident shows, is opened, marked and judged.

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertClean, newPage, open, violations } from "../lib/browser.js";
import { browser, demonstration, server } from "../lib/console.js";
import { eventually } from "../lib/server.js";

demonstration();

const incidents = (query = "") => server.json(`/api/incidents?span=31d${query}`);

test("incidents of the past are listed, each with a page of its own", async () => {
  const { rows } = await eventually(() => incidents(), (view) => view.rows.length > 0, 60);
  assert.ok(rows.length > 0, "the demonstration had incidents in the last two weeks");
  for (const lang of ["ko", "en"]) {
    for (const theme of ["light", "dark", "contrast"]) {
      for (const address of ["/incidents?span=31d&", `/incidents/${rows[0].id}?`]) {
        const view = await newPage(browser);
        await open(view, `${server.url}${address}lang=${lang}&theme=${theme}`);
        assert.deepEqual(await violations(view), [], `${address} ${lang} ${theme}`);
        assertClean(view, address);
        await view.context().close();
      }
    }
    for (const width of [1280, 1024, 768, 390, 320]) {
      for (const address of ["/incidents?span=31d&", `/incidents/${rows[0].id}?`]) {
        const view = await newPage(browser, { width });
        await open(view, `${server.url}${address}lang=${lang}`);
        const [content, screen] = await view.evaluate(() => {
          const { scrollWidth, clientWidth } = document.documentElement;
          return [scrollWidth, clientWidth];
        });
        assert.ok(content <= screen, `${address} ${lang}: ${content} px on a screen of ${screen} px`);
        assert.deepEqual(await violations(view), [], `${address} ${lang} ${width} px`);
        await view.context().close();
      }
    }
  }
});

test("a figure of an incident leads to its source", async () => {
  const { rows } = await incidents();
  const view = await newPage(browser);
  await open(view, `${server.url}/incidents/${rows[0].id}`);
  for (const fact of await view.locator("main a.fact[href^='#']").all()) {
    const anchor = (await fact.getAttribute("href")).slice(1);
    assert.equal(await view.locator(`[id='${anchor}']`).count(), 1, anchor);
  }
  await view.context().close();
});

test("a broken region shows as an incident that can be taken, resolved and judged", { timeout: 420_000 }, async () => {
  const body = JSON.stringify({ region: "busan", fault: "slow-db" });
  const headers = { "content-type": "application/json" };
  const broken = await fetch(`${server.url}/api/demo/break`, { method: "POST", headers, body });
  assert.ok(broken.ok, `${broken.status} ${await broken.text()}`);
  const isOpen = (view) => view.rows.find((row) => row.to === null && row.regions.includes("busan"));
  const seen = await eventually(() => incidents("&region=busan"), (view) => isOpen(view) !== undefined, 360);
  const { id } = isOpen(seen) ?? {};
  assert.ok(id, "an incident of the region is open");

  const view = await newPage(browser);
  await open(view, `${server.url}/incidents?region=busan`);
  await view.locator(`a[href^='/incidents/${id}']`).first().click();
  await view.waitForURL((url) => url.pathname === `/incidents/${id}`);
  await view.locator(".incident-head").waitFor();
  assert.match(await view.locator("#verdict").innerText(), /부산/);

  const act = view.locator(".act");
  const said = () => act.innerText();
  await view.locator("#by").fill("김주무관");
  await view.locator("[data-mark=acknowledged]").click();
  assert.match(await eventually(said, (text) => text.includes("확인함"), 60), /확인함, 김주무관/);
  if (await view.locator("[data-mark=right]").count()) {
    await view.locator("[data-mark=right]").click();
    const pressed = () => view.locator("[data-mark=right]").getAttribute("aria-pressed");
    assert.equal(await eventually(pressed, (value) => value === "true", 60), "true");
  }
  await view.locator("[data-mark=resolved]").click();
  await view.locator("[data-mark=reopened]").waitFor();
  assert.deepEqual(await violations(view), []);
  assertClean(view, "an incident that was marked");

  const { incident } = await server.json(`/api/incident?id=${id}`);
  assert.deepEqual(incident.marks.map((mark) => mark.kind).filter((kind) => kind !== "right"), ["acknowledged", "resolved"]);
  assert.equal(incident.marks[0].by, "김주무관");
  await view.context().close();
});

test("without scripts an incident is readable and says why it cannot be marked", async () => {
  const { rows } = await incidents();
  const view = await newPage(browser, { javaScriptEnabled: false });
  await view.goto(`${server.url}/incidents/${rows[0].id}?lang=ko`);
  assert.match(await view.locator(".act").innerText(), /스크립트/);
  assert.equal(await view.locator("[data-mark]:visible").count(), 0);
  await view.context().close();
});

test("an unknown incident is not found", async () => {
  const answer = await fetch(`${server.url}/incidents/20200101-0000-atlantis`);
  assert.equal(answer.status, 404);
});
