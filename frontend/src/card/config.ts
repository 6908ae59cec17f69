/** The card's configuration, its form, and for which entities the card is suggested. */
import type { Hass } from '../shared/hass.ts';
import { languageOfPage, localizeIn } from '../shared/localize.ts';
import type { Key } from '../shared/texts/index.ts';

export const CARD = 'ocpp-cs-card';
const DOMAIN = 'ocpp_cs';

export interface CardConfig {
  type: string;
  /** Of the connector, or of its charger. */
  device_id?: string;
  /** Where the device is a charger with several connectors. */
  connector_id?: number;
  /** Instead of the device's name. */
  name?: string;
  show_plan?: boolean;
  show_forecast?: boolean;
  show_session?: boolean;
}

/** Keys of entities that each connector has: the card is about what they are about. */
const OF_A_CONNECTOR = new Set([
  'charging_state',
  'control_state',
  'charge_plan',
  'charge_mode',
  'charging',
  'plugged_in',
  'status',
  'power',
  'session_energy',
  'session_cost',
  'current_limit',
  'ready_in_time',
  'soc',
  'paused',
]);

export interface Suggestion {
  config: CardConfig;
}

/** Return the card for an entity of a connector; null for all others. */
export function suggestionFor(hass: Pick<Hass, 'entities'>, entityId: string): Suggestion | null {
  const entity = hass.entities[entityId];
  if (entity?.platform !== DOMAIN || !entity.device_id) return null;
  if (!entity.translation_key || !OF_A_CONNECTOR.has(entity.translation_key)) return null;
  return { config: { type: `custom:${CARD}`, device_id: entity.device_id } };
}

/** Return what the card picker shows: the first connector. */
export function stubConfig(hass: Pick<Hass, 'entities'>): CardConfig {
  for (const entityId of Object.keys(hass.entities)) {
    const suggestion = suggestionFor(hass, entityId);
    if (suggestion !== null) return suggestion.config;
  }
  return { type: `custom:${CARD}` };
}

interface Schema {
  name: string;
  required?: boolean;
  default?: unknown;
  selector: object;
}

interface ConfigForm {
  schema: Schema[];
  computeLabel: (schema: Schema) => string;
  computeHelper: (schema: Schema) => string | undefined;
}

/** Return the form of the visual editor, drawn by Home Assistant. */
export function configForm(): ConfigForm {
  // The form is not told the user's language.
  const t = localizeIn(languageOfPage());
  const labels: Record<string, Key> = {
    device_id: 'card_device',
    connector_id: 'card_connector',
    name: 'card_title',
    show_plan: 'card_show_plan',
    show_forecast: 'card_show_forecast',
    show_session: 'card_show_session',
  };
  const helpers: Record<string, Key> = { device_id: 'card_device_help', connector_id: 'card_connector_help' };
  const shown = (name: string): Schema => ({ name, default: true, selector: { boolean: {} } });
  return {
    schema: [
      {
        name: 'device_id',
        required: true,
        selector: {
          device: { filter: [{ integration: DOMAIN }], entity: [{ integration: DOMAIN, domain: 'binary_sensor' }] },
        },
      },
      { name: 'name', selector: { text: {} } },
      { name: 'connector_id', selector: { number: { min: 1, max: 16, mode: 'box' } } },
      shown('show_plan'),
      shown('show_forecast'),
      shown('show_session'),
    ],
    computeLabel: ({ name }) => (labels[name] === undefined ? name : t(labels[name])),
    computeHelper: ({ name }) => (helpers[name] === undefined ? undefined : t(helpers[name])),
  };
}
