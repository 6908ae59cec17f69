import './setup.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Format, UNKNOWN } from '../src/shared/format.ts';

function formatOf(language: string, changes: object = {}, zone = 'Europe/Berlin'): Format {
  const locale = { language, number_format: 'language', time_format: '24', time_zone: 'server', ...changes };
  return new Format({ language, locale, config: { time_zone: zone } });
}

/** Spaces that do not break are spaces. */
function plain(text: string): string {
  return text.replace(/[\u00a0\u202f\u2009]/g, ' ');
}

const en = formatOf('en');
const de = formatOf('de');

test('power is told in W below 1 kW', () => {
  assert.equal(en.power(0), '0 W');
  assert.equal(en.power(347), '350 W');
  assert.equal(en.power(994), '990 W');
  assert.equal(en.power(996), '1.0 kW');
  assert.equal(de.power(11040), '11,0 kW');
  assert.equal(en.power(-1500), '-1.5 kW');
  assert.equal(en.power(-2), '0 W');
});

test('what is unknown is a dash, never 0 or NaN', () => {
  for (const value of [null, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.equal(en.power(value), UNKNOWN);
    assert.equal(en.energy(value), UNKNOWN);
    assert.equal(en.percent(value), UNKNOWN);
    assert.equal(en.money(value, 'EUR'), UNKNOWN);
    assert.equal(en.price(value, 'EUR'), UNKNOWN);
    assert.equal(en.duration(value), UNKNOWN);
  }
  assert.equal(en.time(null), UNKNOWN);
  assert.equal(en.time('nonsense'), UNKNOWN);
  assert.equal(en.clock(null), UNKNOWN);
  assert.equal(en.soon(''), UNKNOWN);
});

test('money follows language and currency, whatever the currency is', () => {
  assert.equal(plain(en.money(2.784, 'EUR')), '€2.78');
  assert.equal(plain(de.money(2.784, 'EUR')), '2,78 €');
  assert.equal(plain(de.money(1234.5, 'SEK')), '1.234,50 kr');
  assert.equal(plain(en.money(2, 'Taler')), '2.00 Taler');
  assert.equal(plain(en.money(2, null)), '2.00');
  assert.equal(plain(en.money(-0.001, 'EUR')), '€0.00');
  assert.equal(plain(de.price(0.2841, 'EUR')), '0,284 €/kWh');
  assert.equal(plain(de.priceRange(0.09, 0.401, 'EUR')), '0,09–0,40 €/kWh');
  assert.equal(plain(de.priceRange(0.301, 0.302, 'EUR')), '0,30 €/kWh');
  assert.equal(plain(en.priceRange(0.1, 0.2, null)), '0.10 – 0.20/kWh');
});

test('numbers are written as the profile says', () => {
  assert.equal(formatOf('en', { number_format: 'decimal_comma' }).energy(9.31), '9,3 kWh');
  assert.equal(formatOf('de', { number_format: 'comma_decimal' }).energy(1234.56), '1,235 kWh');
  assert.equal(formatOf('de', { number_format: 'none' }).energy(1234.56), '1235 kWh');
});

test('times are in the time zone and on the clock of the profile', () => {
  const when = '2026-11-29T23:30:00Z';
  assert.equal(en.time(when), '00:30');
  assert.equal(formatOf('en', { time_format: '12' }).time(when).replace(/\s/g, ' '), '12:30 AM');
  assert.equal(formatOf('en', {}, 'America/New_York').time(when), '18:30');
  assert.equal(formatOf('en', { time_format: 'language' }).time(when).replace(/\s/g, ' '), '12:30 AM');
  assert.equal(formatOf('de', { time_format: 'language' }).time(when), '00:30');
  assert.equal(formatOf('en', { time_format: '12' }).fullHour(new Date(when)).replace(/\s/g, ' '), '12 AM');
  assert.equal(en.dayKey(when), '2026-11-30');
  assert.equal(en.clock('07:00:00'), '07:00');
  assert.equal(en.soon(when, new Date('2026-11-30T10:00:00Z')), '00:30');
  assert.equal(en.soon(when, new Date('2026-11-29T10:00:00Z')), 'Mon 00:30');
});

test('durations and count-downs are short', () => {
  assert.equal(en.duration(40), '1 min');
  assert.equal(en.duration(8000), '2 h 13 min');
  assert.deepEqual(en.durationParts(8000), { value: '2:13', unit: 'h' });
  assert.deepEqual(en.durationParts(-5), { value: '0', unit: 'min' });
  assert.equal(en.countdown(39.2), '40 s');
  assert.equal(en.countdown(-1), '0 s');
  assert.equal(en.countdown(240), '4 min');
});

test('weekdays are told in as few words as there are', () => {
  assert.equal(en.weekdays([]), 'Once');
  assert.equal(en.weekdays(['fri', 'mon', 'wed', 'thu', 'tue']), 'Mon – Fri');
  assert.equal(de.weekdays(['sat', 'mon']), 'Mo, Sa');
  assert.equal(en.weekdays(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']), 'Daily');
  assert.equal(en.weekdays(['never']), 'Once');
});

test('a language that the browser does not know is no error', () => {
  assert.equal(formatOf('no_such!').energy(1), '1.0 kWh');
});
