/** The layout of flows between two columns, as bands whose width is their power. */

export interface Node {
  key: string;
  watts: number;
}

export interface Link {
  from: string;
  to: string;
  watts: number;
}

export interface Placed extends Node {
  y: number; // of the middle of its row
  top: number; // of its bar
  height: number; // of its bar; 0 if nothing flows
}

export interface Band extends Link {
  path: string; // outline
  middle: string; // the line in its middle
  thickness: number;
}

export interface Layout {
  height: number;
  sources: Placed[];
  uses: Placed[];
  bands: Band[];
}

export interface Sizes {
  width: number;
  row: number; // the least height of a node's row, for its label
  most: number; // the height of all bars together
  bar: number; // width of the bars at both sides
}

const LEAST = 3;
const ROOM = 14;

/** Return where bars and bands are. Nodes keep their order. */
export function layout(
  sources: readonly Node[],
  uses: readonly Node[],
  links: readonly Link[],
  { width, row, most, bar }: Sizes,
): Layout {
  const total = Math.max(
    links.reduce((all, link) => all + link.watts, 0),
    1,
  );
  const thick = (watts: number): number => (watts > 0 ? Math.max((watts / total) * most, LEAST) : 0);
  const column = (nodes: readonly Node[], side: 'from' | 'to'): { placed: Placed[]; height: number } => {
    let y = 0;
    const placed = nodes.map((node) => {
      const own = links.filter((link) => link[side] === node.key);
      const height = own.reduce((all, link) => all + thick(link.watts), 0);
      const slot = Math.max(row, height + ROOM);
      const middle = y + slot / 2;
      y += slot;
      return { ...node, y: middle, top: middle - height / 2, height };
    });
    return { placed, height: y };
  };
  const left = column(sources, 'from');
  const right = column(uses, 'to');
  const height = Math.max(left.height, right.height, row);
  for (const side of [left, right]) {
    const shift = (height - side.height) / 2;
    for (const node of side.placed) {
      node.y += shift;
      node.top += shift;
    }
  }
  const from = new Map(left.placed.map((node) => [node.key, node.top]));
  const to = new Map(right.placed.map((node) => [node.key, node.top]));
  const order = new Map(uses.map((node, index) => [node.key, index]));
  const bands: Band[] = [];
  // At each bar, the bands are in the order of the bars at the other side, so that few of them cross.
  for (const source of sources) {
    const own = links
      .filter((link) => link.from === source.key && link.watts > 0)
      .sort((a, b) => (order.get(a.to) ?? 0) - (order.get(b.to) ?? 0));
    for (const link of own) {
      const start = from.get(link.from);
      const end = to.get(link.to);
      if (start === undefined || end === undefined) continue;
      const thickness = thick(link.watts);
      from.set(link.from, start + thickness);
      to.set(link.to, end + thickness);
      bands.push({ ...link, thickness, ...shape(bar, width - bar, start, end, thickness) });
    }
  }
  return { height, sources: left.placed, uses: right.placed, bands };
}

function shape(x0: number, x1: number, y0: number, y1: number, thickness: number): { path: string; middle: string } {
  const bend = (x0 + x1) / 2;
  const n = (value: number): string => value.toFixed(1);
  const curve = (fromY: number, toX: number, toY: number): string =>
    `C${n(bend)} ${n(fromY)} ${n(bend)} ${n(toY)} ${n(toX)} ${n(toY)}`;
  const half = thickness / 2;
  return {
    path:
      `M${n(x0)} ${n(y0)}${curve(y0, x1, y1)}` +
      `L${n(x1)} ${n(y1 + thickness)}${curve(y1 + thickness, x0, y0 + thickness)}Z`,
    middle: `M${n(x0)} ${n(y0 + half)}${curve(y0 + half, x1, y1 + half)}`,
  };
}
