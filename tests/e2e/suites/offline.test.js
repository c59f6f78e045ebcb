// The console without a server: files opened in the browser, every page and question on them, and what is no such file.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

import { assertClean, newPage, violations } from "../lib/browser.js";
import { browser, demonstration, server } from "../lib/console.js";
import { serve } from "../lib/folder.js";
import { go, opened, told } from "../lib/opener.js";
import { NINE } from "../lib/questions.js";
import { binary, dist, eventually } from "../lib/server.js";

const run = promisify(execFile);
const page_folder = path.join(dist, "offline");
const QUESTIONS = NINE.map(([korean]) => korean);
const PLACES = ["#/", "#/region/busan", "#/incidents", "#/sessions", "#/combine", "#/forecast", "#/why?region=seoul&measure=requests", "#/reports", "#/runbooks", "#/connect", "#/help"];

let folder;
let whole;
let site;

demonstration(async () => {
  await eventually(() => server.json("/api/incidents?span=31d"), (view) => view.judging === 0, 400);
  folder = await mkdtemp(path.join(tmpdir(), "bonghwa-files-"));
  const { as_of: to } = await server.json("/api/now");
  const take = async (name, wanted) => {
    const body = JSON.stringify({ from: to - 3 * 86_400, to, reason: "시험", by: "김봉화", ...wanted });
    const answer = await fetch(`${server.url}/api/export`, { method: "POST", headers: { "content-type": "application/json" }, body });
    assert.equal(answer.status, 200, await answer.clone().text());
    const file = path.join(folder, name);
    await writeFile(file, Buffer.from(await answer.arrayBuffer()));
    return file;
  };
  whole = await take("whole.bonghwa", { registers: true });
  await take("busan.bonghwa", { regions: ["busan"], registers: true });
  await take("seoul.bonghwa", { regions: ["seoul"], registers: true });
  site = await serve(page_folder);
});

after(async () => {
  await site?.stop();
  if (folder) await rm(folder, { recursive: true });
});

test("every page and every question, with the network off, as the program says it", async () => {
  const page = await newPage(browser);
  const place = await serve(page_folder);
  await opened(page, place.url, whole);
  // The pages are loaded; from here on nothing can be asked of anybody.
  await page.context().setOffline(true);
  await place.stop();
  for (const hash of PLACES) {
    await go(page, hash);
    const text = await page.locator("main").innerText();
    assert.ok(text.length > 60 && !text.includes("undefined"), `${hash}: ${text.slice(0, 200)}`);
    assert.equal(await page.locator(".skeleton").count(), 0, hash);
  }
  for (const text of QUESTIONS) {
    await go(page, `#/ask?q=${encodeURIComponent(text)}`);
    await page.locator("#answer").waitFor();
    const { answer } = await told(page, `/api/ask?q=${encodeURIComponent(text)}`);
    const { stdout } = await run(binary, ["ask", text, "--file", whole, "--json"], { maxBuffer: 1 << 26 });
    assert.deepEqual(answer, JSON.parse(stdout).answer, text);
  }
  // Runbooks came along: the same page, and the same passages where an answer cites them.
  const runbook = "/api/runbook?file=slow-db.md";
  const { files, blocks } = await told(page, runbook);
  const online = await server.json(runbook);
  assert.deepEqual([files, blocks], [online.files, online.blocks]);
  assert.ok(files.length === 8 && blocks.length > 4);
  const text = "커넥션 풀이 고갈되면 어떻게 하나요";
  const body = JSON.stringify({ text });
  const reply = await fetch(`${server.url}/api/ask`, { method: "POST", headers: { "content-type": "application/json" }, body });
  const cited = await told(page, `/api/ask?q=${encodeURIComponent(text)}`);
  assert.equal(cited.runbooks[0].file, "connection-pool.md");
  assert.deepEqual(cited.runbooks, (await reply.json()).runbooks);
  await go(page, "#/runbooks/connection-pool.md");
  assert.match(await page.locator("main").innerText(), /커넥션 풀/);
  assertClean(page, "offline");
  await page.context().close();
});

