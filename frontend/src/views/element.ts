/** What the cards of the dashboard have in common. */
import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import { formatter, type Format } from '../shared/format.ts';
import type { Hass } from '../shared/hass.ts';
import { localize, type Localize } from '../shared/localize.ts';

export interface BoardConfig {
  type: string;
  /** The server that is shown; all without it. */
  entry_id?: string;
}

/** Home Assistant gives a new object with each state: what is drawn here depends on few parts of it. */
function isAnother(now: Hass | undefined, before: Hass | undefined): boolean {
  if (now === undefined || before === undefined) return now !== before;
  return (['connection', 'language', 'locale', 'config', 'areas', 'user'] as const).some(
    (part) => now[part] !== before[part],
  );
}

export abstract class BoardElement extends LitElement {
  @property({ attribute: false, hasChanged: isAnother }) hass?: Hass;

  protected get text(): Localize {
    return localize(this.hass ?? { language: 'en' });
  }

  protected get format(): Format {
    return formatter(this.hass ?? { language: 'en', config: { time_zone: 'UTC' } });
  }
}

/** A card of Home Assistant's dashboards. */
export abstract class BoardCard extends BoardElement {
  protected config: BoardConfig | undefined;

  setConfig(config: BoardConfig): void {
    this.config = config;
  }

  getCardSize(): number {
    return 8;
  }

  getGridOptions(): object {
    return { columns: 'full', rows: 'auto' };
  }
}

/** Ask Home Assistant to show an entity, or to go somewhere. */
export function showMore(element: HTMLElement, entityId: string): void {
  element.dispatchEvent(new CustomEvent('hass-more-info', { detail: { entityId }, bubbles: true, composed: true }));
}

export function navigate(path: string): void {
  history.pushState(null, '', path);
  window.dispatchEvent(new CustomEvent('location-changed', { detail: { replace: false } }));
}

/** Follow a link within Home Assistant without loading the page anew. */
export function followed(event: MouseEvent): void {
  const { currentTarget } = event;
  if (!(currentTarget instanceof HTMLAnchorElement)) return;
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  navigate(currentTarget.pathname + currentTarget.search);
}
