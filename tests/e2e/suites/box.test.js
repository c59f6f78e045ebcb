// The question box: suggestions while typing, what was asked before, another period, and taking an answer along.

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertClean, newPage, open, violations } from "../lib/browser.js";
import { browser, demonstration, server } from "../lib/console.js";
import { eventually } from "../lib/server.js";

demonstration();

const BUSIEST = { ko: "전국 시스템 중 가장 부하가 높은 지역은?", en: "Which region has the highest system load?" };
const address = (question, rest = "") => `${server.url}/ask?q=${encodeURIComponent(question)}${rest}`;
const options = (view) => view.locator("#hints [role=option]").allInnerTexts();
const offered = (view, wanted, what) => eventually(() => options(view), wanted, 10).then((found) => {
  assert.ok(wanted(found), `${what}: ${found.join(" / ")}`);
  return found;
});
const state = (view) => view.evaluate(() => {
  const box = document.getElementById("q");
  const active = document.getElementById(box.getAttribute("aria-activedescendant"));
  return { open: box.getAttribute("aria-expanded"), shown: document.querySelector(".hints").offsetHeight > 0, active: active?.innerText ?? null };
});

test("the box is a combobox on every page: arrows, Enter, Escape, initial consonants", async () => {
  for (const page of ["/", "/incidents", "/ask", "/help"]) {
    const view = await newPage(browser);
    await open(view, `${server.url}${page}?lang=ko`);
    await view.keyboard.press("Control+k");
    const starters = await offered(view, (found) => found.length === 9, page);
    assert.deepEqual(await state(view), { open: "true", shown: true, active: null }, page);
    await view.keyboard.press("ArrowDown");
    assert.equal((await state(view)).active, starters[0], page);
    await view.keyboard.press("ArrowUp");
    await view.keyboard.press("ArrowUp");
    assert.equal((await state(view)).active, starters.at(-1), page);
    await view.keyboard.press("Escape");
    assert.deepEqual(await state(view), { open: "false", shown: false, active: null }, page);
    // 서울 by its initials; 응답 and an unfinished syllable by what they begin.
    for (const [typed, part] of [["ㅅㅇ", "서울"], ["부산 오느", "부산 오늘"]]) {
      await view.locator("#q").fill(typed);
      await offered(view, (found) => found.length > 0 && found.every((text) => !/^[ㄱ-ㅎ]/.test(text)) && found.some((text) => text.includes(part)), `${page} ${typed}`);
    }
    await view.locator("#q").fill("zzzz");
    await offered(view, (found) => found.length === 0, page);
    assert.equal((await state(view)).open, "false");
    await view.locator("#q").fill("ㅂㅅ");
    const [first] = await offered(view, (found) => found.length > 0, page);
    await view.keyboard.press("ArrowDown");
    assert.deepEqual(await violations(view), [], page);
    await view.keyboard.press("Enter");
    await view.waitForURL((url) => url.searchParams.get("q") === first);
    await view.locator(".concl").waitFor();
    assert.equal((await state(view)).open, "false");
    assertClean(view, page);
    await view.context().close();
  }
});

test("keys that put a syllable together are left alone, and a click chooses", async () => {
  const view = await newPage(browser);
  await open(view, `${server.url}/ask?lang=en`);
  await view.locator("#q").click();
  await offered(view, (found) => found.includes(BUSIEST.en), "starters");
  await view.evaluate(() => {
    const box = document.getElementById("q");
    for (const key of ["ArrowDown", "Escape", "Enter"]) box.dispatchEvent(new KeyboardEvent("keydown", { key, isComposing: true, bubbles: true, cancelable: true }));
  });
  assert.deepEqual(await state(view), { open: "true", shown: true, active: null });
  await view.getByRole("option", { name: BUSIEST.en }).click();
  await view.waitForURL((url) => url.searchParams.get("q") === BUSIEST.en);
  assert.equal(await view.locator("#q").inputValue(), "");
  await view.context().close();
});

test("on a phone the list can be closed", async () => {
  const view = await newPage(browser, { width: 390, height: 800 });
  await open(view, `${address(BUSIEST.ko)}&lang=ko`);
  await view.locator("#q").click();
  await offered(view, (found) => found.length > 5, "phone");
  const { top, bottom } = await view.locator(".hints").evaluate((list) => list.getBoundingClientRect().toJSON());
  assert.ok(top >= 0 && bottom <= 800, `${top} to ${bottom}`);
  await view.getByRole("button", { name: "닫기" }).click();
  assert.equal((await state(view)).shown, false);
  await view.locator("#q").click();
  await view.locator("#q").fill("ㅂㅅ");
  await offered(view, (found) => found.length > 0, "phone, typed");
  await view.locator(".qh").click();
  assert.equal((await state(view)).shown, false, "what is beside it closes it");
  await view.context().close();
});

