/** The page of a report. */
import type { Session } from '../api.ts';
import type { Format } from '../shared/format.ts';
import type { Localize } from '../shared/localize.ts';
import { toldOf } from '../shared/told.ts';

/** The head, what is in a cell, and whether that is a number. */
type Column = [string, (session: Session) => string, boolean];

export interface Report {
  title: string;
  month: string;
  name: string;
  /** The backend that pays for all of it; null: whoever pays. */
  payer: string | null;
  sessions: readonly Session[];
  /** How many are not in it, as they still run. */
  running: number;
  text: Localize;
  format: Format;
  language: string;
}

/** Return the report as a page of its own: black on white, with the head of the table on each sheet. */
export function reportOf({ title, month, name, payer, sessions, running, text, format, language }: Report): string {
  const costs = new Map<string, number>();
  for (const { cost, currency } of sessions) {
    if (cost !== null) costs.set(currency ?? '', (costs.get(currency ?? '') ?? 0) + cost);
  }
  const energy = sessions.reduce((total, { energy_kwh }) => total + (energy_kwh ?? 0), 0);
  const withMeter = sessions.some(({ meter_start_kwh }) => meter_start_kwh !== null);
  const withBackends = sessions.some(({ backends }) => backends.length > 0);
  const kWh = (value: number | null, digits = 2): string => format.number(value, digits);
  const columns: Column[] = [
    [
      text('board.date'),
      (session) => format.date(session.start, { day: '2-digit', month: '2-digit', year: 'numeric' }),
      false,
    ],
    // Between the two only, where there is little room.
    [
      text('board.from_to'),
      (session) => `${unbroken(`${format.time(session.start)} –`)} ${unbroken(format.time(session.end))}`,
      false,
    ],
    [text('board.charger'), (session) => session.place_name, false],
    [text('board.vehicle'), (session) => session.vehicle_name ?? '', false],
    ...(withBackends
      ? ([[text('board.backends'), (session) => backendsOf(session, text), false]] satisfies Column[])
      : []),
    ...(withMeter
      ? ([
          [text('board.meter_start'), (session) => kWh(session.meter_start_kwh, 3), true],
          [text('board.meter_stop'), (session) => kWh(session.meter_stop_kwh, 3), true],
        ] satisfies Column[])
      : []),
    ['kWh', (session) => kWh(session.energy_kwh), true],
    [
      text('board.per_kwh'),
      (session) => format.price(session.average_price, session.currency).replace('/kWh', ''),
      true,
    ],
    [text('cost'), (session) => format.money(session.cost, session.currency), true],
  ];
  const head = columns.map(([column, , right]) => `<th${right ? ' class="r"' : ''}>${escaped(column)}</th>`).join('');
  const rows = sessions
    .map(
      (session) =>
        `<tr>${columns.map(([, cell, right]) => `<td${right ? ' class="r"' : ''}>${escaped(cell(session))}</td>`).join('')}</tr>`,
    )
    .join('');
  const amounts = [...costs].map(([currency, cost]) => format.money(cost, currency)).join(' + ');
  const paid = payer === null ? '' : `<div><dt>${escaped(text('board.payer'))}</dt><dd>${escaped(payer)}</dd></div>`;
  const empty = columns.length - 4;
  return `<!doctype html><html lang="${escaped(language)}"><head><meta charset="utf-8"><title>${escaped(`${title} ${month} ${name}`)}</title><style>
@page{size:A4;margin:18mm 16mm}
*{box-sizing:border-box}
body{margin:24px;font:13px/1.45 system-ui,sans-serif;color:#111;background:#fff}
@media print{body{margin:0}}
h1{font-size:22px;margin:0 0 4px;font-weight:600}
p{margin:0;color:#555}
dl{display:flex;flex-wrap:wrap;gap:8px 36px;margin:18px 0 22px}
dt{color:#555;font-size:12px}dd{margin:0;font-size:18px;font-weight:600}
table{border-collapse:collapse;width:100%;font-size:12px;font-variant-numeric:tabular-nums}
thead{display:table-header-group}tr{break-inside:avoid}
th{text-align:left;font-weight:600;border-bottom:1.5px solid #111;padding:5px 6px}
td{border-bottom:1px solid #ddd;padding:5px 6px;vertical-align:top}
tfoot td{font-weight:600;border-top:1.5px solid #111;border-bottom:none}
.r{text-align:right}td.r{white-space:nowrap}
footer{display:flex;gap:40px;margin-top:56px;break-inside:avoid}
footer span{flex:1;border-top:1px solid #111;padding-top:4px;font-size:11px;color:#555}
</style></head><body><h1>${escaped(title)}</h1><p>${escaped(month)}</p>
<dl><div><dt>${escaped(text('board.tag'))}</dt><dd>${escaped(name)}</dd></div>${paid}<div><dt>${escaped(text('board.sessions'))}</dt><dd>${sessions.length}</dd></div><div><dt>${escaped(text('energy'))}</dt><dd>${escaped(`${kWh(energy)} kWh`)}</dd></div><div><dt>${escaped(text('cost'))}</dt><dd>${escaped(amounts === '' ? '–' : amounts)}</dd></div></dl>
<table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody><tfoot><tr><td colspan="${empty + 1}">${escaped(text('board.sum'))}</td><td class="r">${escaped(kWh(energy))}</td><td></td><td class="r">${escaped(amounts)}</td></tr></tfoot></table>
${running === 0 ? '' : `<p>${escaped(text('board.still_running', { count: running }))}</p>`}
<footer><span>${escaped(text('board.place_date'))}</span><span>${escaped(text('board.signature'))}</span></footer></body></html>`;
}

/** Return to whom a session went: the names alone where all is confirmed, and who pays. */
function backendsOf({ backends, payer_name: payer }: Session, text: Localize): string {
  const told = backends.map((each) => (each.state === 'confirmed' ? each.name : toldOf(each, text)));
  return payer === null || backends.some(({ name }) => name === payer) ? told.join(', ') : [payer, ...told].join(', ');
}

function unbroken(text: string): string {
  return text.replaceAll(/\s/g, '\u00a0');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
