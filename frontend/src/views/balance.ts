/** Where the power comes from and where it goes: what a house's meters tell, as flows that add up. */
import type { Connector, House } from '../api.ts';

export type SourceKind = 'sun' | 'car' | 'battery' | 'grid' | 'unknown';
export type UseKind = 'home' | 'car' | 'battery' | 'grid';

export interface Source {
  key: SourceKind;
  watts: number; // as measured; 0 if it gives nothing
}

export interface Use {
  key: string;
  kind: UseKind;
  watts: number;
  connector: Connector | null;
}

export interface Flow {
  from: SourceKind;
  to: string; // key of a use
  watts: number;
}

export interface Balance {
  sources: Source[];
  uses: Use[];
  flows: Flow[];
  /** The share of the sun in what home and cars use, and in what the cars use; null where that is unknown. */
  sunShare: number | null;
  carSunShare: number | null;
}

/** Meters are not read at the same moment: a difference up to this is nobody's. */
const SLACK_W = 60;

/**
 * Return the flows of a house.
 *
 * The sun goes to home and cars first, to each its part, then into the battery and the grid, and so does what cars
 * give back; the battery goes to home and cars, and what is left is the grid's. Without a meter of the grid, what no source explains is of unknown origin.
 */
export function balanceOf(house: House, connectors: readonly Connector[]): Balance {
  const battery = house.battery_w ?? 0;
  const grid = house.grid_w ?? 0;
  const cars = connectors
    .filter((connector) => (connector.power_w ?? 0) > 0)
    .map<Use>((connector) => ({ key: keyOf(connector), kind: 'car', watts: connector.power_w ?? 0, connector }));
  const supplied = connectors.reduce((total, { power_w }) => total + Math.max(-(power_w ?? 0), 0), 0);
  const uses: Use[] = [];
  const home = homeOf(house, sum(cars) - supplied);
  if (home !== null) uses.push({ key: 'home', kind: 'home', watts: home, connector: null });
  uses.push(...cars);
  if (battery < 0) uses.push({ key: 'battery', kind: 'battery', watts: -battery, connector: null });
  if (grid < 0) uses.push({ key: 'grid', kind: 'grid', watts: -grid, connector: null });

  const solar = Math.max(house.solar_w ?? unmeasuredSun(house, uses, supplied), 0);
  const left = new Map(uses.map((use) => [use.key, use.watts]));
  const flows: Flow[] = [];
  const give = (from: SourceKind, watts: number, kinds: readonly UseKind[]): number => {
    const takers = uses.filter((use) => kinds.includes(use.kind) && (left.get(use.key) ?? 0) > 0);
    const wanted = takers.reduce((total, use) => total + (left.get(use.key) ?? 0), 0);
    const given = Math.min(watts, wanted);
    if (given <= 0) return watts;
    for (const use of takers) {
      const open = left.get(use.key) ?? 0;
      const part = (given * open) / wanted;
      left.set(use.key, open - part);
      flows.push({ from, to: use.key, watts: part });
    }
    return watts - given;
  };
  let rest = give('sun', solar, ['home', 'car']);
  rest = give('sun', rest, ['battery']);
  give('sun', rest, ['grid']);
  rest = give('car', supplied, ['home', 'car']);
  rest = give('car', rest, ['battery']);
  give('car', rest, ['grid']);
  rest = give('battery', Math.max(battery, 0), ['home', 'car']);
  give('battery', rest, ['grid']);
  rest = give('grid', Math.max(grid, 0), ['home', 'car']);
  give('grid', rest, ['battery']);

  const sources: Source[] = [];
  if (house.solar_w !== null || solar > 0) sources.push({ key: 'sun', watts: solar });
  if (supplied > 0) sources.push({ key: 'car', watts: supplied });
  if (house.battery_w !== null && battery >= 0) sources.push({ key: 'battery', watts: battery });
  if (house.grid_w !== null && grid >= 0) sources.push({ key: 'grid', watts: grid });
  const unexplained = [...left.values()].reduce((total, watts) => total + watts, 0);
  if (house.grid_w === null ? unexplained > 0 : unexplained > Math.max(SLACK_W, 0.05 * sum(uses))) {
    give('unknown', unexplained, ['home', 'car', 'battery', 'grid']);
    sources.push({ key: 'unknown', watts: unexplained });
  }
  return { sources, uses, flows, ...shares(house, uses, flows) };
}

function shares(house: House, uses: Use[], flows: Flow[]): Pick<Balance, 'sunShare' | 'carSunShare'> {
  if (house.grid_w === null) return { sunShare: null, carSunShare: null };
  const share = (kinds: readonly UseKind[]): number | null => {
    const taken = uses.filter((use) => kinds.includes(use.kind));
    const total = sum(taken);
    if (total <= 0) return null;
    const keys = new Set(taken.map((use) => use.key));
    // As in sessions, what the home battery gives was the sun's.
    const own = flows.filter((flow) => (flow.from === 'sun' || flow.from === 'battery') && keys.has(flow.to));
    return sum(own) / total;
  };
  return { sunShare: share(['home', 'car']), carSunShare: share(['car']) };
}

/** What the house uses without the cars; null where no meter says so, as without one of the sun while it shines. */
function homeOf(house: House, cars: number): number | null {
  if (house.grid_w === null && house.home_w === null) return null;
  const home = house.home_w ?? (house.solar_w ?? 0) + (house.battery_w ?? 0) + (house.grid_w ?? 0) - cars;
  return home <= 0 && house.solar_w === null ? null : Math.max(home, 0);
}

/** Where the sun has no meter, it gives what neither grid nor battery does. */
function unmeasuredSun({ grid_w, battery_w }: House, uses: readonly Use[], supplied: number): number {
  if (grid_w === null) return 0;
  const rest = sum(uses) - Math.max(grid_w, 0) - Math.max(battery_w ?? 0, 0) - supplied;
  return rest > Math.max(SLACK_W, 0.05 * sum(uses)) ? rest : 0;
}

export function keyOf(connector: Connector): string {
  return `${connector.charge_point_id}/${connector.connector_id}`;
}

function sum(items: readonly { watts: number }[]): number {
  return items.reduce((total, { watts }) => total + watts, 0);
}
