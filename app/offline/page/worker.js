// The desk of the offline page: holds the files that were opened, answers what pages ask, and checks every byte meanwhile.
// It gets its module from the page, opens no connection, and reads of a file what is asked for.
"use strict";

/** Milliseconds between two blocks that are checked: questions go first. */
const PAUSE = 4;

let begun;
const started = new Promise((done, failed) => (begun = { done, failed }));
/** The module that takes telemetry in, asked of the page when it is first needed. */
let taking;
/** Identities are hashed under a key that goes with this worker. */
const key = crypto.getRandomValues(new Uint8Array(16));
/** Why a log and a signed file are not opened together. */
const APART =
  "users of a log are counted under a key of this page, those of a .bonghwa file under its own; close what is open and open them apart";
let queue = Promise.resolve();
let held = [];
/** What the page was told of them. */
let shown;
let desk;
let round = 0;

onmessage = async ({ data }) => {
  try {
    if (data.kind !== "start" && data.kind !== "intake") await started;
    await TASKS[data.kind](data);
  } catch (error) {
    const reason = String(error?.message ?? error);
    postMessage({ kind: data.id === undefined ? "failed" : "answer", id: data.id, status: 500, type: "text/plain", body: reason, reason });
  }
};

const TASKS = {
  /** The module of the desk, as bytes. */
  async start({ module }) {
    await bonghwaDesk({ module_or_path: module }).then(begun.done, begun.failed);
  },

  /** The module that takes telemetry in, as bytes, or why it cannot be had. */
  async intake({ module, fault }) {
    const loaded = module ? bonghwaIntake({ module_or_path: module }) : Promise.reject(fault);
    const { done, failed } = taking;
    await loaded.then(done, (reason) => {
      taking = undefined;
      failed(reason);
    });
  },

  /** Opens files beside those that are open, one time after the other. */
  async open({ files }) {
    const turn = queue.then(() => open(files));
    queue = turn.catch(() => {});
    await turn;
  },

  /** `{id, url}`: what the server would answer to GET. */
  async ask({ id, url }) {
    const answer = desk.answer(url);
    const { status, kind: type } = answer;
    const body = answer.body();
    postMessage({ kind: "answer", id, status, type, body }, [body.buffer]);
  },
};

/** A file that cannot be read is named, and the others open. Nothing waits between the files that were open and those that
 * take their place, so what pages ask meanwhile is answered. */
async function open(files) {
  const known = held.map(({ name, size }) => `${name}/${size}`);
  let fresh = files.filter(({ name, size }) => !known.includes(`${name}/${size}`));
  const refused = [];
  const refuse = (out, reason) => {
    refused.push(...out.map(({ name }) => ({ name, reason })));
    fresh = fresh.filter((file) => !out.includes(file));
  };
  const telemetry = fresh.filter((file) => !ours(file));
  if (telemetry.length) await intake().catch((reason) => refuse(telemetry, String(reason?.message ?? reason)));
  const first = held[0] ?? fresh.find(ours) ?? fresh[0];
  for (const file of fresh.filter((other) => ours(other) !== ours(first))) refuse([file], (!ours(file) && gather().fault(file)) || APART);
  if (fresh.length || !held.length) {
    const read = all([...held, ...fresh]);
    refused.push(...read.refused);
    let site = read.good.length ? together() : undefined;
    if (site?.fault) {
      refused.push({ name: fresh.map(({ name }) => name).join(", "), reason: site.fault });
      site = held.length ? (all(held), together()) : undefined;
    } else if (site) {
      held = read.good;
    }
    shown = site && JSON.parse(site.text);
  }
  postMessage({ kind: "opened", site: shown, refused });
  check(++round);
}

/** Whether a file is one that the desk reads; others may be telemetry. */
const ours = (file) => bonghwaDesk.Console.knows(file);

/** What takes files in that are opened together. */
const gather = () => new bonghwaIntake.Telemetry(key, Date.now() / 1000);

/** Reads files into a new desk. */
function all(files) {
  desk?.free();
  desk = new bonghwaDesk.Console();
  const [good, refused, telemetry] = [[], [], []];
  const attempt = (file, act) => {
    try {
      return [act()];
    } catch (reason) {
      refused.push({ name: file.name, reason: String(reason) });
      return [];
    }
  };
  for (const file of files) {
    if (!ours(file)) telemetry.push(file);
    else if (attempt(file, () => desk.add(file.name, file, progress(file.name))).length) good.push(file);
  }
  if (!telemetry.length) return { good, refused };
  const gathered = gather();
  const taken = telemetry.flatMap((file) => attempt(file, () => ({ file, told: gathered.add(file.name, file, progress(file.name)) })));
  if (!taken.length) {
    gathered.free();
    return { good, refused };
  }
  attempt({ name: taken.map(({ file }) => file.name).join(", ") }, () => {
    desk.take(gathered.finish());
    for (const { file, told } of taken) {
      desk.taken(file.name, file.size, told);
      good.push(file);
    }
  });
  return { good, refused };
}

function intake() {
  if (!taking) {
    taking = {};
    taking.ready = new Promise((done, failed) => Object.assign(taking, { done, failed }));
    postMessage({ kind: "need", part: "intake" });
  }
  return taking.ready;
}

/** Tells the page how much of a file was read, by the percent. */
function progress(name) {
  let said = 0;
  return (done, of) => {
    const share = Math.floor((100 * done) / Math.max(of, 1));
    if (share > said) postMessage({ kind: "progress", name, share: (said = share) });
  };
}

function together() {
  try {
    return { text: desk.open() };
  } catch (fault) {
    return { fault: String(fault) };
  }
}

/** Holds every block against what was signed, a little at a time. */
async function check(own) {
  const of = desk?.blocks() ?? 0;
  for (let done = 0; done < of; done++) {
    await new Promise((next) => setTimeout(next, PAUSE));
    if (own !== round) return;
    try {
      desk.check(done);
    } catch (reason) {
      postMessage({ kind: "broken", reason: String(reason) });
      return;
    }
    if (done % 16 === 15) postMessage({ kind: "checked", share: Math.floor((100 * done) / of) });
  }
  postMessage({ kind: "checked", share: 100 });
}
