// What a page has loaded with a plain script tag before our modules run.
import type * as everything from "echarts";

declare global {
  const echarts: typeof everything;
}
