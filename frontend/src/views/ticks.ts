/** Axes with round numbers. */

export interface Scale {
  ticks: number[];
  low: number;
  high: number;
  digits: number; // of the ticks, after the point
}

/** Return round ticks that hold a range, and the range that they span. */
export function scale(low: number, high: number): Scale {
  const range = Math.max(high - low, 1e-9);
  const rough = high === 0 && low === 0 ? 0.25 : range / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const [first, last] = [Math.floor(low / step), Math.max(Math.ceil(high / step), Math.floor(low / step) + 1)];
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
  const digits = [0, 1].find((each) => Number.isInteger(Number((step * 10 ** each).toFixed(6)))) ?? 2;
  return { ticks, low: first * step, high: last * step, digits };
}
