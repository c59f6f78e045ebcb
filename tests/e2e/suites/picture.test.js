// Charts as pictures: PNG and SVG of what a page shows, on white, with title, period and source; the same without a server.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";

import { assertClean, newPage, open } from "../lib/browser.js";
import { browser, demonstration, server } from "../lib/console.js";
import { serve } from "../lib/folder.js";
import { go, opened } from "../lib/opener.js";
import { dist } from "../lib/server.js";

let folder;

demonstration();

after(() => folder && rm(folder, { recursive: true }));

/** What a button below the first chart gives: name and bytes. */
async function taken(page, form) {
  const coming = page.waitForEvent("download");
  await page.locator(`.take [data-picture=${form}]`).first().click();
  const download = await coming;
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** Draws a picture in the browser that it was made for: its size, how many colours it has and that of its corner. */
const seen = (page, bytes, type) =>
  page.evaluate(async ([data, kind]) => {
    const picture = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([picture], { type: kind }));
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    const pixels = new Uint32Array(canvas.getImageData(0, 0, image.width, image.height).data.buffer);
    return { width: image.width, height: image.height, colours: new Set(pixels).size, corner: pixels[0] };
  }, [bytes.toString("base64"), type]);

/** Texts and lines of an SVG as its reader finds them. */
const read = (page, bytes) =>
  page.evaluate((text) => {
    const picture = new DOMParser().parseFromString(text, "image/svg+xml");
    const all = (name) => [...picture.querySelectorAll(name)];
    return {
      root: picture.documentElement.tagName,
      texts: all("text").map((element) => element.textContent),
      strokes: all("path[stroke]").map((path) => path.getAttribute("stroke")),
      outside: all("path").filter((path) => /NaN|undefined|Infinity/.test(path.getAttribute("d"))).length,
    };
  }, bytes.toString("utf8"));

/** A period that is over, so that nothing changes meanwhile. */
async function past(lang) {
  const { as_of: last } = await server.json("/api/now");
  // A period that is just a day would be said without its second date.
  const now = last - (last % 3600 < 60 ? 60 : 0);
  const local = (instant) => new Date((instant + 9 * 3600) * 1000).toISOString().slice(0, 16);
  return `from=${local(now - 2 * 86_400)}&to=${local(now - 86_400)}&lang=${lang}`;
}

test("a chart becomes an SVG with title, period and source, the same by day and by night", async () => {
  const view = await newPage(browser);
  await open(view, `${server.url}/region/seoul?${await past("ko")}&theme=light`);
  const light = await taken(view, "SVG");
  assert.match(light.name, /^서울 동시접속자 \d{4}\. \d+\. \d+\. .요일 \d{4} – .*\.svg$/);
  const { root, texts, strokes, outside } = await read(view, light.bytes);
  assert.equal(root, "svg");
  assert.equal(outside, 0, "every path lies somewhere");
  assert.equal(texts[0], "서울 동시접속자");
  assert.match(texts[1], /^\d{4}\. \d+\. \d+\. .요일 \d\d:\d\d – .* KST · 단위 명 · 간격 \d+분$/);
  assert.match(texts[2], /^출처: .+ · 봉화 · 시연 데이터$/);
  const ticks = await view.locator("#plot-1 .yt").allTextContents();
  assert.ok(ticks.length > 2 && ticks.every((tick) => texts.includes(tick)), "the ticks of the page");
  assert.ok(new Set(strokes).size > 2, "lines look as on the page");
  await open(view, `${server.url}/region/seoul?${await past("ko")}&theme=dark`);
  const paper = () => view.evaluate(() => [document.documentElement.dataset.theme, getComputedStyle(document.body).backgroundColor]);
  const before = await paper();
  const dark = await taken(view, "SVG");
  assert.deepEqual(await paper(), before, "the page itself stays dark");
  assert.equal(dark.bytes.toString("utf8"), light.bytes.toString("utf8"));
  assertClean(view, "svg");
  await view.context().close();
});

test("a chart becomes a PNG for a sharp print, from a narrow screen too", async () => {
  const view = await newPage(browser, { width: 390, height: 844 });
  await open(view, `${server.url}/?lang=en`);
  const { name, bytes } = await taken(view, "PNG");
  assert.match(name, /^Concurrent users, .*\.png$/);
  const { width, height, colours, corner } = await seen(view, bytes, "image/png");
  assert.deepEqual([width, height, corner], [2400, 1280, 0xffffffff]);
  assert.ok(colours > 16, `${colours} colours`);
  assertClean(view, "png");
  await view.context().close();
});

test("what cannot be made is said beside the button", async () => {
  const view = await newPage(browser);
  await open(view, `${server.url}/?lang=en`);
  await view.evaluate(() => (HTMLCanvasElement.prototype.toBlob = (give) => give(null)));
  await view.locator(".take [data-picture=PNG]").click();
  await view.locator(".take [role=status]", { hasText: "The picture could not be made" }).waitFor();
  await view.context().close();
});

test("without a server the picture is the same", async () => {
  const { as_of: to } = await server.json("/api/now");
  const body = JSON.stringify({ from: to - 4 * 86_400, to, reason: "시험", registers: true });
  const answer = await fetch(`${server.url}/api/export`, { method: "POST", headers: { "content-type": "application/json" }, body });
  assert.equal(answer.status, 200);
  folder = await mkdtemp(path.join(tmpdir(), "bonghwa-picture-"));
  const file = path.join(folder, "whole.bonghwa");
  await writeFile(file, Buffer.from(await answer.arrayBuffer()));
  const query = await past("ko");
  const view = await newPage(browser);
  await open(view, `${server.url}/region/busan?${query}`);
  const online = await taken(view, "SVG");
  const site = await serve(path.join(dist, "offline"));
  const page = await newPage(browser);
  await opened(page, site.url, file);
  await site.stop();
  await go(page, `#/region/busan?${query}`);
  const offline = await taken(page, "SVG");
  assert.equal(offline.name, online.name);
  assert.equal(offline.bytes.toString("utf8"), online.bytes.toString("utf8"));
  assertClean(page, "offline");
  await view.context().close();
  await page.context().close();
});
