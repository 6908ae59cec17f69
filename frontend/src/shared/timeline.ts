import { LitElement, css, html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { PlanSlot, PlanView } from '../api.ts';
import { formatter, toDate, type Format } from './format.ts';
import type { Hass } from './hass.ts';
import { localize, type Localize } from './localize.ts';
import { Sized } from './sized.ts';
import { base } from './styles.ts';
import { fullHours } from './zone.ts';

const HEIGHT = 128;
const TOP = 16;
const BOTTOM = 24;
/** The band below, which says when the plan charges, and how much of it comes from the sun. */
const BAND = 7;
/** With neither prices nor sun the slots alone are shown. */
const LOW_HEIGHT = 64;
/** Less is night. */
const LEAST_SUN_W = 50;
const STEP_MS = 15 * 60_000;
const HOUR_MS = 60 * 60_000;
/** A deadline later than that is not in the picture. */
const MOST_HOURS = 48;

export type Forecast = Pick<PlanView, 'slots' | 'prices' | 'sun' | 'ready_by' | 'ready_at_time' | 'currency'>;

interface Span {
  from: number;
  to: number;
}

/** Return from when to when a plan is drawn: `hours` from now on, and a day more where its deadline lies there. */
export function spanOf(plan: Forecast, hours: number, now: Date): Span {
  const from = Math.floor(now.getTime() / STEP_MS) * STEP_MS;
  const deadline = toDate(plan.ready_by)?.getTime() ?? 0;
  const known = Math.max(
    0,
    ...[plan.prices.at(-1)?.end, plan.sun.at(-1)?.end, plan.slots.at(-1)?.end].map(
      (end) => toDate(end)?.getTime() ?? 0,
    ),
  );
  const wanted = Math.max(from + hours * HOUR_MS, deadline);
  const to = Math.min(wanted, Math.max(known, deadline, from + 12 * HOUR_MS), from + MOST_HOURS * HOUR_MS);
  return { from, to };
}

/** Return the slot of a time. */
export function slotAt<T extends { start: string; end: string }>(slots: readonly T[], time: number): T | undefined {
  return slots.find(({ start, end }) => Date.parse(start) <= time && time < Date.parse(end));
}

/** Draw the hours to come: price, sun, when the plan charges, and when the vehicle is to be ready. */
@customElement('ocpp-cs-timeline')
export class OcppCsTimeline extends LitElement {
  @property({ attribute: false }) hass?: Hass;
  @property({ attribute: false }) plan?: Forecast | null;
  @property({ type: Number }) hours = 24;

  /** The quarter of an hour that is pointed at, counted from the left. */
  @state() private pointed: number | null = null;
  private readonly sized = new Sized(this);

  protected override render(): TemplateResult | typeof nothing {
    const { hass, plan } = this;
    if (hass === undefined || plan === undefined || plan === null) return nothing;
    if (plan.prices.length + plan.sun.length + plan.slots.length === 0) return nothing;
    const format = formatter(hass);
    const t = localize(hass);
    const now = new Date();
    const span = spanOf(plan, this.hours, now);
    const width = Math.max(this.sized.width, 160);
    const steps = Math.ceil((span.to - span.from) / STEP_MS);
    const x = (time: number): number =>
      ((Math.min(span.to, Math.max(span.from, time)) - span.from) / (span.to - span.from)) * width;
    const height = plan.prices.length + plan.sun.length > 0 ? HEIGHT : LOW_HEIGHT;
    const at = this.pointed === null ? null : span.from + Math.min(this.pointed, steps - 1) * STEP_MS;

    return html`
      <div
        class="timeline"
        role="slider"
        tabindex="0"
        aria-label=${t('timeline')}
        aria-valuemin="0"
        aria-valuemax=${steps - 1}
        aria-valuenow=${this.pointed ?? 0}
        aria-valuetext=${at === null ? summary(plan, span, t, format) : told(plan, at, t, format)}
        @pointermove=${this.point}
        @pointerdown=${this.point}
        @pointerleave=${this.leave}
        @blur=${this.leave}
        @keydown=${(event: KeyboardEvent) => {
          this.key(event, steps);
        }}
      >
        <svg width=${width} height=${height} viewBox="0 0 ${width} ${height}" aria-hidden="true">
          ${drawSlots(plan.slots, x, height)} ${drawSun(plan, span, x, height, 'area')}
          ${drawPrices(plan, span, x, height)} ${drawSun(plan, span, x, height, 'line')}
          ${drawHours(span, x, height, width, format)} ${drawReady(plan, span, x, height)}
          ${
            at === null
              ? nothing
              : svg`<line class="pointer" x1=${x(at + STEP_MS / 2)} x2=${x(at + STEP_MS / 2)} y1=${TOP - 8} y2=${height - BOTTOM}></line>`
          }
        </svg>
        ${at === null ? nothing : this.renderTip(plan, at, x(at + STEP_MS / 2), width, t, format)}
      </div>
      ${drawLegend(plan, span, t, format)}
    `;
  }

  private renderTip(plan: Forecast, at: number, x: number, width: number, t: Localize, format: Format): TemplateResult {
    const left = Math.max(66, Math.min(width - 66, x));
    return html`<div class="tip" style="left: ${left}px" aria-hidden="true">
      <b class="number">${format.soon(new Date(at))}</b>
      ${parts(plan, at, t, format).map(([name, value]) => html`<div><span>${name}</span><span class="number">${value}</span></div>`)}
    </div>`;
  }

  private readonly point = (event: PointerEvent): void => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const { plan } = this;
    if (plan === undefined || plan === null || box.width === 0) return;
    const span = spanOf(plan, this.hours, new Date());
    const share = Math.min(0.9999, Math.max(0, (event.clientX - box.left) / box.width));
    this.pointed = Math.floor((share * (span.to - span.from)) / STEP_MS);
  };

  private readonly leave = (): void => {
    this.pointed = null;
  };

  private key(event: KeyboardEvent, steps: number): void {
    const at = this.pointed ?? -1;
    const to = {
      ArrowRight: at + 1,
      ArrowUp: at + 1,
      ArrowLeft: at - 1,
      ArrowDown: at - 1,
      PageUp: at + 4,
      PageDown: at - 4,
      Home: 0,
      End: steps - 1,
    }[event.key];
    if (event.key === 'Escape') this.pointed = null;
    if (to === undefined) return;
    event.preventDefault();
    this.pointed = Math.max(0, Math.min(steps - 1, to));
  }

  static override styles = [
    ...base,
    css`
      .timeline {
        position: relative;
        /* Time runs to the right, whatever the direction of the text. */
        direction: ltr;
        touch-action: pan-y;
        border-radius: 8px;
      }
      svg {
        display: block;
        inline-size: 100%;
      }
      text {
        font-size: 11px;
        fill: var(--ocpp-cs-weak);
        font-variant-numeric: tabular-nums;
      }
      .price {
        fill: color-mix(in srgb, var(--ocpp-cs-grid) 42%, transparent);
      }
      .price.used {
        fill: var(--ocpp-cs-charging);
      }
      .sun {
        fill: color-mix(in srgb, var(--ocpp-cs-sun) 26%, transparent);
      }
      .sun-line {
        fill: none;
        stroke: var(--ocpp-cs-sun);
        stroke-width: 1.5;
      }
      .slot {
        fill: color-mix(in srgb, var(--ocpp-cs-charging) 16%, transparent);
      }
      .slot-mark {
        fill: var(--ocpp-cs-charging);
      }
      .slot-sun {
        fill: var(--ocpp-cs-sun);
      }
      .ready {
        stroke: var(--primary-text-color, #212121);
        stroke-dasharray: 3 3;
      }
      .flag {
        fill: var(--primary-text-color, #212121);
      }
      .axis {
        stroke: var(--ocpp-cs-line);
      }
      .pointer {
        stroke: var(--primary-text-color, #212121);
      }
      .tip {
        position: absolute;
        inset-block-end: 100%;
        transform: translateX(-50%);
        min-inline-size: 120px;
        padding: 6px 10px;
        border-radius: 10px;
        background: var(--card-background-color, #fff);
        box-shadow: 0 2px 12px rgb(0 0 0 / 25%);
        font-size: 12px;
        pointer-events: none;
        z-index: 2;
      }
      .tip div {
        display: flex;
        justify-content: space-between;
        gap: 12px;
        white-space: nowrap;
      }
      .legend {
        display: flex;
        flex-wrap: wrap;
        gap: 2px 14px;
        margin-block-start: 2px;
        font-size: 12px;
        color: var(--ocpp-cs-weak);
      }
      .legend span {
        display: inline-flex;
        align-items: center;
        gap: 5px;
      }
      .legend i {
        inline-size: 9px;
        block-size: 9px;
        border-radius: 3px;
      }
    `,
  ];
}

