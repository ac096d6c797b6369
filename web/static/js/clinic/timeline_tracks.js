// Which tracks are drawn, one below the other, and where each of them stands.

/**
 * @typedef {import("./timeline.js").Data} Data
 * @typedef {import("./timeline_colours.js").Colours} Colours
 * @typedef {{id: string, name: string, share: number, kind: "value" | "rows", rows: string[],
 *   parts: number, top: number, height: number}} Lane
 */

const TOP = 2;
const GAP = 1.4;
// the slider at the bottom and the dates above it
const BELOW = 11;

/** The tracks from top to bottom; heights in percent of the drawing.
 * @param {Data} data @returns {Lane[]} */
export function lanesOf(data) {
  const { words } = data;
  const shown = (/** @type {string} */ track) => data.tracks.includes(track);
  const lanes = /** @type {Lane[]} */ ([]);
  const add = (/** @type {string} */ id, /** @type {string} */ name, /** @type {number} */ share, /** @type {Partial<Lane>} */ more = {}) =>
    lanes.push({ id, name, share, kind: "value", rows: [], parts: 2, top: 0, height: 0, ...more });
  if (shown("orders")) add("orders", words.order ?? "", 8, { parts: 1 });
  if (shown("doses")) add("doses", "", 8, { kind: "rows", rows: [words.morning ?? "", words.evening ?? ""] });
  if (shown("levels")) add("levels", words.level ?? "", 20, { parts: 3 });
  if (shown("labs")) for (const lab of data.labs) add(`lab-${lab.code}`, lab.name, 12);
  if (shown("volumes") && data.volumes.length) add("volumes", words.volume ?? "", 12);
  if (shown("events") && data.grades.length) add("grades", words.grade ?? "", 12, { kind: "rows", rows: ["1", "2", "3", "4", "5"] });
  if (data.rows.length) add("marks", "", 3.2 * data.rows.length, { kind: "rows", rows: data.rows.map((row) => words[row] ?? "") });
  return placed(lanes);
}

/** @param {Lane[]} lanes */
function placed(lanes) {
  const whole = lanes.reduce((sum, lane) => sum + lane.share, 0);
  const room = 100 - TOP - BELOW - GAP * Math.max(0, lanes.length - 1);
  let top = TOP;
  return lanes.map((lane) => {
    const height = (lane.share / whole) * room;
    const at = { ...lane, top, height };
    top += height + GAP;
    return at;
  });
}

/** So that a track looks the same beside few others as beside many.
 * @param {Lane[]} lanes */
export function heightOf(lanes) {
  const whole = lanes.reduce((sum, lane) => sum + lane.share, 0);
  return `${Math.round(whole * 0.48) + 6}rem`;
}

/** @param {Lane[]} lanes @param {Colours} ink @param {boolean} narrow */
export function axes(lanes, ink, narrow) {
  return lanes.map((lane, index) =>
    lane.kind === "value" ? valueAxis(lane, index, ink) : rowAxis(lane, index, ink, narrow),
  );
}

/** @param {Lane} lane @param {number} index @param {Colours} ink */
function valueAxis(lane, index, ink) {
  return {
    type: /** @type {const} */ ("value"),
    gridIndex: index,
    min: 0,
    splitNumber: lane.parts,
    axisLabel: { color: ink.muted, hideOverlap: true, fontSize: 10 },
    splitLine: { lineStyle: { color: ink.line, opacity: 0.6 } },
  };
}

/** @param {Lane} lane @param {number} index @param {Colours} ink @param {boolean} narrow */
function rowAxis(lane, index, ink, narrow) {
  return {
    type: /** @type {const} */ ("category"),
    gridIndex: index,
    data: lane.rows,
    inverse: lane.id !== "grades",
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { color: ink.text, interval: 0, fontSize: narrow || lane.id === "grades" ? 10 : 12 },
    splitLine: { show: lane.id !== "doses", lineStyle: { color: ink.line, opacity: 0.6 } },
  };
}

/** The names of the tracks, in the margin at the left.
 * @param {Lane[]} lanes @param {Colours} ink @param {boolean} narrow */
export function titles(lanes, ink, narrow) {
  return lanes
    .filter((lane) => lane.name)
    .map((lane) => ({
      text: lane.name.replace(", ", "\n"),
      left: 0,
      top: `${lane.top}%`,
      textStyle: { color: ink.text, fontSize: narrow ? 11 : 13, fontWeight: /** @type {const} */ ("bold"), lineHeight: 15 },
    }));
}
