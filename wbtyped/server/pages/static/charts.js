"use strict";
// Draws each metric of a run; the data stand in an attribute, so that no script is in the page.
const place = document.getElementById("charts");
const series = JSON.parse(place.dataset.charts);
const dark = matchMedia("(prefers-color-scheme: dark)").matches;
for (const { name, steps, values } of series) {
  const figure = document.createElement("figure");
  const caption = document.createElement("figcaption");
  const last = values[values.length - 1];
  caption.textContent = `${name}: ${last}`;
  figure.append(caption);
  figure.setAttribute("role", "img");
  figure.setAttribute("aria-label", `${name}, ${values.length} points, last value ${last}`);
  place.append(figure);
  const axis = { stroke: dark ? "#a3b0bd" : "#55626f", grid: { stroke: dark ? "#35404b" : "#d5dce3", width: 1 }, ticks: { show: false } };
  new uPlot({
    width: figure.clientWidth - 16,
    height: 180,
    legend: { show: false },
    scales: { x: { time: false } },
    axes: [axis, { ...axis, size: 60 }],
    series: [{}, { label: name, stroke: dark ? "#7cc0ff" : "#0b5fa5", width: 2, points: { show: values.length < 40 } }],
  }, [steps, values], figure);
}
if (series.length === 0) place.textContent = "No numeric metrics logged.";
