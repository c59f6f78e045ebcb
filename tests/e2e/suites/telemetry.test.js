// The offline page without any file of ours: logs, tables of requests and OTLP are taken in by the browser.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";

import { assertClean, launch, newPage, violations } from "../lib/browser.js";
import { serve } from "../lib/folder.js";
import { go, opened, told } from "../lib/opener.js";
import { binary, dist, eventually, root } from "../lib/server.js";

const run = promisify(execFile);
const page_folder = path.join(dist, "offline");
/** The end of the log, 2015-05-20T21:05:16Z. */
const END = 1_432_155_916;

let browser;
let folder;
let site;
let files;

before(async () => {
  browser = await launch();
  folder = await mkdtemp(path.join(tmpdir(), "bonghwa-logs-"));
  const log = await readFile(path.join(root, "edge/tests/data/access_log_sample.log"));
  const table = ["시각,방식,경로,상태,응답시간(ms),접속IP"];
  const spans = [];
  for (let n = 0; n < 3600; n += 1) {
    const at = END - 3600 + n;
    table.push(`${new Date(at * 1000).toISOString()},POST,/busan/${n % 3},${n % 40 ? 200 : 500},${30 + (n % 100)},10.1.0.${n % 60}`);
    const text = (key, value) => ({ key, value: { stringValue: value } });
    const attributes = [text("http.request.method", "GET"), text("http.route", "/daegu"), text("client.address", `10.2.0.${n % 30}`)];
    const [startTimeUnixNano, endTimeUnixNano] = [BigInt(at) * 10n ** 9n - 20_000_000n, BigInt(at) * 10n ** 9n].map(String);
    const span = { traceId: n.toString(16).padStart(32, "1"), spanId: n.toString(16).padStart(16, "1"), name: "GET /daegu", kind: 2, startTimeUnixNano, endTimeUnixNano, attributes };
    spans.push(JSON.stringify({ resourceSpans: [{ resource: { attributes: [text("service.name", "portal")] }, scopeSpans: [{ spans: [span] }] }] }));
  }
  const write = async (name, bytes) => {
    await writeFile(path.join(folder, name), bytes);
    return path.join(folder, name);
  };
  files = {
    log: await write("seoul-access.log", log),
    packed: await write("seoul-access.log.1.gz", gzipSync(log)),
    table: await write("busan_requests.csv", `\u{feff}${table.join("\r\n")}\r\n`),
    otlp: await write("daegu-traces.jsonl", spans.join("\n")),
    notes: await write("notes.txt", "회의록\n1. 안건\n"),
  };
  site = await serve(page_folder);
});

after(async () => {
  await browser?.close();
  await site?.stop();
  if (folder) await rm(folder, { recursive: true });
});

/** Requests of an answer that gives them by the second. */
const counted = ({ body: { measured: [{ value }] } }) => Math.round(value.value * (value.to - value.from));

const ask = (page, text) => told(page, `/api/ask?q=${encodeURIComponent(text)}`);

test("a log, a table and OTLP open together, and their answers are those of the program", async () => {
  const page = await newPage(browser);
  await opened(page, site.url, files.log, files.table, files.otlp);
  const now = await told(page, "/api/now");
  assert.deepEqual(now.regions.map(({ code, ko }) => [code, ko]).sort(), [["busan", "부산"], ["daegu", "대구"], ["seoul", "서울"]]);
  const together = ["--file", files.log, "--file", files.table, "--file", files.otlp];
  for (const text of ["오늘 부산 요청 수는?", "오늘 대구 p95는?", "어제와 오늘 서울 오류율 비교해줘", "오늘 가장 느린 API 5개는?", "requests of today in Busan"]) {
    const { answer } = await ask(page, text);
    const { stdout } = await run(binary, ["ask", text, ...together, "--json"], { maxBuffer: 1 << 26 });
    assert.deepEqual(answer, JSON.parse(stdout).answer, text);
    assert.ok(answer.body, text);
  }
  assert.equal(counted((await ask(page, "오늘 부산 요청 수는?")).answer), 3600);
  for (const place of ["#/", "#/region/seoul", "#/region/daegu", "#/incidents", "#/sessions", "#/combine", "#/forecast", "#/reports"]) {
    await go(page, place);
    const text = await page.locator("main").innerText();
    assert.ok(text.length > 60 && !text.includes("undefined") && !text.includes("NaN"), `${place}: ${text.slice(0, 200)}`);
  }
  await page.locator("#files summary").click();
  const about = await page.locator("#files details").innerText();
  for (const part of ["seoul-access.log", "접속 로그", "302", "busan_requests.csv", "요청 목록(CSV)", "3,600", "OTLP JSON"]) assert.ok(about.includes(part), `${part}: ${about}`);
  assert.match(await page.locator("#standing").innerText(), /이 브라우저에서 집계/);
  assertClean(page, "telemetry");
  await page.context().close();
});

