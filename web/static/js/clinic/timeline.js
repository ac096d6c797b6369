// One time axis of a child, drawn by ECharts: orders, doses, levels, laboratory, happenings.
// The same stands in tables on the page; without this script nothing is missing.
import { stripSeries } from "./timeline_strip.js";
import { colours } from "./timeline_colours.js";
import { listenToKeys } from "./timeline_keys.js";
import { keepZoomInAddress, zoomOfAddress } from "./timeline_zoom.js";
import { axes, heightOf, lanesOf, titles } from "./timeline_tracks.js";
import { belowSeries, gradeSeries, levelSeries, lineSeries, markSeries, orderSeries } from "./timeline_series.js";

/**
 * @typedef {{at: string, value: number | null, text: string, verdict?: string, valid?: boolean,
 *   below?: boolean, url?: string}} Point
 * @typedef {{at: string, until: string | null, kind: string, ml: number | null, text: string,
 *   reason: string}} Order
 * @typedef {{track: string, at: string, text: string, label?: string, url?: string}} Mark
 * @typedef {{at: string, until: string | null, grade: number, text: string, url: string}} Grade
 * @typedef {{first: string, cells: string, minutes: (number | null)[],
 *   states: Record<string, string>}} Strip
 * @typedef {{language: string, from: string, to: string, today: string, words: Record<string, string>,
 *   tracks: string[], rows: string[], band: {low: number, high: number} | null, orders: Order[],
 *   strip: Strip, levels: Point[], labs: {code: string, name: string, points: Point[]}[],
 *   volumes: {name: string, points: Point[]}[], grades: Grade[], marks: Mark[]}} Data
 * @typedef {import("./timeline_colours.js").Colours} Colours
 * @typedef {import("./timeline_tracks.js").Lane} Lane
 */

/** @param {Data} data @param {Lane[]} lanes @param {Colours} ink */
function series(data, lanes, ink) {
  const inks = [ink.missed, ink.held, ink.lake, ink.text, ink.late, ink.muted];
  const found = /** @type {object[]} */ ([]);
  lanes.forEach((lane, index) => {
    if (lane.id === "orders") found.push(orderSeries(data, ink, index));
    else if (lane.id === "doses") found.push(stripSeries(data.strip, ink, index));
    else if (lane.id === "levels") found.push(levelSeries(data, ink, index), belowSeries(data, ink, index));
    else if (lane.id === "grades") found.push(gradeSeries(data, ink, index));
    else if (lane.id === "marks") found.push(markSeries(data, ink, index));
    else if (lane.id === "volumes")
      data.volumes.forEach((lesion, place) => found.push(lineSeries(`volume-${place}`, lesion.points, index, inks[(place + 2) % inks.length] ?? ink.lake)));
    else
      data.labs
        .filter((lab) => `lab-${lab.code}` === lane.id)
        .forEach((lab) => found.push(lineSeries(lane.id, lab.points, index, inks[data.labs.indexOf(lab) % inks.length] ?? ink.lake)));
  });
  return found;
}

/** @param {Data} data @param {Lane[]} lanes @param {Colours} ink @param {boolean} narrow */
function xAxes(data, lanes, ink, narrow) {
  const last = lanes.length - 1;
  return lanes.map((lane, index) => ({
    type: /** @type {const} */ ("time"),
    gridIndex: index,
    min: `${data.from}T00:00`,
    max: `${data.to}T23:59`,
    splitNumber: narrow ? 3 : 6,
    axisLabel: { show: index === last, color: ink.muted, hideOverlap: true },
    axisLine: { lineStyle: { color: ink.line } },
    axisTick: { show: index === last },
    splitLine: { show: lane.id !== "doses", lineStyle: { color: ink.line, opacity: 0.6 } },
    axisPointer: { label: { show: false } },
  }));
}

/** @param {Lane[]} lanes @param {boolean} narrow */
function grids(lanes, narrow) {
  return lanes.map((lane) => ({
    left: narrow ? 92 : 132,
    right: narrow ? 8 : 20,
    top: `${lane.top}%`,
    height: `${lane.height}%`,
    // all tracks begin at the same place, however long their words are
    outerBoundsMode: /** @type {const} */ ("none"),
  }));
}

/** @param {Data} data @param {HTMLElement} place */
function options(data, place) {
  const ink = colours();
  const narrow = place.clientWidth < 640;
  const lanes = lanesOf(data);
  const every = lanes.map((_, index) => index);
  return {
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: grids(lanes, narrow),
    title: titles(lanes, ink, narrow),
    xAxis: xAxes(data, lanes, ink, narrow),
    yAxis: axes(lanes, ink, narrow),
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
    ].map((zoom) => ({ ...zoom, ...zoomOfAddress() })),
    series: series(data, lanes, ink),
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
  if (lanesOf(data).length === 0) return;
  place.hidden = false;
  place.style.height = heightOf(lanesOf(data));
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
  keepZoomInAddress(chart);
}

/** A closed table would be missing on paper. */
function openForPrint() {
  window.addEventListener("beforeprint", () => {
    for (const track of document.querySelectorAll("details.track")) track.setAttribute("open", "");
  });
}

draw();
openForPrint();
