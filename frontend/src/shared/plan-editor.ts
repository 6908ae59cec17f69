import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Connector, PlanView } from '../api.ts';
import { WEEKDAYS, formatter, type Format } from './format.ts';
import type { Hass } from './hass.ts';
import { codeOf, messageOf } from './live.ts';
import { localize, type Localize } from './localize.ts';
import {
  LEAST_KWH,
  MOST_KWH,
  actionOf,
  draftOf,
  editedOf,
  isWhole,
  keptOf,
  previewOf,
  resultOf,
  shortageOf,
  type Draft,
} from './plan.ts';
import { base, controls } from './styles.ts';
import { nextAt, zonesOf } from './zone.ts';
import './mode-hint.ts';
import './timeline.ts';

const PREVIEW_DELAY_MS = 250;

/**
 * Edit the plan of a connector, with what comes of it before it is armed.
 *
 * Fires `ocpp-cs-plan-saved` when the plan is armed, and `ocpp-cs-plan-closed` when the editor is not needed any more.
 */
@customElement('ocpp-cs-plan-editor')
export class OcppCsPlanEditor extends LitElement {
  @property({ attribute: false }) hass?: Hass;
  @property({ attribute: false }) connector?: Connector;
  /** Of the vehicle's battery. */
  @property({ attribute: false }) capacity: number | null = null;
  @property({ attribute: false }) currency = '';

