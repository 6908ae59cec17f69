import { html, nothing, svg, type TemplateResult } from 'lit';
import { styleMap } from 'lit/directives/style-map.js';
import type { Connector, PlanSummary } from '../api.ts';

const SIZE = 132;
const RADIUS = 58;
const AROUND = 2 * Math.PI * RADIUS;
/** The ring is open at its bottom, as a gauge. */
const OPEN = 0.16;

export interface Gauge {
  /** From 0 to 1; null: there is nothing to measure it by. */
  share: number | null;
  /** Where the target is. */
  target: number | null;
  kind: 'soc' | 'energy' | 'none';
}

/** Return how full the ring is: by state of charge, else by the energy of the target. */
export function gaugeOf({ soc, session, plan }: Pick<Connector, 'soc' | 'session' | 'plan'>): Gauge {
  const wanted: PlanSummary | null = plan?.armed === true ? plan : null;
  if (soc !== null) {
    return {
      share: part(soc, 100),
      target: wanted?.target_soc == null ? null : part(wanted.target_soc, 100),
      kind: 'soc',
    };
  }
  if (wanted?.target_kwh && session?.energy_kwh != null) {
    return { share: part(session.energy_kwh, wanted.target_kwh), target: 1, kind: 'energy' };
  }
  return { share: null, target: null, kind: 'none' };
}

function part(value: number, of: number): number {
  return Math.max(0, Math.min(1, value / of));
}

/** Draw the ring; `solarShare` colours what is charged by where it came from. */
export function drawRing(
  gauge: Gauge,
  charging: boolean,
  solarShare: number | null,
  inside: TemplateResult,
): TemplateResult {
  const whole = AROUND * (1 - OPEN);
  const share = gauge.share ?? 0;
  const sunPart = gauge.kind === 'energy' && solarShare !== null ? share * solarShare : 0;
  const arc = (from: number, to: number, kind: string): unknown =>
    to - from <= 0.001
      ? nothing
      : svg`<circle class="arc ${kind}" cx=${SIZE / 2} cy=${SIZE / 2} r=${RADIUS}
          style=${styleMap({
            'stroke-dasharray': `${(to - from) * whole} ${AROUND}`,
            'stroke-dashoffset': String(-from * whole),
          })}></circle>`;
  return html`
    <div class="ring ${charging ? 'charging' : ''}">
      <svg viewBox="0 0 ${SIZE} ${SIZE}" aria-hidden="true">
        <g transform="rotate(${90 + OPEN * 180} ${SIZE / 2} ${SIZE / 2})">
          <circle
            class="track"
            cx=${SIZE / 2}
            cy=${SIZE / 2}
            r=${RADIUS}
            style="stroke-dasharray: ${whole} ${AROUND}"
          ></circle>
          ${arc(0, sunPart, 'sun')} ${arc(sunPart, share, sunPart > 0 ? 'grid' : 'filled')}
          ${
            charging
              ? svg`<circle class="pulse" cx=${SIZE / 2} cy=${SIZE / 2} r=${RADIUS} style="stroke-dasharray: ${whole * 0.12} ${AROUND}; --whole: ${-whole * 0.88}px"></circle>`
              : nothing
          }
          ${
            gauge.target === null || gauge.target >= 1
              ? nothing
              : svg`<circle class="target" cx=${SIZE / 2} cy=${SIZE / 2} r=${RADIUS}
                  style="stroke-dasharray: 3 ${AROUND}; stroke-dashoffset: ${-gauge.target * whole + 1.5}"></circle>`
          }
        </g>
      </svg>
      <div class="inside">${inside}</div>
    </div>
  `;
}
