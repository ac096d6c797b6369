// What part of the axis is shown stands in the address, so that a copied link shows the same.

const NAME = "zoom";
const PAUSE = 250;

/** In percent of the days of the page; nothing when the address does not say.
 * @returns {{start?: number, end?: number}} */
export function zoomOfAddress() {
  const said = new URLSearchParams(window.location.search).get(NAME) ?? "";
  const found = /^(\d{1,3}(?:\.\d)?)-(\d{1,3}(?:\.\d)?)$/.exec(said);
  if (!found) return {};
  const [start, end] = [Number(found[1]), Number(found[2])];
  return start < end && end <= 100 ? { start, end } : {};
}

/** @param {any} chart */
export function keepZoomInAddress(chart) {
  let waiting = 0;
  chart.on("datazoom", () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => write(chart.getOption().dataZoom[0]), PAUSE);
  });
}

/** @param {{start: number, end: number}} zoom */
function write(zoom) {
  const address = new URL(window.location.href);
  if (zoom.start <= 0 && zoom.end >= 100) address.searchParams.delete(NAME);
  else address.searchParams.set(NAME, `${zoom.start.toFixed(1)}-${zoom.end.toFixed(1)}`);
  window.history.replaceState(null, "", address);
}
