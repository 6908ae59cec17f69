import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Connector } from '../api.ts';
import type { Hass } from './hass.ts';
import { messageOf } from './live.ts';
import { localize } from './localize.ts';
import { followsPlan, modeHintOf } from './plan.ts';
import { base, controls } from './styles.ts';

/** Say that nothing follows a plan in this charge mode, with a button that changes it. */
@customElement('ocpp-cs-mode-hint')
export class OcppCsModeHint extends LitElement {
  @property({ attribute: false }) hass?: Hass;
  @property({ attribute: false }) connector?: Connector;

  @state() private waits = false;
  @state() private error: string | null = null;

  protected override render(): TemplateResult | typeof nothing {
    const { hass, connector } = this;
    if (hass === undefined || connector === undefined || followsPlan(connector)) return nothing;
    const t = localize(hass);
    const select = connector.hidden.includes('select.charge_mode')
      ? undefined
      : connector.entities['select.charge_mode'];
    return html`<p role="status">
      <span>${modeHintOf(connector, t)}</span>
      ${
        select === undefined || !connector.modes.includes('solar')
          ? nothing
          : html`<button
              type="button"
              class="button"
              ?disabled=${this.waits}
              @click=${() => {
                void this.change(hass, select);
              }}
            >
              ${t('plan_change_mode', { mode: t('mode.solar') })}
            </button>`
      }
      ${this.error === null ? nothing : html`<span role="alert">${this.error}</span>`}
    </p>`;
  }

  private async change(hass: Hass, select: string): Promise<void> {
    this.waits = true;
    this.error = null;
    try {
      await hass.callService('select', 'select_option', { entity_id: select, option: 'solar' });
    } catch (err) {
      this.error = messageOf(err);
    } finally {
      this.waits = false;
    }
  }

  static override styles = [
    ...base,
    controls,
    css`
      p {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 8px 12px;
        margin: 0;
        padding: 8px 12px;
        border-radius: 10px;
        color: var(--primary-text-color, #212121);
        background: color-mix(in srgb, var(--warning-color, #ffa600) 20%, transparent);
      }
    `,
  ];
}

declare global {
  interface HTMLElementTagNameMap {
    'ocpp-cs-mode-hint': OcppCsModeHint;
  }
}
