import './setup.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connector } from '../src/api.ts';
import { Format } from '../src/shared/format.ts';
import { localizeIn } from '../src/shared/localize.ts';
import { sentenceOf, type Sentence } from '../src/shared/sentence.ts';
import { FakeHass, connectorOf } from './data.ts';

const NOW = new Date('2026-11-29T10:00:00Z');

function said(changes: Partial<Connector>, language = 'en'): Sentence {
  const hass = new FakeHass(undefined, language);
  return sentenceOf(connectorOf(changes), localizeIn(language), new Format(hass), NOW);
}

test('waiting for sun counts down, and a screen reader hears the time once', () => {
  const sentence = said({ state: 'waiting_for_sun', reason: 'start_delay', until: '2026-11-29T10:00:40Z' });
  assert.deepEqual(sentence, {
    state: 'Waiting for sun',
    until: 'starts in 40 s',
    untilAt: 'starts at 11:00',
    tone: 'waiting',
  });
  const german = said({ state: 'waiting_for_sun', reason: 'start_delay', until: '2026-11-29T10:00:40Z' }, 'de');
  assert.equal(`${german.state}, ${german.until ?? ''}`, 'Wartet auf Sonne, startet in 40 s');
});

test('a delay that is over, or without an end, is not counted', () => {
  assert.equal(said({ state: 'waiting_for_sun', reason: 'start_delay', until: '2026-11-29T09:59:00Z' }).until, null);
  assert.equal(said({ state: 'waiting_for_sun', reason: 'start_delay', until: null }).until, null);
  assert.equal(said({ state: 'waiting_for_sun', reason: 'start_delay', until: 'nonsense' }).until, null);
});

test('charging says why, and when it ends or changes', () => {
  assert.equal(said({}).state, 'Charging from the sun');
  assert.equal(said({ reason: 'fast' }).state, 'Charging fast');
  assert.equal(said({ reason: null }).state, 'Charging');
  const pausing = said({ reason: 'stop_delay', until: '2026-11-29T10:03:00Z' });
  assert.equal(`${pausing.state}, ${pausing.until ?? ''}`, 'Too little sun, pauses in 3 min');
  assert.equal(said({ reason: 'phase_delay', until: '2026-11-29T10:00:05Z' }).until, 'switches phases in 5 s');
});

test('a fault, or a charger that is away, is not hidden by what the charge control wants', () => {
  assert.equal(said({ state: 'fault', reason: 'fast' }).state, 'Fault');
  assert.equal(said({ state: 'fault' }).tone, 'problem');
  assert.equal(said({ online: false }).state, 'The charger is away');
  assert.equal(said({ state: 'full', reason: 'start_delay', until: '2026-11-29T10:00:40Z' }).until, null);
});

test('what nobody knows yet has no words, and is no error', () => {
  assert.equal(said({ state: null }).state, 'Not reported yet');
  assert.equal(said({ state: 'dancing' }).state, 'dancing');
  assert.equal(said({ state: 'charging', reason: 'dancing' }).state, 'Charging');
});

test('phases that were chosen and wait for their time say so in each mode', () => {
  const until = '2026-11-29T10:04:00Z';
  for (const mode of ['manual', 'fast', 'solar']) {
    const waiting = said({ mode, reason: 'phase_guard', until });
    assert.equal(`${waiting.state}, ${waiting.until ?? ''}`, 'Charging, switches phases in 4 min');
    assert.equal(waiting.untilAt, 'switches phases at 11:04');
  }
  const german = said({ reason: 'phase_guard', until }, 'de');
  assert.equal(`${german.state}, ${german.until ?? ''}`, 'Lädt, wechselt die Phasen in 4 min');
});

test('a limit is told only while the vehicle takes what it may', () => {
  const limited = { reason: 'fuse_limit', current_limit_a: 17, phases: 3 };
  assert.equal(said({ ...limited, current_a: 16.4, power_w: 11_300 }).state, 'Charging, limited by the main fuse');
  assert.equal(said({ ...limited, current_a: 5.6, power_w: 3800 }).state, 'Charging');
  assert.equal(said({ ...limited, current_a: null, power_w: 3800 }).state, 'Charging');
  assert.equal(said({ ...limited, current_a: null, power_w: 11_300 }).state, 'Charging, limited by the main fuse');
  assert.equal(said({ ...limited, current_a: null, power_w: null }).state, 'Charging, limited by the main fuse');
  assert.equal(said({ ...limited, state: 'waiting_for_fuse', current_a: 0 }).state, 'Waiting: main fuse in use');
});
