// A chart of a page as a picture for documents: what the page draws, on white, with its title, period and source. It is made
// here, of what is seen, so that it needs no server and nothing leaves the browser.
"use strict";

window.bonghwaPicture = (() => {
  const [WIDTH, HEIGHT, EDGE, TOP, BOTTOM] = [1200, 640, 40, 136, 104];
  const ROOM = { x: EDGE, y: TOP, width: WIDTH - 2 * EDGE, height: HEIGHT - TOP - BOTTOM };
  /** Pixels of a PNG for each of the picture. */
  const SCALE = 2;
  const [INK, NOTE] = ["#1e2124", "#58616a"];
  const WORDS = {
    ko: { source: (system) => `출처: ${system} · 봉화`, demo: "시연 데이터", failed: "그림을 만들지 못했습니다" },
    en: { source: (system) => `Source: ${system} · Bonghwa`, demo: "demonstration data", failed: "The picture could not be made" },
  };
  const root = document.documentElement;

  /** Makes the picture that a button asks for and hands it to the reader. */
  async function take(button) {
    const words = WORDS[root.lang === "en" ? "en" : "ko"];
    const { plot, title, note } = button.closest("[data-plot]").dataset;
    const status = button.parentElement.querySelector("[role=status]");
    try {
      status.textContent = "";
      const parts = inLight(() => drawn(document.getElementById(plot), title, note, words));
      const bytes = button.dataset.picture === "SVG" ? new Blob([svg(parts)], { type: "image/svg+xml" }) : await png(parts);
      const href = URL.createObjectURL(bytes);
      const name = `${title} ${note.split(" KST")[0]}`.replaceAll(":", "").replace(/[\\/*?"<>|\s]+/g, " ");
      Object.assign(document.createElement("a"), { href, download: `${name}.${button.dataset.picture.toLowerCase()}` }).click();
      setTimeout(() => URL.revokeObjectURL(href), 60_000);
    } catch (error) {
      status.textContent = `${words.failed}: ${error?.message ?? error}`;
    }
  }

  /** Documents are white, whatever the screen is: styles are read as the light theme has them. */
  function inLight(act) {
    const theme = root.dataset.theme;
    root.dataset.theme = "light";
    try {
      return act();
    } finally {
      if (theme === undefined) delete root.dataset.theme;
      else root.dataset.theme = theme;
    }
  }

  /** Everything on the picture, from the back to the front: paths and texts with all that tells how they look. */
  function drawn(plot, title, note, words) {
    const font = getComputedStyle(plot).fontFamily;
    const parts = [{ d: `M0 0H${WIDTH}V${HEIGHT}H0Z`, fill: "#fff" }];
    const say = (text, y, size, fill, weight) => parts.push({ text, x: EDGE, y, size, fill, weight, font, room: ROOM.width });
    say(title, 58, 28, INK, "700");
    say(note, 88, 16, NOTE);
    const source = [words.source(root.dataset[`title${root.lang === "en" ? "En" : "Ko"}`])];
    if (root.dataset.demo) source.push(words.demo);
    say(source.join(" · "), HEIGHT - 28, 15, NOTE);
    parts.push(...legend(plot.closest("figure, section")?.querySelectorAll(".swatches > span") ?? [], font));
    for (const sheet of plot.querySelectorAll(":scope > svg")) {
      const box = sheet.getAttribute("viewBox")?.split(" ").map(Number);
      const scale = box ? [ROOM.width / box[2], ROOM.height / box[3]] : [1, 1];
      for (const element of sheet.querySelectorAll("path, rect, line, circle, text")) {
        const style = getComputedStyle(element);
        // The reader's cursor is no part of the chart.
        if (style.display === "none" || /\bread-(line|dot)\b/.test(element.getAttribute("class"))) continue;
        parts.push(element.tagName === "text" ? lettering(element, style, font) : shape(element, style, scale));
      }
    }
    return parts;
  }

  /** Names of the lines with a sample of each, in a row. */
  function legend(names, font) {
    const parts = [];
    const room = ROOM.width / names.length - 56;
    let x = EDGE;
    for (const name of names) {
      const sample = name.querySelector("svg :is(line, rect)");
      const box = sample.tagName === "rect";
      parts.push({ d: box ? `M${x} 108h24v10h-24Z` : `M${x} 113h24`, ...look(getComputedStyle(sample)) });
      const text = { text: name.textContent.trim(), x: x + 32, y: 118, size: 14, fill: INK, font, room };
      parts.push(text);
      x += 32 + Math.min(measured(text), room) + 24;
    }
    return parts;
  }

  /** Colours, widths and dashes. */
  function look(style) {
    const solid = (colour) => (colour === "none" || /^rgba\(.*, 0\)$/.test(colour) ? undefined : colour);
    return {
      fill: solid(style.fill),
      opacity: Number(style.fillOpacity),
      stroke: solid(style.stroke),
      width: parseFloat(style.strokeWidth),
      dash: style.strokeDasharray === "none" ? [] : style.strokeDasharray.split(",").map(parseFloat),
      cap: style.strokeLinecap,
    };
  }

  /** A length of the plot: percent of its size, or what the box of the drawing makes of a number. */
  const along = (value, size, scale) => (String(value).endsWith("%") ? (parseFloat(value) / 100) * size : Number(value ?? 0) * scale);

  function shape(element, style, [sx, sy]) {
    const x = (name) => ROOM.x + along(element.getAttribute(name), ROOM.width, sx);
    const y = (name) => ROOM.y + along(element.getAttribute(name), ROOM.height, sy);
    let d;
    if (element.tagName === "line") d = `M${x("x1")} ${y("y1")}L${x("x2")} ${y("y2")}`;
    else if (element.tagName === "rect") {
      const [width, height] = [along(element.getAttribute("width"), ROOM.width, sx), along(element.getAttribute("height"), ROOM.height, sy)];
      d = `M${x("x")} ${y("y")}h${width}v${height}h${-width}Z`;
    } else if (element.tagName === "circle") {
      const r = Number(element.getAttribute("r"));
      d = `M${x("cx") - r} ${y("cy")}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
    } else d = moved(element.getAttribute("d") ?? "", sx, sy);
    return { d, ...look(style) };
  }

  /** A path of the box, put where the plot is: many programs that open pictures know no strokes that do not scale. */
  function moved(path, sx, sy) {
    const round = (value) => Math.round(value * 10) / 10;
    return path.replace(/([MLHVh])([^MLHVhZ]*)/g, (_, command, rest) => {
      const numbers = rest.trim().split(/[\s,]+/).map(Number);
      const at = {
        H: (value) => ROOM.x + value * sx,
        V: (value) => ROOM.y + value * sy,
        // A value alone is a dot: a line of no length at all is not drawn on every canvas.
        h: (value) => value * sx || 0.1,
      }[command] ?? ((value, place) => (place % 2 ? ROOM.y + value * sy : ROOM.x + value * sx));
      return command + numbers.map((value, place) => round(at(value, place))).join(" ");
    });
  }

  function lettering(element, style, font) {
    const of = (name) => element.getAttribute(name);
    return {
      text: element.textContent,
      x: ROOM.x + along(of("x"), ROOM.width, 1) + Number(of("dx") ?? 0),
      y: ROOM.y + along(of("y"), ROOM.height, 1) + Number(of("dy") ?? 0),
      size: parseFloat(style.fontSize),
      weight: style.fontWeight,
      anchor: of("text-anchor") ?? "start",
      fill: style.fill,
      halo: style.stroke === "none" ? undefined : style.stroke,
      width: parseFloat(style.strokeWidth),
      font,
    };
  }

  /** As SVG. */
  function svg(parts) {
    const plain = (text) => String(text).replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
    const tag = (name, attributes, text) => {
      const given = Object.entries(attributes).filter(([, value]) => value !== undefined && value !== "");
      return `<${name}${given.map(([key, value]) => ` ${key}="${plain(value)}"`).join("")}${text === undefined ? "/>" : `>${plain(text)}</${name}>`}`;
    };
    const made = parts.map((part) => {
      if (part.text === undefined) {
        const line = part.stroke && { stroke: part.stroke, "stroke-width": part.width, "stroke-dasharray": part.dash.join(" "), "stroke-linecap": part.cap, "stroke-linejoin": "round" };
        return tag("path", { d: part.d, fill: part.fill ?? "none", "fill-opacity": part.opacity === 1 ? undefined : part.opacity, ...line });
      }
      const { text, x, y, size, weight, anchor, fill, halo, width, font } = fitted(part);
      const behind = halo && { stroke: halo, "stroke-width": width, "stroke-linejoin": "round", "paint-order": "stroke" };
      return tag("text", { x, y, "font-size": size, "font-weight": weight, "font-family": font, "text-anchor": anchor, fill, ...behind }, text);
    });
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}">\n${made.join("\n")}\n</svg>\n`;
  }

  /** As PNG, with the fonts of the page. */
  async function png(parts) {
    const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH * SCALE, height: HEIGHT * SCALE });
    const paper = canvas.getContext("2d");
    paper.scale(SCALE, SCALE);
    paper.lineJoin = "round";
    for (const part of parts) {
      paper.globalAlpha = 1;
      paper.lineWidth = part.width ?? 1;
      if (part.text === undefined) {
        const path = new Path2D(part.d);
        paper.globalAlpha = part.opacity ?? 1;
        if (part.fill) (paper.fillStyle = part.fill), paper.fill(path);
        paper.globalAlpha = 1;
        paper.setLineDash(part.dash ?? []);
        paper.lineCap = part.cap ?? "butt";
        if (part.stroke) (paper.strokeStyle = part.stroke), paper.stroke(path);
        continue;
      }
      const { text, x, y, size, weight, anchor, fill, halo, font } = fitted(part);
      paper.font = `${weight ?? 400} ${size}px ${font}`;
      paper.textAlign = { middle: "center", end: "right" }[anchor] ?? "left";
      paper.setLineDash([]);
      if (halo) (paper.strokeStyle = halo), paper.strokeText(text, x, y);
      paper.fillStyle = fill;
      paper.fillText(text, x, y);
    }
    return new Promise((done, failed) => canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("canvas"))), "image/png"));
  }

  /** A text that is wider than its room is set smaller. */
  function fitted(part) {
    return part.room ? { ...part, size: Math.min(part.size, (part.size * part.room) / measured(part)) } : part;
  }

  /** How wide a text is. */
  function measured({ text, size, weight, font }) {
    const paper = document.createElement("canvas").getContext("2d");
    paper.font = `${weight ?? 400} ${size}px ${font}`;
    return paper.measureText(text).width;
  }

  return take;
})();
