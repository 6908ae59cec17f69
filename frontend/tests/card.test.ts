import './setup.ts';
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { ComingPlan, Connector, PlanView, ToldTo } from '../src/api.ts';
import { OcppCsCard } from '../src/card/card.ts';
import { suggestionFor, stubConfig } from '../src/card/config.ts';
import { gaugeOf } from '../src/card/ring.ts';
import type { OcppCsModeHint } from '../src/shared/mode-hint.ts';
import type { OcppCsPlanEditor } from '../src/shared/plan-editor.ts';
import { FakeHass, connectorOf, planOf, serverOf, viewOf } from './data.ts';

afterEach(() => {
  document.body.replaceChildren();
});

/** Let what was started come to its end, then what was drawn because of it. */
async function settled(element: { updateComplete: Promise<boolean> }): Promise<void> {
  for (let turn = 0; turn < 10; turn++) {
    await Promise.resolve();
    await element.updateComplete;
  }
}

/** Wait for what must come, a minute at most. */
async function until(is: () => boolean): Promise<void> {
  for (let tries = 0; !is() && tries < 6_000; tries++) await new Promise((resolve) => setTimeout(resolve, 10));
}

async function cardOf(hass: FakeHass, config: object = { device_id: 'device' }): Promise<OcppCsCard> {
  const card = new OcppCsCard();
  card.setConfig({ type: 'custom:ocpp-cs-card', ...config });
  card.hass = hass;
  document.body.append(card);
  await settled(card);
  return card;
}

function fakeOf(connector: Connector, language = 'en'): FakeHass {
  return new FakeHass({ servers: [serverOf([connector])] }, language);
}

function textOf(card: OcppCsCard, selector = 'article'): string {
  const words = [...(card.renderRoot.querySelectorAll(selector) as Iterable<Element>)].map(
    (element) => element.textContent,
  );
  return words
    .join(' ')
    .replace(/[\s\u00a0]+/g, ' ')
    .trim();
}

function buttonOf(card: OcppCsCard, text: string): HTMLButtonElement {
  const buttons = [...(card.renderRoot.querySelectorAll('button') as Iterable<HTMLButtonElement>)];
  const found = buttons.find(
    (button) => button.textContent.includes(text) || button.getAttribute('aria-label') === text,
  );
  assert.ok(found, `no button ${text}`);
  return found;
}

test('a card tells who charges, what happens and what it costs', async () => {
  const card = await cardOf(fakeOf(connectorOf()));
  const text = textOf(card);
  for (const said of [
    'Garage',
    'Anna',
    'Ioniq 5',
    'Charging from the sun',
    '7.4 kW',
    '64 %',
    '9.3 kWh',
    '2:13 h',
    '€2.78',
    '62 %',
  ]) {
    assert.ok(text.includes(said), `${said} in ${text}`);
  }
  assert.ok(text.includes('20 kWh by 07:00'));
  assert.ok(text.includes('Mon, Tue'));
  assert.ok(text.includes('€3.11, 60 % sun'));
  assert.equal(textOf(card, '[role=status]'), 'Charging from the sun');
});

test('it speaks German', async () => {
  const card = await cardOf(fakeOf(connectorOf(), 'de'));
  assert.ok(textOf(card).includes('Lädt mit Sonne'));
  assert.ok(textOf(card).includes('20 kWh bis 07:00'));
});

test('modes are chosen by buttons, and manual is one only while it is the mode', async () => {
  const hass = fakeOf(connectorOf());
  const card = await cardOf(hass);
  assert.equal(textOf(card, '.modes'), 'Off Sun Min + sun Fast');
  assert.equal(buttonOf(card, 'Sun').getAttribute('aria-pressed'), 'true');
  buttonOf(card, 'Fast').click();
  await settled(card);
  assert.deepEqual(hass.calls, [
    { domain: 'select', service: 'select_option', data: { entity_id: 'select.mode', option: 'fast' } },
  ]);
  assert.equal(buttonOf(card, 'Fast').getAttribute('aria-pressed'), 'true');
  hass.tell({ connectors: [connectorOf({ mode: 'manual' })] });
  await settled(card);
  assert.equal(textOf(card, '.modes'), 'Off Sun Min + sun Fast Manual');
});

