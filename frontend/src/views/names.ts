import type { Connector } from '../api.ts';

/** Return the name of a place to charge where there is little room: "Carport 2", or what the user named it. */
export function shortPlaceName(
  place: Pick<Connector, 'name' | 'charger_name' | 'place_name' | 'connector_id'>,
): string {
  const { name, charger_name, place_name, connector_id } = place;
  // "Connector 2" says nothing without its charger.
  const isNumbered = name.endsWith(String(connector_id));
  return place_name !== name && isNumbered ? `${charger_name} ${connector_id}` : name;
}
