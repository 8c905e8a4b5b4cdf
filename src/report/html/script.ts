/**
 * What the page does by itself: the language switch, and the frames table, which draws only the rows in sight. Runs
 * under a policy that forbids every request; nothing from the capture is ever read as markup (textContent only).
 */
export const pageScript = `
(() => {
  const root = document.documentElement;
  const buttons = [...document.querySelectorAll(".switch button")];
  const speak = (language) => {
    root.lang = language;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.value === language));
    const input = document.querySelector(".find input");
    if (input !== null) input.placeholder = input.dataset[language === "en" ? "hintEn" : "hintZh"] || "";
    draw();
  };
  for (const button of buttons) button.addEventListener("click", () => speak(button.value));

  const body = document.querySelector(".frames .body");
  const data = document.getElementById("frame-data");
  const HEIGHT = 28;
  let rows = [];
  let shown = [];
  let first = -1;
  let count = -1;
  const words = { from: {} };
  function draw() {}
  if (body !== null && data !== null) {
    const read = JSON.parse(data.textContent);
    rows = read.rows;
    Object.assign(words, read.words);
    shown = rows;
    const lower = rows.map((r) => ("#" + r[2] + " " + r[4] + " " + words.from.en[r[3]] + " " + words.from["zh-CN"][r[3]] + " " + r[6]).toLowerCase());
    const output = document.querySelector(".find output");
    const empty = document.querySelector(".frames .none");
    const space = document.createElement("div");
    space.className = "pad";
    body.textContent = "";
    body.append(space);
    body.dataset.live = "";
    const cell = (className, text) => {
      const span = document.createElement("span");
      if (className) span.className = className;
      span.textContent = text;
      return span;
    };
    const row = (r, top) => {
      const line = document.createElement("div");
      line.className = "fr " + (r[3] === 0 ? "c" : "s") + (r[4].startsWith("Close") ? " close" : /^p[io]ng/.test(r[4]) ? " control" : "");
      line.style.top = top + "px";
      line.append(
        cell("right mono", String(r[0])), cell("right mono", (r[1] < 0 ? "" : "+") + r[1].toFixed(3)), cell("k3 mono", "#" + r[2]),
        cell("k4", (r[3] === 0 ? "\\u2191 " : "\\u2193 ") + words.from[root.lang][r[3]]),
        cell("op", r[4]), cell("right k6 mono", String(r[5])), cell("mono", r[6]),
      );
      return line;
    };
    const render = (force) => {
      const start = Math.max(0, Math.floor(body.scrollTop / HEIGHT) - 8);
      const wanted = Math.ceil(body.clientHeight / HEIGHT) + 16;
      if (!force && start === first && wanted === count) return;
      first = start;
      count = wanted;
      space.style.height = shown.length * HEIGHT + "px";
      const lines = shown.slice(start, start + wanted).map((r, i) => row(r, (start + i) * HEIGHT));
      body.replaceChildren(space, ...lines);
      empty.hidden = shown.length > 0;
      output.value = shown.length + " / " + read.total;
    };
    draw = () => render(true);
    const input = document.querySelector(".find input");
    const filter = () => {
      const wanted = input.value.toLowerCase().split(/\\s+/).filter((word) => word !== "");
      shown = wanted.length === 0 ? rows : rows.filter((_, i) => wanted.every((word) => lower[i].includes(word)));
      body.scrollTop = 0;
      draw();
    };
    input.addEventListener("input", filter);
    body.addEventListener("scroll", () => render(false), { passive: true });
    addEventListener("resize", () => render(false));
    addEventListener("beforeprint", () => {
      body.replaceChildren(...shown.slice(0, 200).map((r) => row(r, 0)));
    });
    addEventListener("afterprint", draw);
    document.addEventListener("click", (event) => {
      const link = event.target instanceof Element ? event.target.closest("a[data-packet]") : null;
      if (link === null) return;
      const packet = Number(link.dataset.packet);
      input.value = "";
      shown = rows;
      const at = rows.findIndex((r) => r[0] >= packet);
      draw();
      body.scrollTop = Math.max(0, (at < 0 ? rows.length : at) - 3) * HEIGHT;
    });
  }
  const stored = new URLSearchParams(location.search).get("lang");
  speak(buttons.some((button) => button.value === stored) ? stored : root.lang);
})();
`.trim();
