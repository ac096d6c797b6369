// The dose strip: a bar a slot. Height tells the state as well as colour does.

/**
 * @typedef {import("./timeline_colours.js").Colours} Colours
 * @typedef {import("./timeline.js").Strip} Strip
 */

const HALF_DAY = 12 * 60 * 60 * 1000;
// from where to where a bar stands in its row, from 0 (bottom) to 1 (top)
const EXTENT = /** @type {Record<string, [number, number]>} */ ({
  g: [0, 0.62],
  e: [0, 0.62],
  l: [0, 0.78],
  p: [0, 0.32],
  v: [0, 0.5],
  m: [0.78, 1],
  d: [0, 1],
  h: [0.42, 0.52],
  u: [0.02, 0.1],
});

/** @param {Strip} strip @param {Colours} ink @param {number} lane */
export function stripSeries(strip, ink, lane) {
  const first = new Date(`${strip.first}T00:00`);
  /** @type {{value: [number, number, number], slot: object}[]} */
  const data = [];
  for (let place = 0; place < strip.cells.length; place += 1) {
    const state = strip.cells.charAt(place);
    if (state === " " || state === ".") continue;
    const day = new Date(first);
    day.setDate(first.getDate() + Math.floor(place / 2));
    const row = place % 2;
    data.push({
      value: [day.getTime() + HALF_DAY, row, state.charCodeAt(0)],
      slot: { day: iso(day), half: row ? "evening" : "morning", state, minutes: strip.minutes[place] ?? null },
    });
  }
  return {
    id: "doses",
    type: /** @type {const} */ ("custom"),
    xAxisIndex: lane,
    yAxisIndex: lane,
    data,
    encode: { x: 0, y: 1 },
    clip: true,
    renderItem: (/** @type {any} */ _params, /** @type {any} */ api) => bar(api, ink),
  };
}

/** @param {any} api @param {Colours} ink */
function bar(api, ink) {
  const state = String.fromCharCode(api.value(2));
  const [x, middle] = api.coord([api.value(0), api.value(1)]);
  const [dayWidth, rowHeight] = api.size([2 * HALF_DAY, 1]);
  const width = Math.max(1, dayWidth - (dayWidth > 4 ? 1 : 0));
  const height = rowHeight - 2;
  const bottom = middle + height / 2;
  const [low, high] = EXTENT[state] ?? [0, 0.5];
  return {
    type: "rect",
    shape: { x: x - width / 2, y: bottom - high * height, width, height: Math.max(1, (high - low) * height) },
    style: { fill: ink.state[state] ?? ink.muted },
  };
}

/** @param {Date} day */
function iso(day) {
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}
