// The colours of the style sheet, read when drawing: they change with light and dark.

/**
 * @typedef {{text: string, muted: string, line: string, surface: string, lake: string,
 *   tint: string, band: string, late: string, missed: string, held: string,
 *   state: Record<string, string>}} Colours
 */

/** @returns {Colours} */
export function colours() {
  const style = getComputedStyle(document.documentElement);
  const token = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: token("ink"),
    muted: token("muted"),
    line: token("line"),
    surface: token("surface"),
    lake: token("lake"),
    tint: token("tint"),
    band: token("given-tint"),
    late: token("late"),
    missed: token("missed"),
    held: token("held"),
    // by the letters of clinician/dose_strip.py
    state: {
      g: token("given"),
      e: token("late"),
      l: token("late"),
      m: token("missed"),
      h: token("held"),
      u: token("unknown"),
      p: token("partly"),
      v: token("vomited"),
      d: token("double-tint"),
    },
  };
}
