// One time axis of a child, drawn by ECharts: orders, doses, levels, laboratory, happenings.
// The same stands in tables on the page; without this script nothing is missing.
import { stripSeries } from "./timeline_strip.js";
import { colours } from "./timeline_colours.js";
import { listenToKeys } from "./timeline_keys.js";

/**
 * @typedef {{at: string, value: number | null, text: string, verdict?: string, valid?: boolean,
 *   below?: boolean, url?: string}} Point
 * @typedef {{at: string, until: string | null, kind: string, ml: number | null, text: string,
 *   reason: string}} Order
 * @typedef {{track: string, at: string, text: string, label?: string, url?: string}} Mark
 * @typedef {{first: string, cells: string, minutes: (number | null)[],
 *   states: Record<string, string>}} Strip
 * @typedef {{language: string, from: string, to: string, today: string, words: Record<string, string>,
 *   band: {low: number, high: number} | null, orders: Order[], strip: Strip, levels: Point[],
 *   platelets: Point[], fibrinogen: Point[], marks: Mark[]}} Data
 * @typedef {import("./timeline_colours.js").Colours} Colours
 */

const TRACKS = ["photo", "examination", "assessment", "event", "treatment", "visit", "message"];
// heights of the grids in shares of the drawing: order, doses, level, platelets, fibrinogen, marks
const SHARES = [8, 8, 21, 13, 12, 20];
const TOP = 2;
const GAP = 1.4;

/** @param {string} day */
const startOf = (day) => `${day}T00:00`;
/** @param {string} day */
const endOf = (day) => `${day}T23:59`;

/** @param {boolean} narrow */
const leftOf = (narrow) => (narrow ? 92 : 132);

/** @param {Data} data @param {Colours} ink @param {boolean} narrow */
function frame(data, ink, narrow) {
  const grids = [];
  let top = TOP;
  for (const share of SHARES) {
    grids.push({
      left: leftOf(narrow),
      right: narrow ? 8 : 20,
      top: `${top}%`,
      height: `${share}%`,
      // all tracks begin at the same place, however long their words are
      outerBoundsMode: /** @type {const} */ ("none"),
    });
    top += share + GAP;
  }
  const last = SHARES.length - 1;
  const xAxis = SHARES.map((_, index) => ({
    type: /** @type {const} */ ("time"),
    gridIndex: index,
    min: startOf(data.from),
    max: endOf(data.to),
    splitNumber: narrow ? 3 : 8,
    axisLabel: { show: index === last, color: ink.muted, hideOverlap: true },
    axisLine: { lineStyle: { color: ink.line } },
    axisTick: { show: index === last },
    splitLine: { show: index !== 1, lineStyle: { color: ink.line, opacity: 0.6 } },
    axisPointer: { label: { show: false } },
  }));
  return { grids, xAxis };
}

/** @param {Data} data @param {Colours} ink @param {boolean} narrow */
function yAxes(data, ink, narrow) {
  const value = (/** @type {number} */ grid, /** @type {number} */ parts) => ({
    type: /** @type {const} */ ("value"),
    gridIndex: grid,
    splitNumber: parts,
    axisLabel: { color: ink.muted, hideOverlap: true, fontSize: 10 },
    splitLine: { lineStyle: { color: ink.line, opacity: 0.6 } },
  });
  const rows = (/** @type {number} */ grid, /** @type {string[]} */ words) => ({
    type: /** @type {const} */ ("category"),
    gridIndex: grid,
    data: words,
    inverse: true,
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { color: ink.text, interval: 0, fontSize: narrow ? 10 : 12 },
    splitLine: { show: grid === 5, lineStyle: { color: ink.line, opacity: 0.6 } },
  });
  const words = data.words;
  return [
    { ...value(0, 1), min: 0 },
    rows(1, [words.morning ?? "", words.evening ?? ""]),
    { ...value(2, 3), min: 0 },
    { ...value(3, 2), min: 0 },
    { ...value(4, 2), min: 0 },
    rows(5, TRACKS.map((track) => words[track] ?? "")),
  ];
}