test("what was asked is kept in this browser, newest first and once, until it is forgotten", async () => {
  const view = await newPage(browser);
  const asked = ["어제 부산 오류율은?", "오늘 서울 응답시간 추이", "어제 부산 오류율은?", "지금 대구 동시접속자는?"];
  for (const text of asked) {
    await open(view, `${address(text)}&lang=ko`);
    await view.locator(".concl").waitFor();
  }
  await open(view, `${server.url}/sessions?lang=ko`);
  await view.locator("#q").focus();
  const found = await offered(view, (found) => found.length > 9, "earlier and starters");
  assert.deepEqual(found.slice(0, 3), ["지금 대구 동시접속자는?", "어제 부산 오류율은?", "오늘 서울 응답시간 추이"]);
  await view.locator("#q").fill("ㅂㅅㅇㄹ");
  await view.locator("#q").fill("오류");
  assert.equal((await offered(view, (found) => found.length > 0, "typed"))[0], "어제 부산 오류율은?");
  await view.goto(`${server.url}/ask?lang=ko`);
  const list = () => view.locator(".past li a").allInnerTexts();
  assert.equal((await eventually(list, (found) => found.length === 3)).length, 3);
  await view.getByRole("button", { name: "‘어제 부산 오류율은?’ 지우기" }).click();
  assert.deepEqual(await eventually(list, (found) => found.length === 2), ["지금 대구 동시접속자는?", "오늘 서울 응답시간 추이"]);
  await view.reload();
  assert.equal((await eventually(list, (found) => found.length === 2)).length, 2, "after a reload");
  await view.getByRole("button", { name: "모두 지우기" }).click();
  assert.deepEqual(await eventually(list, (found) => found.length === 0), []);
  assert.equal(await view.evaluate(() => localStorage.getItem("asked")), null);
  assertClean(view, "past");
  await view.context().close();
});

test("a store that is hostile or missing does no harm", async () => {
  const stores = [
    () => localStorage.setItem("asked", `q=${"x".repeat(5e5)}\n<img src=x onerror=alert(1)>\nq=%3Cimg src=x onerror=alert(1)%3E\n[{"a":1}]`),
    () => Object.defineProperty(window, "localStorage", { get() { throw new Error("forbidden"); } }),
    () => { Storage.prototype.setItem = () => { throw new Error("full"); }; },
  ];
  for (const [at, store] of stores.entries()) {
    const view = await newPage(browser);
    await view.addInitScript(store);
    await open(view, `${address(BUSIEST.ko)}&lang=ko`);
    await view.locator(".concl").waitFor();
    await view.locator("#q").focus();
    await offered(view, (found) => found.length >= 8, `store ${at}`);
    assert.equal(await view.locator(".past img, #hints img").count(), 0);
    assertClean(view, `store ${at}`);
    await view.context().close();
  }
});

test("the same question for another period, by link and by two fields", async () => {
  const view = await newPage(browser);
  await open(view, `${address("지금 부산 오류율은?")}&lang=ko`);
  await view.locator(".redo").getByRole("link", { name: "어제", exact: true }).click();
  await view.waitForURL((url) => url.searchParams.get("when") === "yesterday");
  const taken = () => view.locator(".understood b").allInnerTexts();
  const slots = await eventually(taken, (slots) => slots.some((slot) => slot.includes("00:00–24:00")));
  assert.ok(slots.includes("부산") && slots.includes("오류율") && slots.some((slot) => slot.includes("00:00–24:00")), slots.join(", "));
  const told = await view.locator(".concl p").first().innerText();
  const day = new Date(Date.now() - 26 * 3600e3 + 9 * 3600e3).toISOString().slice(0, 10);
  await view.locator("input[name=from]").fill(`${day}T09:00`);
  await view.locator("input[name=to]").fill(`${day}T10:00`);
  await view.locator(".redo button").click();
  await view.waitForURL((url) => url.searchParams.get("when") === `${day}T09:00~${day}T10:00`);
  await eventually(taken, (slots) => slots.some((slot) => slot.includes("09:00")));
  assert.notEqual(await view.locator(".concl p").first().innerText(), told);
  // What is asked next is of the same hour.
  await view.keyboard.press("/");
  await view.keyboard.type("서울은?");
  await view.keyboard.press("Enter");
  await view.waitForURL((url) => url.searchParams.get("q") === "서울은?");
  const next = await eventually(taken, (slots) => slots.includes("서울"));
  assert.ok(next.some((slot) => slot.includes("09:00")), next.join(", "));
  assertClean(view, "period");
  await view.context().close();
  // Capacity looks ahead instead.
  const capacity = await (await fetch(`${address("서버 부하율 대비 증설이 필요한가?")}&lang=ko&when=%2B24h`)).text();
  assert.match(capacity, /앞으로 24시간/);
  assert.doesNotMatch(capacity, /name="from"/);
});

