/** The order of places to charge and of chargers: the same wherever they are shown. */
import type { Hass } from './hass.ts';

interface Placed {
  area_id: string | null;
  charge_point_id: string;
  charger_name?: string;
  name: string;
  connector_id?: number;
}

/** By area, charger and connector, so that what is near in the house is near on the screen. */
export function inOrder<T extends Placed>(places: readonly T[], hass: Pick<Hass, 'areas' | 'language'>): T[] {
  const keyed = places.map((place) => ({ place, key: keyOf(place, hass.areas) }));
  keyed.sort((one, other) => {
    for (const [index, part] of one.key.entries()) {
      const order = part.localeCompare(other.key[index] ?? '', hass.language);
      if (order !== 0) return order;
    }
    return 0;
  });
  return keyed.map(({ place }) => place);
}

function keyOf({ area_id, charge_point_id, charger_name, name, connector_id }: Placed, areas: Hass['areas']): string[] {
  return [
    area_id === null ? '\uffff' : (areas?.[area_id]?.name ?? area_id),
    charger_name ?? name,
    charge_point_id,
    String(connector_id ?? 0).padStart(4, '0'),
  ];
}
