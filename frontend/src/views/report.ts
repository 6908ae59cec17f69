/** The report of a month and a card: for an employer, to be printed or kept as a PDF. */
import { mdiPrinter } from '@mdi/js';
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import type { Session, SessionsAnswer } from '../api.ts';
import type { Format } from '../shared/format.ts';
import { icon } from '../shared/icons.ts';
import { messageOf } from '../shared/live.ts';
import type { Localize } from '../shared/localize.ts';
import { BoardDialog } from './dialog.ts';
import { boundsOf, moved, type Span } from './span.ts';

const PAGE = 500;

@customElement('ocpp-cs-report')
export class OcppCsReport extends BoardDialog {
  @property({ attribute: false }) entryId?: string;
  @property({ attribute: false }) month?: Span;
  @property({ attribute: false }) tags: SessionsAnswer['tags'] = [];
  @property({ attribute: false }) idTag?: string;
  @state() private page: string | null = null;
  @state() private error: string | null = null;
  @query('iframe') private readonly frame!: HTMLIFrameElement | null;
  private asked = 0;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('month') || changed.has('idTag')) void this.load();
  }

  private async load(): Promise<void> {
    const { month, hass } = this;
    if (month === undefined || hass === undefined) return;
    const turn = ++this.asked;
    this.error = null;
    try {
      const sessions: Session[] = [];
      let answer: SessionsAnswer;
      do {
        answer = await hass.callWS<SessionsAnswer>({
          type: 'ocpp_cs/sessions',
          ...(this.entryId === undefined ? {} : { entry_id: this.entryId }),
          ...(this.idTag === undefined ? {} : { id_tag: this.idTag }),
          ...boundsOf(month, hass.config.time_zone),
          order: 'oldest',
          offset: sessions.length,
          limit: PAGE,
        });
        sessions.push(...answer.sessions);
      } while (answer.sessions.length > 0 && sessions.length < answer.total);
      if (turn !== this.asked) return;
      const tag = this.tags.find(({ id_tag }) => id_tag === this.idTag);
      this.page = reportOf({
        title: this.text('board.report_title'),
        month: this.monthName(month),
        name: tag === undefined ? this.text('board.all_tags') : (tag.name ?? tag.id_tag),
        sessions: sessions.filter(({ struck_out, end }) => !struck_out && end !== null),
        text: this.text,
        format: this.format,
        language: hass.locale?.language ?? hass.language,
      });
    } catch (err) {
      if (turn === this.asked) this.error = this.text('no_answer', { error: messageOf(err) });
    }
  }

  private readonly chooseTag = (event: Event): void => {
    const chosen = this.tags[(event.target as HTMLSelectElement).selectedIndex - 1];
    if (chosen === undefined) delete this.idTag;
    else this.idTag = chosen.id_tag;
    void this.load();
  };

  private readonly chooseMonth = (event: Event): void => {
    const { month } = this;
    const chosen = month && monthsAround(month)[(event.target as HTMLSelectElement).selectedIndex];
    if (chosen !== undefined) this.month = chosen;
  };

  private readonly print = (): void => {
    this.frame?.contentWindow?.print();
  };

  private monthName({ year, month }: Span): string {
    return new Intl.DateTimeFormat(this.hass?.locale?.language ?? this.hass?.language, {
      month: 'long',
      year: 'numeric',
      timeZone: 'UTC',
    }).format(Date.UTC(year, month - 1, 1));
  }

  protected override render(): TemplateResult | typeof nothing {
    const { month } = this;
    if (month === undefined) return nothing;
    const months = monthsAround(month);
    return this.renderDialog(
      this.text('board.report'),
      html`
        <div class="choice">
          <label
            >${this.text('board.tag')}
            <select @change=${this.chooseTag}>
              <option ?selected=${this.idTag === undefined}>${this.text('board.all_tags')}</option>
              ${this.tags.map(
                ({ id_tag, name }) => html`<option ?selected=${id_tag === this.idTag}>${name ?? id_tag}</option>`,
              )}
            </select>
          </label>
          <label
            >${this.text('board.month')}
            <select .value=${live(nameOf(month))} @change=${this.chooseMonth}>
              ${months.map(
                (each) =>
                  html`<option value=${nameOf(each)} ?selected=${each === month || nameOf(each) === nameOf(month)}>
                    ${this.monthName(each)}
                  </option>`,
              )}
            </select>
          </label>
          <button class="button primary" type="button" ?disabled=${this.page === null} @click=${this.print}>
            ${icon(mdiPrinter)}${this.text('board.print')}
          </button>
        </div>
        ${this.error === null ? nothing : html`<p class="error" role="alert">${this.error}</p>`}
        <iframe
          sandbox="allow-same-origin allow-modals"
          title=${this.text('board.report_title')}
          .srcdoc=${this.page ?? ''}
        ></iframe>
      `,
    );
  }

  static override readonly styles = [
    ...BoardDialog.dialogStyles,
    css`
      dialog {
        inline-size: min(880px, calc(100vw - 24px));
      }
      .choice {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 10px;
      }
      label {
        display: grid;
        flex: 1 1 160px;
        font-size: 12px;
        color: var(--ocpp-cs-weak);
      }
      label select {
        font-size: 14px;
        color: var(--primary-text-color);
      }
      .icon {
        inline-size: 18px;
        block-size: 18px;
      }
      iframe {
        inline-size: 100%;
        block-size: min(640px, 60dvh);
        border: 1px solid var(--ocpp-cs-line);
        border-radius: 10px;
        background: #fff;
      }
    `,
  ];
}

