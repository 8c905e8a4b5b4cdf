// Screens of a terminal (as `tmux capture-pane -e -p` prints them) as SVG: one picture, or several one after the other.
// No script and nothing from outside: it plays in an <img> of a README, in light and in dark.
import getWidth from "fast-string-truncated-width";

const SIZE = 14;
const CELL = 8.43;
const LINE = 18;
const PAD = 12;
const CAPTION = 34;

/** Of each colour that the screen uses in the dark (src/tui/palette.ts, 24 bits) the one for a light page. */
const LIGHT = {
  "#9aa4b2": "#59636e",
  "#ff7b72": "#b9161f",
  "#f0b04d": "#8a4b00",
  "#7ee787": "#116329",
  "#79c0ff": "#0550ae",
  "#d2a8ff": "#7b2cbf",
  "#f2cc60": "#7d4e00",
  "#30363d": "#dcebfa",
  "#1f4e79": "#0b5394",
  "#0d1b2a": "#0b3d70",
  "#b62324": "#b9161f",
  "#ffffff": "#ffffff",
};
/** A ground in the dark that is a text colour too has another counterpart. */
const LIGHT_GROUND = { "#79c0ff": "#d8e9fb" };
const INK = ["#e6edf3", "#1f2328"];
const PAPER = ["#0d1117", "#ffffff"];

const hex = (red, green, blue) => `#${[red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("")}`;

function applySgr(style, codes) {
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at];
    if (code === 0) for (const key of Object.keys(style)) delete style[key];
    else if (code === 1) style.bold = true;
    else if (code === 4) style.underline = true;
    else if (code === 7) style.inverse = true;
    else if (code === 22) delete style.bold;
    else if (code === 24) delete style.underline;
    else if (code === 27) delete style.inverse;
    else if (code === 39) delete style.front;
    else if (code === 49) delete style.ground;
    else if ((code === 38 || code === 48) && codes[at + 1] === 2) {
      style[code === 38 ? "front" : "ground"] = hex(...codes.slice(at + 2, at + 5));
      at += 4;
    }
  }
}

/** Lines of a screen as runs of equal looks, each with its column. */
function rowsOf(ansi) {
  const style = {};
  return ansi
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => {
      const runs = [];
      let column = 0;
      for (const part of line.split(/(\u001b\[[\d;]*m)/)) {
        const sgr = /^\u001b\[([\d;]*)m$/.exec(part);
        if (sgr !== null) applySgr(style, sgr[1] === "" ? [0] : sgr[1].split(";").map(Number));
        else if (part !== "") {
          const width = getWidth(part).width;
          runs.push({ text: part, column, width, ...style });
          column += width;
        }
      }
      return runs;
    });
}

const escaped = (text) => text.replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c]);
const number = (n) => String(Math.round(n * 100) / 100);

/** Class names for colours, handed out as they come. */
class Styles {
  names = new Map();

  of(property, dark) {
    const key = `${property} ${dark}`;
    const name = this.names.get(key) ?? `c${this.names.size.toString(36)}`;
    this.names.set(key, name);
    return name;
  }

  css() {
    const rule = (pick) =>
      [...this.names].map(([key, name]) => {
        const [property, dark] = key.split(" ");
        return `.${name}{fill:${pick(dark, property)}}`;
      });
    const light = (dark, property) => (property === "ground" ? LIGHT_GROUND[dark] : undefined) ?? LIGHT[dark] ?? dark;
    return `${rule((dark) => dark).join("")}@media(prefers-color-scheme:light){.p{fill:${PAPER[1]};stroke:#d0d7de}text{fill:${INK[1]}}${rule(light).join("")}}`;
  }
}

/** One line at y = 0. */
function lineSvg(runs, styles) {
  const grounds = [];
  const texts = [];
  for (const { text, column, width, front, ground, bold, underline, inverse } of runs) {
    const [ink, paper] = inverse ? [PAPER[0], front ?? INK[0]] : [front, ground];
    const x = number(PAD + column * CELL);
    if (paper !== undefined)
      grounds.push(
        `<rect x="${x}" y="${-SIZE + 0.5}" width="${number(width * CELL + 0.3)}" height="${LINE}" class="${styles.of("ground", paper)}"/>`,
      );
    if (text.trim() === "") continue;
    const lead = text.length - text.trimStart().length;
    const shown = text.trim();
    const wide = getWidth(shown).width;
    const names = [ink === undefined ? "" : styles.of("front", ink), bold ? "b" : "", underline ? "u" : ""].filter(
      Boolean,
    );
    const length = wide > 1 ? ` textLength="${number(wide * CELL)}"` : "";
    texts.push(
      `<text x="${number(PAD + (column + lead) * CELL)}"${length}${names.length > 0 ? ` class="${names.join(" ")}"` : ""}>${escaped(shown)}</text>`,
    );
  }
  return grounds.join("") + texts.join("");
}

