/** Stacked bars by time. */
import { css, html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import { base } from '../shared/styles.ts';
import { BoardElement } from './element.ts';
import { scale } from './ticks.ts';

export interface BarPart {
  value: number;
  color: string;
  label: string;
}

export interface Bar {
  key: string;
  label: string; // on the axis
  title: string; // in full
  parts: BarPart[];
}

const HEIGHT = 216;
const TOP = 12;
const BOTTOM = 24;
const START = 44;

/** Bars that tell their parts when they are pointed at or reached by the arrow keys; Enter chooses one. */
@customElement('ocpp-cs-bars')
export class OcppCsBars extends BoardElement {
  @property({ attribute: false }) bars: readonly Bar[] = [];
  @property() label = '';
  @property() selected: string | null = null;
  @property({ attribute: false }) write: (value: number) => string = String;
  /** Whether a bar can be chosen: `ocpp-cs-bar` is fired with its key. */
  @property({ type: Boolean }) choosable = false;
  @state() private width = 0;
  @state() private at: number | null = null;
  private readonly observer = new ResizeObserver(([entry]) => {
    if (entry) this.width = Math.round(entry.contentRect.width);
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.observer.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.observer.disconnect();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { bars, width } = this;
    if (width === 0) return html`<div style=${`block-size: ${HEIGHT}px`}></div>`;
    const heights = bars.map(({ parts }) => [sumOf(parts, 1), sumOf(parts, -1)] as const);
    const { ticks, low, high, digits } = scale(
      Math.min(0, ...heights.map(([, down]) => down)),
      Math.max(0, ...heights.map(([up]) => up)),
    );
    const y = (value: number): number => TOP + ((high - value) / (high - low)) * (HEIGHT - TOP - BOTTOM);
    const slot = (width - START) / Math.max(bars.length, 1);
    const thick = Math.max(Math.min(slot * 0.68, 46), 2);
    const longest = Math.max(...bars.map(({ label }) => label.length), 0);
    const every = Math.max(1, Math.ceil(Math.max(30, longest * 6.5 + 8) / slot));
    const x = (index: number): number => START + slot * (index + 0.5);
    return html`
      <div
        class="chart"
        role="group"
        aria-label=${this.label}
        tabindex="0"
        @keydown=${this.onKey}
        @focus=${this.enter}
        @blur=${this.leave}
        @pointerleave=${this.leave}
      >
        <svg width=${width} height=${HEIGHT} aria-hidden="true">
          ${ticks.map(
            (tick) => svg`
              <line class=${tick === 0 ? 'zero' : 'tick'} x1=${START} x2=${width} y1=${y(tick)} y2=${y(tick)}></line>
              <text class="axis" x=${START - 8} y=${y(tick) + 4} text-anchor="end">${this.format.number(tick, digits)}</text>`,
          )}
          ${bars.map(
            (bar, index) => svg`
              <g class=${this.classOf(bar, index)}>
                <rect
                  class="slot" x=${x(index) - slot / 2} y="0" width=${slot} height=${HEIGHT}
                  @pointerenter=${() => {
                    this.point(index);
                  }}
                  @click=${() => {
                    this.choose(index);
                  }}
                ></rect>
                ${this.renderParts(bar, x(index) - thick / 2, thick, y)}
                ${
                  index % every === (bars.length - 1) % every
                    ? svg`<text class="axis" x=${x(index)} y=${HEIGHT - 6} text-anchor="middle">${bar.label}</text>`
                    : nothing
                }
              </g>`,
          )}
        </svg>
        ${this.renderTip(x, y, heights)} ${this.renderTable()}
        <div class="heard" aria-live="polite">${this.at === null ? '' : this.told(bars[this.at])}</div>
      </div>
    `;
  }

  /** The same for who cannot see it; bars without anything are left out. */
  private renderTable(): TemplateResult | typeof nothing {
    const bars = this.bars.filter(({ parts }) => parts.some(({ value }) => value !== 0));
    const columns = [...new Set(bars.flatMap(({ parts }) => parts.map(({ label }) => label)))];
    if (bars.length === 0) return nothing;
    return html`<table class="heard">
      <caption>
        ${this.label}
      </caption>
      <thead>
        <tr>
          <td></td>
          ${columns.map((column) => html`<th scope="col">${column}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${bars.map(
          ({ title, parts }) =>
            html`<tr>
              <th scope="row">${title}</th>
              ${columns.map((column) => {
                const named = parts.filter(({ label }) => label === column);
                return html`<td>${this.write(named.reduce((total, { value }) => total + value, 0))}</td>`;
              })}
            </tr>`,
        )}
      </tbody>
    </table>`;
  }

  private renderParts(bar: Bar, x: number, thick: number, y: (value: number) => number): SVGTemplateResult[] {
    let [up, down] = [0, 0];
    return bar.parts
      .filter(({ value }) => value !== 0)
      .map(({ value, color }) => {
        const from = value > 0 ? up : down;
        if (value > 0) up += value;
        else down += value;
        const [top, bottom] = [y(Math.max(from, from + value)), y(Math.min(from, from + value))];
        const height = Math.max(bottom - top - 1, 1);
        return svg`<rect
          class="part" x=${x} y=${top} width=${thick} height=${height}
          rx=${Math.min(3, thick / 2, height / 2)} style=${`fill: ${color}`}
        ></rect>`;
      });
  }

  private renderTip(
    x: (index: number) => number,
    y: (value: number) => number,
    heights: readonly (readonly [number, number])[],
  ): TemplateResult | typeof nothing {
    const bar = this.at === null ? undefined : this.bars[this.at];
    if (bar === undefined || this.at === null) return nothing;
    const half = 84;
    const left = Math.min(Math.max(x(this.at), half), Math.max(this.width - half, half));
    const parts = bar.parts.filter(({ value }) => value !== 0);
    const top = Math.max(y(heights[this.at]?.[0] ?? 0) - 8, 56);
    return html`<div class="tip" style=${styleMap({ left: `${left}px`, top: `${top}px` })} aria-hidden="true">
      <b>${bar.title}</b>
      ${parts.map(
        ({ value, color, label }) =>
          html`<span class="line"
            ><i style=${styleMap({ background: color })}></i>${label}<span class="number"
              >${this.write(value)}</span
            ></span
          >`,
      )}
      ${parts.length === 1 ? nothing : html`<span class="line total">${this.write(totalOf(bar))}</span>`}
    </div>`;
  }

  private classOf({ key }: Bar, index: number): string {
    const dim = this.selected !== null && this.selected !== key;
    return `bar${dim ? ' dim' : ''}${this.at === index ? ' at' : ''}${this.choosable ? ' choosable' : ''}`;
  }

  private told(bar: Bar | undefined): string {
    if (bar === undefined) return '';
    const parts = bar.parts
      .filter(({ value }) => value !== 0)
      .map(({ value, label }) => `${label} ${this.write(value)}`);
    return [`${bar.title}: ${this.write(totalOf(bar))}`, ...parts].join(', ');
  }

  private readonly enter = (): void => {
    this.at ??= this.bars.length - 1;
  };

  private point(index: number): void {
    this.at = index;
  }

  private readonly leave = (): void => {
    this.at = null;
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    const last = this.bars.length - 1;
    const at = this.at ?? last;
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
    if (to !== undefined) this.at = Math.min(Math.max(to, 0), last);
    else if ((event.key === 'Enter' || event.key === ' ') && this.choosable) this.choose(at);
    else return;
    event.preventDefault();
  };

  private choose(index: number): void {
    const bar = this.bars[index];
    if (bar === undefined || !this.choosable) return;
    this.dispatchEvent(new CustomEvent('ocpp-cs-bar', { detail: { key: bar.key } }));
  }

  static override readonly styles = [
    ...base,
    css`
      .chart {
        position: relative;
        border-radius: 8px;
        direction: ltr;
      }
      svg {
        display: block;
        overflow: visible;
      }
      .slot {
        fill: transparent;
      }
      .bar.at .slot {
        fill: var(--ocpp-cs-soft);
      }
      .bar.choosable .slot {
        cursor: pointer;
      }
      .part {
        pointer-events: none;
        transition: opacity 0.2s;
      }
      .dim .part {
        opacity: 0.28;
      }
      .tick {
        stroke: var(--ocpp-cs-line);
        stroke-dasharray: 2 4;
      }
      .zero {
        stroke: var(--ocpp-cs-line);
      }
      .axis {
        fill: var(--ocpp-cs-weak);
        font-size: 11px;
        pointer-events: none;
      }
      .tip {
        position: absolute;
        z-index: 1;
        inline-size: max-content;
        min-inline-size: 120px;
        max-inline-size: 220px;
        transform: translate(-50%, -100%);
        padding: 8px 10px;
        border-radius: 10px;
        background: var(--card-background-color, #fff);
        box-shadow: 0 2px 12px rgb(0 0 0 / 25%);
        font-size: 12px;
        pointer-events: none;
        display: grid;
        gap: 2px;
      }
      .line {
        display: flex;
        align-items: center;
        gap: 6px;
        color: var(--ocpp-cs-weak);
      }
      .line .number {
        margin-inline-start: auto;
        padding-inline-start: 12px;
        color: var(--primary-text-color);
      }
      .line i {
        inline-size: 8px;
        block-size: 8px;
        border-radius: 3px;
        flex: none;
      }
      .total {
        justify-content: end;
        font-weight: 600;
        color: var(--primary-text-color);
      }
    `,
  ];
}

function sumOf(parts: readonly BarPart[], sign: 1 | -1): number {
  return parts.reduce((total, { value }) => total + (Math.sign(value) === sign ? value : 0), 0);
}

function totalOf({ parts }: Bar): number {
  return parts.reduce((total, { value }) => total + value, 0);
}

declare global {
  interface HTMLElementTagNameMap {
    'ocpp-cs-bars': OcppCsBars;
  }
}
