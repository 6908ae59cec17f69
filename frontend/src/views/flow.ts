/** The power of a house now: where it comes from, and where it goes. */
import { mdiBattery, mdiCar, mdiHelpCircleOutline, mdiHome, mdiTransmissionTower, mdiWhiteBalanceSunny } from '@mdi/js';
import { css, html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { styleMap } from 'lit/directives/style-map.js';
import type { Connector, Server } from '../api.ts';
import { icon } from '../shared/icons.ts';
import { Live } from '../shared/live.ts';
import { base } from '../shared/styles.ts';
import { balanceOf, type Balance, type Source, type Use } from './balance.ts';
import { BoardCard, BoardElement, showMore } from './element.ts';
import { shortPlaceName } from './names.ts';
import { layout, type Band, type Placed } from './sankey.ts';

const ROW = 52;
const MOST = 190;
const BAR = 6;
const NARROW = 520;

const SOURCE_ICONS = {
  sun: mdiWhiteBalanceSunny,
  car: mdiCar,
  battery: mdiBattery,
  grid: mdiTransmissionTower,
  unknown: mdiHelpCircleOutline,
};
const USE_ICONS = { home: mdiHome, car: mdiCar, battery: mdiBattery, grid: mdiTransmissionTower };
const SOURCE_COLORS = {
  sun: 'var(--ocpp-cs-sun)',
  car: 'var(--ocpp-cs-charging)',
  battery: 'var(--ocpp-cs-battery)',
  grid: 'var(--ocpp-cs-grid)',
  unknown: 'var(--ocpp-cs-unknown)',
};
const USE_COLORS = {
  home: 'var(--ocpp-cs-home)',
  car: 'var(--ocpp-cs-charging)',
  battery: 'var(--ocpp-cs-battery-in)',
  grid: 'var(--ocpp-cs-export)',
};

/** The flows of one server's house. */
@customElement('ocpp-cs-flow')
export class OcppCsFlow extends BoardElement {
  @property({ attribute: false }) server?: Server;
  @state() private width = 0;
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
    const { server } = this;
    if (server === undefined || this.width === 0) return nothing;
    const balance = balanceOf(server.house, server.connectors);
    if (balance.sources.length === 0 && balance.uses.length === 0) return nothing;
    const narrow = this.width < NARROW;
    const [left, right] = narrow ? [96, 104] : [150, 190];
    const width = Math.max(this.width - left - right, 60);
    const placed = layout(balance.sources, balance.uses, balance.flows, {
      width,
      row: ROW,
      most: Math.min(MOST, this.width / 3),
      bar: BAR,
    });
    const uses = new Map(balance.uses.map((use) => [use.key, use]));
    return html`
      <div class="flow ${narrow ? 'narrow' : ''}" style=${styleMap({ blockSize: `${placed.height}px` })}>
        <ul class="left" style=${styleMap({ inlineSize: `${left}px` })} aria-label=${this.text('board.from')}>
          ${placed.sources.map((node, index) => this.renderSource(node, balance.sources[index]))}
        </ul>
        <svg
          class="bands"
          style=${styleMap({ insetInlineStart: `${left}px`, inlineSize: `${width}px` })}
          viewBox="0 0 ${width} ${placed.height}"
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          ${repeat(
            placed.bands,
            (band) => `${band.from} ${band.to}`,
            (band) => this.renderBand(band, uses.get(band.to), width),
          )}
          ${placed.sources.map((node) => this.renderBar(node, 0, colorOf(node.key)))}
          ${placed.uses.map((node) => this.renderBar(node, width - BAR, colorOf(uses.get(node.key))))}
        </svg>
        <ul class="right" style=${styleMap({ inlineSize: `${right}px` })} aria-label=${this.text('board.to')}>
          ${placed.uses.map((node) => this.renderUse(node, uses.get(node.key)))}
        </ul>
      </div>
    `;
  }

  private renderBar(node: Placed, x: number, color: string): SVGTemplateResult | typeof nothing {
    if (node.height <= 0) return nothing;
    return svg`<rect
      x=${x} y=${node.top} width=${BAR} height=${node.height} rx="3" style=${`fill: ${color}`}
    ></rect>`;
  }

  private renderBand(band: Band, use: Use | undefined, width: number): SVGTemplateResult {
    const id = `${band.from}-${(use?.key ?? '').replaceAll(/[^\w-]/g, '_')}`;
    // The quicker the more power; a car's eleven kilowatts take a second and a half.
    const seconds = Math.max(1.2, Math.min(7, 4.6 - 0.28 * (band.watts / 1000)));
    return svg`
      <linearGradient id=${id} gradientUnits="userSpaceOnUse" x1="0" y1="0" x2=${width} y2="0">
        <stop offset="0" style=${`stop-color: ${colorOf(band.from)}`}></stop>
        <stop offset="1" style=${`stop-color: ${colorOf(use)}`}></stop>
      </linearGradient>
      <path class="band" d=${band.path} fill="url(#${id})"></path>
      <path
        class="pulse"
        d=${band.middle}
        pathLength="100"
        stroke="url(#${id})"
        stroke-width=${Math.min(Math.max(band.thickness * 0.45, 2), 9)}
        style=${`animation-duration: ${seconds.toFixed(2)}s`}
      ></path>
    `;
  }

  private renderSource(node: Placed, source: Source | undefined): TemplateResult | typeof nothing {
    if (source === undefined) return nothing;
    const house = this.server?.house;
    const soc = source.key === 'battery' ? (house?.battery_soc ?? null) : null;
    const names = {
      sun: this.text('sun'),
      car: this.text('board.vehicles'),
      battery: this.batteryName,
      grid: this.text('grid'),
      unknown: this.text(house?.grid_w === null ? 'board.supply' : 'unknown'),
    };
    return this.renderNode({
      node,
      idle: source.watts < 1,
      color: colorOf(source.key),
      path: SOURCE_ICONS[source.key === 'unknown' && house?.grid_w === null ? 'grid' : source.key],
      name: names[source.key],
      detail: soc === null ? null : this.format.percent(soc / 100),
    });
  }

  private renderUse(node: Placed, use: Use | undefined): TemplateResult | typeof nothing {
    if (use === undefined) return nothing;
    const { connector } = use;
    const house = this.server?.house;
    const names = { home: this.text('house'), car: '', battery: this.batteryName, grid: this.text('grid_export') };
    return this.renderNode({
      node,
      idle: use.watts < 1,
      color: colorOf(use),
      path: USE_ICONS[use.kind],
      name:
        connector === null ? names[use.kind] : this.width < NARROW ? shortPlaceName(connector) : connector.place_name,
      detail:
        connector !== null
          ? connector.who.name
          : use.kind === 'battery' && house && house.battery_soc !== null
            ? this.format.percent(house.battery_soc / 100)
            : null,
      connector,
    });
  }

  private get batteryName(): string {
    return this.text(this.width < NARROW ? 'board.battery_short' : 'battery');
  }

  private renderNode({
    node,
    idle,
    color,
    path,
    name,
    detail,
    connector = null,
  }: {
    node: Placed;
    idle: boolean;
    color: string;
    path: string;
    name: string;
    detail: string | null;
    connector?: Connector | null;
  }): TemplateResult {
    const { value, unit } = this.format.powerParts(node.watts);
    const content = html`
      <span class="disc" style=${styleMap({ '--color': color })}>${icon(path)}</span>
      <span class="words">
        <span class="name">${name}</span>
        <span class="power number">${value}<small> ${unit}</small></span>
        ${detail === null ? nothing : html`<span class="detail">${detail}</span>`}
      </span>
    `;
    const entity = connector?.entities['sensor.power'];
    return html`<li class=${idle ? 'idle' : ''} style=${styleMap({ insetBlockStart: `${node.y}px` })}>
      ${
        entity === undefined
          ? html`<div class="node">${content}</div>`
          : html`<button
              class="node"
              type="button"
              @click=${() => {
                showMore(this, entity);
              }}
            >
              ${content}
            </button>`
      }
    </li>`;
  }

  static override readonly styles = [
    ...base,
    css`
      :host {
        --ocpp-cs-home: var(--info-color, #039be5);
        container-type: inline-size;
      }
      .flow {
        position: relative;
        transition: block-size 0.4s;
      }
      ul {
        position: absolute;
        inset-block: 0;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      .left {
        inset-inline-start: 0;
      }
      .right {
        inset-inline-end: 0;
      }
      li {
        position: absolute;
        inset-inline: 0;
        transform: translateY(-50%);
        transition:
          inset-block-start 0.4s,
          opacity 0.4s;
      }
      li.idle .disc {
        --color: var(--ocpp-cs-unknown) !important;
      }
      .node {
        display: flex;
        align-items: center;
        gap: 10px;
        inline-size: 100%;
        text-align: start;
        padding-inline: 2px 10px;
        border-radius: 12px;
      }
      .right .node {
        padding-inline: 10px 2px;
      }
      .disc {
        display: grid;
        place-items: center;
        flex: none;
        inline-size: 36px;
        block-size: 36px;
        border-radius: 50%;
        color: var(--color);
        background: color-mix(in srgb, var(--color) 16%, transparent);
        font-size: 13px;
      }
      .words {
        min-inline-size: 0;
        display: grid;
        line-height: 1.2;
      }
      .name,
      .detail {
        color: var(--ocpp-cs-weak);
        font-size: 12px;
        white-space: nowrap;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .power {
        font-size: 17px;
        font-weight: 600;
        white-space: nowrap;
      }
      .power small {
        font-size: 12px;
        font-weight: 500;
      }
      .bands {
        position: absolute;
        inset-block: 0;
        block-size: 100%;
        overflow: visible;
      }
      :host(:dir(rtl)) .bands {
        transform: scaleX(-1);
      }
      .band {
        opacity: 0.3;
        transition: d 0.5s;
      }
      .pulse {
        fill: none;
        stroke-linecap: round;
        stroke-dasharray: 0.1 24.9;
        opacity: 0.95;
        animation: run 4s linear infinite;
      }
      rect {
        transition:
          y 0.4s,
          height 0.4s;
      }
      @keyframes run {
        from {
          stroke-dashoffset: 25;
        }
        to {
          stroke-dashoffset: 0;
        }
      }
      @media (prefers-reduced-motion: reduce) {
        .pulse {
          display: none;
        }
      }
      .narrow .node {
        gap: 6px;
      }
      .narrow .node,
      .narrow .right .node {
        padding-inline: 0 4px;
      }
      .narrow .disc {
        inline-size: 26px;
        block-size: 26px;
        font-size: 10px;
      }
      .narrow .right .node {
        padding-inline: 6px 0;
      }
      .narrow .power {
        font-size: 14px;
      }
      .narrow .name,
      .narrow .detail {
        font-size: 11px;
      }
    `,
  ];
}

