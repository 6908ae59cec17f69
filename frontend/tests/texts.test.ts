import './setup.ts';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { languageOf, localizeIn } from '../src/shared/localize.ts';
import { TEXTS } from '../src/shared/texts/index.ts';

const TRANSLATIONS = '../custom_components/ocpp_cs/translations';

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[0]).sort();
}

test('each text is there in each language, with the same placeholders', () => {
  assert.deepEqual(Object.keys(TEXTS.de).sort(), Object.keys(TEXTS.en).sort());
  for (const [key, text] of Object.entries(TEXTS.en)) {
    const german = TEXTS.de[key as keyof typeof TEXTS.en];
    assert.notEqual(german.trim(), '', key);
    assert.deepEqual(placeholders(german), placeholders(text), key);
  }
});

test('each state and each reason that the integration tells has words', () => {
  const { entity } = JSON.parse(readFileSync(`${TRANSLATIONS}/en.json`, 'utf8')) as {
    entity: Record<string, Record<string, { state?: Record<string, string> }>>;
  };
  const states = (platform: string, key: string): string[] => Object.keys(entity[platform]?.[key]?.state ?? {});
  const known = new Set(Object.keys(TEXTS.en));
  for (const state of states('sensor', 'charging_state')) assert.ok(known.has(`state.${state}`), state);
  for (const state of states('sensor', 'charge_plan')) assert.ok(known.has(`plan_state.${state}`), state);
  for (const mode of states('select', 'charge_mode')) assert.ok(known.has(`mode.${mode}`), mode);
  assert.ok(states('sensor', 'charging_state').length > 10);
  // And no words for what is not told any more.
  const reasons = new Set(states('sensor', 'control_state'));
  for (const key of known) {
    const [group, reason] = key.split('.');
    if (reason !== undefined && (group === 'charging' || group === 'waiting')) assert.ok(reasons.has(reason), key);
  }
});

test('values are filled in', () => {
  assert.equal(localizeIn('en')('plan_by', { target: '20 kWh', time: '07:00' }), '20 kWh by 07:00');
  assert.equal(localizeIn('de-AT')('plan_by', { target: '20 kWh', time: '07:00' }), '20 kWh bis 07:00');
});

test('on a page from right to left a text keeps its own direction', () => {
  document.dir = 'rtl';
  try {
    assert.equal(localizeIn('ar')('sun'), '\u2066Sun\u2069');
  } finally {
    document.dir = 'ltr';
  }
});

test('languages that are not there fall back', () => {
  assert.equal(languageOf('de-CH'), 'de');
  assert.equal(languageOf('gsw'), 'de');
  assert.equal(languageOf('nb'), 'en');
  assert.equal(languageOf(''), 'en');
});
