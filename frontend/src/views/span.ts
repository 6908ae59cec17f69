/** Spans of time in a time zone: months and years, and their days and months. */
import { localDay, momentOf } from '../shared/zone.ts';

export type SpanKind = 'month' | 'year' | 'all';

export interface Span {
  kind: SpanKind;
  year: number;
  month: number; // 1 to 12
}

/** Return the month or year of a time. */
export function spanAt(kind: SpanKind, when: Date, timeZone: string): Span {
  const [year = 0, month = 1] = localDay(when, timeZone).split('-').map(Number);
  return { kind, year, month };
}

/** Return the span before (-1) or after (1) one. */
export function moved(span: Span, by: number): Span {
  if (span.kind === 'year') return { ...span, year: span.year + by };
  if (span.kind === 'all') return span;
  const months = span.year * 12 + span.month - 1 + by;
  return { ...span, year: Math.floor(months / 12), month: (months % 12) + 1 };
}

/** Return the first moment of a span and that after it; none for all times. */
export function boundsOf({ kind, year, month }: Span, timeZone: string): { start?: string; end?: string } {
  if (kind === 'all') return {};
  const [from, to] =
    kind === 'year'
      ? [momentOf(year, 1, 1, timeZone), momentOf(year + 1, 1, 1, timeZone)]
      : [momentOf(year, month, 1, timeZone), momentOf(year, month + 1, 1, timeZone)];
  return { start: from.toISOString(), end: to.toISOString() };
}

/** Return the bounds of what a key of a group stands for: a year, month or day. */
export function boundsOfKey(key: string, timeZone: string): { start: string; end: string } {
  const [year = 0, month, day] = key.split('-').map(Number);
  const [from, to] =
    month === undefined
      ? [momentOf(year, 1, 1, timeZone), momentOf(year + 1, 1, 1, timeZone)]
      : day === undefined
        ? [momentOf(year, month, 1, timeZone), momentOf(year, month + 1, 1, timeZone)]
        : [momentOf(year, month, day, timeZone), momentOf(year, month, day + 1, timeZone)];
  return { start: from.toISOString(), end: to.toISOString() };
}

/** Return all keys of a span, also those without a session. */
export function keysOf(span: Span, known: readonly string[]): string[] {
  if (span.kind === 'month') {
    const days = new Date(Date.UTC(span.year, span.month, 0)).getUTCDate();
    return Array.from({ length: days }, (_, index) => `${span.year}-${two(span.month)}-${two(index + 1)}`);
  }
  if (span.kind === 'year') return Array.from({ length: 12 }, (_, index) => `${span.year}-${two(index + 1)}`);
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) return [];
  const keys: string[] = [];
  for (let key = first; key <= last && keys.length < 400; key = following(key)) keys.push(key);
  return keys;
}

function following(key: string): string {
  const [year = 0, month, day] = key.split('-').map(Number);
  if (month === undefined) return String(year + 1);
  if (day === undefined) return month === 12 ? `${year + 1}-01` : `${year}-${two(month + 1)}`;
  return new Date(Date.UTC(year, month - 1, day + 1)).toISOString().slice(0, 10);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
