// The page of forecasts and capacity: rules of accessibility, hydration and reflow, and what its links do.

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertClean, newPage, open, violations } from "../lib/browser.js";
import { browser, demonstration, server } from "../lib/console.js";
import { eventually } from "../lib/server.js";

demonstration();

test("the page says what its data says, without violations and in both languages", async () => {
  const { ahead, plan } = await server.json("/api/forecast?region=seoul");
  assert.ok(ahead, "a demonstration has two weeks behind it");
  assert.ok(plan.counts[0] + plan.counts[1] + plan.counts[2] > 17, "more than one resource a region");
  for (const [lang, theme] of [["ko", "light"], ["en", "dark"], ["ko", "contrast"]]) {
    const view = await newPage(browser);
    await open(view, `${server.url}/forecast?region=seoul&lang=${lang}&theme=${theme}`);
    assert.deepEqual(await violations(view), []);
    assert.match(await view.locator("h1").innerText(), lang === "ko" ? /서울 부하율.*80/ : /Seoul.*80/);
    assert.equal(await view.locator("nav a[aria-current=page]").innerText(), lang === "ko" ? "예측·용량" : "Forecast");
    assert.equal(await view.locator(".plot .core").count(), 3, "a fan ahead, and one for each forecast of the past");
    assert.equal(await view.locator(".plan tbody tr").count() > 3, true);
    assertClean(view, lang);
    await view.context().close();
  }
});

test("it fits screens and can be read without scripts", async () => {
  for (const width of [1024, 768, 390, 320]) {
    const view = await newPage(browser, { width });
    await open(view, `${server.url}/forecast?lang=en&measure=users&horizon=7d`);
    const [content, screen] = await view.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return [scrollWidth, clientWidth];
    });
    assert.ok(content <= screen, `${content} px on a screen of ${screen} px`);
    assertClean(view, `${width} px`);
    await view.context().close();
  }
  const view = await newPage(browser, { javaScriptEnabled: false });
  await view.goto(`${server.url}/forecast?lang=ko`);
  assert.match(await view.locator("main").innerText(), /넘을 확률/);
  await view.context().close();
});

test("a link changes the forecast, and the address holds it", async () => {
  const view = await newPage(browser);
  await open(view, `${server.url}/forecast?lang=en`);
  await view.getByRole("link", { name: "90 %", exact: true }).click();
  await eventually(() => view.locator("h1").innerText(), (text) => text.includes("90"), 10);
  assert.match(await view.locator("h1").innerText(), /90/);
  assert.equal(new URL(view.url()).searchParams.get("threshold"), "0.9");
  await view.goBack();
  await eventually(() => view.locator("h1").innerText(), (text) => text.includes("80"), 10);
  assert.match(await view.locator("h1").innerText(), /80/);
  assertClean(view, "links");
  await view.context().close();
});
