/** What the dashboard computes: flows, layout, spans of time, views and the report. */
import './setup.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connector, House, Server, Session } from '../src/api.ts';
import { session } from './sessions-data.ts';
import { Format } from '../src/shared/format.ts';
import type { Hass } from '../src/shared/hass.ts';
import { localizeIn } from '../src/shared/localize.ts';
import { dashboardOf, outlineOf } from '../src/strategy/dashboard.ts';
import { balanceOf } from '../src/views/balance.ts';
import { shortPlaceName } from '../src/views/names.ts';
import { reportOf } from '../src/views/report-page.ts';
import { layout } from '../src/views/sankey.ts';
import { localDay } from '../src/shared/zone.ts';
import { boundsOf, boundsOfKey, keysOf, moved, spanAt } from '../src/views/span.ts';
import { scale } from '../src/views/ticks.ts';

function house(changes: Partial<House> = {}): House {
  return {
    entry_id: 'e',
    grid_w: 0,
    solar_w: null,
    battery_w: null,
    battery_soc: null,
    home_w: null,
    chargers_w: null,
    price: null,
    sun_price: null,
    hold_battery: null,
    ...changes,
  };
}

function connector(id: number, changes: Partial<Connector> = {}): Connector {
  return {
    entry_id: 'e',
    device_id: `device${id}`,
    charger_device_id: `charger${id}`,
    charge_point_id: 'BOX',
    connector_id: id,
    name: `Place ${id}`,
    charger_name: 'Box',
    place_name: `Place ${id}`,
    area_id: null,
    entities: {},
    hidden: [],
    online: true,
    state: null,
    reason: null,
    until: null,
    power_w: null,
    current_a: null,
    current_limit_a: null,
    limited_by: null,
    phases: null,
    mode: null,
    modes: [],
    boosted: false,
    can_start: false,
    can_stop: false,
    who: { name: null, tag: null, vehicle: null },
    vehicle_id: null,
    soc: null,
    session: null,
    plan: null,
    ...changes,
  };
}

function server(connectors: Connector[], changes: Partial<Server> = {}): Server {
  return { entry_id: 'e', title: 'OCPP', currency: 'EUR', house: house(), connectors, vehicles: [], ...changes };
}

const HASS = {
  language: 'en',
  config: { time_zone: 'Europe/Berlin' },
  devices: {},
  areas: { a: { name: 'Attic' }, z: { name: 'Zoo' } },
} as unknown as Hass;

function flow(balance: ReturnType<typeof balanceOf>, from: string, to: string): number {
  return Math.round(balance.flows.find((each) => each.from === from && each.to === to)?.watts ?? 0);
}

test('a vehicle that supplies the house is a source', () => {
  const { sources, uses, flows } = balanceOf(house({ grid_w: 0, solar_w: 500, home_w: 3500 }), [
    connector(1, { power_w: -3000 }),
  ]);
  assert.deepEqual(sources, [
    { key: 'sun', watts: 500 },
    { key: 'car', watts: 3000 },
    { key: 'grid', watts: 0 },
  ]);
  assert.deepEqual(
    uses.map(({ key, watts }) => [key, watts]),
    [['home', 3500]],
  );
  assert.deepEqual(
    flows.map(({ from, to, watts }) => [from, to, watts]),
    [
      ['sun', 'home', 500],
      ['car', 'home', 3000],
    ],
  );
  // Without a value of the house, it is what is left.
  const alone = balanceOf(house({ grid_w: -1000, solar_w: 0 }), [connector(1, { power_w: -3000 })]);
  assert.deepEqual(
    alone.uses.map(({ key, watts }) => [key, watts]),
    [
      ['home', 2000],
      ['grid', 1000],
    ],
  );
});

