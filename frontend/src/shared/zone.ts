/** Time zones: the one that times are shown in, and what a time of the day is in another one. */
import type { Hass } from './hass.ts';
import { dateFormat } from './intl.ts';

const DAY_MS = 24 * 60 * 60_000;
const QUARTER_MS = 15 * 60_000;
const WEEK = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** That of the user, and that of Home Assistant, in which it keeps times of the day. */
export interface Zones {
  user: string;
  server: string;
}

/** Return the zone that a user wants: as Home Assistant does, that of the browser only if the profile says so. */
export function zoneOf({ locale, config }: Pick<Hass, 'locale' | 'config'>): string {
  return locale?.time_zone === 'local' ? (browserZone() ?? config.time_zone) : config.time_zone;
}

export function zonesOf(hass: Pick<Hass, 'locale' | 'config'>): Zones {
  return { user: zoneOf(hass), server: hass.config.time_zone };
}

/** The companion app tells the zone of the phone in a variable, as its browser keeps the one that it began with. */
function browserZone(): string | undefined {
  const told = (globalThis as { __haNativeTimeZone?: unknown }).__haNativeTimeZone;
  return typeof told === 'string' && isZone(told) ? told : dateFormat(undefined, {}).resolvedOptions().timeZone;
}

function isZone(timeZone: string): boolean {
  try {
    dateFormat('en-GB', { timeZone });
    return true;
  } catch {
    return false;
  }
}

/** Return the local date of a moment, as "2026-11-29". */
export function localDay(when: Date, timeZone: string): string {
  return dateFormat('sv-SE', { year: 'numeric', month: '2-digit', day: '2-digit', timeZone }).format(when);
}

/** Return the local time of the day of a moment, as "07:00". */
export function localClock(when: Date, timeZone: string): string {
  return dateFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone }).format(when);
}

/**
 * Return the moment of a local time; months and days may be beyond the last one.
 *
 * Of a time that there is twice, the first. A time that is left out is as much later as the clock is put on: so does Python.
 */
export function momentOf(year: number, month: number, day: number, timeZone: string, hour = 0, minute = 0): Date {
  const wanted = Date.UTC(year, month - 1, day, hour, minute);
  const moment = (at: number): number => wanted - offsetAt(at, timeZone);
  const [before, after] = [moment(wanted - DAY_MS), moment(wanted + DAY_MS)];
  const found = [before, after].find((each) => each + offsetAt(each, timeZone) === wanted);
  return new Date(found ?? before);
}

function offsetAt(moment: number, timeZone: string): number {
  const parts = dateFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(moment);
  const part = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((each) => each.type === type)?.value ?? 0);
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return local - Math.floor(moment / 1000) * 1000;
}

/** Return the next moment after `now` at which the clocks of a zone show a time; null: it is none. */
export function nextAt(clock: string, timeZone: string, now: Date): Date | null {
  const [, hour, minute] = /^(\d{1,2}):(\d{2})/.exec(clock) ?? [];
  if (hour === undefined || minute === undefined) return null;
  const [year = 0, month = 1, day = 1] = localDay(now, timeZone).split('-').map(Number);
  const moments = [0, 1, 2].map((days) => momentOf(year, month, day + days, timeZone, Number(hour), Number(minute)));
  return moments.find((moment) => moment > now) ?? null;
}

/** A time of the day on days of the week; none of them: once. */
export interface Weekly {
  clock: string;
  weekdays: readonly string[];
}

/**
 * Return what a time of the day on days of the week is in another zone: it may be on the day before or after.
 *
 * As it is the next time: where two zones put their clocks on at different times, it is another one in other weeks.
 */
export function converted({ clock, weekdays }: Weekly, from: string, to: string, now: Date): Weekly {
  const moment = from === to ? null : nextAt(clock, from, now);
  if (moment === null) return { clock: clock.slice(0, 5), weekdays };
  const days = (Date.parse(localDay(moment, to)) - Date.parse(localDay(moment, from))) / DAY_MS;
  const shifted = weekdays.map((day) => {
    const index = WEEK.indexOf(day as (typeof WEEK)[number]);
    return index < 0 ? day : (WEEK[(index + days + 7) % 7] ?? day);
  });
  return { clock: localClock(moment, to), weekdays: WEEK.filter((day) => shifted.includes(day)) };
}

/** Return the full hours of a zone's clocks in a span of time. */
export function fullHours(from: number, to: number, timeZone: string): { time: number; hour: number }[] {
  const found: { time: number; hour: number }[] = [];
  // Zones differ from each other by quarters of an hour, and few put their clocks on by less than an hour.
  for (let time = Math.ceil(from / QUARTER_MS) * QUARTER_MS; time < to;) {
    const [hour = 0, minute] = localClock(new Date(time), timeZone).split(':').map(Number);
    if (minute === 0) found.push({ time, hour });
    time += minute === 0 ? 4 * QUARTER_MS : QUARTER_MS;
  }
  return found;
}
