/** To which backends a session is reported, in words and signs. */
import { mdiCloudAlertOutline, mdiCloudCheckOutline, mdiCloudClockOutline, mdiCloudUploadOutline } from '@mdi/js';
import type { ToldTo } from '../api.ts';
import { hasText, type Localize } from './localize.ts';

const SIGNS: Record<string, string> = {
  told: mdiCloudUploadOutline,
  waiting: mdiCloudClockOutline,
  confirmed: mdiCloudCheckOutline,
};
/** From what needs most attention to what needs none. */
const ORDER: readonly string[] = ['refused', 'given_up', 'waiting', 'told', 'confirmed'];

/** Return the sign of a session: that of the backend that needs most attention. */
export function signOf(backends: readonly ToldTo[]): string {
  const states = backends.map(({ state }) => state);
  const most = ORDER.find((state) => states.includes(state)) ?? '';
  return SIGNS[most] ?? mdiCloudAlertOutline;
}

/** Return what a backend knows of a session: "Employer: confirmed". */
export function toldOf({ name, state }: ToldTo, t: Localize): string {
  const key = `told.${state}`;
  return `${name}: ${hasText(key) ? t(key) : state}`;
}