function nameOf({ year, month }: Span): string {
  return `${year}-${month}`;
}

/** Return the months that can be chosen: two years, a few of them later than the one shown. */
function monthsAround(month: Span): Span[] {
  return Array.from({ length: 24 }, (_, index) => moved(month, 6 - index));
}

export interface Report {
  title: string;
  month: string;
  name: string;
  sessions: readonly Session[];
  text: Localize;
  format: Format;
  language: string;
}

/** Return the report as a page of its own: black on white, with the head of the table on each sheet. */
export function reportOf({ title, month, name, sessions, text, format, language }: Report): string {
  const costs = new Map<string, number>();
  for (const { cost, currency } of sessions) {
    if (cost !== null) costs.set(currency ?? '', (costs.get(currency ?? '') ?? 0) + cost);
  }
  const energy = sessions.reduce((total, { energy_kwh }) => total + (energy_kwh ?? 0), 0);
  const withMeter = sessions.some(({ meter_start_kwh }) => meter_start_kwh !== null);
  const kWh = (value: number | null, digits = 2): string => format.number(value, digits);
  const columns: [string, (session: Session) => string, boolean][] = [
    [
      text('board.date'),
      (session) => format.date(session.start, { day: '2-digit', month: '2-digit', year: 'numeric' }),
      false,
    ],
    [text('board.from_to'), (session) => `${format.time(session.start)} – ${format.time(session.end)}`, false],
    [text('board.charger'), (session) => session.charger_name, false],
    [text('board.vehicle'), (session) => session.vehicle_name ?? '', false],
    ...(withMeter
      ? ([
          [text('board.meter_start'), (session) => kWh(session.meter_start_kwh, 3), true],
          [text('board.meter_stop'), (session) => kWh(session.meter_stop_kwh, 3), true],
        ] satisfies [string, (session: Session) => string, boolean][])
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
.r{text-align:right;white-space:nowrap}
footer{display:flex;gap:40px;margin-top:56px;break-inside:avoid}
footer span{flex:1;border-top:1px solid #111;padding-top:4px;font-size:11px;color:#555}
</style></head><body><h1>${escaped(title)}</h1><p>${escaped(month)}</p>
<dl><div><dt>${escaped(text('board.tag'))}</dt><dd>${escaped(name)}</dd></div><div><dt>${escaped(text('board.sessions'))}</dt><dd>${sessions.length}</dd></div><div><dt>${escaped(text('energy'))}</dt><dd>${escaped(`${kWh(energy)} kWh`)}</dd></div><div><dt>${escaped(text('cost'))}</dt><dd>${escaped(amounts === '' ? '–' : amounts)}</dd></div></dl>
<table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody><tfoot><tr><td colspan="${empty + 1}">${escaped(text('board.sum'))}</td><td class="r">${escaped(kWh(energy))}</td><td></td><td class="r">${escaped(amounts)}</td></tr></tfoot></table>
<footer><span>${escaped(text('board.place_date'))}</span><span>${escaped(text('board.signature'))}</span></footer></body></html>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

declare global {
  interface HTMLElementTagNameMap {
    'ocpp-cs-report': OcppCsReport;
  }
}
