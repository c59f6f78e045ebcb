// Frames as analytics/src/frame.rs describes them, read by other code than the program's own.

const MAGIC = Buffer.from([0x89, 0x42, 0x48, 0x57, 0x0d, 0x0a, 0x1a, 0x0a]);
const SECTIONS = { 1: "summary", 2: "cells", 3: "registers" };
const RESOLUTIONS = ["two_seconds", "minute", "five_minutes", "hour"];

/** Rows of frames that stand one after the other: `resolution start` to its sections as hexadecimal text. */
export function rows(bytes) {
  const found = {};
  let at = 0;
  const number = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  const signed = () => {
    const raw = number();
    return raw % 2 ? -(raw + 1) / 2 : raw / 2;
  };
  const piece = () => {
    const length = number();
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    if (!MAGIC.equals(bytes.subarray(at, at + 8))) throw new Error(`no frame at ${at}`);
    const end = at + 14 + bytes.readUInt32LE(at + 10);
    at += 14;
    piece();
    at += 8;
    const resolution = RESOLUTIONS[bytes[at++]];
    const names = [];
    let start = 0;
    for (let count = number(); count > 0; count -= 1) {
      start += signed();
      number();
      names.push(`${resolution} ${start}`);
      found[names.at(-1)] ??= {};
    }
    while (at < end) {
      const section = SECTIONS[bytes[at++]];
      const after = number() + at;
      for (const name of names) found[name][section] = piece().toString("hex");
      at = after;
    }
    at = end + 8;
  }
  return found;
}
