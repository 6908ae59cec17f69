/** What a connector does, as one sentence. */
import type { Connector } from '../api.ts';
import { toDate, type Format } from './format.ts';
import { hasText, type Localize } from './localize.ts';

export type Tone = 'charging' | 'waiting' | 'idle' | 'done' | 'problem';

export interface Sentence {
  state: string;
  /** "starts in 40 s"; changes each second. */
  until: string | null;
  /** "starts at 10:42", for a screen reader: it need not be told again each second. */
  untilAt: string | null;
  tone: Tone;
}

const TONES: Record<string, Tone> = {
  not_plugged_in: 'idle',
  reserved: 'idle',
  charging: 'charging',
  starting: 'charging',
  discharging: 'charging',
  paused: 'idle',
  full: 'done',
  ended: 'done',
  out_of_service: 'problem',
  fault: 'problem',
};

const CLAUSES: Record<string, 'starts' | 'pauses' | 'switches'> = {
  start_delay: 'starts',
  pause_time: 'starts',
  waiting_for_sun: 'starts',
  stop_delay: 'pauses',
  phase_delay: 'switches',
  phase_guard: 'switches',
};

/** States in which the reason of the charge control says more. */
const WITH_REASON: Record<string, 'charging' | 'waiting'> = {
  charging: 'charging',
  starting: 'waiting',
  waiting_for_sun: 'waiting',
  paused_by_charger: 'waiting',
  paused_by_vehicle: 'waiting',
};

/** Reasons that say what limits the vehicle: they are true only while it takes what it may. */
const LIMITS: readonly string[] = ['fuse_limit', 'circuit_limit', 'ceiling', 'backend_limit', 'peak_limit'];
/** Parts of the limit: who takes less is limited by the vehicle. The second one is for power, whose voltage is not told. */
const FULL_CURRENT = 0.85;
const FULL_POWER = 0.7;
const NOMINAL_V = 230;

type Said = Pick<
  Connector,
  'online' | 'state' | 'reason' | 'until' | 'power_w' | 'current_a' | 'current_limit_a' | 'phases'
>;

/** Return whether a vehicle takes clearly less than it may. */
function takesLess({ power_w, current_a, current_limit_a, phases }: Said): boolean {
  if (current_limit_a === null) return false;
  if (current_a !== null) return current_a < current_limit_a * FULL_CURRENT;
  if (power_w === null || phases === null) return false;
  return power_w < current_limit_a * phases * NOMINAL_V * FULL_POWER;
}

export function sentenceOf(connector: Said, t: Localize, format: Format, now: Date): Sentence {
  const { online, state, until } = connector;
  const binds = state !== 'charging' || !LIMITS.includes(connector.reason ?? '') || !takesLess(connector);
  const reason = binds ? connector.reason : null;
  if (!online) return { state: t('state.offline'), until: null, untilAt: null, tone: 'problem' };
  if (state === null) return { state: t('state.unknown'), until: null, untilAt: null, tone: 'idle' };
  const group = WITH_REASON[state];
  const said = [group === undefined || reason === null ? '' : `${group}.${reason}`, `state.${state}`].find(hasText);
  const end = toDate(until);
  const clause = group === undefined || reason === null ? undefined : CLAUSES[reason];
  const counted = clause !== undefined && end !== null && end > now;
  return {
    state: said === undefined ? state : t(said),
    until: counted ? t(`until.${clause}`, { time: format.countdown((end.getTime() - now.getTime()) / 1000) }) : null,
    untilAt: counted ? t(`until.${clause}_at`, { time: format.time(end) }) : null,
    tone: TONES[state] ?? 'waiting',
  };
}