test('what is refused is told, and the button shows what is', async () => {
  const hass = fakeOf(connectorOf());
  hass.refuse = new Error('Garage is not connected');
  const card = await cardOf(hass);
  buttonOf(card, 'Fast').click();
  await settled(card);
  assert.equal(textOf(card, '[role=alert]'), 'Garage is not connected');
  assert.equal(buttonOf(card, 'Sun').getAttribute('aria-pressed'), 'true');
});

test('charging is started and stopped', async () => {
  const hass = fakeOf(connectorOf());
  const card = await cardOf(hass);
  buttonOf(card, 'Stop').click();
  await settled(card);
  assert.deepEqual(hass.calls.at(-1), {
    domain: 'switch',
    service: 'turn_off',
    data: { entity_id: 'switch.charging' },
  });
  hass.tell({ connectors: [connectorOf({ can_start: true, can_stop: false, session: null })] });
  await settled(card);
  buttonOf(card, 'Start').click();
  await settled(card);
  assert.deepEqual(hass.calls.at(-1), { domain: 'switch', service: 'turn_on', data: { entity_id: 'switch.charging' } });
});

test('entities that are hidden or disabled are not offered', async () => {
  const entities = { 'select.charge_mode': 'select.mode', 'sensor.charging_state': 'sensor.state' };
  const card = await cardOf(fakeOf(connectorOf({ entities, hidden: ['select.charge_mode'] })));
  assert.equal(textOf(card, '.modes'), '');
  assert.equal(textOf(card, 'footer'), '');
});

test('a charger without charge control, plan, session, vehicle or power is no error', async () => {
  const bare = connectorOf({
    mode: null,
    modes: [],
    plan: null,
    session: null,
    soc: null,
    power_w: null,
    phases: null,
    current_limit_a: null,
    vehicle_id: null,
    who: { name: null, tag: null, vehicle: null },
    state: null,
    reason: null,
    entities: {},
  });
  const card = await cardOf(fakeOf(bare));
  assert.equal(textOf(card), 'Garage 0 W Not reported yet');
});

test('a card tells to whom its session goes, and who limits it', async () => {
  const { session } = connectorOf();
  if (session === null) assert.fail();
  const at = (name: string, state: string): ToldTo => ({ name, state, confirmed: null, id: null });
  const backends = [at('Employer', 'told'), at('Platform', 'waiting'), at('Other', 'a state to come')];
  const card = await cardOf(fakeOf(connectorOf({ session: { ...session, backends }, limited_by: 'Employer' })));
  const lines = [...card.renderRoot.querySelectorAll('.told li')].map(({ textContent }) => textContent.trim());
  assert.deepEqual(lines, ['Employer: being reported', 'Platform: waiting to be reported', 'Other: a state to come']);
  assert.equal(textOf(card, '.limited'), 'Limited by Employer');
  assert.equal((await cardOf(fakeOf(connectorOf()))).renderRoot.querySelector('.told, .limited'), null);
});

test('a pause of a backend is overridden on the card, where that is allowed', async () => {
  const entities = { 'switch.override_backend': 'switch.override' };
  const paused = connectorOf({ state: 'paused_by_backend', limited_by: 'Employer', can_stop: false });
  assert.doesNotMatch(textOf(await cardOf(fakeOf(paused))), /Charge anyway/);
  const hass = fakeOf({ ...paused, entities: { ...paused.entities, ...entities } });
  const card = await cardOf(hass);
  assert.doesNotMatch(textOf(card), /Fast once/);
  [...card.renderRoot.querySelectorAll('button')]
    .find(({ textContent }) => textContent.includes('Charge anyway'))
    ?.click();
  assert.deepEqual(hass.calls.at(-1), { domain: 'switch', service: 'turn_on', data: { entity_id: 'switch.override' } });
  const on = connectorOf({ state: 'charging', limited_by: null });
  const charging = fakeOf({ ...on, entities: { ...on.entities, ...entities } });
  charging.states['switch.override'] = {
    entity_id: 'switch.override',
    state: 'on',
    attributes: {},
    last_changed: '',
  };
  assert.equal(textOf(await cardOf(charging), '.limited'), 'Backend pause ignored');
});