/** The names of the drawn tracks, in the margin at the left. */
/** @param {Data} data @param {Colours} ink @param {boolean} narrow @param {{top: string}[]} grids */
function titles(data, ink, narrow, grids) {
  const named = [["order", 0], ["level", 2], ["platelets", 3], ["fibrinogen", 4]];
  return named.map(([word, grid]) => ({
    text: (data.words[/** @type {string} */ (word)] ?? "").replace(", ", "\n"),
    left: 0,
    top: grids[/** @type {number} */ (grid)]?.top,
    textStyle: { color: ink.text, fontSize: narrow ? 11 : 13, fontWeight: /** @type {const} */ ("bold"), lineHeight: 15 },
  }));
}

/** @param {Data} data @param {Colours} ink */
function orderSeries(data, ink) {
  /** @type {[string, number | null][]} */
  const steps = [];
  /** @type {[{xAxis: string, name?: string}, {xAxis: string}][]} */
  const pauses = [];
  let running = /** @type {number | null} */ (null);
  for (const order of data.orders) {
    if (order.kind === "dose") {
      steps.push([order.at, order.ml]);
      running = order.ml;
      continue;
    }
    pauses.push([{ xAxis: order.at, name: data.words[order.kind] ?? "" }, { xAxis: order.until ?? endOf(data.to) }]);
    steps.push([order.at, null]);
    if (order.until !== null) steps.push([order.until, running]);
  }
  if (running !== null) steps.push([endOf(data.to), running]);
  return {
    id: "orders",
    type: /** @type {const} */ ("line"),
    step: /** @type {const} */ ("end"),
    xAxisIndex: 0,
    yAxisIndex: 0,
    data: steps,
    symbol: "none",
    lineStyle: { color: ink.lake, width: 2 },
    areaStyle: { color: ink.tint },
    markArea: { silent: true, itemStyle: { color: ink.held, opacity: 0.3 }, label: { color: ink.text, fontSize: 10 }, data: pauses },
  };
}

/** @param {Data} data @param {Colours} ink */
function levelSeries(data, ink) {
  const points = data.levels.map((level) => ({
    // a level below quantification is no number: the line stops there
    value: [level.at, level.below ? null : level.value],
    symbol: level.valid ? "circle" : "emptyCircle",
    itemStyle: { color: level.valid ? ink.text : ink.late },
    point: level,
  }));
  const { band } = data;
  return {
    id: "levels",
    type: /** @type {const} */ ("line"),
    xAxisIndex: 2,
    yAxisIndex: 2,
    data: points,
    symbolSize: 11,
    lineStyle: { color: ink.muted, width: 1, type: /** @type {const} */ ("dashed") },
    markArea: band
      ? { silent: true, itemStyle: { color: ink.band, opacity: 0.7 }, data: [[{ yAxis: band.low }, { yAxis: band.high }]] }
      : undefined,
  };
}

/** @param {Data} data @param {Colours} ink */
function belowSeries(data, ink) {
  return {
    id: "below",
    type: /** @type {const} */ ("scatter"),
    xAxisIndex: 2,
    yAxisIndex: 2,
    data: data.levels.filter((level) => level.below).map((level) => ({ value: [level.at, level.value], point: level })),
    symbol: "triangle",
    symbolRotate: 180,
    symbolSize: 12,
    itemStyle: { color: ink.late },
  };
}

/** @param {string} id @param {Point[]} points @param {number} index @param {string} colour */
function labSeries(id, points, index, colour) {
  return {
    id,
    type: /** @type {const} */ ("line"),
    xAxisIndex: index,
    yAxisIndex: index,
    data: points.map((point) => ({ value: [point.at, point.value], point })),
    symbol: "circle",
    symbolSize: 6,
    lineStyle: { color: colour, width: 2 },
    itemStyle: { color: colour },
  };
}

const SHAPES = /** @type {Record<string, string>} */ ({
  photo: "roundRect",
  examination: "rect",
  assessment: "diamond",
  event: "triangle",
  treatment: "arrow",
  visit: "circle",
  message: "pin",
});

/** @param {Data} data @param {Colours} ink */
function markSeries(data, ink) {
  return {
    id: "marks",
    type: /** @type {const} */ ("scatter"),
    xAxisIndex: 5,
    yAxisIndex: 5,
    data: data.marks.map((mark) => ({
      value: [mark.at, TRACKS.indexOf(mark.track)],
      symbol: SHAPES[mark.track] ?? "circle",
      symbolSize: mark.track === "assessment" ? 14 : 9,
      itemStyle: { color: mark.track === "event" ? ink.missed : mark.track === "visit" ? ink.muted : ink.lake },
      label: { show: Boolean(mark.label), formatter: mark.label ?? "", position: /** @type {const} */ ("right"), color: ink.text, fontSize: 10 },
      point: mark,
    })),
  };
}