type X = (time: number) => number;

function drawSlots(slots: readonly PlanSlot[], x: X, height: number): SVGTemplateResult[] {
  return slots.map((slot) => {
    const left = x(Date.parse(slot.start));
    const width = Math.max(0, x(Date.parse(slot.end)) - left);
    const share = sunShareOf(slot);
    // So that little sun can be seen, and little grid.
    const sun = share <= 0 ? 0 : share >= 1 ? BAND : Math.min(BAND - 1.5, Math.max(1.5, share * BAND));
    const band = height - BOTTOM + 1;
    return svg`
      <rect class="slot" x=${left} y=${TOP - 6} width=${width} height=${height - TOP - BOTTOM + 6}></rect>
      ${sun < BAND ? svg`<rect class="slot-mark" x=${left} y=${band + sun} width=${width} height=${BAND - sun}></rect>` : nothing}
      ${sun > 0 ? svg`<rect class="slot-sun" x=${left} y=${band} width=${width} height=${sun}></rect>` : nothing}
    `;
  });
}

/** Return how much of a slot's power is expected from the sun, from 0 to 1; what is next to none or all is that. */
export function sunShareOf({ power_w, sun_w }: Pick<PlanSlot, 'power_w' | 'sun_w'>): number {
  const share = power_w > 0 ? sun_w / power_w : 0;
  if (!(share > 0.02)) return 0;
  return share > 0.98 ? 1 : share;
}

