/** How the bars of a chart are split by vehicle or card: which of them have a colour of their own, and which. */
import type { Group, Sums, TimeGroup } from '../api.ts';

/** Each can be told from a light ground, from a dark one, and from the others. */
export const PALETTE = ['#3b82c4', '#c2571a', '#2a8f5d', '#a35fc0', '#a07a10', '#cc4b74'] as const;
export const OTHERS = 'var(--ocpp-cs-unknown)';

export type SplitKind = 'vehicle' | 'tag';

export interface Share {
  keys: readonly string[]; // of the groups in it; of several: all others
  name: string;
  color: string;
  sums: Pick<Sums, 'energy_kwh' | 'cost'>;
}

/**
 * Return the shares of a chart, from the largest to the smallest, and all others as one.
 *
 * Args: `groups`: those of the chart. `order`: the keys of all groups, in an order that stays: so each has one colour in
 * all months. `nameOf`: the name of a group. `others`: that of the rest.
 */
export function sharesOf(
  groups: readonly Group[],
  order: readonly string[],
  nameOf: (group: Group) => string,
  others: string,
): Share[] {
  const sorted = [...groups].sort((a, b) => b.energy_kwh - a.energy_kwh);
  // One that would be alone among the others has a colour as well, if there is one left.
  const shown = sorted.slice(0, PALETTE.length);
  const rest = sorted.slice(PALETTE.length);
  const colors = new Map<string, string>();
  const byOrder = [...shown].sort((a, b) => place(order, a.key) - place(order, b.key));
  for (const { key } of byOrder) {
    const wished = place(order, key) % PALETTE.length;
    const free = [...PALETTE.slice(wished), ...PALETTE].find((color) => ![...colors.values()].includes(color));
    colors.set(key, free ?? OTHERS);
  }
  const shares = shown.map<Share>((group) => ({
    keys: [group.key],
    name: nameOf(group),
    color: colors.get(group.key) ?? OTHERS,
    sums: group,
  }));
  if (rest.length > 0) {
    shares.push({ keys: rest.map(({ key }) => key), name: others, color: OTHERS, sums: summed(rest) });
  }
  return shares;
}

/** Return what a share has of a day, month or year. */
export function partOf(group: TimeGroup | undefined, kind: SplitKind, { keys }: Share): Share['sums'] {
  const parts = group?.by[kind] ?? {};
  return summed(keys.flatMap((key) => parts[key] ?? []));
}

function place(order: readonly string[], key: string): number {
  const index = order.indexOf(key);
  return index < 0 ? order.length : index;
}

function summed(sums: readonly Share['sums'][]): Share['sums'] {
  const cost: Record<string, number> = {};
  let energy_kwh = 0;
  for (const each of sums) {
    energy_kwh += each.energy_kwh;
    for (const [currency, value] of Object.entries(each.cost)) cost[currency] = (cost[currency] ?? 0) + value;
  }
  return { energy_kwh, cost };
}
