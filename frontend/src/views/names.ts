import type { Connector } from '../api.ts';

/** Return the name of a place to charge that stands alone: with that of its charger, unless it has it. */
export function placeName({ name, charger_name }: Pick<Connector, 'name' | 'charger_name'>): string {
  return hasName(name, charger_name) ? name : `${charger_name} · ${name}`;
}

/** Return the same where there is little room: "Carport 2". */
export function shortPlaceName(place: Pick<Connector, 'name' | 'charger_name' | 'connector_id'>): string {
  return hasName(place.name, place.charger_name) ? place.name : `${place.charger_name} ${place.connector_id}`;
}

function hasName(name: string, charger: string): boolean {
  return name.toLowerCase().includes(charger.toLowerCase());
}
