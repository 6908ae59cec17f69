export interface Scale {
  start: number;
  end: number;
  step: number;
  ticks: number[];
}

/** Return an axis with round numbers, about four, that holds all from `least` to `most`. */
export function scaleOf(least: number, most: number, count = 4): Scale {
  const low = Number.isFinite(least) ? least : 0;
  const high = Number.isFinite(most) && most > low ? most : low + 1;
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10);
  const start = Math.floor(low / step + 1e-9) * step;
  const end = Math.ceil(high / step - 1e-9) * step;
  const ticks = Array.from({ length: Math.round((end - start) / step) + 1 }, (_, index) => start + index * step);
  return { start, end, step, ticks };
}