test('the last session is told while nothing is plugged in', async () => {
  const hass = fakeOf(connectorOf({ state: 'not_plugged_in', session: null, power_w: 0 }));
  const attributes = { cost: 2.78, currency: 'EUR', who: 'Anna' };
  hass.states['sensor.last'] = { entity_id: 'sensor.last', state: '9.31', attributes, last_changed: '' };
  const card = await cardOf(hass);
  assert.equal(textOf(card, '.last'), 'Last time: 9.3 kWh, €2.78, Anna');
  hass.states['sensor.last'] = { entity_id: 'sensor.last', state: 'unknown', attributes, last_changed: '' };
  card.requestUpdate();
  await settled(card);
  assert.equal(textOf(card, '.last'), '');
});

test('the vehicle is corrected by a select', async () => {
  const hass = fakeOf(connectorOf());
  const attributes = { options: ['Ioniq 5', 'Zoe', 'guest'] };
  hass.states['select.vehicle'] = { entity_id: 'select.vehicle', state: 'Ioniq 5', attributes, last_changed: '' };
  const card = await cardOf(hass);
  const select = card.renderRoot.querySelector('select');
  assert.ok(select);
  assert.equal(select.value, 'Ioniq 5');
  select.value = 'Zoe';
  select.dispatchEvent(new Event('change'));
  await settled(card);
  assert.deepEqual(hass.calls.at(-1), {
    domain: 'select',
    service: 'select_option',
    data: { entity_id: 'select.vehicle', option: 'Zoe' },
  });
  // Once it is so, what is recognised after that is shown at once.
  for (const state of ['Zoe', 'Ioniq 5']) {
    hass.states['select.vehicle'] = { entity_id: 'select.vehicle', state, attributes, last_changed: '' };
    card.requestUpdate();
    await settled(card);
    assert.equal(card.renderRoot.querySelector('select')?.value, state);
  }
});

test('the plan is switched, and asked for again when it changes', async () => {
  const hass = fakeOf(connectorOf());
  const card = await cardOf(hass);
  assert.deepEqual(hass.asked, [{ type: 'ocpp_cs/plan', device_id: 'device' }]);
  buttonOf(card, 'Plan on').click();
  await settled(card);
  assert.deepEqual(hass.calls.at(-1), { domain: 'switch', service: 'turn_off', data: { entity_id: 'switch.plan' } });
  hass.tell({ connectors: [connectorOf({ power_w: 1 })] });
  await settled(card);
  assert.equal(hass.asked.length, 1);
  hass.tell({ connectors: [connectorOf({ plan: planOf({ armed: false, target_kwh: 30 }) })] });
  await settled(card);
  assert.equal(hass.asked.length, 2);
  assert.ok(textOf(card).includes('Plan is off'));
});

test('a card without a server, or of a device that is gone, says so', async () => {
  assert.ok(textOf(await cardOf(new FakeHass({ code: 'unknown_command' })), 'ha-card').includes('not running'));
  assert.ok(textOf(await cardOf(new FakeHass(), { device_id: 'gone' }), 'ha-card').includes('not there any more'));
  assert.ok(textOf(await cardOf(new FakeHass(), {}), 'ha-card').includes('Choose a place'));
});

test('a connector of a charger with several is chosen by its number', async () => {
  const two = connectorOf({ device_id: 'right', connector_id: 2, name: 'Right', place_name: 'Garage · Right' });
  const hass = new FakeHass({ servers: [serverOf([connectorOf({ name: 'Left', place_name: 'Garage · Left' }), two])] });
  assert.ok(textOf(await cardOf(hass, { device_id: 'charger', connector_id: 2 })).startsWith('Garage · Right'));
  assert.ok(textOf(await cardOf(hass, { device_id: 'charger' })).startsWith('Garage · Left'));
  assert.ok(textOf(await cardOf(hass, { device_id: 'right', name: 'Mine' })).startsWith('Mine'));
  assert.ok(textOf(await cardOf(hass, { device_id: 'right' })).startsWith('Garage · Right'));
});

async function editorOf(card: OcppCsCard): Promise<OcppCsPlanEditor> {
  buttonOf(card, 'Edit plan').click();
  await settled(card);
  const editor = card.renderRoot.querySelector('ocpp-cs-plan-editor');
  assert.ok(editor);
  await settled(editor);
  return editor;
}

