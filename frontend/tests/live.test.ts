import './setup.ts';
import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { LiveStore } from '../src/shared/live.ts';
import { FakeHass, connectorOf, houseOf, serverOf } from './data.ts';

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout'] });
});
afterEach(() => {
  mock.timers.reset();
});

/** Let promises that are settled go on. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
}

test('many listeners share one subscription, which ends after the last', async () => {
  const hass = new FakeHass();
  const store = new LiveStore(hass.connection);
  const stops = [store.listen(() => undefined), store.listen(() => undefined)];
  await settled();
  assert.equal(hass.subscriptions, 1);
  for (const stop of stops) stop();
  mock.timers.tick(4_000);
  assert.equal(hass.subscriptions, 1);
  mock.timers.tick(2_000);
  assert.equal(hass.subscriptions, 0);
});

test('a view that is changed keeps the subscription', async () => {
  const hass = new FakeHass();
  const store = new LiveStore(hass.connection);
  const stop = store.listen(() => undefined);
  await settled();
  stop();
  mock.timers.tick(3_000);
  store.listen(() => undefined);
  mock.timers.tick(60_000);
  assert.equal(hass.subscriptions, 1);
});

test('only what changed is replaced', async () => {
  const other = connectorOf({ connector_id: 2, device_id: 'other' });
  const hass = new FakeHass({ servers: [serverOf([connectorOf(), other])] });
  const store = new LiveStore(hass.connection);
  let told = 0;
  store.listen(() => {
    told += 1;
  });
  await settled();
  const before = store.servers?.[0];
  hass.tell({ connectors: [connectorOf({ power_w: 1 })] });
  const after = store.servers?.[0];
  assert.equal(after?.connectors[0]?.power_w, 1);
  assert.equal(after.connectors[1], before?.connectors[1]);
  assert.equal(after.house, before?.house);
  hass.tell({ houses: [houseOf({ grid_w: -5 })] });
  assert.equal(store.servers?.[0]?.house.grid_w, -5);
  assert.equal(store.servers[0].connectors, after.connectors);
  hass.tell({ connectors: [connectorOf({ entry_id: 'unknown' })] });
  assert.equal(store.servers[0].connectors, after.connectors);
  assert.equal(told, 4);
});

test('a server that is not there yet is asked for again', async () => {
  const hass = new FakeHass({ code: 'unknown_command' });
  const store = new LiveStore(hass.connection);
  store.listen(() => undefined);
  await settled();
  assert.equal(store.error, 'unknown_command');
  assert.equal(store.servers, null);
  mock.timers.tick(1_000);
  await settled();
  assert.equal(hass.subscriptions, 2);
  mock.timers.tick(1_900);
  await settled();
  assert.equal(hass.subscriptions, 2);
  mock.timers.tick(200);
  await settled();
  assert.equal(hass.subscriptions, 3);
});

test('after a restart it is asked until there is an answer', async () => {
  const hass = new FakeHass({ servers: [serverOf([connectorOf()])] });
  const answer = hass.first;
  const store = new LiveStore(hass.connection);
  const stop = store.listen(() => undefined);
  await settled();
  // Home Assistant is there, but the server is not yet.
  hass.first = { code: 'unknown_command' };
  hass.reconnect();
  await settled();
  assert.equal(store.error, 'unknown_command');
  hass.first = answer;
  mock.timers.tick(1_000);
  await settled();
  assert.equal(store.error, null);
  hass.tell({ connectors: [connectorOf({ power_w: 1 })] });
  assert.equal(store.servers?.[0]?.connectors[0]?.power_w, 1);
  stop();
  mock.timers.tick(6_000);
  hass.reconnect();
  await settled();
  assert.equal(hass.subscriptions, 0);
});

test('a connection that is lost while it is asked ends nothing', async () => {
  const hass = new FakeHass({ servers: [serverOf([connectorOf()])] });
  const store = new LiveStore(hass.connection);
  // The first question is never answered.
  const subscribe = hass.connection.subscribeMessage;
  hass.connection.subscribeMessage = () => new Promise<() => Promise<void>>(() => undefined);
  store.listen(() => undefined);
  await settled();
  hass.connection.subscribeMessage = subscribe;
  hass.reconnect();
  await settled();
  assert.equal(store.servers?.length, 1);
  assert.equal(hass.subscriptions, 1);
});

test('nobody asks for a server that nobody listens to', async () => {
  const hass = new FakeHass({ code: 'unknown_command' });
  const store = new LiveStore(hass.connection);
  const stop = store.listen(() => undefined);
  await settled();
  stop();
  mock.timers.tick(60_000);
  await settled();
  assert.equal(hass.subscriptions, 1);
});
