/** The views with recorded answers, those of odd sessions among them. */
import './setup.ts';
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { ChargerHealth, Connector, Session, SessionsAnswer } from '../src/api.ts';
import { OcppCsStrategy } from '../src/strategy/strategy.ts';
import { OcppCsChargersCard } from '../src/views/chargers.ts';
import type { BoardCard } from '../src/views/element.ts';
import { OcppCsFlowCard } from '../src/views/flow.ts';
import { OcppCsPlansCard } from '../src/views/plans.ts';
import { OcppCsReport } from '../src/views/report.ts';
import { OcppCsSessionDetails } from '../src/views/session-details.ts';
import { OcppCsSessionsCard } from '../src/views/sessions.ts';
import { FakeHass, connectorOf, houseOf, planOf, serverOf, viewOf } from './data.ts';
import { answer, session } from './sessions-data.ts';

afterEach(() => {
  document.body.replaceChildren();
});

async function settled(element: { updateComplete: Promise<boolean> }): Promise<void> {
  for (let turn = 0; turn < 20; turn++) {
    await Promise.resolve();
    await element.updateComplete;
  }
}

async function shown<Card extends BoardCard>(card: Card, hass: FakeHass): Promise<Card> {
  card.setConfig({ type: 'custom:x' });
  card.hass = hass;
  document.body.append(card);
  await settled(card);
  return card;
}

function words(card: BoardCard): string {
  return (card.shadowRoot?.textContent ?? '').replaceAll(/\s+/g, ' ');
}

function withSessions(sessions: Session[], changes: Partial<SessionsAnswer> = {}): FakeHass {
  const hass = new FakeHass();
  hass.answer = () => answer(sessions, changes);
  return hass;
}

const NOTHING: Partial<Session> = {
  id_tag: '',
  tag_name: null,
  connector_id: null,
  start: null,
  end: null,
  duration_s: null,
  energy_kwh: null,
  cost: null,
  currency: null,
  average_price: null,
};

test('sessions of which little is known are shown all the same', async () => {
  const card = await shown(new OcppCsSessionsCard(), withSessions([session(NOTHING), session()]));
  const text = words(card);
  assert.match(text, /running/);
  assert.match(text, /Anna/);
  assert.doesNotMatch(text, /NaN|undefined|null|Infinity|Invalid/);
});

test('amounts of two currencies are never added up', async () => {
  const card = await shown(
    new OcppCsSessionsCard(),
    withSessions([session({ cost: 5 }), session({ cost: 9, currency: 'CHF' })]),
  );
  assert.match(words(card), /€5\.00 \+ CHF\s9\.00/);
  // Nor is there a chart of both.
  assert.doesNotMatch(words(card), /14\.00/);
  assert.equal(card.shadowRoot?.querySelectorAll('.chart [aria-label="What is shown"]').length, 0);
});

test('a month is asked in the time zone of the house, with its filters', async () => {
  const hass = withSessions([session()]);
  const card = await shown(new OcppCsSessionsCard(), hass);
  const first = hass.asked.at(-1);
  assert.equal(new Date(String(first?.['start'])).getTime() < Date.now(), true);
  assert.match(String(first?.['start']), /T2[23]:00:00\.000Z$/);
  card.shadowRoot?.querySelector<HTMLButtonElement>('.group')?.click();
  await settled(card);
  assert.equal(hass.asked.at(-1)?.['vehicle'], 'guest');
  card.shadowRoot?.querySelectorAll<HTMLButtonElement>('header .segments button')[2]?.click();
  await settled(card);
  const all = hass.asked.at(-1);
  assert.deepEqual([all?.['start'], all?.['end'], all?.['vehicle']], [undefined, undefined, 'guest']);
});

test('a day of the chart is what the table shows, until it is chosen again', async () => {
  const hass = withSessions([session()]);
  const card = await shown(new OcppCsSessionsCard(), hass);
  const choose = async (): Promise<void> => {
    card.shadowRoot
      ?.querySelector('ocpp-cs-bars')
      ?.dispatchEvent(new CustomEvent('ocpp-cs-bar', { detail: { key: '2026-11-03' } }));
    await settled(card);
  };
  await choose();
  const { start, end } = hass.asked.at(-1) as { start: string; end: string };
  assert.deepEqual([start, end], ['2026-11-02T23:00:00.000Z', '2026-11-03T23:00:00.000Z']);
  const before = hass.asked.length;
  await choose();
  assert.equal(hass.asked.length, before + 1);
});

