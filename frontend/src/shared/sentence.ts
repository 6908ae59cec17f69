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

type Said = Pick<Connector, 'online' | 'state' | 'reason' | 'until'>;

export function sentenceOf({ online, state, reason, until }: Said, t: Localize, format: Format, now: Date): Sentence {
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
