// A worker of the browser: fetches the frames of one region's day and of the days before it, piece by piece, has them
// judged, and says after every piece how far it is. The page ends it to give up: that stops a request on its way and
// frees all memory at once, which no message could.

import init, { Day, Whole } from "./recompute.js";

const HOUR = 3600;
const DAY = 24 * HOUR;
// As analytics/src/watch: days to learn from, seconds carried over midnight.
const DAYS = 28;
const CARRY = 2 * HOUR;
const PIECE = 3 * HOUR;

const ready = init();
let work = Promise.resolve();

onmessage = ({ data }) => {
  work = work.then(() => (data.whole ? together(data.whole) : region(data)));
};

/** Periods of the days before, then of the day. */
function pieces(day, until) {
  const before = Array.from({ length: DAYS }, (_, n) => day - (DAYS - n) * DAY);
  const learn = before.map((from) => ({ what: "learn", from, to: from + DAY, widths: ["five_minutes"] }));
  const judge = [];
  for (let from = day - CARRY; from < until; from = from < day ? day : from + PIECE) {
    const to = Math.min(from < day ? day : from + PIECE, until);
    // Minutes last: none of an interval whose row of five minutes is there may be missing.
    judge.push({ what: "judge", from, to, widths: ["five_minutes", "minute"] });
  }
  return [...learn, ...judge];
}

async function fetched(region, { from, to, widths }) {
  const parts = [];
  for (const coarsest of widths) {
    const query = new URLSearchParams({ regions: region, from, to, coarsest, sections: "summary,cells" });
    const answer = await fetch(`/api/frames?${query}`);
    if (!answer.ok) throw new Error(`GET /api/frames: ${answer.status} ${(await answer.text()).slice(0, 300)}`);
    parts.push(new Uint8Array(await answer.arrayBuffer()));
  }
  if (parts.length === 1) return parts[0];
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (joined.set(part, at), at + part.length), 0);
  return joined;
}

/** Judges a region's day: `{region, day, until}`, instants in seconds. */
async function region({ region, day, until }) {
  try {
    await ready;
    const list = pieces(day, until);
    const judged = new Day(region, day);
    let bytes = 0;
    const busy = { learn: 0, judge: 0 };
    let next = fetched(region, list[0]);
    for (const [done, piece] of list.entries()) {
      const frames = await next;
      // The next piece is on its way while this one is judged; when it fails, that is said in its turn.
      next = done + 1 < list.length ? fetched(region, list[done + 1]) : undefined;
      next?.catch(() => {});
      const start = performance.now();
      judged[piece.what](frames);
      busy[piece.what] += performance.now() - start;
      bytes += frames.length;
      postMessage({ kind: "piece", region, done: done + 1, of: list.length });
    }
    const found = judged.finish();
    const counts = { series: found.series(), steps: found.steps(), days: found.days(), rows: found.rows() };
    const differing = found.differing();
    const times = { learned: busy.learn, judged: busy.judge };
    postMessage({ kind: "region", region, ...counts, ...times, differing, bytes, found: found.bytes() });
    found.free();
  } catch (error) {
    postMessage({ kind: "failed", region, reason: String(error?.message ?? error) });
  }
}

/** Puts what was found of several regions together: findings, incidents, small signs. */
async function together(parts) {
  try {
    await ready;
    const whole = new Whole();
    for (const part of parts) whole.add(part);
    const [findings, incidents, signs] = whole.count();
    whole.free();
    postMessage({ kind: "whole", findings, incidents, signs });
  } catch (error) {
    postMessage({ kind: "failed", reason: String(error?.message ?? error) });
  }
}