test("the interface takes a period, and refuses what is none", async () => {
  const headers = { "content-type": "application/json" };
  const ask = (body) => fetch(`${server.url}/api/ask`, { method: "POST", headers, body: JSON.stringify(body) });
  const answer = await (await ask({ text: "지금 부산 오류율은?", when: "yesterday" })).json();
  const { from, to } = answer.understood.question.period;
  assert.equal(to - from, 86_400);
  assert.equal((await ask({ text: "지금 부산 오류율은?", when: "someday" })).status, 400);
});

test("an answer is copied with its table, its sources and an address that shows the same", async () => {
  const view = await newPage(browser);
  await view.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: server.url });
  await open(view, `${address("어제 부산과 서울 오류율은?")}&lang=ko`);
  const status = () => view.locator(".share [role=status]").innerText();
  await view.getByRole("button", { name: "답 복사" }).click();
  assert.match(await eventually(status, (text) => text !== ""), /복사했습니다/);
  const [text, html] = await view.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    return Promise.all(["text/plain", "text/html"].map(async (kind) => (await item.getType(kind)).text()));
  });
  const conclusion = (await view.locator(".concl p").first().innerText()).replace(/\s+/g, " ");
  const lines = text.split("\n").map((line) => line.replace(/\u00a0/g, " "));
  assert.ok(lines.includes(conclusion), text);
  assert.ok(lines.some((line) => line.split("\t").length >= 4 && line.includes("부산")), text);
  assert.ok(lines.includes("출처"), text);
  assert.match(html, /<table.*부산.*<\/table>/s);
  assert.doesNotMatch(html, /class=|href="#/);
  const copied = new URL(lines.at(-1));
  assert.ok(copied.searchParams.get("at"), lines.at(-1));
  // Where the interface is hidden, as without TLS, it is copied all the same.
  await view.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  await view.getByRole("button", { name: "링크 복사" }).click();
  assert.match(await eventually(status, (text) => text.includes("링크")), /링크를 복사했습니다/);
  await view.evaluate(() => { document.execCommand = () => false; });
  await view.getByRole("button", { name: "링크 복사" }).click();
  assert.match(await eventually(status, (text) => text.includes("못했습니다")), /직접 복사/);
  assertClean(view, "copy");
  await view.context().close();
  const other = await newPage(browser);
  await open(other, copied.href);
  assert.equal((await other.locator(".concl p").first().innerText()).replace(/\s+/g, " "), conclusion);
  assert.match(await other.locator(".asked").innerText(), /지금 기준으로 다시/);
  await other.context().close();
});

test("on paper: the answer, its sources behind it, the instant and the address, black on white", async () => {
  const view = await newPage(browser);
  await open(view, `${address("어제 부산 오류율은?")}&lang=ko&theme=contrast`);
  await view.emulateMedia({ media: "print" });
  await view.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
  const seen = (selector) => view.locator(selector).first().isVisible();
  for (const selector of [".top", ".askbox", ".asklist", ".next", ".part.share", ".part.redo", ".foot"]) assert.equal(await seen(selector), false, selector);
  for (const selector of [".qh", ".concl", ".srcs", ".printed", "figure.period .plot"]) assert.equal(await seen(selector), true, selector);
  const places = await view.evaluate(() => [".concl", ".srcs", ".printed"].map((selector) => document.querySelector(selector).getBoundingClientRect().top));
  assert.deepEqual([...places].sort((a, b) => a - b), places);
  const colours = await view.evaluate(() => {
    const { color } = getComputedStyle(document.querySelector(".concl p"));
    return [color, getComputedStyle(document.body).backgroundColor];
  });
  assert.deepEqual(colours, ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]);
  const foot = await view.locator(".printed").innerText();
  assert.ok(foot.includes(`${server.url}/ask?q=`) && foot.includes("at=") && foot.includes("기준"), foot);
  const pdf = await view.pdf({ format: "A4" });
  assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
  await view.context().close();
});

test("without wasm the box is a form, periods are links, and nothing is offered that cannot be done", async () => {
  const view = await newPage(browser, { javaScriptEnabled: false });
  await view.goto(`${server.url}/?lang=ko`);
  await view.locator("#q").fill("어제 부산 오류율은?");
  await view.keyboard.press("Enter");
  await view.waitForURL((url) => url.pathname === "/ask");
  assert.equal(await view.locator(".hints").isVisible(), false);
  for (const name of ["답 복사", "인쇄"]) assert.equal(await view.getByRole("button", { name }).isVisible(), false, name);
  await view.getByRole("link", { name: "지난주", exact: true }).click();
  await view.waitForURL((url) => url.searchParams.get("when") === "last-week");
  assert.match(await view.locator(".understood").innerText(), /부산/);
  await view.locator("#q").fill("서울은?");
  await view.keyboard.press("Enter");
  await view.waitForURL((url) => url.searchParams.get("bwhen") === "last-week");
  assert.match(await view.locator(".understood").innerText(), /서울/);
  await view.getByRole("link", { name: "이 시각으로 고정한 주소" }).click();
  await view.waitForURL((url) => url.searchParams.has("at"));
  await view.context().close();
});
