import {
  mdiBatteryHigh,
  mdiBatteryLock,
  mdiEvStation,
  mdiHomeVariant,
  mdiSolarPowerVariant,
  mdiTransmissionTower,
  mdiCarElectric,
} from '@mdi/js';
import { LitElement, css, html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Connector, House, Server } from '../api.ts';
import { formatter, type Format } from './format.ts';
import type { Hass } from './hass.ts';
import { icon } from './icons.ts';
import { localize, type Localize } from './localize.ts';
import { sentenceOf } from './sentence.ts';
import { Sized } from './sized.ts';
import { base } from './styles.ts';

/** Less is the noise of meters, and drawn as nothing. */
const LEAST_W = 20;
/** Dots between two repetitions on a line; the shares of the sources are rounded to them. */
const DOTS = 6;
const DOT_GAP = 13;

export type Source = 'sun' | 'battery' | 'grid' | 'unknown';

/** Shares of what is used now; they add up to 1 unless nothing is used. */
export type Mix = Record<Source, number>;

/** Return what the power used now comes from. */
export function mixOf(house: House): Mix {
  const sun = Math.max(0, house.solar_w ?? 0);
  const battery = Math.max(0, house.battery_w ?? 0);
  const grid = Math.max(0, house.grid_w ?? 0);
  const used = Math.max(0, house.home_w ?? 0) + Math.max(0, house.chargers_w ?? 0);
  const unknown = house.solar_w === null || house.grid_w === null ? Math.max(0, used - sun - battery - grid) : 0;
  const sum = sun + battery + grid + unknown;
  const share = (watts: number): number => (sum < LEAST_W ? 0 : watts / sum);
  return { sun: share(sun), battery: share(battery), grid: share(grid), unknown: share(unknown) };
}

/** Return the source of each dot of a line, spread evenly. */
export function dotsOf(mix: Mix): Source[] {
  const dots: Source[] = [];
  const owed = { ...mix };
  const sources = (Object.keys(owed) as Source[]).filter((source) => mix[source] > 0);
  if (sources.length === 0) return [];
  while (dots.length < DOTS) {
    const next = sources.reduce((most, source) => (owed[source] > owed[most] ? source : most));
    dots.push(next);
    for (const source of sources) owed[source] += mix[source];
    owed[next] -= 1;
  }
  return dots;
}

interface Point {
  x: number;
  y: number;
}

interface Line {
  from: Point;
  to: Point;
  watts: number;
  dots: Source[] | readonly ['export' | 'battery-in'];
}

/** Show where power comes from and where it goes: sun, grid, home battery, house and each place to charge. */
@customElement('ocpp-cs-flow')
export class OcppCsFlow extends LitElement {
  @property({ attribute: false }) hass?: Hass;
  @property({ attribute: false }) server?: Server;

  private readonly sized = new Sized(this);

  protected override render(): TemplateResult | typeof nothing {
    const { hass, server } = this;
    const width = this.sized.width;
    if (hass === undefined || server === undefined) return nothing;
    const t = localize(hass);
    const format = formatter(hass);
    const { house, connectors } = server;

    const hub = { x: width / 2, y: house.solar_w === null ? 52 : 158 };
    const side = Math.min(width / 2 - 50, 190);
    const points = {
      sun: { x: hub.x, y: 46 },
      grid: { x: hub.x - side, y: hub.y },
      battery: { x: hub.x + side, y: hub.y },
    };
    const places = placesOf(connectors.length, width, hub.y + 122);
    const mix = mixOf(house);
    const dots = dotsOf(mix);
    const lines: Line[] = [];
    if (house.solar_w !== null) lines.push({ from: points.sun, to: hub, watts: house.solar_w, dots: ['sun'] });
    if (house.grid_w !== null) {
      lines.push(
        house.grid_w >= 0
          ? { from: points.grid, to: hub, watts: house.grid_w, dots: ['grid'] }
          : { from: hub, to: points.grid, watts: -house.grid_w, dots: ['export'] },
      );
    }
    if (house.battery_w !== null) {
      lines.push(
        house.battery_w >= 0
          ? { from: points.battery, to: hub, watts: house.battery_w, dots: ['battery'] }
          : { from: hub, to: points.battery, watts: -house.battery_w, dots: ['battery-in'] },
      );
    }
    connectors.forEach((connector, index) => {
      const to = places.points[index];
      if (to !== undefined) lines.push({ from: hub, to, watts: connector.power_w ?? 0, dots });
    });

    return html`
      <div class="flow" role="group" aria-label=${t('flow')} style="block-size: ${places.height}px">
        ${
          width === 0
            ? nothing
            : html`
                <svg class="lines" width=${width} height=${places.height} aria-hidden="true">
                  ${lines.map((line) => drawLine(line))}
                </svg>
                ${this.renderSources(house, points, t, format)} ${renderHouse(house, mix, hub, t, format)}
                ${connectors.map((connector, index) => this.renderPlace(connector, places.points[index], t, format))}
              `
        }
      </div>
    `;
  }

