// The long series on a canvas: opened, zoomed and moved by keys and buttons, and kept while new data arrives.

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertClean, newPage, open } from "../lib/browser.js";
import { browser, demonstration, server } from "../lib/console.js";
import { eventually } from "../lib/server.js";

demonstration();

test("a long series is drawn, and zoomed and moved without a pointer", async () => {
  // A period that is over, so that the picture changes by the reader's hand only.
  const { as_of: now } = await server.json("/api/now");
  const local = (instant) => new Date((instant + 9 * 3600) * 1000).toISOString().slice(0, 16);
  const view = await newPage(browser);
  await open(view, `${server.url}/region/seoul?from=${local(now - 3 * 86_400)}&to=${local(now - 86_400)}&lang=en`);
  await view.locator(".detail button").click();
  const canvas = view.locator(".detail canvas");
  const picture = () => canvas.evaluate((element) => element.toDataURL());
  const colours = () => canvas.evaluate((element) => {
    const { data } = element.getContext("2d").getImageData(0, 0, element.width, element.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });
  await canvas.waitFor();
  assert.ok((await eventually(colours, (count) => count > 4, 5)) > 4, "lines and words stand on it");
  const whole = await picture();
  await canvas.focus();
  await view.keyboard.press("+");
  const near = await picture();
  assert.notEqual(near, whole, "the key zooms");
  await view.keyboard.press("ArrowRight");
  const moved = await picture();
  assert.notEqual(moved, near, "the arrow moves");
  const box = await canvas.boundingBox();
  await view.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await view.mouse.down();
  await view.mouse.move(box.x + box.width / 4, box.y + box.height / 2, { steps: 4 });
  await view.mouse.up();
  const dragged = await picture();
  assert.notEqual(dragged, moved, "the pointer moves");
  const fetched = () => view.waitForResponse((answer) => new URL(answer.url()).pathname === "/api/region");
  await fetched();
  await fetched();
  assert.equal(await picture(), dragged, "it stays as it is while data arrives");
  await view.locator(".detail .acts button").last().click();
  assert.equal(await picture(), whole, "the whole again");
  await view.locator(".detail button").first().click();
  await eventually(() => canvas.count(), (count) => count === 0, 3);
  assert.equal(await canvas.count(), 0, "closed");
  assertClean(view, "detail");
  await view.context().close();
});
