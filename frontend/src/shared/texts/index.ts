/** All texts, by language. Keys are the same in all of them, which the compiler checks. */
import { board as boardDe } from './de/board.ts';
import { card as cardDe } from './de/card.ts';
import { common as commonDe } from './de/common.ts';
import { board as boardEn } from './en/board.ts';
import { card as cardEn } from './en/card.ts';
import { common as commonEn } from './en/common.ts';

const en = { ...commonEn, ...cardEn, ...boardEn };

export type Key = keyof typeof en;
export type Texts = Record<Key, string>;

const de: Texts = { ...commonDe, ...cardDe, ...boardDe };

export const TEXTS = { en, de } as const satisfies Record<string, Texts>;
export type Language = keyof typeof TEXTS;