test('the sun goes to house and cars first, then into the battery, then to the grid', () => {
  const balance = balanceOf(house({ grid_w: -1000, solar_w: 8000, battery_w: -2000, home_w: 1000 }), [
    connector(1, { power_w: 4000 }),
  ]);
  assert.equal(flow(balance, 'sun', 'home'), 1000);
  assert.equal(flow(balance, 'sun', 'BOX/1'), 4000);
  assert.equal(flow(balance, 'sun', 'battery'), 2000);
  assert.equal(flow(balance, 'sun', 'grid'), 1000);
  assert.deepEqual(
    balance.sources.map(({ key }) => key),
    ['sun'],
  );
  assert.equal(balance.carSunShare, 1);
});

test('what is short of sun is shared by house and cars, each its part', () => {
  const balance = balanceOf(house({ grid_w: 3000, solar_w: 3000, home_w: 2000 }), [connector(1, { power_w: 4000 })]);
  assert.equal(flow(balance, 'sun', 'home'), 1000);
  assert.equal(flow(balance, 'grid', 'home'), 1000);
  assert.equal(flow(balance, 'sun', 'BOX/1'), 2000);
  assert.equal(flow(balance, 'grid', 'BOX/1'), 2000);
  assert.equal(balance.sunShare, 0.5);
});

test('the house is what no car takes, where no meter tells it', () => {
  const balance = balanceOf(house({ grid_w: 5000, solar_w: 1000 }), [connector(1, { power_w: 4000 })]);
  assert.equal(balance.uses.find(({ kind }) => kind === 'home')?.watts, 2000);
});

test('where the sun has no meter, it gives what the grid does not', () => {
  const balance = balanceOf(house({ grid_w: -500, home_w: 0 }), [connector(1, { power_w: 4000 })]);
  assert.deepEqual(balance.sources, [{ key: 'sun', watts: 4500 }]);
  assert.deepEqual(
    balance.uses.map(({ key }) => key),
    ['BOX/1', 'grid'],
  );
  assert.equal(balance.carSunShare, 1);
});

test('a house without sun has none', () => {
  const balance = balanceOf(house({ grid_w: 4980 }), [connector(1, { power_w: 4000 })]);
  assert.deepEqual(
    balance.sources.map(({ key }) => key),
    ['grid'],
  );
  assert.equal(balance.carSunShare, 0);
});

test('without a grid meter the power of the cars is of unknown origin', () => {
  const balance = balanceOf(house({ grid_w: null }), [connector(1, { power_w: 4000 }), connector(2)]);
  assert.deepEqual(balance.sources, [{ key: 'unknown', watts: 4000 }]);
  assert.equal(balance.uses.length, 1);
  assert.equal(balance.sunShare, null);
});

test('nothing flows where nothing is known', () => {
  const balance = balanceOf(house({ grid_w: null }), []);
  assert.deepEqual([balance.sources, balance.uses, balance.flows], [[], [], []]);
});

test('meters that are read at other moments leave no flow from nowhere', () => {
  const balance = balanceOf(house({ grid_w: 4950, home_w: 1000 }), [connector(1, { power_w: 4000 })]);
  assert.deepEqual(
    balance.sources.map(({ key }) => key),
    ['grid'],
  );
});

test('bands start and end at their bars, without a gap or an overlap', () => {
  const placed = layout(
    [
      { key: 'sun', watts: 6000 },
      { key: 'grid', watts: 2000 },
    ],
    [
      { key: 'home', watts: 2000 },
      { key: 'car', watts: 6000 },
    ],
    [
      { from: 'sun', to: 'home', watts: 1000 },
      { from: 'sun', to: 'car', watts: 5000 },
      { from: 'grid', to: 'home', watts: 1000 },
      { from: 'grid', to: 'car', watts: 1000 },
    ],
    { width: 400, row: 50, most: 160, bar: 6 },
  );
  assert.equal(placed.bands.length, 4);
  assert.deepEqual(
    placed.sources.map(({ height }) => Math.round(height)),
    [120, 40],
  );
  for (const node of [...placed.sources, ...placed.uses]) {
    const own = placed.bands.filter(({ from, to }) => from === node.key || to === node.key);
    assert.equal(Math.round(own.reduce((total, { thickness }) => total + thickness, 0)), Math.round(node.height));
    assert.ok(node.top >= 0 && node.top + node.height <= placed.height);
  }
});

