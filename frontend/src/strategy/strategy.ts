/** The dashboard: `strategy: {type: custom:ocpp-cs}`, listed under Settings > Dashboards > Add dashboard. */
import type { Server } from '../api.ts';
import type { Hass } from '../shared/hass.ts';
import { liveStore } from '../shared/live.ts';
import { languageOfPage, localize, localizeIn } from '../shared/localize.ts';
import { dashboardOf, outlineOf, type Dashboard, type StrategyConfig } from './dashboard.ts';

const PATIENCE_MS = 10_000;

/** Return the servers, once they are told; none if they are not. */
async function serversOf(hass: Hass): Promise<readonly Server[]> {
  const store = liveStore(hass.connection);
  return new Promise((resolve) => {
    let stop: (() => void) | undefined;
    const look = (): void => {
      if (store.servers === null && store.error === null) return;
      done();
    };
    const timer = setTimeout(() => {
      done();
    }, PATIENCE_MS);
    const done = (): void => {
      clearTimeout(timer);
      // It is kept a while, so that the cards go on with it.
      stop?.();
      stop = undefined;
      resolve(store.servers ?? []);
    };
    stop = store.listen(look);
    look();
  });
}

export class OcppCsStrategy extends HTMLElement {
  static async generate(config: StrategyConfig, hass: Hass): Promise<Dashboard> {
    return dashboardOf(await serversOf(hass), hass, config);
  }

  /** Which connectors there are, and where: names and states are followed by the cards themselves. */
  static shouldRegenerate(_config: StrategyConfig, before: Hass, now: Hass): boolean {
    if (before.devices === now.devices && before.areas === now.areas && before.language === now.language) return false;
    return before.language !== now.language || outlineOf(before) !== outlineOf(now);
  }

  static getCreateSuggestions(hass: Hass): { title: string; icon: string } {
    return { title: localize(hass)('board.title'), icon: 'mdi:ev-station' };
  }
}

interface CustomStrategy {
  type: string;
  strategyType: 'dashboard';
  readonly name: string;
  readonly description: string;
  documentationURL: string;
}

declare global {
  interface Window {
    customStrategies?: CustomStrategy[];
  }
}

/** Have the strategy listed; the page may have loaded this file before. */
export function listStrategy(languageNow: () => string): void {
  window.customStrategies ??= [];
  if (window.customStrategies.some(({ type }) => type === 'ocpp-cs')) return;
  window.customStrategies.push({
    type: 'ocpp-cs',
    strategyType: 'dashboard',
    // Asked when the list is shown: the language of the user is known only then.
    get name() {
      return localizeIn(languageNow())('board.title');
    },
    get description() {
      return localizeIn(languageNow())('board.description');
    },
    documentationURL: 'https://github.com/ocpp-cs/ocpp_cs/blob/main/docs/dashboard.md',
  });
}

customElements.define('ll-strategy-dashboard-ocpp-cs', OcppCsStrategy);
listStrategy(languageOfPage);