test('an answer that comes late does not replace a later question', async () => {
  const hass = new FakeHass();
  const open: ((value: SessionsAnswer) => void)[] = [];
  hass.answer = () => new Promise((resolve) => open.push(resolve));
  const card = await shown(new OcppCsSessionsCard(), hass);
  card.shadowRoot?.querySelectorAll<HTMLButtonElement>('header .segments button')[1]?.click();
  await settled(card);
  open[1]?.(answer([session({ tag_name: 'Later' })]));
  await settled(card);
  open[0]?.(answer([session({ tag_name: 'Sooner' })]));
  await settled(card);
  assert.match(words(card), /Later/);
  assert.doesNotMatch(words(card), /Sooner/);
});

test('more sessions are added below the others', async () => {
  const hass = withSessions([session({ tag_name: 'One' })], { total: 2 });
  const card = await shown(new OcppCsSessionsCard(), hass);
  hass.answer = () => answer([session({ tag_name: 'Two', transaction_id: 2 })], { total: 2 });
  card.shadowRoot?.querySelector<HTMLButtonElement>('.more button')?.click();
  await settled(card);
  assert.equal(hass.asked.at(-1)?.['offset'], 1);
  assert.equal(card.shadowRoot?.querySelectorAll('tbody tr').length, 2);
  assert.equal(card.shadowRoot.querySelectorAll('.more').length, 0);
});

test('a session that ends is seen without a click', async () => {
  const hass = withSessions([session()]);
  await shown(new OcppCsSessionsCard(), hass);
  const before = hass.asked.length;
  const ended = connectorOf();
  hass.tell({
    connectors: [{ ...ended, session: ended.session && { ...ended.session, end: '2026-11-29T12:00:00Z' } }],
  });
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.equal(hass.asked.length, before + 1);
  // Its power changes each second: that asks nothing.
  hass.tell({
    connectors: [{ ...ended, power_w: 1, session: ended.session && { ...ended.session, end: '2026-11-29T12:00:00Z' } }],
  });
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.equal(hass.asked.length, before + 1);
});

test('without the integration all say so', async () => {
  const hass = new FakeHass({ code: 'unknown_command' });
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as Home Assistant does
  hass.answer = () => Promise.reject({ code: 'unknown_command' });
  for (const card of [new OcppCsSessionsCard(), new OcppCsChargersCard(), new OcppCsPlansCard()]) {
    assert.match(words(await shown(card, hass)), /The integration is not running/);
  }
  const { views } = await OcppCsStrategy.generate({ type: 'custom:ocpp-cs' }, hass);
  assert.equal(views[0]?.sections[0]?.cards[0]?.type, 'custom:ocpp-cs-empty-card');
});

test('what is corrected is what was changed, and no more', async () => {
  const hass = withSessions([]);
  hass.answer = (message) => (message['type'] === 'ocpp_cs/session/curve' ? { points: [] } : session({ id_tag: 'U' }));
  Object.assign(hass, { user: { is_admin: true } });
  const details = new OcppCsSessionDetails();
  details.hass = hass;
  details.session = session();
  details.tags = answer([]).tags;
  document.body.append(details);
  await settled(details);
  const form = details.shadowRoot?.querySelector('form');
  const select = form?.querySelector('select');
  assert.ok(form && select);
  select.value = 'U';
  form.dispatchEvent(new Event('submit', { cancelable: true }));
  await settled(details);
  assert.deepEqual(hass.asked.at(-1), {
    type: 'ocpp_cs/session/correct',
    entry_id: 'e',
    charge_point_id: 'BOX',
    transaction_id: 1,
    reported_start: '2026-11-01T10:00:00Z',
    id_tag: 'U',
  });
});

test('who is no administrator cannot correct', async () => {
  const hass = withSessions([]);
  hass.answer = () => ({ points: [] });
  const details = new OcppCsSessionDetails();
  details.hass = hass;
  details.session = session();
  document.body.append(details);
  await settled(details);
  assert.equal(details.shadowRoot?.querySelector('form'), null);
});