  private renderSources(
    house: House,
    points: Record<'sun' | 'grid' | 'battery', Point>,
    t: Localize,
    format: Format,
  ): TemplateResult {
    const { solar_w, grid_w, battery_w, battery_soc } = house;
    const currency = this.server?.currency ?? null;
    return html`
      ${solar_w === null ? nothing : node('sun', points.sun, mdiSolarPowerVariant, solar_w, t('sun'), null, format)}
      ${
        grid_w === null
          ? nothing
          : node(
              grid_w < -LEAST_W ? 'export' : 'grid',
              points.grid,
              mdiTransmissionTower,
              Math.abs(grid_w),
              t(grid_w < -LEAST_W ? 'grid_export' : 'grid_import'),
              house.price === null ? null : format.price(house.price, currency),
              format,
            )
      }
      ${
        battery_w === null
          ? nothing
          : node(
              battery_w < -LEAST_W ? 'battery-in' : 'battery',
              points.battery,
              house.hold_battery === true ? mdiBatteryLock : mdiBatteryHigh,
              Math.abs(battery_w),
              house.hold_battery === true
                ? t('battery_held')
                : battery_w < -LEAST_W
                  ? t('battery_charging')
                  : battery_w > LEAST_W
                    ? t('battery_discharging')
                    : t('battery'),
              battery_soc === null ? null : format.percent(battery_soc / 100),
              format,
            )
      }
    `;
  }

  private renderPlace(
    connector: Connector,
    at: Point | undefined,
    t: Localize,
    format: Format,
  ): TemplateResult | typeof nothing {
    if (at === undefined) return nothing;
    const watts = connector.power_w ?? 0;
    const sentence = sentenceOf(connector, t, format, new Date());
    const vehicle = this.server?.vehicles.find(({ id }) => id === connector.vehicle_id);
    const away = !connector.online || connector.state === 'not_plugged_in';
    return html`
      <button
        class="node place ${watts >= LEAST_W ? 'on' : ''} ${away ? 'away' : ''} ${sentence.tone}"
        style="inset-inline-start: auto; left: ${at.x}px; top: ${at.y}px"
        @click=${() => {
          this.dispatchEvent(
            new CustomEvent('ocpp-cs-select', { detail: { connector }, bubbles: true, composed: true }),
          );
        }}
      >
        <span class="circle">
          ${
            vehicle?.picture
              ? html`<img src=${vehicle.picture} alt="" />`
              : icon(connector.state === 'not_plugged_in' || !connector.online ? mdiEvStation : mdiCarElectric)
          }
        </span>
        <span class="label">${connector.who.vehicle ?? connector.who.name ?? connector.name}</span>
        <span class="value number">${watts >= LEAST_W ? format.power(watts) : sentence.state}</span>
        ${connector.soc === null ? nothing : html`<span class="detail number">${format.percent(connector.soc / 100)}</span>`}
      </button>
    `;
  }

  static override styles = [
    ...base,
    css`
      .flow {
        position: relative;
        /* Places are reckoned from the left, whatever the direction of the text. */
        direction: ltr;
        overflow: hidden;
      }
      .lines {
        position: absolute;
        inset: 0;
      }
      .line {
        fill: none;
        stroke: var(--ocpp-cs-line);
        stroke-width: 2;
      }
      .dots {
        fill: none;
        stroke-width: 5;
        stroke-linecap: round;
        animation: run linear infinite;
      }
      @keyframes run {
        from {
          stroke-dashoffset: var(--start);
        }
        to {
          stroke-dashoffset: var(--end);
        }
      }
      .node {
        position: absolute;
        transform: translate(-50%, -36px);
        inline-size: 104px;
        display: flex;
        flex-direction: column;
        align-items: center;
        text-align: center;
        line-height: 1.25;
        font-size: 12px;
      }
      .circle {
        display: grid;
        place-items: center;
        inline-size: 56px;
        block-size: 56px;
        margin-block: 8px 4px;
        border-radius: 50%;
        border: 2px solid var(--color, var(--ocpp-cs-line));
        background: var(--card-background-color, #fff);
        color: var(--color, var(--ocpp-cs-weak));
        overflow: hidden;
        transition: border-color 0.4s;
      }
      .circle img {
        inline-size: 100%;
        block-size: 100%;
        object-fit: cover;
      }
      .value {
        font-size: 14px;
        font-weight: 600;
      }
      .label,
      .detail {
        color: var(--ocpp-cs-weak);
        max-inline-size: 100%;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .sun {
        --color: var(--ocpp-cs-sun);
      }
      .grid {
        --color: var(--ocpp-cs-grid);
      }
      .export {
        --color: var(--ocpp-cs-export);
      }
      .battery {
        --color: var(--ocpp-cs-battery);
      }
      .battery-in {
        --color: var(--ocpp-cs-battery-in);
      }
      .place {
        border-radius: 12px;
      }
      .place.on {
        --color: var(--ocpp-cs-charging);
      }
      .place.problem {
        --color: var(--error-color, #db4437);
      }
      .place:not(.on) .value {
        font-size: 12px;
        font-weight: 500;
        line-height: 1.2;
      }
      .place.away .circle {
        border-style: dashed;
      }
      .hub {
        transform: translate(-50%, -48px);
      }
      .hub .circle {
        position: relative;
        inline-size: 80px;
        block-size: 80px;
        border: none;
        color: var(--primary-text-color);
      }
      .hub .ring {
        position: absolute;
        inset: 0;
      }
      .hub .icon {
        inline-size: 32px;
        block-size: 32px;
      }
    `,
  ];
}

