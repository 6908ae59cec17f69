import type { Connector } from '../api.ts';

/** Return the name of a place to charge that stands alone: with that of its charger, unless it has it. */
export function placeName({ name, charger_name }: Pick<Connector, 'name' | 'charger_name'>): string {
  return name.toLowerCase().includes(charger_name.toLowerCase()) ? name : `${charger_name} · ${name}`;
}
