import './setup.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Format } from '../src/shared/format.ts';
import { localizeIn } from '../src/shared/localize.ts';
import {
  actionOf,
  draftOf,
  editedOf,
  isWhole,
  previewOf,
  resultOf,
  shortageOf,
  titleOf,
  type Draft,
} from '../src/shared/plan.ts';
import { OcppCsTimeline, slotAt, spanOf, sunShareOf } from '../src/shared/timeline.ts';
import type { PlanSlot } from '../src/api.ts';
import { FakeHass, planOf, viewOf } from './data.ts';

const t = localizeIn('en');
const format = new Format(new FakeHass());
const ZONES = { user: 'Europe/Berlin', server: 'Europe/Berlin' };
const NOW = new Date('2026-11-29T12:00:00Z');
const DRAFT: Draft = {
  bySoc: false,
  soc: 80,
  kWh: 20,
  readyAt: '07:00',
  weekdays: [],
  leastSoc: 0,
  leastKWh: 0,
  belowPrice: null,
};

test('a plan is told in one line', () => {
  assert.equal(titleOf(planOf(), 'EUR', t, format), '20 kWh by 07:00');
  assert.equal(titleOf(planOf({ target_soc: 80, target_kwh: 20 }), 'EUR', t, format), '80 % by 07:00');
  const cheap = planOf({ target_kwh: null, ready_at: null, ready_by: null, below_price: 0.2, least_kwh: 5 });
  assert.equal(titleOf(cheap, 'EUR', t, format), 'at least 5 kWh at once · below €0.200/kWh');
  const none = planOf({ target_kwh: null, ready_at: null, ready_by: null });
  assert.equal(titleOf(none, 'EUR', t, format), null);
});

test('what comes of it is told in one line', () => {
  const plan = viewOf({ ready_at_time: '2000-01-01T04:40:00Z' });
  assert.equal(resultOf(plan, t, format), '€3.11, 60 % sun, ready Sat 05:40');
  assert.equal(resultOf(viewOf({ cost: null, solar_share: null }), t, format), null);
});

test('what will be missing is told with its reason', () => {
  assert.equal(shortageOf(viewOf(), t, format), null);
  assert.equal(
    shortageOf(viewOf({ missing_kwh: 4.2, shortage: 'fuse' }), t, format),
    '4.2 kWh will be missing. The main fuse allows no more.',
  );
  assert.equal(shortageOf(viewOf({ missing_kwh: 4.2, shortage: 'dragons' }), t, format), '4.2 kWh will be missing.');
});

test('the editor begins with what there is', () => {
  assert.deepEqual(draftOf(planOf(), ZONES, NOW), { ...DRAFT, weekdays: ['mon', 'tue'] });
  assert.equal(draftOf(planOf({ ready_at: null }), ZONES, NOW).readyAt, '07:00');
  assert.equal(draftOf(planOf({ ready_at: null, ready_by: null }), ZONES, NOW).readyAt, '');
  assert.equal(draftOf(planOf({ ready_at: null, ready_by: null, armed: false }), ZONES, NOW).readyAt, '07:00');
  assert.equal(draftOf(planOf({ tells_soc: true, target_kwh: null }), ZONES, NOW).bySoc, true);
  assert.equal(draftOf(planOf({ tells_soc: true }), ZONES, NOW).bySoc, false);
});

test('the action sets what is wanted and clears all else', () => {
  assert.deepEqual(actionOf(DRAFT, false), {
    energy_target: 20,
    ready_by: '07:00:00',
    clear: ['weekdays', 'least_energy', 'below_price'],
    armed: true,
  });
  const bySoc = { ...DRAFT, bySoc: true, leastSoc: 30, weekdays: ['mon'], belowPrice: 0 };
  assert.deepEqual(actionOf(bySoc, true), {
    soc_target: 80,
    ready_by: '07:00:00',
    weekdays: ['mon'],
    least_soc: 30,
    below_price: 0,
    clear: ['energy_target', 'least_energy'],
    armed: true,
  });
});

test('a preview asks for the same, and for nothing that is set already', () => {
  const none = { weekdays: [], least_kwh: null, below_price: null };
  assert.deepEqual(previewOf(DRAFT, false), { ...none, energy_kwh: 20, ready_at: '07:00:00' });
  assert.deepEqual(previewOf({ ...DRAFT, bySoc: true, leastSoc: 30, weekdays: ['mon'], belowPrice: 0.2 }, true), {
    energy_kwh: null,
    soc: 80,
    ready_at: '07:00:00',
    weekdays: ['mon'],
    least_soc: 30,
    least_kwh: null,
    below_price: 0.2,
  });
  assert.deepEqual(previewOf({ ...DRAFT, readyAt: '', weekdays: ['mon'] }, false), {
    ...none,
    energy_kwh: 20,
    ready_at: null,
  });
});