  @state() private draft: Draft | null = null;
  @state() private preview: PlanView | null = null;
  @state() private error: string | null = null;
  @state() private saving = false;
  /** What the plan was when it was taken into the draft. */
  private edited = '';
  private previewTimer: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.previewTimer);
    this.asked += 1;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('connector');
    const another = before !== undefined && before.device_id !== this.connector?.device_id;
    if (this.draft === null || another) this.begin();
    else if (before !== undefined && before.mode !== this.connector?.mode) this.askPreview(0);
  }

  protected override render(): TemplateResult | typeof nothing {
    const { hass, connector, draft } = this;
    if (hass === undefined || connector?.plan == null || draft === null) return nothing;
    const t = localize(hass);
    const format = formatter(hass);
    const elsewhere = editedOf(connector.plan) !== this.edited;
    const most = Math.max(LEAST_KWH, Math.round(this.capacity ?? MOST_KWH));
    return html`
      <form
        @submit=${(event: Event) => {
          event.preventDefault();
          void this.save();
        }}
      >
        <div class="target">
          ${connector.plan.tells_soc ? this.renderUnits(draft, t) : nothing}
          <input
            type="range"
            aria-label=${t('plan_target')}
            aria-valuetext=${draft.bySoc ? format.percent(draft.soc / 100) : `${draft.kWh} kWh`}
            min=${draft.bySoc ? 10 : LEAST_KWH}
            max=${draft.bySoc ? 100 : Math.max(most, draft.kWh)}
            step=${draft.bySoc ? 5 : 1}
            .value=${String(draft.bySoc ? draft.soc : draft.kWh)}
            @input=${(event: Event) => {
              const value = Number((event.target as HTMLInputElement).value);
              this.change(draft.bySoc ? { soc: value } : { kWh: value });
            }}
          />
          <output class="number"
            >${draft.bySoc ? format.percent(draft.soc / 100) : `${format.number(draft.kWh)} kWh`}</output
          >
        </div>
        <div class="when">
          <label>
            <span>${t('plan_ready_at')}</span>
            <input
              type="time"
              .value=${draft.readyAt}
              @change=${(event: Event) => {
                this.change({ readyAt: (event.target as HTMLInputElement).value });
              }}
            />
          </label>
          <div class="days" role="group" aria-label=${t('plan_weekdays')}>
            ${WEEKDAYS.map(
              (day) => html`
                <button
                  type="button"
                  aria-pressed=${draft.weekdays.includes(day)}
                  aria-label=${format.weekday(day, 'long')}
                  ?disabled=${draft.readyAt === ''}
                  @click=${() => {
                    this.change({
                      weekdays: WEEKDAYS.filter((one) => draft.weekdays.includes(one) !== (one === day)),
                    });
                  }}
                >
                  ${format.weekday(day, 'short').slice(0, 2)}
                </button>
              `,
            )}
          </div>
        </div>
        <p class="weak small">${this.explained(draft, t, format)}<br />${this.counted(draft, connector, t, format)}</p>
        ${this.renderMore(draft, t)}
        <ocpp-cs-timeline .hass=${hass} .plan=${this.preview}></ocpp-cs-timeline>
        <ocpp-cs-mode-hint .hass=${hass} .connector=${connector}></ocpp-cs-mode-hint>
        <p class="result" aria-live="polite">${this.renderResult(t, format)}</p>
        ${
          elsewhere
            ? html`<p class="notice" role="status">
                ${t('plan_changed_elsewhere')}
                <button
                  type="button"
                  class="link"
                  @click=${() => {
                    this.begin();
                  }}
                >
                  ${t('plan_take_over')}
                </button>
              </p>`
            : nothing
        }
        ${this.error === null ? nothing : html`<p class="notice problem" role="alert">${this.error}</p>`}
        <div class="buttons">
          <button
            type="button"
            class="button"
            @click=${() => {
              this.close();
            }}
          >
            ${t('cancel')}
          </button>
          <button class="button primary" ?disabled=${this.saving || !isWhole(draft)}>${t('plan_save')}</button>
        </div>
      </form>
    `;
  }

  private renderUnits(draft: Draft, t: Localize): TemplateResult {
    const unit = (bySoc: boolean, name: string): TemplateResult => html`
      <button
        type="button"
        aria-pressed=${draft.bySoc === bySoc}
        @click=${() => {
          this.change({ bySoc });
        }}
      >
        ${name}
      </button>
    `;
    return html`<div class="segments units" role="group" aria-label=${t('plan_unit')}>
      ${unit(true, '%')}${unit(false, 'kWh')}
    </div>`;
  }

  private renderMore(draft: Draft, t: Localize): TemplateResult {
    const least = draft.bySoc ? draft.leastSoc : draft.leastKWh;
    const number = (event: Event): number | null => {
      const { value } = event.target as HTMLInputElement;
      return value === '' || Number.isNaN(Number(value)) ? null : Number(value);
    };
    return html`
      <details ?open=${least > 0 || draft.belowPrice !== null}>
        <summary>${t('plan_more')}</summary>
        <div class="more">
          <label>
            <span>${t('plan_least_field')}</span>
            <span class="with-unit">
              <input
                type="number"
                inputmode="decimal"
                min="0"
                max=${draft.bySoc ? 100 : 200}
                step="any"
                .value=${least > 0 ? String(least) : ''}
                @change=${(event: Event) => {
                  const value = Math.max(0, number(event) ?? 0);
                  this.change(draft.bySoc ? { leastSoc: Math.min(100, value) } : { leastKWh: Math.min(200, value) });
                }}
              />
              ${draft.bySoc ? '%' : 'kWh'}
            </span>
          </label>
          <label>
            <span>${t('plan_below_field')}</span>
            <span class="with-unit">
              <input
                type="number"
                inputmode="decimal"
                step="any"
                .value=${draft.belowPrice === null ? '' : String(draft.belowPrice)}
                @change=${(event: Event) => {
                  this.change({ belowPrice: number(event) });
                }}
              />
              ${this.currency}/kWh
            </span>
          </label>
        </div>
      </details>
    `;
  }

  private renderResult(t: Localize, format: Format): TemplateResult {
    const { preview } = this;
    if (preview === null) return html`<span class="weak">${t('plan_reckoning')}</span>`;
    const short = shortageOf(preview, t, format);
    return html`
      <span class="number">${resultOf(preview, t, format) ?? nothing}</span>
      ${short === null ? nothing : html`<span class="short">${short}</span>`}
    `;
  }

  private explained(draft: Draft, t: Localize, format: Format): string {
    if (draft.readyAt === '') return t(isWhole(draft) ? 'plan_without_time' : 'plan_needs_time');
    if (draft.weekdays.length > 0) return format.weekdays(draft.weekdays);
    const next = nextAt(draft.readyAt, format.zones.user, new Date());
    return t('plan_once', { when: next === null ? draft.readyAt : format.dayAndTime(next) });
  }

  /** An energy counts from when the vehicle was plugged in. */
  private counted(draft: Draft, { session }: Connector, t: Localize, format: Format): string {
    const charged = session?.energy_kwh ?? 0;
    return draft.bySoc || charged < 0.05 ? '' : t('plan_counted', { energy: format.energy(charged) });
  }

  private begin(): void {
    const plan = this.connector?.plan;
    const { hass } = this;
    if (hass === undefined || plan == null) return;
    this.edited = editedOf(plan);
    this.draft = draftOf(plan, zonesOf(hass), new Date());
    this.error = null;
    this.askPreview(0);
  }

  private change(changes: Partial<Draft>): void {
    if (this.draft === null) return;
    this.draft = { ...this.draft, ...changes };
    this.error = null;
    this.askPreview(PREVIEW_DELAY_MS);
  }

  private askPreview(delay: number): void {
    clearTimeout(this.previewTimer);
    this.previewTimer = setTimeout(() => {
      void this.fetchPreview();
    }, delay);
  }

  private async fetchPreview(): Promise<void> {
    const { hass, connector, draft } = this;
    if (hass === undefined || connector === undefined || draft === null || !isWhole(draft)) return;
    const asked = ++this.asked;
    try {
      const preview = await hass.callWS<PlanView>({
        type: 'ocpp_cs/plan/preview',
        device_id: connector.device_id,
        ...previewOf(keptOf(draft, zonesOf(hass), new Date()), connector.plan?.tells_soc ?? false),
      });
      // An answer to what has been changed meanwhile is of no use.
      if (asked === this.asked) this.preview = preview;
    } catch (err) {
      if (asked === this.asked) this.error = codeOf(err) === 'unknown_command' ? null : messageOf(err);
    }
  }

  private async save(): Promise<void> {
    const { hass, connector, draft } = this;
    if (hass === undefined || connector?.plan == null || draft === null || this.saving || !isWhole(draft)) return;
    this.saving = true;
    this.error = null;
    try {
      await hass.callService('ocpp_cs', 'set_charge_plan', {
        device_id: connector.device_id,
        connector_id: connector.connector_id,
        ...actionOf(keptOf(draft, zonesOf(hass), new Date()), connector.plan.tells_soc),
      });
      this.dispatchEvent(new CustomEvent('ocpp-cs-plan-saved', { bubbles: true, composed: true }));
      this.close();
    } catch (err) {
      this.error = messageOf(err);
    } finally {
      this.saving = false;
    }
  }

  private close(): void {
    this.dispatchEvent(new CustomEvent('ocpp-cs-plan-closed', { bubbles: true, composed: true }));
  }

  static override styles = [
    ...base,
    controls,
    css`
      form {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 10px;
      }
      p {
        margin: 0;
      }
      .small {
        font-size: 12px;
      }
      .target {
        display: flex;
        align-items: center;
        gap: 12px;
      }
      .target input {
        flex: 1;
        min-inline-size: 60px;
      }
      .units {
        inline-size: 108px;
      }
      .units button {
        min-block-size: 32px;
      }
      output {
        min-inline-size: 58px;
        text-align: end;
        font-size: 16px;
        font-weight: 600;
        white-space: nowrap;
      }
      .when {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 10px;
      }
      label {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 10px;
      }
      .days {
        display: flex;
        flex: 1;
        gap: 4px;
        justify-content: space-between;
        min-inline-size: min(264px, 100%);
        max-inline-size: 320px;
      }
      .days button {
        flex: 1 1 0;
        min-inline-size: 0;
        max-inline-size: 36px;
        aspect-ratio: 1;
        border-radius: 50%;
        font-size: 12px;
        font-weight: 500;
        background: var(--ocpp-cs-soft);
      }
      .days button[aria-pressed='true'] {
        background: var(--primary-text-color, #212121);
        color: var(--card-background-color, #fff);
      }
      summary {
        cursor: pointer;
        min-block-size: 32px;
        display: list-item;
        line-height: 32px;
        color: var(--ocpp-cs-weak);
      }
      .more {
        display: grid;
        gap: 8px;
      }
      .with-unit {
        display: inline-flex;
        align-items: center;
        gap: 6px;
      }
      .with-unit input {
        inline-size: 92px;
      }
      .result {
        min-block-size: 20px;
        font-weight: 500;
      }
      .short {
        display: block;
        color: color-mix(in srgb, var(--error-color, #db4437) 70%, var(--primary-text-color, #212121));
      }
      .notice {
        padding: 8px 12px;
        border-radius: 10px;
        background: color-mix(in srgb, var(--warning-color, #ffa600) 20%, transparent);
      }
      .notice.problem {
        background: color-mix(in srgb, var(--error-color, #db4437) 18%, transparent);
      }
      .link {
        text-decoration: underline;
        font-weight: 500;
      }
      .buttons {
        display: flex;
        justify-content: flex-end;
        gap: 8px;
      }
    `,
  ];
}

declare global {
  interface HTMLElementTagNameMap {
    'ocpp-cs-plan-editor': OcppCsPlanEditor;
  }
}