/**
 * `frames`: `{ ansi, ms, key, caption }`, each shown for its time; a caption stands below the screen. One frame makes a
 * still picture.
 */
export function terminalSvg(frames, { columns, rows, title, fonts }) {
  const styles = new Styles();
  const hasCaptions = frames.some(({ caption }) => caption !== undefined);
  const [width, height] = [columns * CELL + 2 * PAD, rows * LINE + 2 * PAD + (hasCaptions ? CAPTION : 0)];
  const shared = new Map();
  const drawn = frames.map(({ ansi, key = "", caption = "" }) => {
    const lines = rowsOf(ansi).slice(0, rows);
    const parts = lines.map((runs, row) => {
      const svg = lineSvg(runs, styles);
      if (svg === "") return null;
      const entry = shared.get(svg) ?? { id: `r${shared.size.toString(36)}`, uses: 0 };
      entry.uses++;
      shared.set(svg, entry);
      return { svg, entry, y: PAD + row * LINE + SIZE - 1 };
    });
    return { parts: parts.filter((part) => part !== null), key, caption };
  });
  const total = frames.reduce((sum, { ms }) => sum + (ms ?? 0), 0);
  let at = 0;
  const times = frames.map(({ ms = 0 }) => {
    const from = at;
    at += ms;
    return [from, at].map((time) => number((100 * time) / Math.max(1, total)));
  });
  const groups = drawn.map(({ parts, key, caption }, index) => {
    const lines = parts.map(({ svg, entry, y }) =>
      entry.uses > 1 ? `<use href="#${entry.id}" y="${y}"/>` : `<g transform="translate(0 ${y})">${svg}</g>`,
    );
    return `<g class="f" id="f${index}">${lines.join("")}${captionSvg(key, caption, rows, styles)}</g>`;
  });
  const defs = [...shared].flatMap(([svg, { id, uses }]) => (uses > 1 ? [`<g id="${id}">${svg}</g>`] : []));
  const play =
    frames.length < 2
      ? ""
      : `.f{visibility:hidden}#f0{visibility:visible}${times
          .map(
            ([from, to], index) =>
              `#f${index}{animation:k${index} ${total}ms step-end infinite}@keyframes k${index}{0%{visibility:${index === 0 ? "visible" : "hidden"}}${index === 0 ? "" : `${from}%{visibility:visible}`}${index === frames.length - 1 ? "" : `${to}%{visibility:hidden}`}}`,
          )
          .join("")}@media(prefers-reduced-motion:reduce){.f{animation:none!important}}`;
  const css = `text{fill:${INK[0]};white-space:pre}.p{fill:${PAPER[0]};stroke:#30363d}.b{font-weight:700}.u{text-decoration:underline}${styles.css()}${play}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${number(width)} ${number(height)}" width="${number(width)}" height="${number(height)}" font-family="${fonts}" font-size="${SIZE}" role="img">`,
    `<title>${escaped(title)}</title><style>${css}</style><defs>${defs.join("")}</defs>`,
    `<rect x=".5" y=".5" width="${number(width - 1)}" height="${number(height - 1)}" rx="8" class="p"/>`,
    `${groups.join("\n")}</svg>\n`,
  ].join("\n");
}

/** The key that was pressed, and why. */
function captionSvg(key, caption, rows, styles) {
  if (caption === "") return "";
  const y = rows * LINE + 2 * PAD + CAPTION / 2;
  const wide = key === "" ? 0 : getWidth(key).width * CELL + 16;
  const cap =
    key === ""
      ? ""
      : `<rect x="${PAD}" y="${number(y - 15)}" width="${number(wide)}" height="22" rx="4" class="${styles.of("ground", "#1f4e79")}"/><text x="${PAD + 8}" y="${number(y)}" class="b ${styles.of("front", "#ffffff")}">${escaped(key)}</text>`;
  return `${cap}<text x="${number(PAD + wide + (key === "" ? 0 : 10))}" y="${number(y)}" class="b">${escaped(caption)}</text>`;
}
