/** Charts over time that are split by vehicle or card. */
import './setup.ts';
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { Group, TimeGroup } from '../src/api.ts';
import { OcppCsBars } from '../src/views/bars.ts';
import { OcppCsSessionsCard } from '../src/views/sessions.ts';
import { OTHERS, PALETTE, partOf, sharesOf } from '../src/views/split.ts';
import { FakeHass } from './data.ts';
import { answer, session, sums } from './sessions-data.ts';

afterEach(() => {
  document.body.replaceChildren();
});

function group(key: string, energy_kwh: number, cost: Record<string, number> = { EUR: energy_kwh * 0.3 }): Group {
  return { ...sums([]), key, name: key.toUpperCase(), energy_kwh, cost };
}

const ORDER = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const named = ({ key }: Group): string => key;

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test('colours can be told from the cards of both themes', () => {
  for (const color of PALETTE) {
    for (const ground of ['#ffffff', '#1c1c1c']) {
      const [dark = 0, light = 0] = [luminance(color), luminance(ground)].sort((a, b) => a - b);
      assert.ok((light + 0.05) / (dark + 0.05) >= 3, `${color} on ${ground}`);
    }
  }
  assert.equal(new Set(PALETTE).size, PALETTE.length);
});

test('each vehicle has one colour in all months', () => {
  const march = sharesOf([group('b', 3), group('a', 9)], ORDER, named, 'rest');
  const april = sharesOf([group('a', 1), group('b', 8), group('c', 4)], ORDER, named, 'rest');
  const colorOf = (shares: typeof march, name: string): string | undefined =>
    shares.find((share) => share.name === name)?.color;
  assert.deepEqual(
    march.map(({ name }) => name),
    ['a', 'b'],
  );
  for (const name of ['a', 'b']) assert.equal(colorOf(march, name), colorOf(april, name));
  assert.equal(new Set(april.map(({ color }) => color)).size, 3);
});

test('what is small is one part, and nothing is lost', () => {
  const groups = ORDER.map((key, index) => group(key, index + 1, index === 0 ? { CHF: 1 } : { EUR: index }));
  const shares = sharesOf(groups, ORDER, named, 'rest');
  assert.equal(shares.length, PALETTE.length + 1);
  const rest = shares.at(-1);
  assert.deepEqual([rest?.name, rest?.keys, rest?.color], ['rest', ['b', 'a'], OTHERS]);
  assert.deepEqual(rest?.sums, { energy_kwh: 3, cost: { CHF: 1, EUR: 1 } });
  assert.equal(new Set(shares.map(({ color }) => color)).size, shares.length);
  const time: TimeGroup = {
    ...group('2026-11', 36),
    by: { vehicle: Object.fromEntries(groups.map((each) => [each.key, each])), tag: {}, charger: {}, payer: {} },
  };
  const parts = shares.map((share) => partOf(time, 'vehicle', share).energy_kwh);
  assert.equal(
    parts.reduce((total, part) => total + part, 0),
    36,
  );
  assert.equal(partOf(time, 'tag', shares[0] ?? assert.fail()).energy_kwh, 0);
  assert.equal(partOf(undefined, 'tag', shares[0] ?? assert.fail()).energy_kwh, 0);
});

test('a chart is split by a click, with its legend and a table for screen readers', async () => {
  const sessions = [session({ start: '2026-11-01T10:00:00Z', energy_kwh: 8, cost: 2 })];
  const hass = new FakeHass();
  hass.answer = () =>
    answer(sessions, {
      vehicles: [{ id: 'z', name: 'Z' }],
      by: {
        ...answer(sessions).by,
        vehicle: [group('z', 5, { EUR: 1.5 }), { ...group('guest', 3, { EUR: 0.5 }), name: null }],
        time: [
          {
            ...group('2026-11-01', 8),
            by: {
              tag: {},
              charger: {},
              payer: {},
              vehicle: { z: { energy_kwh: 5, cost: { EUR: 1.5 } }, guest: { energy_kwh: 3, cost: { EUR: 0.5 } } },
            },
          },
        ],
      },
    });
  const card = new OcppCsSessionsCard();
  card.setConfig({ type: 'custom:x' });
  card.hass = hass;
  document.body.append(card);
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) {
      await Promise.resolve();
      await card.updateComplete;
    }
  };
  await settle();
  const press = async (text: string): Promise<void> => {
    const buttons = [...(card.shadowRoot?.querySelectorAll<HTMLButtonElement>('.chart .segments button') ?? [])];
    buttons.find(({ textContent }) => textContent.trim() === text)?.click();
    await settle();
  };
  // All time: the keys are those that there are.
  card.shadowRoot?.querySelectorAll<HTMLButtonElement>('header .segments button')[2]?.click();
  await settle();
  await press('Vehicle');
  const legend = (): string =>
    card.shadowRoot?.querySelector('.chart .legend')?.textContent.replaceAll(/\s+/g, ' ') ?? '';
  assert.match(legend(), /Z ?5\.0 kWh.*Guest ?3\.0 kWh/);
  const bars = card.shadowRoot?.querySelector('ocpp-cs-bars');
  assert.ok(bars instanceof OcppCsBars);
  assert.deepEqual(
    bars.bars[0]?.parts.map(({ label, value }) => [label, value]),
    [
      ['Z', 5],
      ['Guest', 3],
    ],
  );
  // As wide as nothing here ever is, as nothing is laid out.
  Object.assign(bars, { width: 400 });
  await bars.updateComplete;
  const table = bars.shadowRoot?.querySelector('table');
  assert.match(table?.textContent.replaceAll(/\s+/g, ' ') ?? '', /Z ?Guest.*Sun, November 1 ?5\.0 kWh ?3\.0 kWh/);
  await press('€');
  assert.match(legend(), /Z ?€1\.50.*Guest ?€0\.50/);
  await press('Source');
  assert.equal(card.shadowRoot?.querySelectorAll('.chart .legend').length, 0);
});
