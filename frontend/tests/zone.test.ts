/** Users whose clocks are not those of Home Assistant, on days on which clocks are put on or back, too. */
import './setup.ts';
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { OcppCsCard } from '../src/card/card.ts';
import { Format, formatter } from '../src/shared/format.ts';
import { localizeIn } from '../src/shared/localize.ts';
import { draftOf, keptOf, localOf, titleOf } from '../src/shared/plan.ts';
import { OcppCsPlanEditor } from '../src/shared/plan-editor.ts';
import { converted, fullHours, localClock, momentOf, nextAt, zoneOf } from '../src/shared/zone.ts';
import type { BoardCard } from '../src/views/element.ts';
import { OcppCsPlansCard } from '../src/views/plans.ts';
import { OcppCsReport } from '../src/views/report.ts';
import { OcppCsSessionsCard } from '../src/views/sessions.ts';
import { FakeHass, connectorOf, planOf, serverOf, viewOf } from './data.ts';
import { answer, session } from './sessions-data.ts';

const SUMMER = new Date('2026-07-15T12:00:00Z');
const phone = globalThis as { __haNativeTimeZone?: unknown };

afterEach(() => {
  delete phone.__haNativeTimeZone;
  document.body.replaceChildren();
});

/** A user far from Home Assistant, which is in Berlin, whose profile follows their own clock. */
function away(zone: string, connectors = [connectorOf()]): FakeHass {
  phone.__haNativeTimeZone = zone;
  const hass = new FakeHass({ servers: [serverOf(connectors)] });
  hass.locale = { ...hass.locale, time_zone: 'local' };
  return hass;
}

async function shown<Element extends HTMLElement & { updateComplete: Promise<boolean> }>(
  element: Element,
): Promise<Element> {
  document.body.append(element);
  for (let turn = 0; turn < 20; turn++) {
    await Promise.resolve();
    await element.updateComplete;
  }
  return element;
}

function words(element: HTMLElement): string {
  return (element.shadowRoot?.textContent ?? '').replaceAll(/\s+/g, ' ');
}

test('the zone is that of the profile', () => {
  const hass = { locale: { language: 'en', time_zone: 'server' }, config: { time_zone: 'Asia/Tokyo' } };
  assert.equal(zoneOf(hass), 'Asia/Tokyo');
  // The tests run there.
  assert.equal(zoneOf({ ...hass, locale: { language: 'en', time_zone: 'local' } }), 'Europe/Berlin');
  assert.equal(zoneOf({ ...hass, locale: { language: 'en' } }), 'Asia/Tokyo');
  assert.equal(zoneOf({ config: hass.config }), 'Asia/Tokyo');
  phone.__haNativeTimeZone = 'America/Lima';
  assert.equal(zoneOf({ ...hass, locale: { language: 'en', time_zone: 'local' } }), 'America/Lima');
  phone.__haNativeTimeZone = 'Nowhere/Land';
  assert.equal(zoneOf({ ...hass, locale: { language: 'en', time_zone: 'local' } }), 'Europe/Berlin');
});

test('another zone of Home Assistant is followed without another profile', () => {
  const hass = new FakeHass();
  assert.equal(formatter(hass).time('2026-07-15T12:00:00Z'), '14:00');
  hass.config = { ...hass.config, time_zone: 'Asia/Tokyo' };
  assert.equal(formatter(hass).time('2026-07-15T12:00:00Z'), '21:00');
});

test('local times are moments, also on days on which the clocks are changed', () => {
  const moment = (zone: string, ...at: [number, number, number, number?, number?]): string =>
    momentOf(at[0], at[1], at[2], zone, at[3], at[4]).toISOString().slice(0, 16);
  assert.equal(moment('Europe/Berlin', 2026, 3, 29), '2026-03-28T23:00');
  assert.equal(moment('Europe/Berlin', 2026, 3, 29, 1, 59), '2026-03-29T00:59');
  assert.equal(moment('Europe/Berlin', 2026, 3, 29, 3, 0), '2026-03-29T01:00');
  // Left out: as late as if the clocks had not been put on.
  assert.equal(moment('Europe/Berlin', 2026, 3, 29, 2, 30), '2026-03-29T01:30');
  // There twice: the first one.
  assert.equal(moment('Europe/Berlin', 2026, 10, 25, 2, 30), '2026-10-25T00:30');
  assert.equal(moment('Europe/Berlin', 2026, 10, 25, 3, 0), '2026-10-25T02:00');
  // Where midnight is left out the day begins at one.
  assert.equal(moment('America/Santiago', 2026, 9, 6), '2026-09-06T04:00');
  assert.equal(moment('Australia/Lord_Howe', 2026, 10, 4, 3, 0), '2026-10-03T16:00');
  assert.equal(moment('Asia/Kathmandu', 2026, 1, 1), '2025-12-31T18:15');
  assert.equal(moment('UTC', 2026, 13, 1), '2027-01-01T00:00');
});