test('plans are asked once, and again when they change', async () => {
  const hass = new FakeHass();
  hass.answer = () => viewOf({ slots: [{ start: 'x', end: 'y', power_w: 0, sun_w: 0, price: null }] });
  const card = await shown(new OcppCsPlansCard(), hass);
  assert.match(words(card), /20 kWh by 07:00, Mon, Tue/);
  assert.equal(hass.asked.length, 1);
  hass.tell({ connectors: [connectorOf({ power_w: 1 })] });
  await settled(card);
  assert.equal(hass.asked.length, 1);
  hass.tell({ connectors: [connectorOf({ soc: 65 })] });
  await settled(card);
  assert.equal(hass.asked.length, 2);
});

test('states of others draw nothing anew, another language does', async () => {
  const hass = withSessions([session()]);
  const card = await shown(new OcppCsSessionsCard(), hass);
  let drawn = 0;
  card.addController({
    hostUpdated: () => {
      drawn += 1;
    },
  });
  const same = (changes: object): FakeHass => Object.assign(Object.create(hass) as FakeHass, changes);
  card.hass = same({ states: {} });
  await settled(card);
  assert.equal(drawn, 0);
  card.hass = same({ locale: { ...hass.locale, language: 'de' } });
  await settled(card);
  assert.equal(drawn, 1);
  assert.match(words(card), /Sonnenanteil/);
});

test('several servers have a flow each', async () => {
  const other = { ...serverOf([connectorOf({ entry_id: 'f' })]), entry_id: 'f', title: 'Farm' };
  const hass = new FakeHass({ servers: [serverOf(), { ...other, house: houseOf({ entry_id: 'f', grid_w: null }) }] });
  const card = await shown(new OcppCsFlowCard(), hass);
  assert.equal(card.shadowRoot?.querySelectorAll('ocpp-cs-flow').length, 2);
  assert.match(words(card), /Farm/);
});

test('what was changed is told in words', async () => {
  const hass = withSessions([session()]);
  const details = new OcppCsSessionDetails();
  details.hass = hass;
  details.tags = [
    { id_tag: 'T', name: 'Anna' },
    { id_tag: '04B2', name: 'Ben' },
  ];
  details.vehicles = [
    { id: 'z', name: 'Zoe' },
    { id: 'e', name: 'Enyaq' },
  ];
  const time = '2026-11-02T10:00:00Z';
  details.session = session({
    vehicle: 'e',
    reason: 'ev_disconnected',
    meter_stop_kwh: 8.5,
    changes: [
      { time, by: 'Demo', before: { id_tag: '04B2', vehicle: 'gone' } },
      { time, by: 'Demo', before: { vehicle: 'z', struck_out: false } },
      { time, by: 'Demo', before: { struck_out: true, meter_stop_wh: 7000, end: '2026-11-01T09:00:00Z' } },
    ],
  });
  document.body.append(details);
  await settled(details);
  const text = (details.shadowRoot?.textContent ?? '').replaceAll(/\s+/g, ' ');
  assert.match(text, /Ended byUnplugged|Ended by Unplugged/);
  assert.match(text, /Demo: Charge card: Ben → Anna, Vehicle: Unknown → Zoe/);
  assert.match(text, /Demo: Vehicle: Zoe → Enyaq, Not counted any more/);
  assert.match(
    text,
    /Demo: Counted again, Meter end \(kWh\): 7\.000 → 8\.500, End: Sun, Nov 1, 10:00 → Sun, Nov 1, 13:00/,
  );
});

test('a guest is told like a vehicle: first that, then the card', async () => {
  const card = await shown(
    new OcppCsSessionsCard(),
    withSessions([session({ vehicle: 'guest', tag_name: 'Visitors' })]),
  );
  const who = card.shadowRoot?.querySelector('tbody .who');
  assert.equal(who?.textContent, 'Guest');
  assert.equal(who.nextElementSibling?.textContent, 'Visitors');
});

