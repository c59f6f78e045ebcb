// Measures in Chromium, and merges what it finds into the file that BENCH_JSON names: 10,000 series of a day judged in
// the workers that the page of incidents uses, the cause of an incident among 1,000 series, and answers from frames of a
// national week. `node bench.js answers` measures one part (`days`, `causes`, `answers`) alone.
//
// The frames are made here by the same code as for the native benchmark and handed out as the server would.

import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import path from "node:path";

import { launch } from "./lib/browser.js";
import { dist } from "./lib/server.js";

const HOUR = 3600;
const DAY = 24 * HOUR;
/** Regions of 1,000 series each. */
const REGIONS = 10;
const ROUNDS = 3;
const PARTS = ["days", "causes", "answers"];

const parts = process.argv.length > 2 ? process.argv.slice(2) : PARTS;
const unknown = parts.find((part) => !PARTS.includes(part));
if (unknown) throw new Error(`${unknown} is no part; give some of ${PARTS.join(", ")}`);

const scenes = process.env.XTASK_SCENES;
const { frames, about } = createRequire(import.meta.url)(path.join(scenes, "nodejs/bonghwa_benches.js"));
const [today, series] = about();

const kept = new Map();
/** Frames of a period, made once. */
function answer({ searchParams }) {
  const [from, to] = ["from", "to"].map((name) => Number(searchParams.get(name)));
  const minutes = searchParams.get("coarsest") === "minute";
  const key = `${minutes} ${from} ${to}`;
  if (!kept.has(key)) kept.set(key, Buffer.from(frames(minutes, from, to)));
  return kept.get(key);
}

const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };
const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://localhost");
  if (url.pathname === "/api/frames") return response.end(answer(url));
  const folder = url.pathname.startsWith("/recompute/") ? dist : scenes;
  const page = Buffer.from("<!doctype html><title>bench</title>");
  const body = url.pathname === "/" ? page : await readFile(path.join(folder, url.pathname)).catch(() => undefined);
  response.writeHead(body ? 200 : 404, { "content-type": TYPES[path.extname(url.pathname) || ".html"] ?? "text/plain" });
  response.end(body);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const address = `http://127.0.0.1:${server.address().port}`;

/** In the page: judges a day of as many regions, spread over the workers; milliseconds of each part. */
async function day({ today, regions }) {
  const workers = Math.min(navigator.hardwareConcurrency, 4);
  const started = performance.now();
  let rest = regions;
  const parts = [];
  await Promise.all(
    Array.from({ length: workers }, () => new Promise((resolve, reject) => {
      const worker = new Worker("/recompute/worker.js", { type: "module" });
      const next = () => {
        if (rest-- > 0) return worker.postMessage({ region: "bench", day: today, until: today + 86_400 });
        worker.terminate();
        resolve();
      };
      worker.onerror = () => reject(new Error("the worker broke"));
      worker.onmessage = ({ data }) => {
        if (data.kind === "failed") reject(new Error(data.reason));
        if (data.kind !== "region") return;
        parts.push({ ...data, found: undefined });
        next();
      };
      next();
    })),
  );
  return { workers, wall: performance.now() - started, parts };
}

/** In the page: explains an incident in a worker; milliseconds of each round. */
async function cause(rounds) {
  const script = `import init, { Scene } from "${location.origin}/web/bonghwa_benches.js";
    await init();
    const scene = new Scene();
    const times = [];
    for (let round = 0; round <= ${rounds}; round += 1) {
      const start = performance.now();
      if (!scene.explain()) throw new Error("another cause was named");
      times.push(performance.now() - start);
    }
    postMessage(times.slice(1));`;
  const worker = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })), { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
  });
}

/** In the page: answers questions of a national week in a worker; milliseconds of each, and of opening it. */
async function asked(rounds) {
  const script = `import init, { National } from "${location.origin}/web/bonghwa_benches.js";
    await init();
    const began = performance.now();
    const nation = new National();
    const opened = performance.now() - began;
    const times = [];
    for (let round = 0; round < ${rounds}; round += 1) {
      for (let question = 0; question < nation.questions(); question += 1) {
        const start = performance.now();
        if (nation.ask(question) < 100) throw new Error("no answer");
        times.push(performance.now() - start);
      }
    }
    postMessage({ opened, times });`;
  const worker = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })), { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
  });
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const sum = (parts, name) => parts.reduce((total, part) => total + part[name], 0);
const figures = [];
function figure(name, value, unit, target) {
  const kept = Number(value.toPrecision(4));
  const holds = target === null ? null : kept <= target;
  figures.push({ name, value: kept, unit, target, holds });
  console.log(`${name}: ${kept} ${unit}${target === null ? "" : ` (<= ${target})`}`);
}

/** A day judged, and the days before it learned from. */
async function measureDays(page) {
  // Makes the frames.
  await page.evaluate(day, { today, regions: 1 });
  const runs = [];
  for (let round = 0; round < ROUNDS; round += 1) runs.push(await page.evaluate(day, { today, regions: REGIONS }));
  for (const { parts } of runs) {
    if (parts.length !== REGIONS || parts.some((part) => part.series !== series)) throw new Error("series are missing");
  }
  const each = (of) => median(runs.map(of));
  const count = (REGIONS * series).toLocaleString("en");
  const [{ workers }] = runs;
  const shared = ` in ${workers} workers`;
  figure(`browser/a day of ${count} series${shared}`, each((run) => sum(run.parts, "judged") / workers / 1e3), "s", 5);
  figure(`browser/28 days before of ${count} series${shared}`, each((run) => sum(run.parts, "learned") / workers / 1e3), "s", null);
  figure(`browser/both with fetching${shared}`, each((run) => run.wall / 1e3), "s", null);
  figure("browser/a day judged, a value", each((run) => (1e6 * sum(run.parts, "judged")) / sum(run.parts, "steps")), "ns", null);
}

async function measureAnswers(page) {
  const { opened, times } = await page.evaluate(asked, 3);
  const sorted = times.toSorted((a, b) => a - b);
  figure("browser/frames of a national week made and opened", opened / 1e3, "s", null);
  figure("browser/the first answer", times[0], "ms", null);
  figure("browser/an answer from frames of a national week, p95", sorted[Math.floor(sorted.length * 0.95)], "ms", 200);
}

const browser = await launch();
try {
  const page = await browser.newPage();
  await page.goto(address);
  if (parts.includes("days")) await measureDays(page);
  if (parts.includes("causes")) {
    figure("browser/cause among 1,000 series", median(await page.evaluate(cause, 15)), "ms", 300);
  }
  if (parts.includes("answers")) await measureAnswers(page);
} finally {
  await browser.close();
  server.close();
}

const file = process.env.BENCH_JSON;
const former = JSON.parse(await readFile(file, "utf8").catch(() => "[]"));
const merged = [...former.filter((old) => figures.every(({ name }) => name !== old.name)), ...figures];
await writeFile(file, JSON.stringify(merged.sort((a, b) => (a.name < b.name ? -1 : 1)), null, 2));