test('a plan is edited, previewed and armed', async () => {
  const hass = fakeOf(connectorOf());
  const card = await cardOf(hass);
  const editor = await editorOf(card);
  const range = editor.renderRoot.querySelector<HTMLInputElement>('input[type=range]');
  assert.ok(range);
  range.value = '30';
  range.dispatchEvent(new Event('input'));
  await settled(editor);
  const days = [...editor.renderRoot.querySelectorAll<HTMLButtonElement>('.days button')];
  days[0]?.click();
  await settled(editor);
  assert.equal(days[0]?.getAttribute('aria-pressed'), 'false');
  const preview = {
    type: 'ocpp_cs/plan/preview',
    device_id: 'device',
    energy_kwh: 30,
    ready_at: '07:00:00',
    weekdays: ['tue'],
    least_kwh: null,
    below_price: null,
  };
  await until(() => JSON.stringify(hass.asked.at(-1)?.['weekdays']) === '["tue"]');
  assert.deepEqual(hass.asked.at(-1), preview);
  editor.renderRoot.querySelector('form')?.dispatchEvent(new Event('submit', { cancelable: true }));
  await settled(card);
  assert.deepEqual(hass.calls.at(-1), {
    domain: 'ocpp_cs',
    service: 'set_charge_plan',
    data: {
      device_id: 'device',
      connector_id: 1,
      energy_target: 30,
      ready_by: '07:00:00',
      weekdays: ['tue'],
      clear: ['least_energy', 'below_price'],
      armed: true,
    },
  });
  assert.ok(card.renderRoot.querySelector('ocpp-cs-plan-editor') === null);
});

test('what another browser changes meanwhile is told, not taken over unasked', async () => {
  const hass = fakeOf(connectorOf());
  const card = await cardOf(hass);
  const editor = await editorOf(card);
  const range = (): string => editor.renderRoot.querySelector<HTMLInputElement>('input[type=range]')?.value ?? '';
  assert.ok(editor.renderRoot.querySelector('.notice') === null);
  hass.tell({ connectors: [connectorOf({ plan: planOf({ target_kwh: 44 }) })] });
  await settled(card);
  await settled(editor);
  assert.equal(range(), '20');
  const link = editor.renderRoot.querySelector<HTMLButtonElement>('.notice .link');
  assert.ok(link);
  link.click();
  await settled(editor);
  assert.equal(range(), '44');
  assert.ok(editor.renderRoot.querySelector('.notice') === null);
});

test('an answer that comes too late is not shown', async () => {
  const hass = fakeOf(connectorOf());
  const card = await cardOf(hass);
  const late: ((plan: PlanView) => void)[] = [];
  hass.answer = () => new Promise((resolve) => late.push(resolve));
  const editor = await editorOf(card);
  await until(() => late.length === 1);
  const range = editor.renderRoot.querySelector<HTMLInputElement>('input[type=range]');
  assert.ok(range);
  range.value = '30';
  range.dispatchEvent(new Event('input'));
  await until(() => late.length === 2);
  late[1]?.(viewOf({ cost: 5 }));
  await settled(editor);
  late[0]?.(viewOf({ cost: 4 }));
  await settled(editor);
  assert.match(editor.renderRoot.querySelector('.result')?.textContent ?? '', /€5\.00/);
});

test('a refused plan stays in the editor', async () => {
  const hass = fakeOf(connectorOf());
  const card = await cardOf(hass);
  const editor = await editorOf(card);
  hass.refuse = new Error('No prices are known');
  editor.renderRoot.querySelector('form')?.dispatchEvent(new Event('submit', { cancelable: true }));
  await settled(editor);
  assert.equal(editor.renderRoot.querySelector('[role=alert]')?.textContent, 'No prices are known');
  assert.ok(card.renderRoot.querySelector('ocpp-cs-plan-editor'));
});

test('a plan that cannot be fetched takes nothing else away', async () => {
  const hass = fakeOf(connectorOf());
  hass.answer = (): PlanView => {
    throw new Error('no');
  };
  const card = await cardOf(hass);
  assert.ok(textOf(card).includes('Charging from the sun'));
  assert.ok(textOf(card).includes('20 kWh by 07:00'));
});

