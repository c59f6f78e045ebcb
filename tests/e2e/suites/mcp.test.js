// The Model Context Protocol, with the official clients of npm and PyPI.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

import { demonstration, server } from "../lib/console.js";
import { python } from "../lib/sender.js";
import { cleanEnvironment, eventually } from "../lib/server.js";

demonstration(async () => {
  const seen = await eventually(() => server.json("/api/incidents?span=31d"), (view) => view.judging === 0 && view.rows.length > 0, 400);
  assert.equal(seen.judging, 0, "the past is judged");
  assert.ok(seen.rows.length > 0, "the demonstration had incidents");
});

const TOOLS = ["ask", "explain_incident", "list_incidents", "list_regions", "query_measures", "search_runbooks"];

/** Runs something with a connected client of npm. */
async function connected(use) {
  const client = new Client({ name: "bonghwa-tests", version: "1.0.0" });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`)));
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

test("the tools are few, read only, and described within 3,000 tokens", async () => {
  await connected(async (client) => {
    const { tools } = await client.listTools();
    assert.deepEqual(tools.map((tool) => tool.name), TOOLS);
    for (const { name, description, annotations, inputSchema } of tools) {
      assert.ok(description.length > 20, name);
      assert.equal(annotations.readOnlyHint, true, name);
      assert.equal(annotations.openWorldHint, false, name);
      assert.equal(inputSchema.additionalProperties, false, name);
    }
    // A token of English or JSON is seldom shorter than three characters.
    const described = JSON.stringify(tools).length + client.getInstructions().length;
    assert.ok(described / 3 <= 3000, `${described} characters`);
  });
});

test("every tool answers, with the numbers of the interfaces beside it", async () => {
  await connected(async (client) => {
    const call = async (name, given) => {
      const result = await client.callTool({ name, arguments: given });
      assert.ok(!result.isError, `${name}: ${result.content[0].text}`);
      assert.ok(result.content[0].text.length > 10, name);
      return { text: result.content[0].text, data: result.structuredContent };
    };

    const regions = await call("list_regions", {});
    assert.equal(regions.data.regions.length, 17);
    assert.ok(regions.text.includes("서울"));

    const listed = await call("list_incidents", { days: 31 });
    const { rows } = await server.json("/api/incidents?span=31d");
    assert.deepEqual(listed.data.incidents.map((row) => row.id), rows.map((row) => row.id));
    const { id } = listed.data.incidents.find((row) => row.explanation?.causes.length > 0);
    const explained = await call("explain_incident", { id, lang: "en" });
    assert.equal(explained.data.incident.id, id);
    assert.ok(explained.text.split("\n").length >= 3, explained.text);

    const hour = Math.floor(Date.now() / 3_600_000) * 3600 - 7200;
    const local = (seconds) => new Date((seconds + 9 * 3600) * 1000).toISOString().slice(0, 16);
    const given = { measures: ["requests", "error_rate"], regions: ["busan"], from: local(hour), to: local(hour + 3600) };
    const measured = await call("query_measures", given);
    const { figures } = await server.json(`/api/region?region=busan&from=${hour}&to=${hour + 3600}&vs=none`);
    for (const measure of given.measures) {
      const fact = measured.data.facts.find((fact) => fact.measure === measure && fact.role === "value");
      const shown = figures.find((figure) => figure.measure === measure);
      assert.ok(Math.abs(fact.value - shown.value) <= 1e-9 * shown.value, measure);
      assert.deepEqual([fact.from, fact.to, fact.regions], [hour, hour + 3600, ["busan"]]);
    }

    const found = await call("search_runbooks", { query: "DB커넥션풀 고갈시", limit: 2 });
    assert.equal(found.data.passages[0].file, "connection-pool.md");

    const why = await call("ask", { question: "오늘은 시스템이 왜 이래?" });
    assert.equal(why.data.understood.question.kind, "diagnose");
    const again = await call("ask", { question: "그럼 부산은?", before: ["지난주 동시접속자 알려줘"] });
    assert.deepEqual(again.data.understood.question.areas[0].regions, ["busan"]);
    const page = await fetch(server.url + again.data.page);
    assert.equal(page.status, 200, again.data.page);
  });
});

test("what cannot be is said in words, and nothing breaks", async () => {
  await connected(async (client) => {
    for (const [name, given, said] of [
      ["explain_incident", { id: "20200101-0000-atlantis" }, "list_incidents"],
      ["query_measures", { measures: ["users"], from: "yesterday", to: "today" }, "2026-11-20T14:05"],
      ["query_measures", { measures: ["users"], regions: ["atlantis"], from: "2026-11-20T10:00", to: "2026-11-20T11:00" }, "atlantis"],
      ["query_measures", { measures: [], from: "2026-11-20T10:00", to: "2026-11-20T11:00" }, "measures"],
      ["query_measures", { measures: ["users"], from: "2026-11-20T11:00", to: "2026-11-20T10:00" }, "period"],
      ["list_incidents", { region: "'; DROP TABLE rows;--" }, "known regions"],
    ]) {
      const result = await client.callTool({ name, arguments: given });
      assert.equal(result.isError, true, `${name} ${JSON.stringify(given)}`);
      assert.ok(result.content[0].text.includes(said), result.content[0].text);
    }
    const long = await client.callTool({ name: "ask", arguments: { question: "왜".repeat(50_000) } });
    assert.equal(long.structuredContent.understood.outcome, "cannot");
    await assert.rejects(client.callTool({ name: "restart_server", arguments: {} }));
  });
});

test("the client of PyPI gets the same", async () => {
  const asked = { list_incidents: { days: 31 }, ask: { question: "장시간 접속 사용자 목록을 보여줘" } };
  const told = JSON.parse(await python("agent.py", cleanEnvironment(), undefined, `${server.url}/mcp`, JSON.stringify(asked)));
  assert.deepEqual(told.tools, TOOLS);
  const { list_incidents: listed, ask } = told.calls;
  assert.ok(!listed.error && !ask.error);
  assert.equal(ask.data.understood.question.kind, "sessions");
  await connected(async (client) => {
    const same = await client.callTool({ name: "list_incidents", arguments: asked.list_incidents });
    assert.equal(listed.text, same.content[0].text);
  });
});

test("other sites and other names are refused", async () => {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });
  const headers = { "content-type": "application/json", accept: "application/json, text/event-stream" };
  const post = (extra) => fetch(`${server.url}/mcp`, { method: "POST", headers: { ...headers, ...extra }, body });
  assert.equal((await post({ origin: "https://evil.example" })).status, 403);
  assert.equal((await post({ origin: "null" })).status, 403);
  for (const rubbish of ["", "{", "[]", "\u0000", '{"jsonrpc":"2.0"}']) {
    const answer = await fetch(`${server.url}/mcp`, { method: "POST", headers, body: rubbish });
    assert.ok(answer.status >= 400 && answer.status < 500, `${JSON.stringify(rubbish)}: ${answer.status}`);
  }
});

test("the schemas of the interfaces hold for what they answer", async () => {
  const hour = Math.floor(Date.now() / 3_600_000) * 3600 - 7200;
  const period = `from=${hour}&to=${hour + 3600}`;
  const { rows } = await server.json("/api/incidents?span=31d");
  const asked = [
    "/api/now", "/api/region?region=seoul", "/api/sessions", "/api/incidents?span=31d", `/api/incident?id=${rows[0].id}`,
    "/api/forecast", "/api/why?region=seoul", "/api/suggest?q=ㄷㅅ", `/api/series?region=busan&measure=requests&${period}`,
    `/api/combine?regions=seoul,busan&${period}`,
  ].map((path) => ({ path }));
  for (const text of ["오늘은 시스템이 왜 이래?", "이번 주 성능 보고서를 작성해줘", "Which region has the highest system load?", "서버 재시작해줘"]) {
    asked.push({ path: "/api/ask", body: { text } });
  }
  const wrong = JSON.parse(await python("schema.py", cleanEnvironment(), undefined, server.url, JSON.stringify(asked)));
  assert.deepEqual(wrong, []);
});
