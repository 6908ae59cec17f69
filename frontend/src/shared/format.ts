/** Numbers, money and times as the user has set them in the profile. */
import { dateFormat, numberFormat } from './intl.ts';
import type { Hass } from './hass.ts';
import { localize, type Localize } from './localize.ts';
import { localClock, localDay, zonesOf, type Zones } from './zone.ts';

type Config = Pick<Hass, 'language' | 'locale' | 'config'>;

const NUMBER_LANGUAGES: Record<string, string> = {
  comma_decimal: 'en-US',
  decimal_comma: 'de',
  space_comma: 'fr',
  quote_decimal: 'de-CH',
};
/** Stands for what is unknown. */
export const UNKNOWN = '–';

/** A value and its unit, to be shown in different sizes. */
export interface Parts {
  value: string;
  unit: string;
}

export class Format {
  private readonly text: Localize;
  private readonly language: string;
  private readonly numbers: string | undefined;
  private readonly grouping: boolean;
  private readonly hour12: boolean;
  readonly zones: Zones;

  constructor(hass: Config) {
    const { locale } = hass;
    this.text = localize(hass);
    this.language = usable(locale?.language ?? hass.language);
    const style = locale?.number_format ?? 'language';
    this.numbers = style === 'system' ? undefined : (NUMBER_LANGUAGES[style] ?? this.language);
    this.grouping = style !== 'none';
    this.hour12 = hasTwelveHours(this.language, locale?.time_format);
    this.zones = zonesOf(hass);
  }

  number(value: number | null, digits = 0): string {
    if (!isNumber(value)) return UNKNOWN;
    return numberFormat(this.numbers, {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
      useGrouping: this.grouping,
    }).format(round(value, digits));
  }

  /** From 1 kW on in kW. */
  powerParts(watts: number | null): Parts {
    if (!isNumber(watts)) return { value: UNKNOWN, unit: 'kW' };
    return Math.abs(watts) < 995
      ? { value: this.number(Math.round(watts / 10) * 10), unit: 'W' }
      : { value: this.number(watts / 1000, 1), unit: 'kW' };
  }

  power(watts: number | null): string {
    return joined(this.powerParts(watts));
  }

  energyParts(kWh: number | null): Parts {
    return { value: this.number(kWh, isNumber(kWh) && Math.abs(kWh) >= 99.95 ? 0 : 1), unit: 'kWh' };
  }

  energy(kWh: number | null): string {
    return joined(this.energyParts(kWh));
  }

  percent(share: number | null): string {
    return isNumber(share) ? `${this.number(share * 100)} %` : UNKNOWN;
  }

  money(value: number | null, currency: string | null): string {
    return isNumber(value) ? this.amount(value, currency, 2) : UNKNOWN;
  }

  /** The price of a kWh, in the currency: as exact as prices of electricity are told. */
  price(value: number | null, currency: string | null): string {
    if (!isNumber(value)) return UNKNOWN;
    return `${this.amount(value, currency, Math.abs(value) < 10 ? 3 : 2)}/kWh`;
  }

  /** From the lowest to the highest price of a kWh. */
  priceRange(low: number, high: number, currency: string | null): string {
    const digits = high < 10 ? 2 : 0;
    const [from, to] = [round(low, digits), round(high, digits)];
    if (from === to) return `${this.amount(high, currency, digits)}/kWh`;
    const format = this.currency(currency, digits);
    const range =
      format === null
        ? `${this.number(low, digits)} – ${this.amount(high, currency, digits)}`
        : format.formatRange(from, to);
    return `${range}/kWh`;
  }

  private amount(value: number, currency: string | null, digits: number): string {
    const format = this.currency(currency, digits);
    return format === null
      ? `${this.number(value, digits)} ${currency ?? ''}`.trim()
      : format.format(round(value, digits));
  }

  /** Null: no currency, or none that there is. */
  private currency(currency: string | null, digits: number): Intl.NumberFormat | null {
    try {
      return numberFormat(this.numbers, {
        style: 'currency',
        currency: currency ?? '',
        currencyDisplay: 'narrowSymbol',
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
        useGrouping: this.grouping,
      });
    } catch {
      return null;
    }
  }

  /** "07:00", or "7:00 AM". */
  time(when: string | Date | null): string {
    return this.date(when, { hour: this.hour12 ? 'numeric' : '2-digit', minute: '2-digit' });
  }

  /** A local time of the day ("07:00:00"), as `time` writes it. */
  clock(time: string | null): string {
    const [hour, minute] = (time ?? '').split(':').map(Number);
    if (hour === undefined || minute === undefined || Number.isNaN(hour) || Number.isNaN(minute)) return UNKNOWN;
    return dateFormat(this.language, {
      hour: this.hour12 ? 'numeric' : '2-digit',
      minute: '2-digit',
      hour12: this.hour12,
      timeZone: 'UTC',
    }).format(Date.UTC(2000, 0, 1, hour, minute));
  }

  /** "Sat, 29 Nov", with the year unless it is this one. */
  day(when: string | Date | null): string {
    const year = this.yearOf(when) === this.yearOf(new Date()) ? undefined : ('numeric' as const);
    return this.date(when, { weekday: 'short', day: 'numeric', month: 'short', year });
  }

