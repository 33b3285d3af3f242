// Returns what of a page people who cannot see it, or see it badly, could not use.
() => {
  const found = [];
  for (const input of document.querySelectorAll("input:not([type=hidden]):not([hidden]), select"))
    if (!input.labels.length && !input.ariaLabel) found.push(`no label: ${input.outerHTML}`);
  for (const each of document.querySelectorAll("a, button"))
    if (!each.textContent.trim()) found.push(`no name: ${each.outerHTML}`);
  for (const each of document.querySelectorAll("table:not(:has(> caption))"))
    found.push(`no caption: ${each.outerHTML.slice(0, 99)}`);
  for (const each of document.querySelectorAll("[role=region], nav"))
    if (!each.ariaLabel && !each.getAttribute("aria-labelledby")) found.push("no label of a landmark");
  const levels = [...document.querySelectorAll("h1, h2, h3")].map((h) => Number(h.tagName[1]));
  levels.forEach((level, at) => { if (level > (levels[at - 1] ?? 0) + 1) found.push(`level ${level}`); });
  const ids = [...document.querySelectorAll("[id]")].map((each) => each.id);
  if (new Set(ids).size < ids.length) found.push("two elements with one id");
  for (const name of ["main", "h1", "html[lang]"])
    if (document.querySelectorAll(name).length !== 1) found.push(`not one ${name}`);
  const width = document.documentElement;
  if (width.scrollWidth > width.clientWidth) found.push(`wider than the window by ${width.scrollWidth - width.clientWidth}`);
  const light = (color) => {
    const [r, g, b] = color.match(/[\d.]+/g).slice(0, 3).map((v) => v / 255)
      .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const back = (each) => {
    const color = getComputedStyle(each).backgroundColor;
    return color === "rgba(0, 0, 0, 0)" && each.parentElement ? back(each.parentElement) : color;
  };
  for (const each of document.querySelectorAll("main :is(p, a, td, th, caption, span, label, button)")) {
    if (each.closest("svg")) continue;
    const pair = [light(getComputedStyle(each).color), light(back(each))].sort((a, b) => b - a);
    if ((pair[0] + 0.05) / (pair[1] + 0.05) < 4.5) found.push(`low contrast: ${each.outerHTML.slice(0, 99)}`);
  }
  return found;
}
