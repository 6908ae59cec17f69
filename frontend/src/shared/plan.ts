/** What a plan is, in words and as what the action takes. */
import type { ComingPlan, Connector, PlanSummary, PlanView } from '../api.ts';
import { toDate, type Format } from './format.ts';
import { hasText, type Localize } from './localize.ts';
import { converted, localClock, type Zones } from './zone.ts';

export const LEAST_KWH = 1;
export const MOST_KWH = 100;

/** The modes that follow a plan. */
const PLANNED_MODES: readonly string[] = ['solar', 'min_solar'];

/** Return whether the mode of a connector follows its plan. */
export function followsPlan({ mode }: Pick<Connector, 'mode'>): boolean {
  return mode === null || PLANNED_MODES.includes(mode);
}

/** Return in words that the mode of a connector follows no plan. */
export function modeHintOf({ mode }: Pick<Connector, 'mode'>, t: Localize): string {
  const key = `mode.${mode ?? ''}`;
  return hasText(key) ? t('plan_no_mode', { mode: t(key) }) : t('plan_state.other_mode');
}

/** Return the state of a plan in words. Null: it stands in the hint about the mode. */
export function planStateOf({ mode, plan }: Pick<Connector, 'mode' | 'plan'>, t: Localize): string | null {
  if (plan === null || !followsPlan({ mode })) return null;
  const key = `plan_state.${plan.state}`;
  return hasText(key) ? t(key) : plan.state;
}

/** What is entered into the editor, in the time zone of the user. */
export interface Draft {
  /** Whether the target is a state of charge. */
  bySoc: boolean;
  soc: number;
  kWh: number;
  /** "07:00"; empty: without a time. */
  readyAt: string;
  weekdays: string[];
  /** At once, whatever the price: 0 is none. */
  leastSoc: number;
  leastKWh: number;
  /** Below it at any time: null is none. */
  belowPrice: number | null;
}

/** Return when a plan is to be ready in the time zone of the user; without weekdays: once. */
export function localOf(
  { ready_at, ready_by, weekdays }: Pick<PlanSummary, 'ready_at' | 'weekdays'> & { ready_by?: string | null },
  { user, server }: Zones,
  now: Date,
): { clock: string | null; weekdays: readonly string[] } {
  // Where the plan tells the moment, it is that one, also if clocks are put on before it.
  const by = toDate(ready_by);
  if (ready_at === null) return { clock: by === null ? null : localClock(by, user), weekdays };
  return converted({ clock: ready_at, weekdays }, server, user, by === null ? now : new Date(by.getTime() - 60_000));
}

/** Return what the editor begins with. */
export function draftOf(plan: PlanSummary, zones: Zones, now: Date): Draft {
  const { clock, weekdays } = localOf(plan, zones, now);
  return {
    bySoc: plan.tells_soc && (plan.target_soc !== null || plan.target_kwh === null),
    soc: plan.target_soc ?? 80,
    kWh: plan.target_kwh ?? 20,
    readyAt: clock ?? (plan.armed ? '' : '07:00'),
    weekdays: [...weekdays],
    leastSoc: plan.least_soc ?? 0,
    leastKWh: plan.least_kwh ?? 0,
    belowPrice: plan.below_price,
  };
}

/** Return a draft as Home Assistant keeps it: with the time of the day and the weekdays of its own zone. */
export function keptOf(draft: Draft, { user, server }: Zones, now: Date): Draft {
  if (draft.readyAt === '') return draft;
  const { clock, weekdays } = converted({ clock: draft.readyAt, weekdays: draft.weekdays }, user, server, now);
  return { ...draft, readyAt: clock, weekdays: [...weekdays] };
}

/** Return what is edited, to see whether somebody else has changed it meanwhile. */
export function editedOf(plan: PlanSummary): string {
  const { target_soc, target_kwh, ready_at, weekdays, least_soc, least_kwh, below_price } = plan;
  return JSON.stringify([target_soc, target_kwh, ready_at, [...weekdays].sort(), least_soc, least_kwh, below_price]);
}

/** Return whether there is something to charge for. */
export function isWhole(draft: Draft): boolean {
  return draft.readyAt !== '' || draft.belowPrice !== null || (draft.bySoc ? draft.leastSoc : draft.leastKWh) > 0;
}

