import type { board as en } from '../en/board.ts';

/** Die Texte des Dashboards. */
export const board: Record<keyof typeof en, string> = {};