test("what is shown is what the server shows for that instant", async () => {
  const page = await newPage(browser);
  await opened(page, site.url, whole);
  const { as_of } = await told(page, "/api/now");
  const at = as_of - 86_400;
  for (const text of ["부산 최대 동시접속자는?", "전국 시스템 중 가장 부하가 높은 지역은?"]) {
    const body = JSON.stringify({ text, at });
    const answer = await fetch(`${server.url}/api/ask`, { method: "POST", headers: { "content-type": "application/json" }, body });
    const time = new Date((at + 9 * 3600) * 1000).toISOString().slice(0, 19);
    const here = await told(page, `/api/ask?q=${encodeURIComponent(text)}&at=${time}`);
    assert.deepEqual(here.answer.body, (await answer.json()).answer.body, text);
  }
  await page.context().close();
});

test("links, the box and the language work as on a server, and every byte is checked", async () => {
  const page = await newPage(browser);
  await opened(page, site.url, whole);
  await page.locator(".top nav a", { hasText: "사건" }).click();
  await page.waitForFunction(() => location.hash.startsWith("#/incidents"));
  await page.keyboard.press("Control+k");
  await page.keyboard.type("부산 어제 요청 수");
  await page.keyboard.press("Enter");
  await page.locator("#answer").waitFor();
  // A figure opens its source without leaving the page.
  const figure = page.locator("#answer a.fact").first();
  const before = page.url();
  await figure.click();
  assert.equal(page.url(), before);
  await page.locator(".util a", { hasText: "English" }).first().click();
  await page.waitForFunction(() => document.documentElement.lang === "en");
  await page.locator("#standing", { hasText: "every byte" }).waitFor({ timeout: 120_000 });
  await page.locator("#files summary").click();
  assert.match(await page.locator("#files dl").innerText(), /김봉화[\s\S]*시험/);
  await page.goBack();
  await page.waitForFunction(() => document.documentElement.lang === "ko");
  assertClean(page, "links");
  await page.context().close();
});

test("files of several regions merge, also one after the other", async () => {
  const page = await newPage(browser);
  await opened(page, site.url, path.join(folder, "busan.bonghwa"));
  const names = async () => (await told(page, "/api/now")).regions.map((region) => region.code).sort();
  assert.deepEqual(await names(), ["busan"]);
  await page.setInputFiles("#more", path.join(folder, "seoul.bonghwa"));
  await eventually(names, (codes) => codes.length === 2);
  assert.deepEqual(await names(), ["busan", "seoul"]);
  const { answer } = await told(page, `/api/ask?q=${encodeURIComponent("어제 전국 동시접속자는?")}`);
  const files = ["busan", "seoul"].flatMap((name) => ["--file", path.join(folder, `${name}.bonghwa`)]);
  const { stdout } = await run(binary, ["ask", "어제 전국 동시접속자는?", ...files, "--json"], { maxBuffer: 1 << 26 });
  assert.deepEqual(answer, JSON.parse(stdout).answer);
  await page.context().close();
});