/** Return the colour of a source, by its key, or of a use. */
function colorOf(of: string | Use | undefined): string {
  if (typeof of === 'object') return USE_COLORS[of.kind];
  return (SOURCE_COLORS as Record<string, string>)[of ?? ''] ?? SOURCE_COLORS.unknown;
}

/** The flow as a card: `custom:ocpp-cs-flow-card`. */
@customElement('ocpp-cs-flow-card')
export class OcppCsFlowCard extends BoardCard {
  private readonly live = new Live(this, () => this.hass);

  protected override render(): TemplateResult | typeof nothing {
    const { servers, error } = this.live;
    if (servers === null) {
      return error === null ? html`<ha-card><p class="weak">${this.text('loading')}…</p></ha-card>` : nothing;
    }
    const wanted = servers.filter(({ entry_id }) => (this.config?.entry_id ?? entry_id) === entry_id);
    return html`${wanted
      .filter((server) => server.connectors.length > 0)
      .map((server) => this.renderServer(server, wanted.length > 1))}`;
  }

  private renderServer(server: Server, titled: boolean): TemplateResult {
    const balance = balanceOf(server.house, server.connectors);
    return html`<ha-card>
      <header>
        <h2>${this.headline(server, balance)}</h2>
        ${titled ? html`<span class="weak">${server.title}</span>` : nothing}
        <ul class="chips">
          ${this.renderChips(server, balance).map((chip) => html`<li>${chip}</li>`)}
        </ul>
      </header>
      <ocpp-cs-flow .hass=${this.hass} .server=${server}></ocpp-cs-flow>
    </ha-card>`;
  }

