"use strict";
// Draws each metric of a run; the data stand in an attribute, so that no script is in the page.
const place = document.getElementById("charts");
const series = JSON.parse(place.dataset.charts);
const scheme = matchMedia("(prefers-color-scheme: dark)");
const short = (value) => (value === null || value === undefined ? "" : String(Number(value.toPrecision(4))));

function draw() {
  const dark = scheme.matches;
  const axis = { stroke: dark ? "#a3b0bd" : "#55626f", grid: { stroke: dark ? "#35404b" : "#d5dce3", width: 1 }, ticks: { show: false } };
  place.replaceChildren();
  for (const { name, steps, values } of series) {
    const figure = document.createElement("figure");
    const caption = document.createElement("figcaption");
    const shown = document.createElement("span");
    const last = values[values.length - 1];
    const restore = () => { shown.textContent = short(last); };
    caption.append(`${name} `, shown);
    restore();
    figure.append(caption);
    figure.setAttribute("role", "img");
    figure.setAttribute("aria-label", `${name}, ${values.length} points from ${short(values[0])} to ${short(last)}, between ${short(Math.min(...values))} and ${short(Math.max(...values))}`);
    place.append(figure);
    new uPlot({
      width: figure.clientWidth - 16,
      height: 170,
      legend: { show: false },
      scales: { x: { time: false } },
      axes: [{ ...axis, size: 32 }, { ...axis, size: 64, values: (_, splits) => splits.map(short) }],
      series: [{}, { label: name, stroke: dark ? "#7cc0ff" : "#0b5fa5", width: 2, points: { show: values.length < 40 } }],
      hooks: { setCursor: [(plot) => {
        const at = plot.cursor.idx;
        if (at === null || at === undefined || plot.cursor.left < 0) restore();
        else shown.textContent = `${short(values[at])} at step ${steps[at]}`;
      }] },
    }, [steps, values], figure);
  }
  if (series.length === 0) place.textContent = "No numeric metrics logged.";
}

draw();
scheme.addEventListener("change", draw);
let waiting;
addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(draw, 150); });