test('without a time there has to be another reason to charge', () => {
  assert.equal(isWhole(DRAFT), true);
  assert.equal(isWhole({ ...DRAFT, readyAt: '' }), false);
  assert.equal(isWhole({ ...DRAFT, readyAt: '', belowPrice: 0 }), true);
  assert.equal(isWhole({ ...DRAFT, readyAt: '', leastKWh: 5 }), true);
  assert.equal(isWhole({ ...DRAFT, readyAt: '', leastSoc: 5 }), false);
});

test('only what is edited counts as changed elsewhere', () => {
  assert.equal(editedOf(planOf({ state: 'charging', ready_by: null })), editedOf(planOf()));
  assert.equal(editedOf(planOf({ weekdays: ['tue', 'mon'] })), editedOf(planOf()));
  assert.notEqual(editedOf(planOf({ target_kwh: 21 })), editedOf(planOf()));
});

test('the picture ends at the deadline, or where nothing is known any more', () => {
  const now = new Date('2026-11-29T10:07:00Z');
  const hour = (hours: number): string =>
    new Date(Date.parse('2026-11-29T10:00:00Z') + hours * 3_600_000).toISOString();
  const hours = (plan: Parameters<typeof spanOf>[0]): number => {
    const { from, to } = spanOf(plan, 24, now);
    assert.equal(new Date(from).toISOString(), '2026-11-29T10:00:00.000Z');
    return (to - from) / 3_600_000;
  };
  const price = [{ start: hour(0), end: hour(14), price: 0.3 }];
  assert.equal(hours(viewOf({ prices: price, ready_by: null })), 14);
  assert.equal(hours(viewOf({ prices: price, ready_by: hour(30) })), 30);
  assert.equal(hours(viewOf({ prices: price, ready_by: hour(300) })), 48);
  assert.equal(hours(viewOf({ ready_by: null })), 12);
});

test('a slot holds its start, not its end', () => {
  const slots = [
    { start: '2026-11-29T10:00:00Z', end: '2026-11-29T11:00:00Z', price: 1 },
    { start: '2026-11-29T11:00:00Z', end: '2026-11-29T12:00:00Z', price: 2 },
  ];
  assert.equal(slotAt(slots, Date.parse('2026-11-29T11:00:00Z'))?.price, 2);
  assert.equal(slotAt(slots, Date.parse('2026-11-29T12:00:00Z')), undefined);
});

test('the sun of a slot is drawn and told', async () => {
  assert.equal(sunShareOf({ power_w: 0, sun_w: 0 }), 0);
  assert.equal(sunShareOf({ power_w: 4000, sun_w: 30 }), 0);
  assert.equal(sunShareOf({ power_w: 4000, sun_w: 1000 }), 0.25);
  assert.equal(sunShareOf({ power_w: 4000, sun_w: 3990 }), 1);
  const hour = (hours: number): string => new Date(Math.ceil(Date.now() / 3.6e6) * 3.6e6 + hours * 3.6e6).toISOString();
  const timeline = new OcppCsTimeline();
  timeline.hass = new FakeHass();
  const slot = (from: number, sun_w: number): PlanSlot => ({
    start: hour(from),
    end: hour(from + 1),
    power_w: 4000,
    sun_w,
    price: 0.3,
  });
  timeline.plan = viewOf({ slots: [slot(0, 0), slot(1, 1000), slot(2, 4000)] });
  document.body.append(timeline);
  await timeline.updateComplete;
  const heights = (of: string): (string | null)[] =>
    [...(timeline.shadowRoot?.querySelectorAll(of) ?? [])].map((rect) => rect.getAttribute('height'));
  // All from the grid, a quarter from the sun, all from the sun.
  assert.deepEqual(heights('.slot-mark'), ['7', '5.25']);
  assert.deepEqual(heights('.slot-sun'), ['1.75', '7']);
  assert.match(timeline.shadowRoot?.querySelector('.legend')?.textContent ?? '', /Sun/);
  const slider = timeline.shadowRoot?.querySelector('.timeline');
  const at = Math.round((Date.parse(hour(1)) - Math.floor(Date.now() / 900_000) * 900_000) / 900_000);
  for (let step = 0; step <= at; step += 1)
    slider?.dispatchEvent(new window.KeyboardEvent('keydown', { key: 'ArrowRight' }));
  await timeline.updateComplete;
  assert.match(slider?.getAttribute('aria-valuetext') ?? '', /Charging 4\.0 kW, 25 % sun/);
  timeline.remove();
});
