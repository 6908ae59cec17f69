/** What the dashboard consists of: its views, and the cards in them. */
import type { Connector, Server } from '../api.ts';
import type { DeviceEntry, Hass } from '../shared/hass.ts';
import { localize, type Localize } from '../shared/localize.ts';
import { inOrder } from '../shared/order.ts';

const DOMAIN = 'ocpp_cs';
/** The columns of a view that one card fills. */
const WIDE = 3;

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
  type: 'sections';
  max_columns: number;
  sections: Section[];
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
  const wide = (path: 'plans' | 'sessions' | 'chargers'): View => ({
    title: text(`board.${path}`),
    path,
    type: 'sections',
    max_columns: WIDE,
    sections: [{ type: 'grid', column_span: WIDE, cards: [{ type: `custom:ocpp-cs-${path}-card`, ...only }] }],
  });
  return {
    title: text('board.title'),
    // Without icons, as their titles are shown instead.
    views: [nowView(wanted, text, hass, only), wide('plans'), wide('sessions'), wide('chargers')],
  };
}

function nowView(servers: readonly Server[], text: Localize, hass: Hass, only: object): View {
  const connectors = servers.flatMap((server) => server.connectors);
  const columns = Math.min(Math.max(connectors.length, 2), 4);
  const head =
    connectors.length > 0
      ? { type: 'custom:ocpp-cs-flow-card', ...only }
      : { type: 'custom:ocpp-cs-empty-card', ...only };
  return {
    title: text('now'),
    path: 'now',
    type: 'sections',
    max_columns: columns,
    sections: [
      // The only place to charge stands beside the flow.
      { type: 'grid', column_span: connectors.length === 1 ? 1 : columns, cards: [head] },
      ...inOrder(connectors, hass).map(sectionOf),
    ],
  };
}

function sectionOf(connector: Connector): Section {
  return { type: 'grid', cards: [{ type: 'custom:ocpp-cs-card', device_id: connector.device_id }] };
}

/** Return what of Home Assistant's registries makes another dashboard: which devices there are, and where. */
export function outlineOf(hass: Hass): string {
  return Object.values(hass.devices)
    .filter((device): device is DeviceEntry => device?.identifiers.some(([domain]) => domain === DOMAIN) ?? false)
    .map(({ id, area_id }) => `${id} ${area_id ?? ''}`)
    .sort()
    .join('\n');
}
