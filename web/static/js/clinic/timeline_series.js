// One series a track: steps of the dose, levels in their band, laboratory, volume, grades, marks.

/**
 * @typedef {import("./timeline.js").Data} Data
 * @typedef {import("./timeline.js").Point} Point
 * @typedef {import("./timeline_colours.js").Colours} Colours
 */

const SHAPES = /** @type {Record<string, string>} */ ({
  photo: "roundRect",
  examination: "rect",
  assessment: "diamond",
  treatment: "arrow",
  visit: "circle",
  message: "pin",
});

/** @param {Data} data */
const edge = (data) => `${data.to}T23:59`;

/** @param {Data} data @param {Colours} ink @param {number} lane */
export function orderSeries(data, ink, lane) {
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
    pauses.push([{ xAxis: order.at, name: data.words[order.kind] ?? "" }, { xAxis: order.until ?? edge(data) }]);
    steps.push([order.at, null]);
    if (order.until !== null) steps.push([order.until, running]);
  }
  if (running !== null) steps.push([edge(data), running]);
  return {
    id: "orders",
    type: /** @type {const} */ ("line"),
    step: /** @type {const} */ ("end"),
    xAxisIndex: lane,
    yAxisIndex: lane,
    data: steps,
    symbol: "none",
    lineStyle: { color: ink.lake, width: 2 },
    areaStyle: { color: ink.tint },
    markArea: { silent: true, itemStyle: { color: ink.held, opacity: 0.3 }, label: { color: ink.text, fontSize: 10 }, data: pauses },
  };
}

/** @param {Data} data @param {Colours} ink @param {number} lane */
export function levelSeries(data, ink, lane) {
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
    xAxisIndex: lane,
    yAxisIndex: lane,
    data: points,
    symbolSize: 11,
    lineStyle: { color: ink.muted, width: 1, type: /** @type {const} */ ("dashed") },
    markArea: band
      ? { silent: true, itemStyle: { color: ink.band, opacity: 0.7 }, data: [[{ yAxis: band.low }, { yAxis: band.high }]] }
      : undefined,
  };
}

/** @param {Data} data @param {Colours} ink @param {number} lane */
export function belowSeries(data, ink, lane) {
  return {
    id: "below",
    type: /** @type {const} */ ("scatter"),
    xAxisIndex: lane,
    yAxisIndex: lane,
    data: data.levels.filter((level) => level.below).map((level) => ({ value: [level.at, level.value], point: level })),
    symbol: "triangle",
    symbolRotate: 180,
    symbolSize: 12,
    itemStyle: { color: ink.late },
  };
}

/** @param {string} id @param {Point[]} points @param {number} lane @param {string} colour */
export function lineSeries(id, points, lane, colour) {
  return {
    id,
    type: /** @type {const} */ ("line"),
    xAxisIndex: lane,
    yAxisIndex: lane,
    data: points.map((point) => ({ value: [point.at, point.value], point })),
    symbol: "circle",
    symbolSize: 6,
    lineStyle: { color: colour, width: 2 },
    itemStyle: { color: colour },
  };
}

/** Bars from the first to the last day of each grade; the row tells the grade as well.
 * @param {Data} data @param {Colours} ink @param {number} lane */
export function gradeSeries(data, ink, lane) {
  return {
    id: "grades",
    type: /** @type {const} */ ("custom"),
    xAxisIndex: lane,
    yAxisIndex: lane,
    clip: true,
    encode: { x: [0, 1], y: 2 },
    data: data.grades.map((grade) => ({
      value: [time(grade.at), time(grade.until ?? edge(data)), grade.grade - 1],
      point: grade,
    })),
    renderItem: (/** @type {any} */ _params, /** @type {any} */ api) => gradeBar(api, ink),
  };
}

/** @param {any} api @param {Colours} ink */
function gradeBar(api, ink) {
  const [left, middle] = api.coord([api.value(0), api.value(2)]);
  const [right] = api.coord([api.value(1), api.value(2)]);
  const height = Math.max(4, Math.min(10, api.size([0, 1])[1] - 2));
  const fill = api.value(2) >= 2 ? ink.missed : ink.late;
  return {
    type: "rect",
    shape: { x: left, y: middle - height / 2, width: Math.max(4, right - left), height, r: 2 },
    style: { fill, stroke: ink.surface, lineWidth: 1 },
  };
}

/** @param {Data} data @param {Colours} ink @param {number} lane */
export function markSeries(data, ink, lane) {
  return {
    id: "marks",
    type: /** @type {const} */ ("scatter"),
    xAxisIndex: lane,
    yAxisIndex: lane,
    data: data.marks.map((mark) => ({
      value: [mark.at, data.rows.indexOf(mark.track)],
      symbol: SHAPES[mark.track] ?? "circle",
      symbolSize: mark.track === "assessment" ? 14 : 9,
      itemStyle: { color: mark.track === "visit" ? ink.muted : ink.lake },
      label: { show: Boolean(mark.label), formatter: mark.label ?? "", position: /** @type {const} */ ("right"), color: ink.text, fontSize: 10 },
      point: mark,
    })),
  };
}

/** @param {string} at */
const time = (at) => new Date(at).getTime();
