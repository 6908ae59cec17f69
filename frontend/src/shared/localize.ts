import type { Hass } from './hass.ts';
import { TEXTS, type Key, type Language } from './texts/index.ts';

export type Values = Record<string, string | number>;
export type Localize = (key: Key, values?: Values) => string;

/** Return the language of ours that suits one of Home Assistant's ("de-CH", "gsw", "nb"). */
export function languageOf(language: string): Language {
  const base = language.toLowerCase().split(/[-_]/)[0];
  return base === 'de' || base === 'gsw' ? 'de' : 'en';
}

/**
 * Return what finds texts in a language.
 *
 * `{name}` in a text is replaced by the value of that name. With a value `count` of 1 the text of the key with
 * `_one` at its end is taken, if there is one.
 */
export function localizeIn(language: string): Localize {
  const texts: Record<string, string> = TEXTS[languageOf(language)];
  return (key, values = {}) => {
    const text = (values['count'] === 1 ? texts[`${key}_one`] : undefined) ?? texts[key] ?? key;
    const filled = text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
    // Ours run from left to right, also on a page that runs the other way: "20 kWh", not "kWh 20".
    return document.dir === 'rtl' ? `\u2066${filled}\u2069` : filled;
  };
}

/** Return what finds texts in the user's language. */
export function localize(hass: Pick<Hass, 'language' | 'locale'>): Localize {
  return localizeIn(hass.locale?.language ?? hass.language);
}

/** Return the language of the page, for what is told no user: that of Home Assistant's page once it has one. */
export function languageOfPage(): string {
  const main = document.querySelector<HTMLElement & { hass?: Hass }>('home-assistant');
  return main?.hass?.locale?.language ?? main?.hass?.language ?? document.documentElement.lang;
}

/** Return whether a text has this key: for keys that are put together from what the server tells. */
export function hasText(key: string): key is Key {
  return key in TEXTS.en;
}