  /** What matters most now, in one sentence. */
  private headline({ house, connectors }: Server, balance: Balance): string {
    const charging = connectors.filter((connector) => (connector.power_w ?? 0) > 0).length;
    const supplied = sumOf(connectors, -1);
    const charged = supplied > 0 ? sumOf(connectors, 1) : (house.chargers_w ?? sumOf(connectors, 1));
    const power = this.format.power(charged);
    if (charging > 0 && balance.carSunShare !== null) {
      const share = Math.round(balance.carSunShare * 100);
      const key = share >= 99 ? 'board.charging_all_sun' : share > 0 ? 'board.charging_sun' : 'board.charging_grid';
      return this.text(key, { power, share });
    }
    if (charging > 0) return this.text('board.charging', { power });
    if (supplied > 0) return this.text('board.supplying', { power: this.format.power(supplied) });
    if ((house.grid_w ?? 0) < -100) {
      return this.text('board.exporting', { power: this.format.power(-(house.grid_w ?? 0)) });
    }
    if (balance.sunShare !== null && balance.sunShare > 0.01) {
      return this.text('board.house_sun', { share: Math.round(balance.sunShare * 100) });
    }
    return this.text('board.nothing_charges');
  }

  private renderChips({ house, currency }: Server, balance: Balance): string[] {
    const chips: string[] = [];
    if (house.price !== null) chips.push(this.format.price(house.price, currency));
    if (balance.sunShare !== null) {
      chips.push(this.text('board.sun_share', { share: Math.round(balance.sunShare * 100) }));
    }
    if (house.hold_battery === true) chips.push(this.text('battery_held'));
    return chips;
  }

  static override readonly styles = [
    ...base,
    css`
      ha-card {
        padding: 16px 20px 12px;
      }
      ha-card + ha-card {
        margin-block-start: 16px;
      }
      header {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 16px;
        margin-block-end: 8px;
      }
      h2 {
        margin: 0;
        flex: 1 1 auto;
        font-size: 20px;
        font-weight: 500;
        line-height: 1.3;
      }
      .chips {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      .chips li {
        padding: 3px 10px;
        border-radius: 12px;
        background: var(--ocpp-cs-soft);
        font-size: 12px;
        font-variant-numeric: tabular-nums;
      }
      @media (max-width: 520px) {
        ha-card {
          padding: 14px 12px 10px;
        }
        h2 {
          font-size: 17px;
        }
      }
    `,
  ];
}

/** Return what goes into the vehicles (1), or what they give back (-1). */
function sumOf(connectors: readonly Connector[], sign: 1 | -1): number {
  return connectors.reduce((total, { power_w }) => total + Math.max(sign * (power_w ?? 0), 0), 0);
}

declare global {
  interface HTMLElementTagNameMap {
    'ocpp-cs-flow': OcppCsFlow;
    'ocpp-cs-flow-card': OcppCsFlowCard;
  }
}
