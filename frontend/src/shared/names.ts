import type { Connector } from '../api.ts';

/** Return how people call a connector: with its charger, unless the name says so already. */
export function placeName({ name, charger_name: charger }: Pick<Connector, 'name' | 'charger_name'>): string {
  return charger === '' || name.toLowerCase().includes(charger.toLowerCase()) ? name : `${charger} · ${name}`;
}