  private yearOf(when: string | Date | null): string {
    return this.dayKey(when ?? '').slice(0, 4);
  }

  dayAndTime(when: string | Date | null): string {
    return toDate(when) === null ? UNKNOWN : `${this.day(when)}, ${this.time(when)}`;
  }

  /** The time alone where it is today, else the day of the week with it. */
  soon(when: string | Date | null, now = new Date()): string {
    const date = toDate(when);
    if (date === null) return UNKNOWN;
    if (this.dayKey(date) === this.dayKey(now)) return this.time(date);
    return `${this.date(date, { weekday: 'short' })} ${this.time(date)}`;
  }

  /** A full hour on an axis: "07:00", or "7 AM". */
  fullHour(when: Date): string {
    return this.hour12 ? this.date(when, { hour: 'numeric' }) : this.time(when);
  }

  /** The same where there is little room: "7", or "7 AM". */
  axisHour(when: Date): string {
    return this.hour12 ? this.fullHour(when) : String(Number(localClock(when, this.zones.user).slice(0, 2)));
  }

  /** Any other form of a date. */
  date(when: string | Date | null, options: Intl.DateTimeFormatOptions): string {
    const date = toDate(when);
    if (date === null) return UNKNOWN;
    return dateFormat(this.language, {
      ...options,
      ...(options.hour === undefined ? {} : { hour12: this.hour12 }),
      timeZone: this.zones.user,
    }).format(date);
  }

  /** A key that two times of the same local day share: "2026-11-29". */
  dayKey(when: string | Date): string {
    const date = toDate(when);
    if (date === null) return '';
    return localDay(date, this.zones.user);
  }

  /** "3 h 20 min", "12 min". */
  duration(seconds: number | null): string {
    if (!isNumber(seconds)) return UNKNOWN;
    const minutes = Math.max(0, Math.round(seconds / 60));
    const hours = Math.floor(minutes / 60);
    if (hours === 0) return `${minutes} min`;
    return minutes % 60 === 0 || hours >= 100 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  }

  /** As short as it can be: "2:13 h", "12 min". */
  durationParts(seconds: number | null): Parts {
    if (!isNumber(seconds)) return { value: UNKNOWN, unit: 'min' };
    const minutes = Math.max(0, Math.round(seconds / 60));
    if (minutes < 60) return { value: String(minutes), unit: 'min' };
    return { value: `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`, unit: 'h' };
  }

  /** What is left, for a count-down: "40 s", "4 min". */
  countdown(seconds: number): string {
    const left = Math.max(0, Math.ceil(seconds));
    return left < 100 ? `${left} s` : this.duration(left);
  }

  /** A weekday's name from "mon" to "sun". */
  weekday(day: string, style: 'short' | 'narrow' | 'long' = 'short'): string {
    const index = WEEKDAYS.indexOf(day as Weekday);
    if (index < 0) return day;
    // 3 January 2000 was a Monday.
    return dateFormat(this.language, { weekday: style, timeZone: 'UTC' }).format(Date.UTC(2000, 0, 3 + index));
  }

  /** Days of the week in as few words as there are: "daily", "Mon – Fri", "Mon, Sat". */
  weekdays(days: readonly string[]): string {
    const chosen = WEEKDAYS.filter((day) => days.includes(day));
    if (chosen.length === 7) return this.text('every_day');
    const [first, last] = [chosen[0], chosen.at(-1)];
    if (first === undefined || last === undefined) return this.text('once');
    const span = WEEKDAYS.indexOf(last) - WEEKDAYS.indexOf(first) + 1;
    if (chosen.length > 2 && span === chosen.length) return `${this.weekday(first)} – ${this.weekday(last)}`;
    return chosen.map((day) => this.weekday(day)).join(', ');
  }
}

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

const formats = new WeakMap<object, { config: Config['config']; format: Format }>();

/** Return the format of a user; the same one until the profile or Home Assistant's settings change. */
export function formatter(hass: Config): Format {
  const { config } = hass;
  const key = hass.locale ?? config;
  let kept = formats.get(key);
  if (kept?.config !== config) {
    kept = { config, format: new Format(hass) };
    formats.set(key, kept);
  }
  return kept.format;
}

function isNumber(value: number | null | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** Return whether the clock has AM and PM: as the profile says, else as the language has it. */
function hasTwelveHours(language: string, style: string | undefined): boolean {
  if (style === '12' || style === '24') return style === '12';
  const own = dateFormat(style === 'system' ? undefined : language, { hour: 'numeric' });
  return own.resolvedOptions().hour12 === true;
}

/** Round without leaving "-0". */
function round(value: number, digits: number): number {
  const factor = 10 ** digits;
  return Math.round(value * factor) / factor + 0;
}

function joined({ value, unit }: Parts): string {
  return value === UNKNOWN ? value : `${value} ${unit}`;
}

export function toDate(when: string | Date | null | undefined): Date | null {
  if (when === null || when === undefined || when === '') return null;
  const date = when instanceof Date ? when : new Date(when);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** Return a language that the browser knows. */
function usable(language: string): string {
  try {
    return Intl.getCanonicalLocales(language)[0] ?? 'en';
  } catch {
    return 'en';
  }
}