/** The fields of a goal as the action calls them; null: is not wanted. */
function valuesOf(draft: Draft, tellsSoc: boolean): [name: string, previewed: string, value: unknown][] {
  const timed = draft.readyAt !== '';
  const least = draft.bySoc ? draft.leastSoc : draft.leastKWh;
  const values: [string, string, unknown][] = [
    ['energy_target', 'energy_kwh', draft.bySoc ? null : draft.kWh],
    ['soc_target', 'soc', draft.bySoc ? draft.soc : null],
    ['ready_by', 'ready_at', timed ? `${draft.readyAt}:00` : null],
    ['weekdays', 'weekdays', timed && draft.weekdays.length > 0 ? draft.weekdays : null],
    ['least_soc', 'least_soc', draft.bySoc && least > 0 ? least : null],
    ['least_energy', 'least_kwh', !draft.bySoc && least > 0 ? least : null],
    ['below_price', 'below_price', draft.belowPrice],
  ];
  return values.filter(([name]) => tellsSoc || !name.includes('soc'));
}

/** Return the fields of `ocpp_cs/plan/preview`, where null clears, and weekdays are cleared by none. */
export function previewOf(draft: Draft, tellsSoc: boolean): Record<string, unknown> {
  const values = valuesOf(draft, tellsSoc).map(([, previewed, value]) => [previewed, value] as const);
  return { ...Object.fromEntries(values), weekdays: draft.readyAt === '' ? [] : draft.weekdays };
}

/** Return the data of the action `set_charge_plan`, which clears what is not wanted any more. */
export function actionOf(draft: Draft, tellsSoc: boolean): Record<string, unknown> {
  const values = valuesOf(draft, tellsSoc);
  return {
    ...Object.fromEntries(values.filter(([, , value]) => value !== null).map(([name, , value]) => [name, value])),
    clear: values.filter(([, , value]) => value === null).map(([name]) => name),
    armed: true,
  };
}

type Aim = Pick<PlanSummary, 'target_soc' | 'target_kwh'>;

/** Return a plan in words: "20 kWh by 07:00". Null: nothing is wanted. */
export function titleOf(
  plan: PlanSummary,
  currency: string,
  t: Localize,
  format: Format,
  now = new Date(),
): string | null {
  const target = targetOf(plan, format);
  const { clock } = localOf(plan, format.zones, now);
  const time =
    plan.ready_at !== null ? format.clock(clock) : toDate(plan.ready_by) === null ? null : format.soon(plan.ready_by);
  const said: string[] = [];
  if (target !== null && time !== null) said.push(t('plan_by', { target, time }));
  else if (target !== null) said.push(target);
  const least =
    plan.least_soc !== null && plan.least_soc > 0
      ? format.percent(plan.least_soc / 100)
      : plan.least_kwh
        ? kWh(plan.least_kwh, format)
        : null;
  if (least !== null) said.push(t('plan_least', { least }));
  if (plan.below_price !== null) said.push(t('plan_below', { price: format.price(plan.below_price, currency) }));
  return said.length > 0 ? said.join(' · ') : null;
}

/** Return how much is to be charged: "80 %", "20 kWh". */
export function targetOf({ target_soc, target_kwh }: Aim, format: Format): string | null {
  if (target_soc !== null) return format.percent(target_soc / 100);
  return target_kwh ? kWh(target_kwh, format) : null;
}

/** Return the next time of a weekly plan in words: "20 kWh by Mon 07:00". */
export function aimOf(plan: ComingPlan, t: Localize, format: Format): string {
  const target = targetOf(plan, format);
  const time = format.soon(plan.when);
  return target === null ? time : t('plan_by', { target, time });
}

/** Return what comes of a plan: "3.11 EUR, 60 % sun, ready 05:40". Null: nothing is known. */
export function resultOf(plan: PlanView, t: Localize, format: Format): string | null {
  const said: string[] = [];
  if (plan.cost !== null) said.push(format.money(plan.cost, plan.currency));
  if (plan.solar_share !== null && plan.solar_share >= 0.005)
    said.push(t('plan_sun', { share: format.percent(plan.solar_share) }));
  if (toDate(plan.ready_at_time) !== null) said.push(t('plan_ready', { time: format.soon(plan.ready_at_time) }));
  return said.length > 0 ? said.join(', ') : null;
}

/** Return what is wrong with a plan, if something is. */
export function shortageOf(plan: PlanView, t: Localize, format: Format): string | null {
  if (plan.missing_kwh < 0.05) return null;
  const why = `shortage.${plan.shortage ?? 'unknown'}`;
  const missing = t('plan_missing', { energy: format.energy(plan.missing_kwh) });
  return hasText(why) ? `${missing} ${t(why)}` : missing;
}

function kWh(value: number, format: Format): string {
  return `${format.number(value, Number.isInteger(value) ? 0 : 1)} kWh`;
}
