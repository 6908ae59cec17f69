/** One session: its facts, its curve, and what an administrator can correct. */
import { css, html, nothing, svg, type PropertyValues, type SVGTemplateResult, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Curve, Session, SessionsAnswer, ToldTo } from '../api.ts';
import { hasText } from '../shared/localize.ts';
import type { Key } from '../shared/texts/index.ts';
import { messageOf } from '../shared/live.ts';
import { toldOf } from '../shared/told.ts';
import { BoardDialog } from './dialog.ts';
import { scale } from './ticks.ts';

/** The chart is drawn as wide as it is shown, so that its words are as large as they should be. */
const MOST_WIDTH = 632;
const LEAST_WIDTH = 240;
const HEIGHT = 162;
const EDGE = { top: 22, bottom: 22, start: 34, end: 34 };

/** What a correction calls its fields, and what people do. */
const FIELDS: Record<string, Key> = {
  id_tag: 'board.tag',
  vehicle: 'board.vehicle',
  start: 'board.start',
  end: 'board.end',
  meter_start_wh: 'board.meter_start',
  meter_stop_wh: 'board.meter_stop',
  cost: 'cost',
};

@customElement('ocpp-cs-session-details')
export class OcppCsSessionDetails extends BoardDialog {
  @property({ attribute: false }) session?: Session;
  @property({ attribute: false }) tags: SessionsAnswer['tags'] = [];
  @property({ attribute: false }) vehicles: SessionsAnswer['vehicles'] = [];
  @state() private curve: Curve | null | undefined;
  @state() private error: string | null = null;
  @state() private busy = false;
  private loaded = '';

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('session') || this.session === undefined) return;
    const which = JSON.stringify(this.which(this.session));
    if (which === this.loaded) return;
    this.loaded = which;
    void this.load(this.session);
  }

  private which({ entry_id, charge_point_id, transaction_id, reported_start }: Session): object {
    return { entry_id, charge_point_id, transaction_id, reported_start };
  }

  private async load(session: Session): Promise<void> {
    try {
      this.curve = await this.hass?.callWS<Curve>({ type: 'ocpp_cs/session/curve', ...this.which(session) });
    } catch {
      // The recorder may not have it any more.
      this.curve = null;
    }
  }

  private async correct(change: object): Promise<void> {
    const { session, hass } = this;
    if (session === undefined || hass === undefined) return;
    this.busy = true;
    this.error = null;
    try {
      const detail = await hass.callWS<Session>({
        type: 'ocpp_cs/session/correct',
        ...this.which(session),
        ...change,
      });
      this.dispatchEvent(new CustomEvent('ocpp-cs-corrected', { detail }));
    } catch (err) {
      this.error = messageOf(err);
    } finally {
      this.busy = false;
    }
  }

  protected override render(): TemplateResult | typeof nothing {
    const { session } = this;
    if (session === undefined) return nothing;
    const who = session.vehicle_name ?? session.tag_name ?? session.id_tag;
    return this.renderDialog(
      `${who === '' ? this.text('board.session') : who}, ${this.format.day(session.start ?? session.end)}`,
      html`
        ${session.struck_out ? html`<p class="struck">${this.text('board.is_struck_out')}</p>` : nothing}
        ${this.renderCurve()} ${this.renderFacts(session)}
        ${this.hass?.user?.is_admin === true ? this.renderCorrection(session) : nothing} ${this.renderChanges(session)}
      `,
    );
  }

  private renderFacts(session: Session): TemplateResult {
    const { format } = this;
    const soc = (value: number | null): string => (value === null ? '?' : format.percent(value / 100));
    const meter = (value: number | null): string => (value === null ? '?' : `${format.number(value, 3)} kWh`);
    const ended = session.end === null ? this.text('board.running') : format.time(session.end);
    const reason = session.reason === null ? null : `board.reason.${session.reason.toLowerCase().replaceAll('_', '')}`;
    const facts: [string, string | null][] = [
      [this.text('board.time'), `${format.time(session.start)} – ${ended} (${format.duration(session.duration_s)})`],
      [this.text('board.charger'), session.place_name],
      [this.text('energy'), format.energy(session.energy_kwh)],
      [
        this.text('board.sources'),
        session.sun_kwh === null && session.grid_kwh === null
          ? null
          : `${this.text('sun')} ${format.energy(session.sun_kwh)}, ${this.text('grid')} ${format.energy(session.grid_kwh)}`,
      ],
      [
        this.text('cost'),
        session.cost === null
          ? null
          : `${format.money(session.cost, session.currency)} (${format.price(session.average_price, session.currency)})`,
      ],
      ...this.discharged(session),
      [this.text('board.tag'), session.tag_name ?? (session.id_tag === '' ? null : session.id_tag)],
      [this.text('board.payer'), session.payer_name],
      [
        this.text('board.backends'),
        session.backends.length === 0 ? null : session.backends.map((each) => this.toldAt(each)).join('\n'),
      ],
      [
        this.text('board.soc'),
        session.soc_start === null && session.soc_end === null
          ? null
          : `${soc(session.soc_start)} → ${soc(session.soc_end)}`,
      ],
      [
        this.text('board.meter'),
        session.meter_start_kwh === null && session.meter_stop_kwh === null
          ? null
          : `${meter(session.meter_start_kwh)} → ${meter(session.meter_stop_kwh)}`,
      ],
      [this.text('board.ended_by'), reason === null ? null : hasText(reason) ? this.text(reason) : session.reason],
      [this.text('board.note'), session.offline ? this.text('board.offline') : null],
    ];
    return html`<dl>
      ${facts.map(([name, value]) =>
        value === null
          ? nothing
          : html`<div>
              <dt>${name}</dt>
              <dd class="number">${value}</dd>
            </div>`,
      )}
    </dl>`;
  }

  /** What the vehicle has given back, and what the session cost with that. */
  private discharged({ discharged_kwh, discharged_value, total_cost, currency }: Session): [string, string][] {
    if (discharged_kwh === null || discharged_kwh <= 0) return [];
    const energy = this.format.energy(discharged_kwh);
    const name = this.text('board.discharged');
    if (discharged_value === null) return [[name, energy]];
    return [
      [name, `${energy} (${this.text('board.worth', { value: this.format.money(discharged_value, currency) })})`],
      [this.text('board.total_cost'), this.format.money(total_cost, currency)],
    ];
  }

  /** "Employer: confirmed Tue, 1:02 pm (number there: 4711)" */
  private toldAt(told: ToldTo): string {
    const said =
      told.confirmed === null || told.state !== 'confirmed'
        ? toldOf(told, this.text)
        : `${told.name}: ${this.text('board.told_at', { time: this.format.dayAndTime(told.confirmed) })}`;
    return told.id === null ? said : `${said} (${this.text('board.told_id', { id: told.id })})`;
  }

  private renderCurve(): TemplateResult | typeof nothing {
    if (this.curve === undefined) return html`<div class="curve wait" aria-busy="true"></div>`;
    const points = (this.curve?.points ?? [])
      .map(({ time, power_w, price }) => ({ at: Date.parse(time), power_w, price }))
      .filter(({ at }) => !Number.isNaN(at));
    const [first, last] = [points[0], points.at(-1)];
    if (first === undefined || last === undefined || last.at <= first.at) {
      return html`<p class="weak">${this.text('board.no_curve')}</p>`;
    }
    const width = chartWidth();
    const power = scale(0, Math.max(...points.map(({ power_w }) => (power_w ?? 0) / 1000), 0.5));
    const prices = points.flatMap(({ price }) => (price === null ? [] : [price]));
    const price = prices.length === 0 ? null : scale(Math.min(...prices, 0), Math.max(...prices, 0.01));
    const x = (at: number): number =>
      EDGE.start + ((at - first.at) / (last.at - first.at)) * (width - EDGE.start - EDGE.end);
    const y = (value: number, { low, high }: { low: number; high: number }): number =>
      EDGE.top + ((high - value) / (high - low)) * (HEIGHT - EDGE.top - EDGE.bottom);
    const line = points.map(({ at, power_w }) => `${x(at).toFixed(1)} ${y((power_w ?? 0) / 1000, power).toFixed(1)}`);
    const floor = y(0, power).toFixed(1);
    return html`<figure class="curve">
      <svg viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label=${this.text('board.curve')}>
        ${power.ticks.map(
          (tick) => svg`
            <line class="tick" x1=${EDGE.start} x2=${width - EDGE.end} y1=${y(tick, power)} y2=${y(tick, power)}></line>
            <text x=${EDGE.start - 6} y=${y(tick, power) + 4} text-anchor="end">${this.format.number(tick, power.digits)}</text>`,
        )}
        <text x=${EDGE.start - 6} y="9" text-anchor="end">kW</text>
        <path class="area" d="M${x(first.at)} ${floor}L${line.join('L')}L${x(last.at)} ${floor}Z"></path>
        <path class="line" d="M${line.join('L')}"></path>
        ${price === null ? nothing : this.renderPrice(points, price, x, y)}
        ${[0, 0.5, 1].map((part) => {
          const at = first.at + part * (last.at - first.at);
          const anchor = part === 0 ? 'start' : part === 1 ? 'end' : 'middle';
          return svg`<text x=${x(at)} y=${HEIGHT - 4} text-anchor=${anchor}>${this.format.time(new Date(at))}</text>`;
        })}
      </svg>
      <figcaption class="weak">
        <span><i class="power"></i>${this.text('power')}</span>
        ${
          price === null
            ? nothing
            : html`<span
                ><i class="price"></i>${this.text('price')}
                (${this.format.priceRange(Math.min(...prices), Math.max(...prices), this.session?.currency ?? null)})</span
              >`
        }
      </figcaption>
    </figure>`;
  }

  private renderPrice(
    points: readonly { at: number; price: number | null }[],
    range: { low: number; high: number },
    x: (at: number) => number,
    y: (value: number, range: { low: number; high: number }) => number,
  ): SVGTemplateResult {
    let path = '';
    let before: number | null = null;
    for (const { at, price } of points) {
      if (price !== null) {
        const [px, py] = [x(at).toFixed(1), y(price, range).toFixed(1)];
        path += before === null ? `M${px} ${py}` : `H${px}V${py}`;
      }
      before = price;
    }
    return svg`<path class="price" d=${path}></path>`;
  }

  private renderCorrection(session: Session): TemplateResult {
    const vehicles = [
      { id: '', name: this.text('board.no_vehicle') },
      { id: 'guest', name: this.text('guest') },
      ...this.vehicles,
    ];
    const tags = this.tags.some(({ id_tag }) => id_tag === session.id_tag)
      ? this.tags
      : [{ id_tag: session.id_tag, name: session.tag_name }, ...this.tags];
    return html`<form
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        const form = event.currentTarget as HTMLFormElement;
        const chosen = (name: string): string | undefined =>
          form.querySelector<HTMLSelectElement>(`select[name=${name}]`)?.value;
        const [tag, vehicle] = [chosen('tag'), chosen('vehicle')];
        void this.correct({
          ...(tag !== undefined && tag !== session.id_tag ? { id_tag: tag } : {}),
          ...(vehicle !== undefined && vehicle !== (session.vehicle ?? '')
            ? { vehicle: vehicle === '' ? null : vehicle }
            : {}),
        });
      }}
    >
      <h3>${this.text('board.correct')}</h3>
      <div class="fields">
        <label
          >${this.text('board.tag')}
          <select name="tag">
            ${tags.map(
              ({ id_tag, name }) =>
                html`<option value=${id_tag} ?selected=${id_tag === session.id_tag}>
                  ${name ?? (id_tag || '–')}
                </option>`,
            )}
          </select>
        </label>
        ${
          this.vehicles.length === 0
            ? nothing
            : html`<label
                >${this.text('board.vehicle')}
                <select name="vehicle">
                  ${vehicles.map(
                    ({ id, name }) =>
                      html`<option value=${id} ?selected=${id === (session.vehicle ?? '')}>${name}</option>`,
                  )}
                </select>
              </label>`
        }
      </div>
      <div class="fields">
        <button class="button primary" type="submit" ?disabled=${this.busy}>${this.text('save')}</button>
        ${
          session.end === null
            ? nothing
            : html`<button
                class="button"
                type="button"
                ?disabled=${this.busy}
                @click=${() => void this.correct({ struck_out: !session.struck_out })}
              >
                ${this.text(session.struck_out ? 'board.count_again' : 'board.strike_out')}
              </button>`
        }
      </div>
      ${this.error === null ? nothing : html`<p class="error" role="alert">${this.error}</p>`}
    </form>`;
  }

  private renderChanges(session: Session): TemplateResult | typeof nothing {
    if (session.changes.length === 0) return nothing;
    return html`<section>
      <h3>${this.text('board.changes')}</h3>
      <ul>
        ${session.changes.map(
          ({ time, by, before }, index) =>
            html`<li class="weak">
              ${this.format.dayAndTime(time)}${by === '' ? '' : `, ${by}`}:
              ${Object.entries(before)
                .map(([name, value]) => this.changed(name, value, session, index))
                .join(', ')}
            </li>`,
        )}
      </ul>
    </section>`;
  }

  /** Return a change in words: "Card: Ben → Anna". What it became is what the next change of it began with. */
  private changed(name: string, before: unknown, session: Session, index: number): string {
    const later = session.changes.slice(index + 1).find((change) => name in change.before);
    const now = {
      meter_start_wh: wattHours(session.meter_start_kwh),
      meter_stop_wh: wattHours(session.meter_stop_kwh),
    };
    const after = later === undefined ? { ...session, ...now }[name] : later.before[name];
    if (name === 'struck_out') return this.text(after === true ? 'board.not_counted' : 'board.counted_again');
    const key = FIELDS[name];
    const label = key === undefined ? name : this.text(key);
    return `${label}: ${this.wordOf(name, before)} → ${after === undefined ? '?' : this.wordOf(name, after)}`;
  }

  private wordOf(name: string, value: unknown): string {
    if (value === null || value === undefined || value === '') return '–';
    if (name === 'id_tag') return this.tags.find(({ id_tag }) => id_tag === value)?.name ?? written(value);
    if (name === 'vehicle') {
      if (value === 'guest') return this.text('guest');
      return this.vehicles.find(({ id }) => id === value)?.name ?? this.text('unknown');
    }
    if (name.endsWith('_wh') && typeof value === 'number') return this.format.number(value / 1000, 3);
    if ((name === 'start' || name === 'end') && typeof value === 'string') return this.format.dayAndTime(value);
    return written(value);
  }

  static override readonly styles = [
    ...BoardDialog.dialogStyles,
    css`
      p {
        margin: 0;
      }
      .struck {
        padding: 8px 12px;
        border-radius: 10px;
        background: var(--ocpp-cs-soft);
      }
      dl {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(240px, 1fr));
        gap: 10px 24px;
        margin: 0;
      }
      dt {
        color: var(--ocpp-cs-weak);
        font-size: 12px;
      }
      dd {
        margin: 0;
        font-weight: 500;
        white-space: pre-line;
      }
      .curve {
        margin: 0;
        direction: ltr;
      }
      .curve.wait {
        block-size: ${HEIGHT}px;
      }
      svg {
        display: block;
        inline-size: 100%;
        overflow: visible;
      }
      text {
        fill: var(--ocpp-cs-weak);
        font-size: 11px;
      }
      .tick {
        stroke: var(--ocpp-cs-line);
        stroke-dasharray: 2 4;
      }
      .area {
        fill: var(--ocpp-cs-charging);
        opacity: 0.18;
      }
      .line {
        fill: none;
        stroke: var(--ocpp-cs-charging);
        stroke-width: 2;
        stroke-linejoin: round;
      }
      path.price {
        fill: none;
        stroke: var(--ocpp-cs-grid);
        stroke-width: 1.5;
        stroke-dasharray: 4 3;
      }
      figcaption {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 18px;
        padding-block-start: 6px;
        font-size: 12px;
      }
      figcaption i {
        display: inline-block;
        inline-size: 14px;
        margin-inline-end: 6px;
        vertical-align: middle;
        border-block-start: 3px solid var(--ocpp-cs-charging);
      }
      figcaption i.price {
        border-block-start: 2px dashed var(--ocpp-cs-grid);
      }
      form {
        display: grid;
        gap: 10px;
        padding-block-start: 14px;
        border-block-start: 1px solid var(--ocpp-cs-line);
      }
      .fields {
        display: flex;
        flex-wrap: wrap;
        gap: 10px;
      }
      label {
        display: grid;
        flex: 1 1 180px;
        color: var(--ocpp-cs-weak);
        font-size: 12px;
      }
      label select {
        font-size: 14px;
        color: var(--primary-text-color);
      }
      section ul {
        margin: 4px 0 0;
        padding-inline-start: 18px;
        font-size: 12px;
      }
    `,
  ];
}

/** Return the width of the chart in pixels: that of the dialog without its padding. */
function chartWidth(): number {
  const around = window.innerWidth <= 520 ? 24 + 32 : 24 + 48;
  return Math.min(Math.max(window.innerWidth - around, LEAST_WIDTH), MOST_WIDTH);
}

function written(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '–';
}

function wattHours(kWh: number | null): number | null {
  return kWh === null ? null : kWh * 1000;
}

declare global {
  interface HTMLElementTagNameMap {
    'ocpp-cs-session-details': OcppCsSessionDetails;
  }
}