function drawSun(
  { sun }: Forecast,
  span: Span,
  x: X,
  height: number,
  what: 'area' | 'line',
): SVGTemplateResult | typeof nothing {
  const seen = sun.filter(({ start, end }) => Date.parse(end) > span.from && Date.parse(start) < span.to);
  const most = Math.max(0, ...seen.map(({ power_w }) => power_w));
  if (most < LEAST_SUN_W) return nothing;
  const floor = height - BOTTOM;
  const points = seen.map(({ start, end, power_w }) => {
    const y = floor - (Math.max(0, power_w) / most) * (floor - TOP) * 0.92;
    return `${x((Date.parse(start) + Date.parse(end)) / 2).toFixed(1)} ${y.toFixed(1)}`;
  });
  const line = `M${points.join('L')}`;
  if (what === 'line') return svg`<path class="sun-line" d=${line}></path>`;
  const [left, right] = [points[0]?.split(' ')[0] ?? '0', points.at(-1)?.split(' ')[0] ?? '0'];
  return svg`<path class="sun" d=${`${line}L${right} ${floor}L${left} ${floor}z`}></path>`;
}

function drawPrices({ prices, slots }: Forecast, span: Span, x: X, height: number): SVGTemplateResult | typeof nothing {
  const seen = prices.filter(({ start, end }) => Date.parse(end) > span.from && Date.parse(start) < span.to);
  if (seen.length === 0) return nothing;
  const values = seen.map(({ price }) => price);
  const lowest = Math.min(0, ...values);
  const highest = Math.max(lowest + 1e-6, ...values);
  const floor = height - BOTTOM;
  const y = (price: number): number => floor - ((price - lowest) / (highest - lowest)) * (floor - TOP);
  const bar = (from: number, to: number, price: number, used: boolean): SVGTemplateResult => {
    const left = x(from);
    const width = Math.max(0.5, x(to) - left - 0.6);
    const [top, bottom] = [y(Math.max(0, price)), y(Math.min(0, price))];
    return svg`<rect class="price ${used ? 'used' : ''}" x=${left} y=${top} width=${width} height=${Math.max(1, bottom - top)} rx="1"></rect>`;
  };
  return svg`
    ${seen.map(({ start, end, price }) => bar(Date.parse(start), Date.parse(end), price, false))}
    ${seen.flatMap(({ start, end, price }) =>
      slots.flatMap((slot) => {
        const from = Math.max(Date.parse(start), Date.parse(slot.start));
        const to = Math.min(Date.parse(end), Date.parse(slot.end));
        return from < to ? [bar(from, to, price, true)] : [];
      }),
    )}
  `;
}