test('a time of the day may be on another day elsewhere', () => {
  const at = (zone: string, now = SUMMER): [string, string] => {
    const { clock, weekdays } = converted({ clock: '07:00:00', weekdays: ['mon', 'tue'] }, 'Europe/Berlin', zone, now);
    return [clock, weekdays.join()];
  };
  assert.deepEqual(at('Europe/Berlin'), ['07:00', 'mon,tue']);
  assert.deepEqual(at('Europe/London'), ['06:00', 'mon,tue']);
  assert.deepEqual(at('America/Los_Angeles'), ['22:00', 'mon,sun']);
  assert.deepEqual(at('Asia/Kolkata'), ['10:30', 'mon,tue']);
  assert.deepEqual(at('Pacific/Kiritimati'), ['19:00', 'mon,tue']);
  // In the weeks between the two changes of the clocks it is nearer.
  assert.deepEqual(at('America/New_York', new Date('2026-03-15T12:00:00Z')), ['02:00', 'mon,tue']);
  assert.deepEqual(at('America/New_York', new Date('2026-04-15T12:00:00Z')), ['01:00', 'mon,tue']);
  const late = converted({ clock: '23:30', weekdays: ['sun'] }, 'Europe/Berlin', 'Asia/Tokyo', SUMMER);
  assert.deepEqual(late, { clock: '06:30', weekdays: ['mon'] });
  assert.deepEqual(converted({ clock: 'soon', weekdays: [] }, 'UTC', 'Asia/Tokyo', SUMMER), {
    clock: 'soon',
    weekdays: [],
  });
  assert.equal(nextAt('', 'UTC', SUMMER), null);
});

test('what is entered means the same moment to Home Assistant', () => {
  const zones = [
    'UTC',
    'Asia/Kolkata',
    'America/Los_Angeles',
    'Pacific/Auckland',
    'America/St_Johns',
    'Asia/Kathmandu',
  ];
  const days = ['2026-01-10', '2026-03-08', '2026-03-29', '2026-07-15', '2026-10-25', '2026-11-01'];
  for (const user of zones) {
    for (const day of days) {
      for (const readyAt of ['00:00', '04:45', '12:00', '23:59']) {
        const now = new Date(`${day}T15:30:00Z`);
        const planned = nextAt(readyAt, user, now);
        const draft = { ...draftOf(planOf({ weekdays: [] }), { user, server: user }, now), readyAt };
        const kept = keptOf(draft, { user, server: 'Europe/Berlin' }, now);
        assert.equal(
          nextAt(kept.readyAt, 'Europe/Berlin', now)?.getTime(),
          planned?.getTime(),
          `${user} ${day} ${readyAt}`,
        );
        const back = localOf(
          { ready_at: `${kept.readyAt}:00`, ready_by: null, weekdays: kept.weekdays },
          { user, server: 'Europe/Berlin' },
          now,
        );
        assert.equal(back.clock, readyAt);
      }
    }
  }
});

test('the hours of an axis are full ones of the user', () => {
  const hours = (zone: string, from: string, to: string): number[] =>
    fullHours(Date.parse(from), Date.parse(to), zone).map(({ hour }) => hour);
  assert.deepEqual(hours('Asia/Kolkata', '2026-07-15T12:00:00Z', '2026-07-15T15:00:00Z'), [18, 19, 20]);
  assert.deepEqual(hours('Europe/Berlin', '2026-03-29T00:00:00Z', '2026-03-29T03:00:00Z'), [1, 3, 4]);
  assert.deepEqual(hours('Europe/Berlin', '2026-10-25T00:00:00Z', '2026-10-25T03:00:00Z'), [2, 2, 3]);
  assert.deepEqual(hours('Australia/Lord_Howe', '2026-10-03T14:30:00Z', '2026-10-03T18:00:00Z'), [1, 3, 4]);
});