test('the ring shows the state of charge, else what of the target is charged', () => {
  assert.deepEqual(gaugeOf(connectorOf()), { share: 0.64, target: null, kind: 'soc' });
  const plan = planOf({ target_soc: 80 });
  assert.deepEqual(gaugeOf(connectorOf({ plan })), { share: 0.64, target: 0.8, kind: 'soc' });
  assert.deepEqual(gaugeOf(connectorOf({ soc: null })), { share: 0.4655, target: 1, kind: 'energy' });
  const off = planOf({ armed: false });
  assert.deepEqual(gaugeOf(connectorOf({ soc: null, plan: off })), { share: null, target: null, kind: 'none' });
  assert.equal(gaugeOf(connectorOf({ soc: 130 })).share, 1);
});

test('the card is suggested for the entities of a connector alone', () => {
  const entities = {
    'sensor.power': { entity_id: 'sensor.power', platform: 'ocpp_cs', device_id: 'device', translation_key: 'power' },
    'sensor.seen': { entity_id: 'sensor.seen', platform: 'ocpp_cs', device_id: 'device', translation_key: 'last_seen' },
    'sensor.other': { entity_id: 'sensor.other', platform: 'other', device_id: 'device', translation_key: 'power' },
    'sensor.lost': { entity_id: 'sensor.lost', platform: 'ocpp_cs', device_id: null, translation_key: 'power' },
  };
  const config = { type: 'custom:ocpp-cs-card', device_id: 'device' };
  assert.deepEqual(suggestionFor({ entities }, 'sensor.power'), { config });
  for (const other of ['sensor.seen', 'sensor.other', 'sensor.lost', 'sensor.none']) {
    assert.equal(suggestionFor({ entities }, other), null, other);
  }
  assert.deepEqual(stubConfig({ entities }), config);
  assert.deepEqual(stubConfig({ entities: {} }), { type: 'custom:ocpp-cs-card' });
});

test('the timeline tells each quarter of an hour to keys', async () => {
  const start = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000);
  const hour = (hours: number): string => new Date(start.getTime() + hours * 3_600_000).toISOString();
  const hass = fakeOf(connectorOf());
  hass.answer = () =>
    viewOf({
      prices: [0, 1, 2, 3].map((at) => ({ start: hour(at), end: hour(at + 1), price: 0.1 * (at + 1) })),
      slots: [{ start: hour(0), end: hour(4), power_w: 11000, sun_w: 0, price: 0.1 }],
      ready_by: null,
    });
  const card = await cardOf(hass);
  const timeline = card.renderRoot.querySelector('ocpp-cs-timeline');
  assert.ok(timeline);
  await settled(card);
  const slider = timeline.renderRoot.querySelector('[role=slider]');
  assert.ok(slider);
  assert.match(slider.getAttribute('aria-valuetext') ?? '', /^Price from €0.100\/kWh to €0.400\/kWh\. Charges from /);
  slider.dispatchEvent(new window.KeyboardEvent('keydown', { key: 'End' }));
  slider.dispatchEvent(new window.KeyboardEvent('keydown', { key: 'Home' }));
  await settled(timeline);
  assert.match(slider.getAttribute('aria-valuetext') ?? '', /, Price €0.\d00\/kWh, Charging 11.0 kW$/);
});

const COMING: ComingPlan = {
  id: 'weekly1',
  name: 'Work',
  when: '2026-11-30T06:00:00Z',
  ready_at: '07:00:00',
  weekdays: ['mon', 'tue', 'wed', 'thu', 'fri'],
  target_soc: null,
  target_kwh: 15,
};