test('a use that takes little is still seen', () => {
  const placed = layout(
    [{ key: 'sun', watts: 9010 }],
    [
      { key: 'a', watts: 9000 },
      { key: 'b', watts: 10 },
    ],
    [
      { from: 'sun', to: 'a', watts: 9000 },
      { from: 'sun', to: 'b', watts: 10 },
    ],
    { width: 400, row: 50, most: 160, bar: 6 },
  );
  assert.ok((placed.uses[1]?.height ?? 0) >= 3);
});

test('a month begins and ends at midnight of the house, with summer time too', () => {
  assert.deepEqual(boundsOf({ kind: 'month', year: 2026, month: 3 }, 'Europe/Berlin'), {
    start: '2026-02-28T23:00:00.000Z',
    end: '2026-03-31T22:00:00.000Z',
  });
  assert.deepEqual(boundsOf({ kind: 'year', year: 2026, month: 3 }, 'America/New_York'), {
    start: '2026-01-01T05:00:00.000Z',
    end: '2027-01-01T05:00:00.000Z',
  });
  assert.deepEqual(boundsOf({ kind: 'all', year: 2026, month: 3 }, 'UTC'), {});
});

test('the day on which the clock is set has 23 or 25 hours', () => {
  const hours = (key: string): number => {
    const { start, end } = boundsOfKey(key, 'Europe/Berlin');
    return (Date.parse(end) - Date.parse(start)) / 3_600_000;
  };
  assert.deepEqual([hours('2026-03-29'), hours('2026-10-25'), hours('2026-11-29')], [23, 25, 24]);
});

test('days without a session have their bar, too', () => {
  assert.equal(keysOf({ kind: 'month', year: 2028, month: 2 }, []).length, 29);
  assert.deepEqual(keysOf({ kind: 'year', year: 2026, month: 1 }, []).at(-1), '2026-12');
  const all = { kind: 'all', year: 2026, month: 1 } as const;
  assert.deepEqual(keysOf(all, []), []);
  assert.deepEqual(keysOf(all, ['2025-11', '2026-02']), ['2025-11', '2025-12', '2026-01', '2026-02']);
  assert.deepEqual(keysOf(all, ['2026-02-27', '2026-03-01']), ['2026-02-27', '2026-02-28', '2026-03-01']);
});

test('months follow each other over the year', () => {
  const november = spanAt('month', new Date('2026-11-30T23:30:00Z'), 'Europe/Berlin');
  assert.deepEqual(november, { kind: 'month', year: 2026, month: 12 });
  assert.deepEqual(moved(november, 1), { kind: 'month', year: 2027, month: 1 });
  assert.deepEqual(moved({ kind: 'month', year: 2026, month: 1 }, -1), { kind: 'month', year: 2025, month: 12 });
  assert.equal(localDay(new Date('2026-11-30T23:30:00Z'), 'UTC'), '2026-11-30');
});

test('axes have round ticks that hold all bars', () => {
  assert.deepEqual(scale(0, 78).ticks, [0, 20, 40, 60, 80]);
  assert.deepEqual(scale(-1.2, 3).ticks, [-2, 0, 2, 4]);
  assert.equal(scale(0, 0).high > 0, true);
  assert.equal(scale(0, 9).digits, 1);
});

test('the dashboard has four views, and a card for each place to charge', () => {
  const { title, views } = dashboardOf(
    [server([connector(1, { area_id: 'z' }), connector(2), connector(3, { area_id: 'a' })])],
    HASS,
    { type: 'custom:ocpp-cs' },
  );
  assert.equal(title, 'Charging');
  assert.deepEqual(
    views.map(({ path }) => path),
    ['now', 'plans', 'sessions', 'chargers'],
  );
  // By area; those without one come last.
  assert.deepEqual(
    views[0]?.sections.slice(1).map(({ cards }) => cards[0]?.['device_id']),
    ['device3', 'device1', 'device2'],
  );
});

