/** The dashboard: `strategy: {type: custom:ocpp-cs}`, listed under Settings > Dashboards > Add dashboard. */
import type { Connector, Server } from '../api.ts';
import type { DeviceEntry, Hass } from '../shared/hass.ts';
import { liveStore } from '../shared/live.ts';
import { localize, localizeIn, type Localize } from '../shared/localize.ts';

const DOMAIN = 'ocpp_cs';
const PATIENCE_MS = 10_000;

/** The configuration of the strategy; each part may be left out. */
export interface StrategyConfig {
  type: string;
  /** The server that is shown; all without it. */
  entry_id?: string;
}

interface Card {
  type: string;
  [option: string]: unknown;
}

interface Section {
  type: 'grid';
  column_span?: number;
  cards: Card[];
}

export interface View {
  title: string;
  path: string;
  icon: string;
  type: 'sections' | 'panel';
  max_columns?: number;
  sections?: Section[];
  cards?: Card[];
}

export interface Dashboard {
  title: string;
  views: View[];
}

/** Return the dashboard of some servers. */
export function dashboardOf(servers: readonly Server[], hass: Hass, config: StrategyConfig): Dashboard {
  const text = localize(hass);
  const wanted = servers.filter(({ entry_id }) => (config.entry_id ?? entry_id) === entry_id);
  const only = config.entry_id === undefined ? {} : { entry_id: config.entry_id };
  const panel = (path: 'plans' | 'sessions' | 'chargers', icon: string): View => ({
    title: text(`board.${path}`),
    path,
    icon,
    type: 'panel',
    cards: [{ type: `custom:ocpp-cs-${path}-card`, ...only }],
  });
  return {
    title: text('board.title'),
    views: [
      nowView(wanted, text, hass, only),
      panel('plans', 'mdi:calendar-clock'),
      panel('sessions', 'mdi:chart-box-outline'),
      panel('chargers', 'mdi:ev-station'),
    ],
  };
}

function nowView(servers: readonly Server[], text: Localize, hass: Hass, only: object): View {
  const connectors = servers.flatMap((server) => server.connectors);
  const columns = Math.min(Math.max(connectors.length, 1), 4);
  const head: Card[] =
    connectors.length > 0
      ? [{ type: 'custom:ocpp-cs-flow-card', ...only }]
      : [{ type: 'custom:ocpp-cs-empty-card', ...only }];
  return {
    title: text('now'),
    path: 'now',
    icon: 'mdi:ev-plug-type2',
    type: 'sections',
    max_columns: columns,
    sections: [{ type: 'grid', column_span: columns, cards: head }, ...inOrder(connectors, hass).map(sectionOf)],
  };
}

function sectionOf(connector: Connector): Section {
  return { type: 'grid', cards: [{ type: 'custom:ocpp-cs-card', device_id: connector.device_id }] };
}

/** By area, charger and connector, so that what is near in the house is near on the screen. */
function inOrder(connectors: readonly Connector[], hass: Hass): Connector[] {
  const key = ({ area_id, charger_name, charge_point_id, connector_id }: Connector): string[] => [
    area_id === null ? '\uffff' : (hass.areas?.[area_id]?.name ?? area_id),
    charger_name,
    charge_point_id,
    String(connector_id).padStart(4, '0'),
  ];
  const keys = new Map(connectors.map((connector) => [connector, key(connector)]));
  return [...connectors].sort((a, b) => {
    const [left, right] = [keys.get(a) ?? [], keys.get(b) ?? []];
    for (const [index, part] of left.entries()) {
      const order = part.localeCompare(right[index] ?? '', hass.language);
      if (order !== 0) return order;
    }
    return 0;
  });
}

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

function outlineOf(hass: Hass): string {
  return Object.values(hass.devices)
    .filter((device): device is DeviceEntry => device?.identifiers.some(([domain]) => domain === DOMAIN) ?? false)
    .map(({ id, area_id }) => `${id} ${area_id ?? ''}`)
    .sort()
    .join('\n');
}

interface CustomStrategy {
  type: string;
  strategyType: 'dashboard';
  name: string;
  description: string;
  documentationURL: string;
}

declare global {
  interface Window {
    customStrategies?: CustomStrategy[];
  }
}

/** Have the strategy listed; the page may have loaded this file before. */
export function listStrategy(language: string): void {
  const text = localizeIn(language);
  window.customStrategies ??= [];
  if (window.customStrategies.some(({ type }) => type === 'ocpp-cs')) return;
  window.customStrategies.push({
    type: 'ocpp-cs',
    strategyType: 'dashboard',
    name: text('board.title'),
    description: text('board.description'),
    documentationURL: 'https://github.com/ocpp-cs/ocpp_cs/blob/main/docs/dashboard.md',
  });
}

customElements.define('ll-strategy-dashboard-ocpp-cs', OcppCsStrategy);
// The language of the page is that of the user, once Home Assistant knows it.
listStrategy(document.querySelector('html')?.lang ?? navigator.language);
