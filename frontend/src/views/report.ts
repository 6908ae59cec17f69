/** The report of a month and a card: for an employer, to be printed or kept as a PDF. */
import { dateFormat } from '../shared/intl.ts';
import { mdiPrinter } from '@mdi/js';
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import type { Session, SessionsAnswer } from '../api.ts';
import { icon } from '../shared/icons.ts';
import { messageOf } from '../shared/live.ts';
import { zoneOf } from '../shared/zone.ts';
import { BoardDialog } from './dialog.ts';
import { reportOf } from './report-page.ts';
import { boundsOf, moved, spanAt, type Span } from './span.ts';

const PAGE = 500;

@customElement('ocpp-cs-report')
export class OcppCsReport extends BoardDialog {
  @property({ attribute: false }) entryId?: string;
  @property({ attribute: false }) month?: Span;
  @property({ attribute: false }) tags: SessionsAnswer['tags'] = [];
  @property({ attribute: false }) idTag?: string;
  @property({ attribute: false }) payers: SessionsAnswer['payers'] = [];
  @property({ attribute: false }) payer?: string;
  @state() private page: string | null = null;
  @state() private error: string | null = null;
  @query('iframe') private readonly frame!: HTMLIFrameElement | null;
  private asked = 0;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('month') || changed.has('idTag') || changed.has('payer')) void this.load();
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
          ...(this.payer === undefined ? {} : { payer: this.payer }),
          ...boundsOf(month, zoneOf(hass)),
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
        payer: this.payers.find(({ id }) => id === this.payer)?.name ?? null,
        sessions: sessions.filter(({ struck_out, end }) => !struck_out && end !== null),
        running: sessions.filter(({ struck_out, end }) => !struck_out && end === null).length,
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

  private readonly choosePayer = (event: Event): void => {
    const chosen = this.payers[(event.target as HTMLSelectElement).selectedIndex - 1];
    if (chosen === undefined) delete this.payer;
    else this.payer = chosen.id;
    void this.load();
  };

  private readonly chooseMonth = (event: Event): void => {
    const { month } = this;
    const chosen = month && this.months(month)[(event.target as HTMLSelectElement).selectedIndex];
    if (chosen !== undefined) this.month = chosen;
  };

  private readonly print = (): void => {
    this.frame?.contentWindow?.print();
  };

  private months(shown: Span): Span[] {
    const { hass } = this;
    return hass === undefined ? [shown] : monthsUntil(spanAt('month', new Date(), zoneOf(hass)), shown);
  }

  private monthName({ year, month }: Span): string {
    return dateFormat(this.hass?.locale?.language ?? this.hass?.language, {
      month: 'long',
      year: 'numeric',
      timeZone: 'UTC',
    }).format(Date.UTC(year, month - 1, 1));
  }

  protected override render(): TemplateResult | typeof nothing {
    const { month } = this;
    if (month === undefined) return nothing;
    const months = this.months(month);
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
          ${
            this.payers.length === 0
              ? nothing
              : html`<label
                  >${this.text('board.payer')}
                  <select @change=${this.choosePayer}>
                    <option ?selected=${this.payer === undefined}>${this.text('board.all_payers')}</option>
                    ${this.payers.map(({ id, name }) => html`<option ?selected=${id === this.payer}>${name}</option>`)}
                  </select>
                </label>`
          }
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

/** Return the months that can be chosen: this one and those of two years before it, as far as the one that is shown. */
function monthsUntil(last: Span, shown: Span): Span[] {
  const number = ({ year, month }: Span): number => year * 12 + month;
  const count = Math.max(24, number(last) - number(shown) + 1);
  return Array.from({ length: count }, (_, index) => moved(last, -index));
}

declare global {
  interface HTMLElementTagNameMap {
    'ocpp-cs-report': OcppCsReport;
  }
}