function drawHours(span: Span, x: X, height: number, width: number, format: Format): SVGTemplateResult {
  const hours = (span.to - span.from) / HOUR_MS;
  const every = [1, 2, 3, 6, 12].find((step) => (hours / step) * 46 <= width) ?? 12;
  const marks: number[] = [];
  for (const { time, hour } of fullHours(span.from, span.to, format.zones.user)) {
    if (hour % every === 0 && x(time) > 16 && x(time) < width - 16) marks.push(time);
  }
  return svg`
    <line class="axis" x1="0" x2=${width} y1=${height - BOTTOM + 0.5} y2=${height - BOTTOM + 0.5}></line>
    ${marks.map((time) => svg`<text x=${x(time)} y=${height - 4} text-anchor="middle">${format.fullHour(new Date(time))}</text>`)}
  `;
}

function drawReady({ ready_by }: Forecast, span: Span, x: X, height: number): SVGTemplateResult | typeof nothing {
  const time = toDate(ready_by)?.getTime() ?? 0;
  if (time <= span.from || time > span.to) return nothing;
  const at = Math.max(1, x(time) - 1);
  return svg`
    <line class="ready" x1=${at} x2=${at} y1="2" y2=${height - BOTTOM}></line>
    <path class="flag" d="M${at} 2h-11l3 4l-3 4h11z"></path>
  `;
}

function drawLegend(
  { prices, sun, slots, currency }: Forecast,
  span: Span,
  t: Localize,
  format: Format,
): TemplateResult {
  const values = prices.filter(({ end }) => Date.parse(end) > span.from).map(({ price }) => price);
  const entry = (color: string, text: string): TemplateResult =>
    html`<span class="number"><i style="background: ${color}"></i>${text}</span>`;
  return html`<div class="legend" aria-hidden="true">
    ${
      values.length > 0
        ? entry(
            'color-mix(in srgb, var(--ocpp-cs-grid) 60%, transparent)',
            format.priceRange(Math.min(...values), Math.max(...values), currency),
          )
        : nothing
    }
    ${sun.some(({ power_w }) => power_w >= LEAST_SUN_W) || slots.some((slot) => sunShareOf(slot) > 0) ? entry('var(--ocpp-cs-sun)', t('sun')) : nothing}
    ${slots.length > 0 ? entry('var(--ocpp-cs-charging)', t('planned')) : nothing}
  </div>`;
}

/** Return what there is at a time, as name and value. */
function parts(plan: Forecast, at: number, t: Localize, format: Format): [string, string][] {
  const found: [string, string][] = [];
  const price = slotAt(plan.prices, at);
  const sun = slotAt(plan.sun, at);
  const slot = slotAt(plan.slots, at);
  if (price !== undefined) found.push([t('price'), format.price(price.price, plan.currency)]);
  if (sun !== undefined && sun.power_w >= LEAST_SUN_W) found.push([t('sun'), format.power(sun.power_w)]);
  if (slot !== undefined) {
    const share = sunShareOf(slot);
    const from = share > 0 ? `, ${t('plan_sun', { share: format.percent(share) })}` : '';
    found.push([t('charging'), `${format.power(slot.power_w)}${from}`]);
  }
  return found;
}

function told(plan: Forecast, at: number, t: Localize, format: Format): string {
  return [format.soon(new Date(at)), ...parts(plan, at, t, format).map((pair) => pair.join(' '))].join(', ');
}

function summary({ prices, slots, currency }: Forecast, span: Span, t: Localize, format: Format): string {
  const values = prices.filter(({ end }) => Date.parse(end) > span.from).map(({ price }) => price);
  const said: string[] = [];
  if (values.length > 0) {
    said.push(
      t('prices_told', {
        low: format.price(Math.min(...values), currency),
        high: format.price(Math.max(...values), currency),
      }),
    );
  }
  for (const { start, end } of slots.slice(0, 6)) {
    said.push(t('slot_told', { start: format.soon(start), end: format.soon(end) }));
  }
  return said.length > 0 ? said.join('. ') : t('no_plan');
}

declare global {
  interface HTMLElementTagNameMap {
    'ocpp-cs-timeline': OcppCsTimeline;
  }
}
