// Moving and zooming the time axis from the keyboard, while it has the focus.

const STEP = 0.2;

/** @param {HTMLElement} place @param {any} chart */
export function listenToKeys(place, chart) {
  place.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const zoom = chart.getOption().dataZoom[0];
    const next = after(event.key, zoom.start, zoom.end);
    if (!next) return;
    event.preventDefault();
    chart.dispatchAction({ type: "dataZoom", start: next[0], end: next[1] });
  });
}

/**
 * What part of the axis (in percent) is shown after a key; nothing for other keys.
 * @param {string} key @param {number} start @param {number} end
 * @returns {[number, number] | undefined}
 */
export function after(key, start, end) {
  const width = end - start;
  const move = width * STEP;
  switch (key) {
    case "ArrowLeft":
      return start <= 0 ? [0, width] : [Math.max(0, start - move), Math.max(width, end - move)];
    case "ArrowRight":
      return [Math.min(100 - width, start + move), Math.min(100, end + move)];
    case "+":
    case "=":
      return width <= 2 ? [start, end] : [start + width / 4, end - width / 4];
    case "-":
    case "−":
      return [Math.max(0, start - width / 2), Math.min(100, end + width / 2)];
    case "0":
      return [0, 100];
    default:
      return undefined;
  }
}
