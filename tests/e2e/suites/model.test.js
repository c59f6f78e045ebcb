// A language model beside the answers: LiteLLM's proxy, a real implementation of both interfaces, is the provider.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { assertClean, launch, newPage, open, violations } from "../lib/browser.js";
import { Endless, LiteLlm, settings } from "../lib/model.js";
import { Server, eventually } from "../lib/server.js";

const line = (text) => `${JSON.stringify({ text })}\n`;
const SEOUL = "지금 서울 요청 수는?";
const GOOD = line("서울의 요청은 {f1}입니다.");

let folder;
let litellm;
let endless;
let browser;
const consoles = {};

/** A console of its own settings; with the demonstration, or empty. */
async function start(name, text, ...flags) {
  const file = path.join(folder, `${name}.toml`);
  await writeFile(file, text);
  consoles[name] = await Server.start("--config", file, ...flags);
}

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "bonghwa-model-"));
  litellm = await LiteLlm.start({
    fluent: GOOD + line("요청은 12건입니다.") + line("서버를 재시작하세요."),
    careful: line("서울의 요청은 받은 자료가 없어 알 수 없습니다.") + line("요청은 {f9}입니다."),
  });
  endless = await Endless.start(GOOD);
  browser = await launch();
  await start("demo", settings("openai", litellm.url, "fluent"));
  const seen = await eventually(() => consoles.demo.json("/api/now"), (now) => now.received === now.expected, 60);
  assert.equal(seen.received, seen.expected);
  await start("anthropic", settings("anthropic", litellm.url, "careful"), "--empty");
  await start("endless", settings("openai", endless.url, "endless"), "--empty");
});

after(async () => {
  await browser?.close();
  for (const server of Object.values(consoles)) await server.stop();
  await litellm?.stop();
  endless?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The events of a question, in order. */
async function talk(server, body) {
  const answer = await fetch(`${server.url}/api/ask/stream`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, 200);
  const blocks = (await answer.text()).split("\n\n").filter((block) => block.startsWith("event:"));
  return blocks.map((block) => {
    const [, name, data] = /^event: ?(\w+)\ndata: ?(.*)$/s.exec(block);
    return [name, JSON.parse(data)];
  });
}

test("OpenAI's interface: a sentence with our figure passes, the others do not", async () => {
  const events = await talk(consoles.demo, { text: SEOUL });
  assert.deepEqual(events.map(([name]) => name), ["understood", "answer", "line", "done"]);
  const [, answer, said, done] = events.map(([, data]) => data);
  const figure = said.pieces.find((piece) => piece.ours);
  assert.ok(answer.words[0].includes(figure.text), `${answer.words[0]} has ${figure.text}`);
  assert.ok(!/[0-9]/.test(said.pieces.filter((piece) => !piece.ours).map((piece) => piece.text).join("")));
  assert.equal(done.refused, 2);
  assert.deepEqual(done.refusals, { action: 1, number: 1 });
  assert.equal(done.uses[0].model_id, "fluent");
  assert.ok(done.uses[0].tokens.output > 0, "tokens are counted");
});

test("Anthropic's interface says the same way", async () => {
  const events = await talk(consoles.anthropic, { text: SEOUL });
  assert.deepEqual(events.map(([name]) => name), ["understood", "answer", "line", "done"]);
  const done = events.at(-1)[1];
  assert.deepEqual(done.refusals, { unknown_fact: 1 });
  assert.ok(done.uses[0].tokens.input > 0);
});

test("what left is counted", async () => {
  const { sent, destinations } = await consoles.demo.json("/api/egress");
  assert.ok(sent >= 1);
  assert.equal(destinations.find((one) => one.destination === "model").times, sent);
  const page = await (await fetch(`${consoles.demo.url}/?lang=en`)).text();
  assert.match(page, new RegExp(`Sent outside: ${sent}`));
});

for (const [lang, width, theme] of [["ko", 1440, "light"], ["ko", 390, "dark"], ["en", 320, "contrast"]]) {
  test(`the page marks what the model wrote in ${lang} at ${width} px`, async () => {
    const view = await newPage(browser, { width });
    await open(view, `${consoles.demo.url}/ask?q=${encodeURIComponent(SEOUL)}&lang=${lang}&theme=${theme}`);
    const part = view.locator(".fluent");
    await part.waitFor();
    if (lang === "ko") {
      await part.locator(".aimark").waitFor();
      assert.match(await part.innerText(), /AI가 쓴 문장[\s\S]*서울의 요청은 [\d.,]+/);
      const fact = part.locator("a.fact");
      assert.equal(await view.locator(`[id='${(await fact.getAttribute("href")).slice(1)}']`).count(), 1);
      assert.match(await view.locator(".made").innerText(), /AI가 쓴 문장/);
    } else {
      // The model answers in Korean whatever it is asked: nothing of it is shown.
      const said = () => part.innerText();
      assert.match(await eventually(said, (text) => text.includes("stands")), /The answer above stands/);
      assert.match(await view.locator(".made").innerText(), /no language model/);
    }
    assert.deepEqual(await violations(view), []);
    const [content, screen] = await view.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return [scrollWidth, clientWidth];
    });
    assert.ok(content <= screen, `${content} px on a screen of ${screen} px`);
    const sent = () => view.locator("#sent").innerText();
    assert.match(await eventually(sent, (text) => !/\b0/.test(text)), /[1-9]/);
    assertClean(view, "model");
    await view.context().close();
  });
}

test("the reader can end it, and the call ends", async () => {
  const view = await newPage(browser);
  const before = endless.closed;
  await open(view, `${consoles.endless.url}/ask?q=${encodeURIComponent(SEOUL)}&lang=ko`);
  await view.locator(".fluent button").click();
  await view.locator(".fluent", { hasText: "쓰기를 멈췄습니다" }).waitFor();
  assert.equal(await eventually(() => endless.closed, (closed) => closed > before), before + 1);
  assertClean(view, "cancelled");
  await view.context().close();
});

test("without scripts the page is as ever", async () => {
  const view = await newPage(browser, { javaScriptEnabled: false });
  await view.goto(`${consoles.demo.url}/ask?q=${encodeURIComponent(SEOUL)}&lang=ko`);
  assert.equal(await view.locator(".fluent").count(), 0);
  assert.match(await view.locator(".made").innerText(), /언어 모델을 쓰지 않았습니다/);
  await view.context().close();
});