test('the list tells to whom sessions went, and is filtered and summed up by who pays', async () => {
  const told = { name: 'Employer', state: 'confirmed', confirmed: '2026-11-01T12:00:05Z', id: '7' };
  const waits = { name: 'Platform', state: 'waiting', confirmed: null, id: null };
  const paid = session({ payer: 'e', payer_name: 'Employer', backends: [waits, told] });
  const group = answer([paid]).by.payer[0] ?? assert.fail();
  const hass = withSessions([paid, session()], {
    payers: [{ id: 'e', name: 'Employer' }],
    by: { ...answer([paid]).by, payer: [{ ...group, key: 'e', name: 'Employer' }, group] },
  });
  const card = await shown(new OcppCsSessionsCard(), hass);
  const root = card.shadowRoot ?? assert.fail();
  const signs = [...root.querySelectorAll('tbody .told')];
  assert.deepEqual(
    signs.map((sign) => sign.lastChild?.textContent),
    // One of them is hidden, by the width of the table.
    ['Employer, Platform', 'Employer, Platform'],
  );
  assert.equal(signs[0]?.getAttribute('title'), 'Platform: waiting to be reported, Employer: confirmed');
  const filter = root.querySelector<HTMLSelectElement>('select[aria-label="Whoever pays"]') ?? assert.fail();
  assert.deepEqual(
    [...filter.options].map(({ textContent }) => textContent),
    ['Whoever pays', 'Employer', 'No backend pays'],
  );
  [...root.querySelectorAll<HTMLButtonElement>('.groups .segments button')].at(-1)?.click();
  await settled(card);
  const names = [...root.querySelectorAll('.group .name')].map(({ textContent }) => textContent);
  assert.deepEqual(names, ['Employer', 'No backend pays']);
  root.querySelectorAll<HTMLButtonElement>('.group')[1]?.click();
  await settled(card);
  assert.equal(hass.asked.at(-1)?.['payer'], '');
  filter.selectedIndex = 1;
  filter.dispatchEvent(new Event('change'));
  await settled(card);
  assert.equal(hass.asked.at(-1)?.['payer'], 'e');
  root.querySelector<HTMLElement>('tbody tr')?.click();
  await settled(card);
  const details = root.querySelector('ocpp-cs-session-details') ?? assert.fail();
  await settled(details);
  const facts = (details.shadowRoot?.querySelector('dl')?.textContent ?? '').replaceAll(/\s+/g, ' ');
  assert.match(facts, /Paid by Employer/);
  assert.match(facts, /Platform: waiting to be reported Employer: confirmed Sun, Nov 1, .* \(number there: 7\)/);
});

async function factsOf(one: Session): Promise<string> {
  const details = new OcppCsSessionDetails();
  details.hass = withSessions([one]);
  details.session = one;
  document.body.append(details);
  await settled(details);
  return (details.shadowRoot?.querySelector('dl')?.textContent ?? '').replaceAll(/\s+/g, ' ');
}