test('one server of several can be shown', () => {
  const { views } = dashboardOf([server([connector(1)]), server([connector(2)], { entry_id: 'f' })], HASS, {
    type: 'custom:ocpp-cs',
    entry_id: 'f',
  });
  assert.equal(views[0]?.sections.length, 2);
  assert.equal(views[2]?.sections[0]?.cards[0]?.['entry_id'], 'f');
});

test('without a charger it says how to get one', () => {
  const { views } = dashboardOf([server([])], { ...HASS, language: 'de' }, { type: 'custom:ocpp-cs' });
  assert.equal(views[0]?.sections[0]?.cards[0]?.type, 'custom:ocpp-cs-empty-card');
  assert.equal(views[1]?.title, 'Pläne');
});

test('a device that comes, goes or moves makes another dashboard; a name does not', () => {
  const device = (changes: object): Hass =>
    ({
      ...HASS,
      devices: {
        d: { id: 'd', name: 'x', area_id: null, identifiers: [['ocpp_cs', 'BOX']], ...changes },
        other: { id: 'other', area_id: 'a', identifiers: [['hue', 'x']] },
      },
    }) as unknown as Hass;
  assert.equal(outlineOf(device({})), outlineOf(device({ name_by_user: 'New' })));
  assert.notEqual(outlineOf(device({})), outlineOf(device({ area_id: 'a' })));
  assert.notEqual(outlineOf(device({})), outlineOf(HASS));
});

function report(sessions: Session[], name = 'Anna', payer: string | null = null): string {
  return reportOf({
    title: 'Charging report',
    month: 'November 2026',
    name,
    payer,
    sessions,
    running: 0,
    text: localizeIn('en'),
    format: new Format({ language: 'en', config: { time_zone: 'UTC' } }),
    language: 'en',
  });
}

test('a place to charge has a short name where there is little room', () => {
  const place = { name: 'Connector 2', charger_name: 'Carport', connector_id: 2 };
  assert.equal(shortPlaceName({ ...place, place_name: 'Carport · Connector 2' }), 'Carport 2');
  assert.equal(shortPlaceName({ ...place, name: 'Carport left', place_name: 'Carport left' }), 'Carport left');
  const renamed = { ...place, name: 'Left socket', place_name: 'Carport · Left socket' };
  assert.equal(shortPlaceName(renamed), 'Left socket');
});

test('a report adds up, each currency by itself', () => {
  const page = report([session(), session({ cost: 2, energy_kwh: 5.5 }), session({ cost: 9, currency: 'CHF' })]);
  assert.match(page, /25\.50 kWh/);
  assert.match(page, /€5\.00 \+ CHF\s9\.00/);
});

test('a report shows sessions of which little is known', () => {
  const page = report([session({ start: null, energy_kwh: null, cost: null, currency: null, average_price: null })]);
  assert.match(page, /<td class="r">–<\/td>/);
  assert.doesNotMatch(page, /NaN|null|undefined/);
});

test('a report tells to whom sessions went, and who pays for them', () => {
  const told = { name: 'Employer', state: 'confirmed', confirmed: '2026-11-01T12:00:05Z', id: '7' };
  const waits = { name: 'Platform & Co', state: 'waiting', confirmed: null, id: null };
  const paid = session({ payer: 'e', payer_name: 'Employer', backends: [told, waits] });
  const page = report([paid, session()], 'Anna', 'Employer');
  assert.match(page, /<th>Reported to<\/th>/);
  assert.match(page, /<td>Employer, Platform &amp; Co: waiting to be reported<\/td>/);
  assert.match(page, /<dt>Paid by<\/dt><dd>Employer<\/dd>/);
  assert.doesNotMatch(report([session()]), /Reported to|Paid by/);
});

test('a report takes names as text', () => {
  const page = report([session({ place_name: '<img src=x onerror=alert(1)>' })], 'A & B "<script>"');
  assert.doesNotMatch(page, /<img|<script/);
  assert.match(page, /A &amp; B &quot;&lt;script&gt;&quot;/);
});