test('weekly plans to come are shown, and let rest and work again', async () => {
  const plan = planOf({
    armed: false,
    coming: [COMING, { ...COMING, id: 'weekly2', target_soc: 80, weekdays: ['sun'] }],
  });
  const hass = new FakeHass({ servers: [serverOf([connectorOf({ plan })])] });
  hass.devices = {
    d: {
      id: 'd',
      name: 'Work',
      name_by_user: null,
      area_id: null,
      identifiers: [['ocpp_cs', 'weekly1']],
      via_device_id: null,
    },
  };
  hass.entities = { 'switch.work': { entity_id: 'switch.work', device_id: 'd', platform: 'ocpp_cs' } };
  hass.states = { 'switch.work': { entity_id: 'switch.work', state: 'on', attributes: {}, last_changed: '' } };
  const card = await cardOf(hass);
  const list = (): Element | null | undefined => card.shadowRoot?.querySelector('.weekly');
  const toggles = (): HTMLButtonElement[] => [...(list()?.querySelectorAll('button') ?? [])] as HTMLButtonElement[];
  assert.match(
    list()?.textContent.replaceAll(/\s+/g, ' ') ?? '',
    /15 kWh by (Mon )?07:00 ?Mon – Fri.*80 % by (Mon )?07:00 ?Sun/,
  );
  // The other one's switch is disabled.
  assert.equal(toggles().length, 1);
  assert.equal(toggles()[0]?.getAttribute('aria-checked'), 'true');
  toggles()[0]?.click();
  assert.deepEqual(hass.calls.at(-1), { domain: 'switch', service: 'turn_off', data: { entity_id: 'switch.work' } });
  // It does not come any more, but can be switched on again.
  hass.states = { 'switch.work': { entity_id: 'switch.work', state: 'off', attributes: {}, last_changed: '' } };
  hass.tell({ connectors: [connectorOf({ plan: planOf({ armed: false }) })] });
  await settled(card);
  assert.equal(toggles()[0]?.getAttribute('aria-checked'), 'false');
  toggles()[0]?.click();
  assert.equal(hass.calls.at(-1)?.service, 'turn_on');
});

test('a goal of a weekly plan is not called once', async () => {
  const plan = planOf({ weekdays: [], weekly: { id: 'weekly1', name: 'Work' }, coming: [COMING] });
  const text = textOf(await cardOf(new FakeHass({ servers: [serverOf([connectorOf({ plan })])] })));
  assert.match(text, /Weekly plan, Mon – Fri/);
  assert.doesNotMatch(text, /Once/);
});

test('below the power stands what is measured, not what is offered', async () => {
  const measured = await cardOf(fakeOf(connectorOf({ current_a: 5.6, current_limit_a: 17, power_w: 3800 })));
  assert.equal(textOf(measured, '.phases'), '6 A · 3 ph');
  const unknown = await cardOf(fakeOf(connectorOf({ current_a: null, current_limit_a: 17, power_w: 3800 })));
  assert.equal(textOf(unknown, '.phases'), '3 phases');
});

test('in a mode that follows no plan, card and editor say so, and change the mode', async () => {
  const connector = connectorOf({ mode: 'manual', plan: planOf({ state: 'other_mode' }) });
  const hass = fakeOf(connector);
  const card = await cardOf(hass);
  const hints = (): OcppCsModeHint[] => [
    ...card.renderRoot.querySelectorAll<OcppCsModeHint>('ocpp-cs-mode-hint'),
    ...[...card.renderRoot.querySelectorAll('ocpp-cs-plan-editor')].flatMap((editor) => [
      ...editor.renderRoot.querySelectorAll<OcppCsModeHint>('ocpp-cs-mode-hint'),
    ]),
  ];
  const [set] = hints();
  assert.match(set?.renderRoot.textContent ?? '', /In “Manual” nothing follows a plan\./);
  buttonOf(card, 'Edit plan').click();
  await settled(card);
  await until(() => hints()[0]?.renderRoot.querySelector('button') != null);
  const [edited] = hints();
  assert.match(edited?.renderRoot.textContent ?? '', /In “Manual” nothing follows a plan\./);
  const isPreview = ({ type }: Record<string, unknown>): boolean => type === 'ocpp_cs/plan/preview';
  await until(() => hass.asked.some(isPreview));
  const asked = hass.asked.length;
  edited?.renderRoot.querySelector('button')?.click();
  assert.deepEqual(hass.calls, [
    { domain: 'select', service: 'select_option', data: { entity_id: 'select.mode', option: 'solar' } },
  ]);
  hass.tell({ connectors: [{ ...connector, mode: 'solar', plan: planOf() }] });
  await settled(card);
  await until(() => hass.asked.slice(asked).some(isPreview));
  assert.equal(hints()[0]?.renderRoot.textContent.trim(), '');
  assert.ok(hass.asked.slice(asked).some(isPreview), 'what comes of it in the new mode is asked for');
});