test('days are those of the user, with AM and PM as the profile says', () => {
  const of = (zone: string, time_format: string): Format => {
    phone.__haNativeTimeZone = zone;
    const locale = { language: 'en', number_format: 'language', time_format, time_zone: 'local' };
    return new Format({ language: 'en', locale, config: { time_zone: 'Europe/Berlin' } });
  };
  const when = '2026-11-29T23:30:00Z';
  const lima = of('America/Lima', '12');
  assert.equal(lima.time(when).replace(/\s/g, ' '), '6:30 PM');
  assert.equal(lima.axisHour(new Date(when)).replace(/\s/g, ' '), '6 PM');
  assert.equal(of('Asia/Tokyo', '24').axisHour(new Date(when)), '8');
  assert.equal(of('Asia/Tokyo', '24').dayKey(when), '2026-11-30');
  assert.equal(lima.dayKey(when), '2026-11-29');
  // The year is left out where it is that of the user.
  assert.match(of('Pacific/Kiritimati', '24').day('2019-12-31T23:30:00Z'), /2020/);
});

test('card and board tell the same time of a plan, in the zone of the user', async () => {
  const plan = planOf({ ready_by: '2026-07-16T05:00:00Z', ready_at: '07:00:00', weekdays: ['wed', 'thu'] });
  const hass = away('Europe/London', [connectorOf({ plan })]);
  const card = new OcppCsCard();
  card.setConfig({ type: 'custom:ocpp-cs-card', device_id: 'device' });
  card.hass = hass;
  assert.match(words(await shown(card)), /20 kWh by 06:00/);
  const plans: BoardCard = new OcppCsPlansCard();
  plans.setConfig({ type: 'custom:x' });
  plans.hass = hass;
  assert.match(words(await shown(plans)), /20 kWh by 06:00, Wed, Thu/);
  hass.locale = { ...hass.locale, time_zone: 'server' };
  const t = localizeIn('en');
  assert.equal(titleOf(plan, 'EUR', t, formatter(hass)), '20 kWh by 07:00');
});

test('a time that is entered is armed as Home Assistant’s', async () => {
  const plan = planOf({ ready_by: '2026-07-16T05:00:00Z', ready_at: '07:00:00', weekdays: ['mon', 'thu'] });
  const hass = away('America/Los_Angeles', [connectorOf({ plan })]);
  hass.answer = () => viewOf();
  const editor = new OcppCsPlanEditor();
  editor.hass = hass;
  editor.connector = connectorOf({ plan });
  await shown(editor);
  const input = editor.shadowRoot?.querySelector<HTMLInputElement>('input[type=time]');
  assert.ok(input);
  assert.equal(input.value, '22:00');
  const pressed = [...(editor.shadowRoot?.querySelectorAll('.days [aria-pressed=true]') ?? [])];
  assert.deepEqual(
    pressed.map((day) => day.getAttribute('aria-label')),
    ['Wednesday', 'Sunday'],
  );
  input.value = '21:30';
  input.dispatchEvent(new Event('change'));
  await editor.updateComplete;
  editor.shadowRoot?.querySelector('form')?.dispatchEvent(new Event('submit'));
  await editor.updateComplete;
  const { data } = hass.calls.at(-1) ?? {};
  const now = new Date();
  const expected = localClock(nextAt('21:30', 'America/Los_Angeles', now) ?? now, 'Europe/Berlin');
  assert.deepEqual([data?.['ready_by'], data?.['weekdays']], [`${expected}:00`, ['mon', 'thu']]);
});

test('months are those of the user, for the table, its sums and the report', async () => {
  const hass = away('America/Los_Angeles');
  hass.answer = () => answer([session({ start: '2026-11-01T05:00:00Z', end: '2026-11-01T06:30:00Z' })]);
  const card: BoardCard = new OcppCsSessionsCard();
  card.setConfig({ type: 'custom:x' });
  card.hass = hass;
  await shown(card);
  const asked = hass.asked.at(-1);
  assert.equal(asked?.['time_zone'], 'America/Los_Angeles');
  assert.match(String(asked['start']), /T0[78]:00:00\.000Z$/);
  assert.match(words(card), /Sat, Oct 31 22:00/);
  const report = new OcppCsReport();
  report.hass = hass;
  report.month = { kind: 'month', year: 2026, month: 3 };
  await shown(report);
  const bounds = hass.asked.at(-1);
  assert.deepEqual([bounds?.['start'], bounds?.['end']], ['2026-03-01T08:00:00.000Z', '2026-04-01T07:00:00.000Z']);
  const page = report.shadowRoot?.querySelector('iframe')?.srcdoc ?? '';
  assert.match(page, /10\/31\/2026<\/td><td>22:00\u00a0– 23:30/);
});
