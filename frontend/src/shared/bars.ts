import { LitElement, css, html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import { customElement, property, queryAll, state } from 'lit/decorators.js';
import { formatter, type Format } from './format.ts';
import type { Hass } from './hass.ts';
import { localize } from './localize.ts';
import { scaleOf } from './scale.ts';
import { Sized } from './sized.ts';
import { base } from './styles.ts';

export interface BarPart {
  value: number;
  /** Of CSS. */
  color: string;
  label: string;
}

export interface Bar {
  /** Below the bar: short. */
  label: string;
  /** In the tip and for screen readers, where it is to be longer. */
  title?: string;
  parts: BarPart[];
}

const HEIGHT = 200;
const TOP = 12;
const BOTTOM = 24;

/** Draw stacked bars. Each can be reached by keys, and is told with its parts; `ocpp-cs-bar-click` tells its index. */
@customElement('ocpp-cs-bars')
export class OcppCsBars extends LitElement {
  @property({ attribute: false }) hass?: Hass;
  @property({ attribute: false }) bars: Bar[] = [];
  /** "kWh", or a currency with `isMoney`. */
  @property() unit = 'kWh';
  @property({ type: Boolean, attribute: 'is-money' }) isMoney = false;
  @property() heading = '';

  @state() private shown: number | null = null;
  @queryAll('.bar') private readonly drawn!: NodeListOf<SVGElement>;
  private readonly sized = new Sized(this);

  protected override render(): TemplateResult | typeof nothing {
    const { hass } = this;
    if (hass === undefined) return nothing;
    const format = formatter(hass);
    const t = localize(hass);
    const width = Math.max(this.sized.width, 200);
    const most = Math.max(0, ...this.bars.map((bar) => totalOf(bar)));
    const scale = scaleOf(0, most);
    const digits = Math.max(0, Math.min(2, -Math.floor(Math.log10(scale.step))));
    const axis = 8 + 7 * Math.max(...scale.ticks.map((tick) => format.number(tick, digits).length));
    const room = (width - axis) / Math.max(1, this.bars.length);
    const thick = Math.max(2, Math.min(40, room * 0.68));
    const y = (value: number): number => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / scale.end);
    const longest = Math.max(1, ...this.bars.map((bar) => bar.label.length));
    const every = Math.max(1, Math.ceil((longest * 7 + 8) / room));

    return html`
      <div class="chart">
        <svg
          width=${width}
          height=${HEIGHT}
          role="group"
          aria-label=${this.heading || t('energy')}
          @pointerleave=${() => {
            this.show(null);
          }}
        >
          ${scale.ticks.map(
            (tick) => svg`
              <line class="tick" x1=${axis} x2=${width} y1=${y(tick)} y2=${y(tick)}></line>
              <text class="axis number" x=${axis - 6} y=${y(tick) + 4} text-anchor="end" aria-hidden="true">${format.number(tick, digits)}</text>
            `,
          )}
          ${this.bars.map((bar, index) => {
            const middle = axis + room * (index + 0.5);
            return svg`
              <g class="bar ${index === this.shown ? 'shown' : ''}" role="button" tabindex=${index === (this.shown ?? this.bars.length - 1) ? 0 : -1}
                aria-label=${this.told(bar, format)}
                @pointerenter=${() => {
                  this.show(index);
                }}
                @focus=${() => {
                  this.show(index);
                }}
                @blur=${() => {
                  this.show(null);
                }}
                @click=${() => {
                  this.choose(index);
                }}
                @keydown=${(event: KeyboardEvent) => {
                  this.key(event, index);
                }}>
                <rect class="room" x=${axis + room * index} y=${TOP} width=${room} height=${HEIGHT - TOP - BOTTOM}></rect>
                ${stacked(bar, middle - thick / 2, thick, y)}
                ${
                  index % every === 0
                    ? svg`<text class="axis" x=${middle} y=${HEIGHT - 7} text-anchor="middle" aria-hidden="true">${bar.label}</text>`
                    : nothing
                }
              </g>
            `;
          })}
        </svg>
        ${this.renderTip(format, axis, room, width)}
      </div>
    `;
  }

  private renderTip(format: Format, axis: number, room: number, width: number): TemplateResult | typeof nothing {
    const bar = this.shown === null ? undefined : this.bars[this.shown];
    if (bar === undefined || this.shown === null) return nothing;
    const x = Math.max(90, Math.min(width - 90, axis + room * (this.shown + 0.5)));
    return html`
      <div class="tip" style="left: ${x}px" aria-hidden="true">
        <b>${bar.title ?? bar.label}</b>
        ${bar.parts
          .filter((part) => part.value > 0)
          .map(
            (part) => html`
              <div class="row">
                <i style="background: ${part.color}"></i><span>${part.label}</span>
                <span class="number">${this.value(part.value, format)}</span>
              </div>
            `,
          )}
        ${bar.parts.length > 1 ? html`<div class="row sum"><span></span><span></span><span class="number">${this.value(totalOf(bar), format)}</span></div>` : nothing}
      </div>
    `;
  }

  private value(value: number, format: Format): string {
    if (this.isMoney) return format.money(value, this.unit);
    return this.unit === 'kWh' ? format.energy(value) : `${format.number(value, 1)} ${this.unit}`;
  }

  private told(bar: Bar, format: Format): string {
    const parts = bar.parts.filter((part) => part.value > 0);
    const told = parts.map((part) => `${part.label} ${this.value(part.value, format)}`);
    return [`${bar.title ?? bar.label}: ${this.value(totalOf(bar), format)}`, ...told].join(', ');
  }

  private show(index: number | null): void {
    this.shown = index;
  }

  private choose(index: number): void {
    this.show(index);
    this.dispatchEvent(new CustomEvent('ocpp-cs-bar-click', { detail: { index }, bubbles: true, composed: true }));
  }

  private key(event: KeyboardEvent, index: number): void {
    const to = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: this.bars.length - 1 }[event.key];
    if (to !== undefined) {
      this.drawn[Math.max(0, Math.min(this.bars.length - 1, to))]?.focus();
    } else if (event.key === 'Enter' || event.key === ' ') {
      this.choose(index);
    } else {
      return;
    }
    event.preventDefault();
  }

  static override styles = [
    ...base,
    css`
      .chart {
        position: relative;
        min-block-size: ${HEIGHT}px;
        direction: ltr;
      }
      svg {
        display: block;
        max-inline-size: 100%;
      }
      .tick {
        stroke: var(--ocpp-cs-line);
      }
      .axis {
        fill: var(--ocpp-cs-weak);
        font-size: 12px;
      }
      .room {
        fill: transparent;
      }
      .bar {
        cursor: pointer;
      }
      .bar.shown .room {
        fill: var(--ocpp-cs-soft);
      }
      .bar:focus-visible {
        outline: none;
      }
      .bar:focus-visible .room {
        stroke: var(--primary-color, #03a9f4);
        stroke-width: 2;
      }
      .tip {
        position: absolute;
        inset-block-start: 0;
        transform: translateX(-50%);
        min-inline-size: 150px;
        padding: 8px 10px;
        border-radius: 10px;
        background: var(--card-background-color, #fff);
        box-shadow: 0 2px 12px rgb(0 0 0 / 25%);
        font-size: 12px;
        pointer-events: none;
        z-index: 1;
      }
      .row {
        display: grid;
        grid-template-columns: 10px 1fr auto;
        gap: 6px;
        align-items: center;
      }
      .row i {
        inline-size: 10px;
        block-size: 10px;
        border-radius: 3px;
      }
      .sum {
        font-weight: 600;
      }
    `,
  ];
}

function totalOf(bar: Bar): number {
  return bar.parts.reduce((sum, part) => sum + Math.max(0, part.value), 0);
}

function stacked(bar: Bar, x: number, width: number, y: (value: number) => number): SVGTemplateResult[] {
  let below = 0;
  return bar.parts
    .filter((part) => part.value > 0)
    .map((part, index, parts) => {
      const bottom = y(below);
      below += part.value;
      const height = Math.max(1, bottom - y(below) - (index < parts.length - 1 ? 1 : 0));
      const round = index === parts.length - 1 ? Math.min(4, width / 3, height) : 0;
      const top = bottom - height;
      return svg`<path fill=${part.color}
        d="M${x} ${bottom}V${top + round}q0 ${-round} ${round} ${-round}h${width - 2 * round}q${round} 0 ${round} ${round}V${bottom}z"></path>`;
    });
}

declare global {
  interface HTMLElementTagNameMap {
    'ocpp-cs-bars': OcppCsBars;
  }
}
