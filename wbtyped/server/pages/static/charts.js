"use strict";
// Draws each metric; the data stand in attributes, so that no script is in the page.
const COLORS = {
  light: ["#0b5fa5", "#b3400f", "#146c2e", "#7b2fa8", "#8a5a00", "#a8175f", "#00696b", "#5a5f00", "#3f4bc4", "#54493f"],
  dark: ["#7cc0ff", "#ff9f6b", "#7bd88f", "#d3a4ff", "#f0c05a", "#ff93c4", "#5ad6d8", "#d2d75a", "#a7b0ff", "#d8c7b6"],
};
const scheme = matchMedia("(prefers-color-scheme: dark)");
const smoothing = document.getElementById("smoothing");
const logarithmic = document.getElementById("logarithmic");
const hidden = new Set();
const charts = new Map();
const short = (value) => (value === null || value === undefined ? "" : String(Number(value.toPrecision(4))));
const length = (seconds) => {
  const units = [["d", 86400], ["h", 3600], ["min", 60]].find(([, size]) => Math.abs(seconds) >= size);
  return units ? `${short(seconds / units[1])} ${units[0]}` : `${short(seconds)} s`;
};
const places = {
  step: (x) => `step ${short(x)}`,
  runtime: length,
  time: (x) => new Date(x * 1000).toISOString().slice(0, 19).replace("T", " ") + " UTC",
};

// An exponential moving average that does not start at zero, as TensorBoard and W&B have it.
function smooth(values, weight) {
  let sum = 0, known = 0;
  return values.map((value) => {
    sum = sum * weight + value * (1 - weight);
    known = known * weight + (1 - weight);
    return sum / known;
  });
}

function draw(figure) {
  const style = scheme.matches ? "dark" : "light";
  const axis = { stroke: style === "dark" ? "#a3b0bd" : "#55626f", grid: { stroke: style === "dark" ? "#35404b" : "#d5dce3", width: 1 }, ticks: { show: false } };
  const plot = figure.querySelector(".plot"), shown = figure.querySelector(".shown");
  const kind = figure.dataset.axis, weight = Number(smoothing?.value ?? 0), log = logarithmic?.checked ?? false;
  const lines = JSON.parse(figure.dataset.lines).filter((line) => !hidden.has(line.color));
  const first = shown.dataset.first ??= shown.textContent;
  shown.textContent = first;
  plot.replaceChildren();
  charts.delete(figure);
  if (lines.length === 0) return;
  const data = uPlot.join(lines.map(({ x, y }) => {
    const values = weight > 0 ? smooth(y, weight) : y;
    return [x, log ? values.map((value) => (value > 0 ? value : null)) : values];
  }));
  const series = lines.map(({ run, color, y }) => ({
    label: run, stroke: COLORS[style][color % 10], width: 1.5,
    spanGaps: true, points: { show: y.length < 40 },
  }));
  let near = lines.length === 1 ? 1 : null;
  const tell = (chart) => {
    const at = chart.cursor.idx;
    if (at === null || at === undefined || chart.cursor.left < 0 || near === null) { shown.textContent = first; return; }
    // Lines of other runs may have no value at this place.
    let nearest = at;
    for (let away = 0; away < data[0].length; away++) {
      nearest = [at - away, at + away].find((index) => data[near][index] !== null && data[near][index] !== undefined) ?? null;
      if (nearest !== null) break;
    }
    if (nearest === null) { shown.textContent = first; return; }
    const run = lines.length > 1 ? `${lines[near - 1].run}: ` : "";
    shown.textContent = `${run}${short(data[near][nearest])} at ${places[kind](data[0][nearest])}`;
  };
  charts.set(figure, { lines, chart: new uPlot({
    width: figure.clientWidth - 16,
    height: 190,
    legend: { show: false },
    focus: { alpha: 0.25 },
    cursor: lines.length > 1 ? { focus: { prox: 24 } } : {},
    scales: { x: { time: kind === "time" }, y: log ? { distr: 3 } : {} },
    axes: [
      { ...axis, size: 32, ...(kind === "runtime" ? { values: (_, splits) => splits.map(length) } : {}) },
      { ...axis, size: 64, values: (_, splits) => splits.map(short) },
    ],
    series: [{}, ...series],
    hooks: {
      setCursor: [tell],
      setSeries: [(chart, index) => { if (lines.length > 1) near = index; tell(chart); }],
    },
  }, data, plot) });
}

for (const control of document.querySelectorAll(".script")) control.hidden = false;
const figures = document.querySelectorAll("figure.chart");
// Only what is on the screen is drawn, since a page may have dozens.
const visible = new Set();
const observer = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) { visible.delete(target); continue; }
    visible.add(target);
    if (target.dataset.drawn !== String(round)) { target.dataset.drawn = round; draw(target); }
  }
}, { rootMargin: "300px" });
let round = 0, waiting;
function drawAgain() {
  round++;
  for (const figure of visible) { figure.dataset.drawn = round; draw(figure); }
}
const soon = () => { clearTimeout(waiting); waiting = setTimeout(drawAgain, 100); };
for (const figure of figures) observer.observe(figure);
for (const box of document.querySelectorAll("input[data-line]"))
  box.addEventListener("change", () => { hidden[box.checked ? "delete" : "add"](Number(box.dataset.line)); drawAgain(); });
// The run under the pointer, or with the focus, stands out.
for (const entry of document.querySelectorAll(".legend li")) {
  const color = Number(entry.querySelector("input").dataset.line);
  const point = (focus) => {
    for (const { lines, chart } of charts.values()) {
      const index = lines.findIndex((line) => line.color === color);
      if (lines.length > 1 && index >= 0) chart.setSeries(focus ? index + 1 : null, { focus: true });
    }
  };
  for (const name of ["pointerenter", "focusin"]) entry.addEventListener(name, () => point(true));
  for (const name of ["pointerleave", "focusout"]) entry.addEventListener(name, () => point(false));
}
smoothing?.addEventListener("input", soon);
logarithmic?.addEventListener("change", drawAgain);
scheme.addEventListener("change", drawAgain);
addEventListener("resize", soon);