/** @param {Data} data @param {HTMLElement} place */
function options(data, place) {
  const ink = colours();
  const narrow = place.clientWidth < 640;
  const { grids, xAxis } = frame(data, ink, narrow);
  const every = SHARES.map((_, index) => index);
  return {
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: grids,
    title: titles(data, ink, narrow, grids),
    xAxis,
    yAxis: yAxes(data, ink, narrow),
    axisPointer: { link: [{ xAxisIndex: /** @type {"all"} */ ("all") }], lineStyle: { color: ink.muted } },
    tooltip: {
      trigger: /** @type {const} */ ("item"),
      renderMode: /** @type {const} */ ("richText"),
      confine: true,
      backgroundColor: ink.surface,
      borderColor: ink.line,
      textStyle: { color: ink.text },
      formatter: (/** @type {any} */ hit) => tip(hit, data),
    },
    dataZoom: [
      { type: /** @type {const} */ ("inside"), xAxisIndex: every, zoomOnMouseWheel: /** @type {const} */ ("ctrl"), moveOnMouseMove: true, filterMode: /** @type {const} */ ("none") },
      { type: /** @type {const} */ ("slider"), xAxisIndex: every, bottom: 4, height: 18, filterMode: /** @type {const} */ ("none"), showDetail: false, showDataShadow: false },
    ],
    series: [
      orderSeries(data, ink),
      stripSeries(data.strip, ink),
      levelSeries(data, ink),
      belowSeries(data, ink),
      labSeries("platelets", data.platelets, 3, ink.missed),
      labSeries("fibrinogen", data.fibrinogen, 4, ink.held),
      markSeries(data, ink),
    ],
  };
}

/** @param {string} at */
function when(at) {
  const language = document.documentElement.lang;
  const clock = at.endsWith("T12:00") ? {} : { hour: /** @type {const} */ ("2-digit"), minute: /** @type {const} */ ("2-digit"), hour12: false };
  return new Date(at).toLocaleString(language, { day: "numeric", month: "short", year: "numeric", ...clock });
}

/** @param {any} hit @param {Data} data */
function tip(hit, data) {
  const point = /** @type {Point & Mark | undefined} */ (hit.data?.point);
  if (point) return [when(point.at), point.text, point.verdict].filter(Boolean).join("\n");
  if (hit.data?.slot) {
    const { day, half, state, minutes } = hit.data.slot;
    const words = data.words;
    const off = minutes === null || minutes === 0 ? "" : minutes > 0 ? words.minutes_late : words.minutes_early;
    const slot = `${when(`${day}T12:00`)} · ${words[half]}`;
    return [slot, data.strip.states[state], off?.replace("{0}", String(Math.abs(minutes)))].filter(Boolean).join("\n");
  }
  return "";
}

function draw() {
  const place = document.getElementById("timeline");
  const source = document.getElementById("timeline-data");
  if (!place || !source?.textContent || typeof echarts === "undefined") return;
  const data = /** @type {Data} */ (JSON.parse(source.textContent));
  place.hidden = false;
  for (const id of ["timeline-keys", "timeline-legend"]) document.getElementById(id)?.removeAttribute("hidden");
  const chart = echarts.init(place, null, { renderer: "canvas", locale: data.language === "zh" ? "ZH" : "EN" });
  const paint = () => chart.setOption(/** @type {any} */ (options(data, place)), true);
  paint();
  chart.on("click", (/** @type {any} */ hit) => {
    const url = hit.data?.point?.url;
    if (url) window.location.assign(url);
  });
  new ResizeObserver(() => {
    chart.resize();
    paint();
  }).observe(place);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  listenToKeys(place, chart);
}

/** A closed table would be missing on paper. */
function openForPrint() {
  window.addEventListener("beforeprint", () => {
    for (const track of document.querySelectorAll("details.track")) track.setAttribute("open", "");
  });
}

draw();
openForPrint();