test('a session shows what the vehicle has given back, and what that is worth', async () => {
  const facts = await factsOf(session({ discharged_kwh: 4, discharged_value: 1.2, total_cost: 1.8 }));
  assert.match(facts, /Discharged 4(\.0+)? kWh \(worth €1\.20\) Cost less that €1\.80/);
  // Without a price it has no value, and without any there is nothing to say.
  assert.match(await factsOf(session({ discharged_kwh: 4 })), /Discharged 4(\.0+)? kWh (?!\(worth)/);
  assert.doesNotMatch(await factsOf(session({ discharged_kwh: 0 })), /Discharged|less/);
  assert.doesNotMatch(await factsOf(session()), /Discharged|less/);
});

test('without backends nothing is said of them', async () => {
  const card = await shown(new OcppCsSessionsCard(), withSessions([session()]));
  const root = card.shadowRoot ?? assert.fail();
  assert.equal(root.querySelector('.told, select[aria-label="Whoever pays"]'), null);
  assert.equal(root.querySelectorAll('.groups .segments button').length, 3);
});

test('a report offers this month first, none of the future, and tells what is left out', async () => {
  const hass = withSessions([session(), session({ end: null })]);
  const report = new OcppCsReport();
  report.hass = hass;
  report.month = { kind: 'month', year: 2020, month: 3 };
  document.body.append(report);
  await settled(report);
  const months = [...(report.shadowRoot?.querySelectorAll<HTMLSelectElement>('select')[1]?.options ?? [])];
  const now = new Date();
  const names = months.map((month) => month.value);
  assert.equal(names[0], `${now.getFullYear()}-${now.getMonth() + 1}`);
  assert.equal(names.at(-1), '2020-3');
  const page = report.shadowRoot?.querySelector('iframe')?.srcdoc ?? '';
  assert.match(page, /One session that still runs is not in it/);
});

test('a place without a plan tells what happens there now', async () => {
  const idle = connectorOf({ plan: planOf({ armed: false }) });
  const hass = new FakeHass({ servers: [serverOf([idle])] });
  const slot = { start: '2000-01-01T00:00:00Z', end: '2100-01-01T00:00:00Z', power_w: 5, sun_w: 0, price: null };
  hass.answer = () => viewOf({ slots: [slot] });
  const card = await shown(new OcppCsPlansCard(), hass);
  const lane = (): string => card.shadowRoot?.querySelector('.line')?.textContent.replaceAll(/\s+/g, ' ').trim() ?? '';
  assert.equal(lane(), 'Charging from the sun · 7.4 kW');
  assert.equal(card.shadowRoot?.querySelectorAll('.slot').length, 1, 'only that of the legend');
  hass.tell({ connectors: [{ ...idle, state: 'not_plugged_in', reason: null, power_w: 0 }] });
  await settled(card);
  assert.equal(lane(), 'Not plugged in');
  hass.tell({ connectors: [connectorOf()] });
  await settled(card);
  assert.equal(lane(), '');
  assert.equal(card.shadowRoot.querySelectorAll('.line .slot').length, 1);
});

test('places are in the same order everywhere: by area, charger and connector', async () => {
  const one = (name: string, area_id: string | null): Connector =>
    connectorOf({ device_id: name, charge_point_id: name, charger_name: name, place_name: name, area_id });
  const hass = new FakeHass({ servers: [serverOf([one('Barn', null), one('Garage', 'a2'), one('Carport', 'a1')])] });
  Object.assign(hass, { areas: { a1: { name: 'Yard' }, a2: { name: 'Zoo' } } });
  const plans = await shown(new OcppCsPlansCard(), hass);
  const titles = [...(plans.shadowRoot?.querySelectorAll('h3') ?? [])].map(({ textContent }) => textContent);
  assert.deepEqual(titles, ['Carport', 'Garage', 'Barn']);
  const flow = await shown(new OcppCsFlowCard(), hass);
  const drawn = flow.shadowRoot?.querySelector('ocpp-cs-flow')?.server?.connectors.map(({ place_name }) => place_name);
  assert.deepEqual(drawn, titles);
});

test('a session that runs is marked, one that charged nothing is pale', async () => {
  const hass = withSessions([
    session({ end: null, energy_kwh: 0 }),
    session({ energy_kwh: 0.04 }),
    session({ energy_kwh: 0.05 }),
    session({ energy_kwh: null }),
  ]);
  const card = await shown(new OcppCsSessionsCard(), hass);
  const rows = [...(card.shadowRoot?.querySelectorAll('tbody tr') ?? [])];
  assert.deepEqual(
    rows.map(({ className }) => className),
    ['', 'tiny', '', ''],
  );
  assert.deepEqual(
    rows.map((row) => row.querySelectorAll('td:nth-child(2) .running').length),
    [1, 0, 0, 0],
  );
});

test('only an administrator has a way to the page of a device', async () => {
  const charger: ChargerHealth = {
    entry_id: 'entry',
    device_id: 'charger',
    charge_point_id: 'BOX',
    name: 'Garage',
    area_id: null,
    entities: {},
    online: true,
    since: null,
    vendor: null,
    model: null,
    firmware: null,
    serial_number: null,
    ocpp_version: null,
    address: null,
    security_level: null,
    encrypted: false,
    signal_dbm: null,
    problems: [],
    issues: [],
    connectors: [],
  };
  for (const is_admin of [true, false]) {
    const hass = Object.assign(new FakeHass(), { user: { is_admin } });
    hass.answer = () => ({ chargers: [charger] });
    const card = await shown(new OcppCsChargersCard(), hass);
    assert.match(words(card), /Garage/);
    assert.equal(card.shadowRoot?.querySelectorAll('a.head').length, is_admin ? 1 : 0);
  }
});

test('all sessions have months on their axis, and no way to a coming year', async () => {
  const card = await shown(new OcppCsSessionsCard(), withSessions([session()]));
  const press = async (name: string): Promise<void> => {
    const buttons = [...(card.shadowRoot?.querySelectorAll('button') ?? [])];
    buttons.find(({ textContent }) => textContent.trim() === name)?.click();
    await settled(card);
  };
  await press('Year');
  assert.equal(card.shadowRoot?.querySelector<HTMLButtonElement>('[aria-label=Later]')?.disabled, true);
  const labels = (): string[] => card.shadowRoot?.querySelector('ocpp-cs-bars')?.bars.map(({ label }) => label) ?? [];
  await press('All');
  assert.deepEqual(labels(), ['11/1']);
});
