import type { card as en } from '../en/card.ts';

/** Die Texte der Karte. */
export const card: Record<keyof typeof en, string> = {};
