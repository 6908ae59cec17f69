import type { Connector } from '../api.ts';

/** Return the name of a place to charge where there is little room: "Carport 2". */
export function shortPlaceName(
  place: Pick<Connector, 'name' | 'charger_name' | 'place_name' | 'connector_id'>,
): string {
  return place.place_name === place.name ? place.name : `${place.charger_name} ${place.connector_id}`;
}
