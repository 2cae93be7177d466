// Numbers of the overview as people read them, and the shapes that they are drawn as. No DOM.
import { area, curveStep, scaleLinear } from 'd3';
import { CATEGORIES, METRICS, type Metric, type MetricCategory } from '../../remote-agent/engine/overview/metrics.ts';
import { formatBytes, formatCount, formatDuration } from '../base/time.ts';

export const CATEGORY_TITLES: Readonly<Record<MetricCategory, string>> = { general: 'General', file: 'Files', network: 'Network', security: 'Security', performance: 'Performance', application: 'Applications', log: 'Logs' };
export const BY_CATEGORY: readonly { readonly category: MetricCategory; readonly metrics: readonly Metric[] }[] = CATEGORIES.map((category) => ({ category, metrics: METRICS.filter((metric) => metric.category === category) }));

/** A metric over the range: its whole, and a number for each of equal stretches. */
export interface Series { readonly id: string; readonly total: number; readonly atLeast: boolean; readonly values: ArrayLike<number> }

/** `3,076`, `1.2 MiB`, `12 ms`. */
export function formatValue({ unit }: Metric, value: number): string {
  const text = unit === 'bytes' ? formatBytes(Math.round(value)) : unit === 'ns' ? formatDuration(value) : formatCount(value);
  return text === '' ? '0' : text;
}
export function formatTotal(metric: Metric, { total, atLeast }: Series): string { return `${atLeast ? '≥ ' : ''}${formatValue(metric, total)}`; }

/** Which point is the highest; -1 where all are 0. */
export function peakOf(values: ArrayLike<number>): number {
  let best = -1;
  for (let i = 0; i < values.length; i++) if ((values[i] as number) > (best < 0 ? 0 : values[best] as number)) best = i;
  return best;
}

/** The outline of values as an SVG path: steps from the left to the right edge, from the bottom up to the largest. '' where all are 0. */
export function outline(values: ArrayLike<number>, width: number, height: number): string {
  const peak = peakOf(values);
  if (peak < 0) return '';
  const x = scaleLinear([0, values.length], [0, width]), y = scaleLinear([0, values[peak] as number], [height, 1]);
  const points = Array.from(values, (value, i) => [x(i + 0.5), value] as const);
  // The first and last step are as wide as the others.
  const all: (readonly [number, number])[] = [[0, points[0]?.[1] ?? 0], ...points, [width, points.at(-1)?.[1] ?? 0]];
  // What is there at all is seen, however small beside the largest.
  return area<readonly [number, number]>().x(([at]) => at).y0(height).y1(([, value]) => value > 0 ? Math.min(y(value), height - 1) : height).curve(curveStep)(all) ?? '';
}

/** What a picture of a series shows, in words. `at`: says when the n-th point is. */
export function describe(metric: Metric, series: Series, at: (point: number) => string): string {
  const peak = peakOf(series.values);
  if (peak < 0) return `${metric.name} over time: none`;
  let busy = 0;
  for (let i = 0; i < series.values.length; i++) if ((series.values[i] as number) > 0) busy++;
  return `${metric.name} over time: ${formatTotal(metric, series)} in all, most at ${at(peak)} with ${formatValue(metric, series.values[peak] as number)}; in ${busy} of ${series.values.length} stretches of time`;
}