test("what was changed, cut off or never such a file is refused with a reason, and what was open stays", async () => {
  const page = await newPage(browser);
  const bytes = await readFile(path.join(folder, "busan.bonghwa"));
  const changed = Buffer.from(bytes);
  changed[40] ^= 1;
  // A byte of a block that is read when a page needs it, and by the check of every byte.
  const index = JSON.parse(bytes.subarray(14, 14 + bytes.readUInt32LE(10)));
  const needed = index.blocks.findIndex((block) => block.sections.cells && block.resolution === "hour");
  const before = index.blocks.slice(0, needed).reduce((sum, block) => sum + block.length, 0);
  const late = Buffer.from(bytes);
  late[14 + bytes.readUInt32LE(10) + 96 + before + 60] ^= 1;
  const given = { "changed.bonghwa": changed, "cut.bonghwa": bytes.subarray(0, bytes.length / 2), "page.bonghwa": Buffer.from("<!doctype html>"), "empty.bonghwa": Buffer.alloc(0) };
  await page.goto(site.url);
  const files = Object.entries(given).map(([name, buffer]) => ({ name, buffer, mimeType: "" }));
  await page.setInputFiles("#choose", files);
  await page.locator(".trouble b").nth(3).waitFor();
  const said = await page.locator(".trouble").innerText();
  for (const word of ["changed.bonghwa", "signature", "cut.bonghwa", "cut off", "page.bonghwa", "no .bonghwa file", "empty.bonghwa"]) assert.ok(said.includes(word), `${word}: ${said}`);
  // A good one among them opens.
  await page.setInputFiles("#choose", [path.join(folder, "busan.bonghwa"), path.join(folder, "seoul.bonghwa")]);
  await page.locator("#files").waitFor({ timeout: 60_000 });
  await page.setInputFiles("#more", files.slice(0, 1));
  await page.locator("#files .trouble", { hasText: "changed.bonghwa" }).waitFor();
  assert.equal((await told(page, "/api/now")).regions.length, 2);
  // One byte of a block that is read later is noticed too.
  await page.setInputFiles("#more", { name: "late.bonghwa", buffer: late, mimeType: "" });
  await page.locator("#standing[role=alert]", { hasText: "late.bonghwa" }).waitFor({ timeout: 60_000 });
  await page.context().close();
});

test("a report as HTML and as a workbook is the one that the program makes", async () => {
  const page = await newPage(browser);
  await opened(page, site.url, whole);
  await go(page, "#/reports");
  await page.locator("form[data-report] input[value=day]").check();
  const saved = [];
  page.on("download", (download) => saved.push(download));
  await page.locator("form[data-report] button").click();
  await eventually(() => saved.length, (count) => count === 2, 60);
  assert.equal(saved.length, 2);
  await run(binary, ["report", "day", "--file", whole, "--format", "html,xlsx", "--out", folder]);
  for (const download of saved) {
    const name = download.suggestedFilename();
    const here = await readFile(await download.path());
    assert.ok(here.equals(await readFile(path.join(folder, name))), name);
  }
  assertClean(page, "report");
  await page.context().close();
});

test("the page as one file opens from the disk", async () => {
  const page = await newPage(browser);
  await page.context().setOffline(true);
  await opened(page, pathToFileURL(path.join(page_folder, "bonghwa.html")).href, whole);
  for (const place of ["#/", "#/combine", "#/incidents", `#/ask?q=${encodeURIComponent(QUESTIONS[6])}`]) await go(page, place);
  await page.locator("#answer").waitFor();
  assertClean(page, "one file");
  await page.context().close();
});

test("once visited, the page opens without a network, and only its own parts are kept", async () => {
  const page = await newPage(browser);
  const place = await serve(page_folder);
  await page.goto(place.url);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await eventually(() => page.evaluate(async () => (await caches.keys()).length), (count) => count === 1);
  await page.reload();
  await place.stop();
  await opened(page, place.url, whole);
  const kept = await page.evaluate(async () => {
    const [name] = await caches.keys();
    return (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname.split("/").pop());
  });
  assert.ok(kept.includes("desk.wasm") && kept.includes("index.html"), kept.join(" "));
  assert.ok(kept.every((name) => /\.(html|js|wasm|css|woff2|svg|webmanifest|txt)$/.test(name)), kept.join(" "));
  await page.context().close();
});

test("the page has no violation and fits, before files are open and after", async () => {
  for (const lang of ["ko", "en"]) {
    for (const width of [1440, 390]) {
      const page = await newPage(browser, { width });
      await page.goto(site.url);
      await page.evaluate((tag) => localStorage.setItem("lang", tag), lang);
      await page.reload();
      const fits = async (what) => {
        assert.deepEqual(await violations(page), [], `${what} ${lang} ${width}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
        assert.equal(wide, false, `${what} ${lang} ${width} scrolls sideways`);
      };
      await fits("empty");
      await page.setInputFiles("#choose", path.join(folder, "busan.bonghwa"));
      await page.locator("#files").waitFor({ timeout: 60_000 });
      await page.locator("main h1").first().waitFor();
      await page.locator("#files summary").click();
      await fits("open");
      await page.context().close();
    }
  }
});