test("the same log packed and given again counts once, and rubbish leaves what was open", async () => {
  const page = await newPage(browser);
  await opened(page, site.url, files.log);
  const requests = async () => counted((await ask(page, "최근 7일 서울 요청 수는?")).answer);
  assert.equal(await requests(), 302);
  await page.setInputFiles("#more", [files.packed, files.notes]);
  await page.locator("#files .trouble", { hasText: "notes.txt" }).waitFor();
  assert.match(await page.locator("#files .trouble").innerText(), /no \.bonghwa file, access log, OTLP JSON or CSV/);
  assert.match(await page.locator("#files").innerText(), /파일 2개/);
  assert.equal(await requests(), 302);
  await page.context().close();
});

test("files that are opened while others still are come after them", async () => {
  const page = await newPage(browser);
  await page.context().route(/intake\.wasm/, async (route) => {
    await new Promise((next) => setTimeout(next, 1500));
    await route.continue();
  });
  await page.goto(site.url);
  await page.setInputFiles("#choose", files.log);
  await page.setInputFiles("#choose", [files.table, files.notes]);
  await page.locator("#files .trouble", { hasText: "notes.txt" }).waitFor({ timeout: 60_000 });
  const codes = (await told(page, "/api/now")).regions.map(({ code }) => code);
  assert.deepEqual(codes.sort(), ["busan", "seoul"]);
  // The card counts everyone of the rows, whatever their rows are made of.
  await page.setInputFiles("#more", files.otlp);
  await page.locator("#files", { hasText: "파일 3개" }).waitFor();
  const { cards, rows } = await told(page, "/api/now");
  const sum = rows.reduce((all, row) => all + (row.users?.value ?? 0), 0);
  const card = cards.find(({ measure }) => measure === "users").now.value;
  assert.ok(Math.abs(card / sum - 1) < 0.1 && sum > 30, `${card} and ${sum}`);
  await page.context().close();
});

test("without a network a log opens on the page as one file", async () => {
  const page = await newPage(browser);
  await page.context().setOffline(true);
  await opened(page, pathToFileURL(path.join(page_folder, "bonghwa.html")).href, files.log);
  assert.deepEqual((await told(page, "/api/now")).regions.map(({ code }) => code), ["seoul"]);
  assertClean(page, "one file");
  await page.context().close();
});

test("what takes telemetry in is loaded when it is needed, and said if it cannot be", async () => {
  const page = await newPage(browser);
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.context().route(/intake\.wasm/, (route) => route.abort());
  await page.goto(site.url);
  await eventually(() => asked.some((url) => url.endsWith("offline.js")), Boolean);
  assert.ok(!asked.some((url) => url.endsWith("intake.wasm")));
  await page.setInputFiles("#choose", files.log);
  await page.locator(".trouble", { hasText: "seoul-access.log" }).waitFor();
  await page.context().unroute(/intake\.wasm/);
  await page.setInputFiles("#choose", files.table);
  await page.locator("#files").waitFor({ timeout: 60_000 });
  await page.context().close();
});

test("no violation in either language and width", async () => {
  for (const [lang, width] of [["ko", 390], ["en", 1440]]) {
    const page = await newPage(browser, { width });
    await page.addInitScript((tag) => localStorage.setItem("lang", tag), lang);
    await opened(page, site.url, files.log, files.table);
    await page.locator("#files summary").click();
    assert.deepEqual(await violations(page), [], `${lang} ${width}`);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, `${lang} ${width}`);
    await page.context().close();
  }
});
