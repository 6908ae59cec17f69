/** All plans on one axis of time: prices and sun above, and what each place to charge does with them. */
import { mdiCalendarClock, mdiFlagCheckered, mdiPencilOutline } from '@mdi/js';
import { css, html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import type { Connector, PlanView, PriceSlot, SunSlot } from '../api.ts';
import { icon } from '../shared/icons.ts';
import { Live } from '../shared/live.ts';
import '../shared/mode-hint.ts';
import '../shared/plan-editor.ts';
import { followsPlan, localOf, planStateOf, targetOf } from '../shared/plan.ts';
import { sentenceOf } from '../shared/sentence.ts';
import { base, controls } from '../shared/styles.ts';
import { fullHours } from '../shared/zone.ts';
import { BoardCard } from './element.ts';
import { keyOf } from './balance.ts';
import './plan-dialog.ts';
import { scale } from './ticks.ts';

const HOUR = 3_600_000;
const CHART = 84;
const SUN = 40;
const REFRESH_MS = 60_000;
/** Less is no charging. */
const FLOWS_W = 100;

interface Place {
  connector: Connector;
  view: PlanView | null | undefined; // null: it could not be asked
}

interface Axis {
  from: number;
  to: number;
}

@customElement('ocpp-cs-plans-card')
export class OcppCsPlansCard extends BoardCard {
  @state() private views = new Map<string, PlanView | null>();
  @state() private edited: Connector | undefined;
  private asked = new Map<string, string>();
  private readonly live = new Live(this, () => this.hass);
  private timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.timer = setInterval(() => {
      this.asked.clear();
      this.requestUpdate();
    }, REFRESH_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  private get connectors(): Connector[] {
    const { entry_id } = this.config ?? {};
    return this.live.connectors.filter(
      (connector) => connector.plan !== null && (entry_id ?? connector.entry_id) === connector.entry_id,
    );
  }

  protected override willUpdate(): void {
    for (const connector of this.connectors) {
      // Asked again when the plan, or what its vehicle has, is another one.
      const key = keyOf(connector);
      const summary = JSON.stringify([connector.plan, connector.vehicle_id, connector.soc]);
      if (this.asked.get(key) === summary) continue;
      this.asked.set(key, summary);
      void this.ask(connector);
    }
  }

  private async ask(connector: Connector): Promise<void> {
    let view: PlanView | null = null;
    try {
      view = (await this.hass?.callWS<PlanView>({ type: 'ocpp_cs/plan', device_id: connector.device_id })) ?? null;
    } catch {
      // Without rights, or its server is not running: its summary is shown.
    }
    this.views = new Map(this.views).set(keyOf(connector), view);
  }

  protected override render(): TemplateResult | typeof nothing {
    const { servers, error } = this.live;
    if (servers === null && error === null) return html`<div class="page"><ha-card class="wait"></ha-card></div>`;
    const places = this.connectors.map<Place>((connector) => ({ connector, view: this.views.get(keyOf(connector)) }));
    if (places.length === 0) {
      return html`<div class="page">
        <ha-card class="empty"
          >${icon(mdiCalendarClock)}
          <p>${this.text(error === null ? 'board.no_plans' : 'no_server')}</p></ha-card
        >
      </div>`;
    }
    const axis = axisOf(places, Date.now());
    const views = places.flatMap(({ view }) => (view ? [view] : []));
    const prices = longest(views.map((view) => view.prices));
    const sun = longest(views.map((view) => view.sun));
    const currency = views[0]?.currency ?? null;
    const known = prices.map(({ price }) => price);
    const rangeOf = this.text('board.price_range', {
      low: this.format.money(Math.min(...known), currency),
      high: this.format.price(Math.max(...known), currency),
    });
    return html`
      <div class="page">
        <ha-card>
          <div class="lanes" style=${styleMap({ '--now': `${at(Date.now(), axis)}%` })}>
            <div class="label head">
              <h2>${this.text('board.next_hours')}</h2>
              <ul class="legend">
                ${
                  prices.length > 0
                    ? html`<li>
                        <i class="price"></i><span>${this.text('price')} <span class="number">${rangeOf}</span></span>
                      </li>`
                    : nothing
                }
                ${sun.length > 0 ? html`<li><i class="sun"></i>${this.text('board.sun_forecast')}</li>` : nothing}
                <li><i class="slot"></i>${this.text('charging')}</li>
              </ul>
            </div>
            <div class="track">${this.renderOutlook(axis, prices, sun, currency)}${this.renderHours(axis)}</div>
            ${places.map((place) => this.renderPlace(place, axis))}
          </div>
        </ha-card>
      </div>
      ${
        this.edited === undefined
          ? nothing
          : html`<ocpp-cs-plan-dialog
              .hass=${this.hass}
              .connector=${this.live.connector(this.edited.device_id, this.edited.connector_id) ?? this.edited}
              .server=${this.live.server(this.edited.entry_id)}
              @ocpp-cs-closed=${this.closed}
            ></ocpp-cs-plan-dialog>`
      }
    `;
  }

  private renderOutlook(
    axis: Axis,
    prices: readonly PriceSlot[],
    sun: readonly SunSlot[],
    currency: string | null,
  ): TemplateResult {
    if (prices.length === 0 && sun.length === 0) {
      return html`<p class="weak nothing">${this.text('board.no_outlook')}</p>`;
    }
    const seen = prices.filter(({ start, end }) => Date.parse(end) > axis.from && Date.parse(start) < axis.to);
    const values = seen.map(({ price }) => price);
    const [cheap, dear] = [Math.min(...values), Math.max(...values)];
    const range = scale(Math.min(0, cheap), Math.max(dear, 0.01));
    const y = (price: number): number => ((range.high - price) / (range.high - range.low)) * CHART;
    const told =
      seen.length === 0
        ? this.text('board.sun_forecast')
        : this.text('board.prices_told', {
            low: this.format.price(cheap, currency),
            high: this.format.price(dear, currency),
          });
    return html`${
      seen.length === 0
        ? nothing
        : html`<svg
            class="outlook"
            viewBox="0 0 1000 ${CHART}"
            preserveAspectRatio="none"
            role="img"
            aria-label=${told}
          >
            ${seen.map(({ start, end, price }) => {
              const [x0, x1] = [at(start, axis) * 10, at(end, axis) * 10];
              const part = dear > cheap ? (price - cheap) / (dear - cheap) : 0.5;
              const [top, bottom] = [Math.min(y(price), y(0)), Math.max(y(price), y(0))];
              return svg`<rect
                class="bar" x=${x0 + 0.8} y=${top} width=${Math.max(x1 - x0 - 1.6, 0.5)} height=${Math.max(bottom - top, 1)}
                style=${`fill: ${colorAt(part)}`}
              ><title>${this.format.soon(start)}: ${this.format.price(price, currency)}</title></rect>`;
            })}
          </svg>`
    }
    ${
      sun.length === 0
        ? nothing
        : html`<svg class="outlook forecast" viewBox="0 0 1000 ${SUN}" preserveAspectRatio="none" aria-hidden="true">
            ${this.renderSun(axis, sun)}
          </svg>`
    }`;
  }

  private renderSun(axis: Axis, sun: readonly SunSlot[]): SVGTemplateResult | typeof nothing {
    const most = Math.max(...sun.map(({ power_w }) => power_w), 1000);
    const points = sun
      .filter(({ start, end }) => Date.parse(end) > axis.from && Date.parse(start) < axis.to)
      .map(({ start, end, power_w }) => {
        const middle = (at(start, axis) + at(end, axis)) * 5;
        return `${middle.toFixed(1)} ${(SUN - (power_w / most) * (SUN - 4)).toFixed(1)}`;
      });
    const [first, last] = [points[0]?.split(' ')[0], points.at(-1)?.split(' ')[0]];
    if (first === undefined || last === undefined) return nothing;
    return svg`<path class="sun" d="M${first} ${SUN}L${points.join('L')}L${last} ${SUN}Z"></path>`;
  }

  private renderHours(axis: Axis): TemplateResult {
    const hours: TemplateResult[] = [];
    const span = (axis.to - axis.from) / HOUR;
    const every = span > 30 ? 6 : 3;
    for (const { time, hour } of fullHours(axis.from, axis.to, this.format.zones.user)) {
      const left = `${at(time, axis)}%`;
      if (hour === 0) {
        hours.push(
          html`<span class="day" style=${styleMap({ insetInlineStart: left })}
            >${this.format.date(new Date(time), { weekday: 'short' })}</span
          >`,
        );
      } else if (hour % every === 0 && at(time, axis) < 98) {
        hours.push(
          html`<span style=${styleMap({ insetInlineStart: left })}>${this.format.axisHour(new Date(time))}</span>`,
        );
      }
    }
    return html`<div class="hours" aria-hidden="true">${hours}</div>`;
  }

  private renderPlace({ connector, view }: Place, axis: Axis): TemplateResult {
    const plan = connector.plan;
    const planned = plan?.armed === true && followsPlan(connector);
    const slots = planned ? (view?.slots ?? []).filter(({ end }) => Date.parse(end) > axis.from) : [];
    const most = Math.max(...slots.map(({ power_w }) => power_w), 1);
    const deadline = view?.ready_by ?? plan?.ready_by ?? null;
    const who = connector.who.name;
    return html`
      <div class="label">
        <div class="words">
          <h3>${connector.place_name}</h3>
          <span class="weak">${this.aimOf(connector)}${who === null ? '' : ` · ${who}`}</span>
        </div>
        <button
          class="round"
          type="button"
          aria-label=${this.text('board.change_plan', { name: connector.place_name })}
          title=${this.text('board.change_plan', { name: connector.place_name })}
          @click=${() => {
            this.change(connector);
          }}
        >
          ${icon(mdiPencilOutline)}
        </button>
      </div>
      <div class="track lane">
        <div
          class="line"
          role=${slots.length > 0 ? 'list' : nothing}
          aria-label=${slots.length > 0 ? this.text('board.slots_of', { name: connector.place_name }) : nothing}
        >
          ${planned ? nothing : this.renderNow(connector)}
          ${slots.map(({ start, end, power_w, sun_w, price }) => {
            const [from, to] = [at(start, axis), at(end, axis)];
            const told = [
              `${this.format.soon(start)} – ${this.format.time(end)}`,
              this.format.power(power_w),
              ...(price === null ? [] : [this.format.price(price, view?.currency ?? null)]),
            ].join(', ');
            return html`<span
              class="slot"
              role="listitem"
              title=${told}
              aria-label=${told}
              style=${styleMap({
                insetInlineStart: `${from}%`,
                // A trace more, so that one that follows leaves no seam.
                inlineSize: `calc(${Math.max(to - from, 0.3)}% + 0.5px)`,
                blockSize: `${Math.max((power_w / most) * 100, 30)}%`,
                '--sun': `${Math.round((Math.min(sun_w, power_w) / Math.max(power_w, 1)) * 100)}%`,
              })}
            ></span>`;
          })}
          ${
            deadline === null ||
            plan?.armed !== true ||
            Date.parse(deadline) > axis.to ||
            Date.parse(deadline) < axis.from
              ? nothing
              : html`<span
                  class="deadline"
                  style=${styleMap({ insetInlineStart: `${at(deadline, axis)}%` })}
                  title=${this.format.soon(deadline)}
                  >${icon(mdiFlagCheckered)}</span
                >`
          }
        </div>
        ${
          plan?.armed !== true
            ? nothing
            : followsPlan(connector)
              ? html`<p class="outcome">${this.renderOutcome(connector, view)}</p>`
              : html`<ocpp-cs-mode-hint class="outcome" .hass=${this.hass} .connector=${connector}></ocpp-cs-mode-hint>`
        }
      </div>
    `;
  }

  /** What happens without a plan. */
  private renderNow(connector: Connector): TemplateResult {
    const { state } = sentenceOf(connector, this.text, this.format, new Date());
    const power = connector.power_w ?? 0;
    return html`<span class="happens"
      >${state}${power < FLOWS_W ? nothing : html` · <b class="number">${this.format.power(power)}</b>`}</span
    >`;
  }

  private readonly closed = (): void => {
    this.edited = undefined;
    this.asked.clear();
    this.requestUpdate();
  };

  private change(connector: Connector): void {
    this.edited = connector;
  }

  /** "80 % by 07:00, Mon – Fri". */
  private aimOf({ plan }: Connector): string {
    if (plan?.armed !== true) return this.text('board.no_plan');
    const amount = targetOf(plan, this.format);
    const local = localOf(plan, this.format.zones, new Date());
    const when =
      local.weekdays.length > 0 && local.clock !== null
        ? `${this.format.clock(local.clock)}, ${this.format.weekdays(local.weekdays)}`
        : plan.ready_by !== null
          ? this.format.soon(plan.ready_by)
          : null;
    if (amount !== null && when !== null) return this.text('board.aim', { amount, when });
    if (amount !== null) return amount;
    if (plan.below_price !== null)
      return this.text('board.below', { price: this.format.price(plan.below_price, null) });
    return when ?? this.text('board.no_plan');
  }

  private renderOutcome(connector: Connector, view: PlanView | null | undefined): TemplateResult | string {
    if (view === undefined) return '';
    const parts = [planStateOf(connector, this.text)];
    if (view !== null) {
      if (view.energy_kwh !== null) parts.push(this.format.energy(view.energy_kwh));
      if (view.cost !== null) parts.push(this.format.money(view.cost, view.currency));
      if (view.solar_share !== null) {
        parts.push(this.text('board.sun_share', { share: Math.round(view.solar_share * 100) }));
      }
      if (view.ready_at_time !== null) {
        parts.push(this.text('board.ready', { time: this.format.soon(view.ready_at_time) }));
      }
    }
    const missing = view !== null && view.missing_kwh > 0.05 ? this.format.energy(view.missing_kwh) : null;
    return html`${parts.filter((part) => part !== null).join(' · ')}
    ${
      missing === null
        ? nothing
        : html`<strong class="missing">${this.text('board.missing', { energy: missing })}</strong>`
    }`;
  }

  static override readonly styles = [
    ...base,
    controls,
    css`
      :host {
        container-type: inline-size;
      }
      ha-card {
        padding: 20px;
      }
      .lanes {
        display: grid;
        grid-template-columns: minmax(170px, 240px) minmax(0, 1fr);
        gap: 0 20px;
      }
      .label {
        display: flex;
        align-items: start;
        justify-content: space-between;
        gap: 8px;
        padding-block: 14px;
        border-block-start: 1px solid var(--ocpp-cs-line);
      }
      .label.head {
        flex-direction: column;
        border: none;
        padding-block-start: 0;
      }
      h2 {
        margin: 0;
        font-size: 20px;
        font-weight: 500;
      }
      h3 {
        margin: 0;
        font-size: 15px;
        font-weight: 500;
      }
      .words {
        min-inline-size: 0;
        font-size: 13px;
      }
      .round {
        display: grid;
        place-items: center;
        flex: none;
        inline-size: 40px;
        block-size: 40px;
        margin-block-start: -6px;
        border-radius: 50%;
        color: var(--ocpp-cs-weak);
      }
      .round .icon {
        inline-size: 20px;
        block-size: 20px;
      }
      .round:hover {
        background: var(--ocpp-cs-soft);
        color: var(--primary-text-color);
      }
      .legend {
        display: grid;
        gap: 4px;
        margin: 0;
        padding: 0;
        list-style: none;
        font-size: 12px;
        color: var(--ocpp-cs-weak);
      }
      .legend li {
        display: flex;
        align-items: center;
        gap: 8px;
      }
      .legend i {
        inline-size: 12px;
        block-size: 12px;
        border-radius: 3px;
      }
      .legend .price {
        background: linear-gradient(90deg, var(--ocpp-cs-cheap), var(--ocpp-cs-dear));
      }
      .legend .sun {
        background: color-mix(in srgb, var(--ocpp-cs-sun) 60%, transparent);
      }
      .legend .slot {
        background: var(--ocpp-cs-charging);
      }
      :host {
        --ocpp-cs-cheap: #4db6ac;
        --ocpp-cs-dear: #e57373;
      }
      .track {
        position: relative;
        min-inline-size: 0;
      }
      .outlook {
        display: block;
        inline-size: 100%;
        block-size: ${CHART}px;
      }
      :host(:dir(rtl)) .outlook {
        transform: scaleX(-1);
      }
      .outlook .sun {
        fill: var(--ocpp-cs-sun);
        opacity: 0.55;
      }
      .bar {
        opacity: 0.75;
      }
      .bar:hover {
        opacity: 1;
      }
      .forecast {
        block-size: ${SUN}px;
        margin-block-start: 6px;
      }
      .nothing {
        margin: 0;
        padding-block: 24px;
      }
      .hours {
        position: relative;
        block-size: 24px;
        border-block-start: 1px solid var(--ocpp-cs-line);
        font-size: 11px;
        color: var(--ocpp-cs-weak);
        font-variant-numeric: tabular-nums;
      }
      .hours span {
        position: absolute;
        inset-block-start: 4px;
        transform: translateX(-50%);
      }
      .hours .day {
        font-weight: 600;
        color: var(--primary-text-color);
      }
      .lane {
        padding-block: 14px;
        border-block-start: 1px solid var(--ocpp-cs-line);
      }
      .line {
        position: relative;
        block-size: 34px;
        border-radius: 8px;
        background: var(--ocpp-cs-soft);
        overflow: clip;
      }
      .line::before {
        content: '';
        position: absolute;
        inset-block: 0;
        inset-inline-start: 0;
        inline-size: var(--now);
        background: var(--ocpp-cs-line);
      }
      .line .slot {
        position: absolute;
        inset-block-end: 0;
        /* From the bottom, what the sun is expected to give of it. */
        background: linear-gradient(to top, var(--ocpp-cs-sun) var(--sun), var(--ocpp-cs-charging) var(--sun));
      }
      .happens {
        position: absolute;
        inset: 0;
        padding-inline: 12px;
        line-height: 34px;
        font-size: 13px;
        overflow: hidden;
        white-space: nowrap;
        text-overflow: ellipsis;
      }
      .deadline {
        position: absolute;
        inset-block: 0;
        border-inline-start: 2px solid var(--primary-text-color, #212121);
        padding-inline-start: 3px;
      }
      .deadline .icon {
        inline-size: 16px;
        block-size: 16px;
      }
      .outcome {
        display: block;
        margin: 6px 0 0;
        font-size: 13px;
        color: var(--ocpp-cs-weak);
      }
      .missing {
        display: inline-block;
        padding: 0 8px;
        border-radius: 8px;
        font-weight: 500;
        color: var(--primary-text-color);
        background: color-mix(in srgb, var(--warning-color, #ffa600) 28%, transparent);
      }
      .empty,
      .wait {
        display: grid;
        place-items: center;
        gap: 8px;
        min-block-size: 220px;
        text-align: center;
        color: var(--ocpp-cs-weak);
      }
      .empty .icon {
        inline-size: 40px;
        block-size: 40px;
        opacity: 0.6;
      }
      @container (max-width: 700px) {
        ha-card {
          padding: 14px 12px;
        }
        .lanes {
          grid-template-columns: minmax(0, 1fr);
        }
        .label {
          padding-block-end: 0;
        }
        .label.head {
          padding-block-end: 10px;
        }
        .legend {
          display: flex;
          flex-wrap: wrap;
          gap: 4px 14px;
        }
        .lane {
          border: none;
          padding-block-start: 8px;
        }
      }
    `,
  ];
}

/** Return the place of a time on the axis, in percent. */
function at(time: string | number, { from, to }: Axis): number {
  const moment = typeof time === 'number' ? time : Date.parse(time);
  return Math.min(Math.max(((moment - from) / (to - from)) * 100, 0), 100);
}

/** From the hour that runs, to what is known and planned: 24 to 48 hours. */
function axisOf(places: readonly Place[], now: number): Axis {
  const from = Math.floor(now / HOUR) * HOUR;
  const ends = places.flatMap(({ connector, view }) => [
    ...(view?.prices ?? []).slice(-1).map(({ end }) => end),
    ...(view?.slots ?? []).slice(-1).map(({ end }) => end),
    ...(connector.plan?.armed === true && connector.plan.ready_by !== null ? [connector.plan.ready_by] : []),
  ]);
  const last = Math.max(...ends.map((end) => Date.parse(end)).filter((end) => !Number.isNaN(end)), 0);
  const to = Math.min(Math.max(last, from + 24 * HOUR), from + 48 * HOUR);
  return { from, to: Math.ceil(to / HOUR) * HOUR };
}

function longest<T>(lists: readonly (readonly T[])[]): readonly T[] {
  return lists.reduce<readonly T[]>((best, list) => (list.length > best.length ? list : best), []);
}

function colorAt(part: number): string {
  return `color-mix(in srgb, var(--ocpp-cs-dear) ${Math.round(part * 100)}%, var(--ocpp-cs-cheap))`;
}

declare global {
  interface HTMLElementTagNameMap {
    'ocpp-cs-plans-card': OcppCsPlansCard;
  }
}