/** Return where the places to charge are drawn: rows of as many as fit. */
function placesOf(count: number, width: number, top: number): { points: Point[]; height: number } {
  const perRow = Math.max(1, Math.min(count, Math.floor(width / 108)));
  const rows = Math.ceil(count / perRow);
  const points = Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / perRow);
    const inRow = row === rows - 1 ? count - row * perRow : perRow;
    const step = Math.min(170, width / inRow);
    return { x: width / 2 + ((index % perRow) - (inRow - 1) / 2) * step, y: top + row * 126 };
  });
  return { points, height: top + (count === 0 ? -30 : rows * 126 - 36) };
}

function node(
  kind: string,
  at: Point,
  path: string,
  watts: number,
  label: string,
  detail: string | null,
  format: Format,
): TemplateResult {
  return html`
    <div class="node ${kind}" style="left: ${at.x}px; top: ${at.y}px">
      <span class="circle">${icon(path)}</span>
      <span class="value number">${format.power(watts)}</span>
      <span class="label">${label}</span>
      ${detail === null ? nothing : html`<span class="detail number">${detail}</span>`}
    </div>
  `;
}

function renderHouse(house: House, mix: Mix, at: Point, t: Localize, format: Format): TemplateResult {
  const radius = 37;
  const around = 2 * Math.PI * radius;
  let start = 0;
  const arcs = (['sun', 'battery', 'grid', 'unknown'] as const).map((source) => {
    const arc = svg`<circle cx="40" cy="40" r=${radius} fill="none" stroke=${`var(--ocpp-cs-${source})`} stroke-width="5"
      stroke-dasharray="${mix[source] * around} ${around}" stroke-dashoffset=${-start * around}
      transform="rotate(-90 40 40)"></circle>`;
    start += mix[source];
    return mix[source] > 0 ? arc : nothing;
  });
  return html`
    <div class="node hub" style="left: ${at.x}px; top: ${at.y}px">
      <span class="circle">
        <svg class="ring" viewBox="0 0 80 80" aria-hidden="true">
          <circle cx="40" cy="40" r=${radius} fill="none" stroke="var(--ocpp-cs-line)" stroke-width="5"></circle>
          ${arcs}
        </svg>
        ${icon(mdiHomeVariant)}
      </span>
      ${house.home_w === null ? nothing : html`<span class="value number">${format.power(house.home_w)}</span>`}
      <span class="label">${t('house')}</span>
    </div>
  `;
}

function drawLine({ from, to, watts, dots }: Line): SVGTemplateResult {
  // Curved where it goes down to a place: lines that leave the house fan out.
  const middle = (from.y + to.y) / 2;
  const path =
    from.x === to.x || from.y === to.y
      ? `M${from.x} ${from.y}L${to.x} ${to.y}`
      : `M${from.x} ${from.y}C${from.x} ${middle + 20} ${to.x} ${middle - 20} ${to.x} ${to.y}`;
  const period = DOT_GAP * dots.length;
  // In steps, because a new duration lets the dots jump.
  const seconds = [5, 3.6, 2.6, 1.9, 1.4][Math.min(4, Math.floor(watts / 2200))] ?? 5;
  const moving = watts < LEAST_W ? [] : [...new Set<string>(dots)];
  return svg`
    <path class="line" d=${path}></path>
    ${moving.map((source) =>
      pattern(dots, source).map(
        (offset) => svg`<path class="dots" d=${path} stroke=${`var(--ocpp-cs-${source})`}
          stroke-dasharray="0.1 ${period - 0.1}"
          style="--start: ${-offset}px; --end: ${-offset - period}px; animation-duration: ${(seconds * dots.length) / 3}s"></path>`,
      ),
    )}
  `;
}

/** Return how far along the line the dots of a source are. */
function pattern(dots: readonly string[], source: string): number[] {
  return dots.flatMap((dot, index) => (dot === source ? [index * DOT_GAP] : []));
}
