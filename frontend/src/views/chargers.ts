/** The chargers' health: connection, firmware, protection, faults and repairs. */
import {
  mdiAlertCircleOutline,
  mdiCheckCircleOutline,
  mdiChevronRight,
  mdiEvStation,
  mdiLockOpenVariantOutline,
  mdiLockOutline,
  mdiPlus,
  mdiShieldCheckOutline,
  mdiSignalCellular1,
  mdiSignalCellular2,
  mdiSignalCellular3,
  mdiSignalCellularOutline,
  mdiWrenchOutline,
} from '@mdi/js';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { ChargerHealth, ChargersAnswer } from '../api.ts';
import { icon } from '../shared/icons.ts';
import { Live, codeOf, messageOf } from '../shared/live.ts';
import { hasText } from '../shared/localize.ts';
import { base, controls } from '../shared/styles.ts';
import { BoardCard, followed } from './element.ts';

const REFRESH_MS = 30_000;
const INTEGRATION = '/config/integrations/integration/ocpp_cs';

@customElement('ocpp-cs-chargers-card')
export class OcppCsChargersCard extends BoardCard {
  @state() private chargers: readonly ChargerHealth[] | undefined;
  @state() private error: string | null = null;
  private seen: string | undefined;
  private timer: ReturnType<typeof setInterval> | undefined;
  private readonly live = new Live(this, () => this.hass);

  override connectedCallback(): void {
    super.connectedCallback();
    this.timer = setInterval(() => {
      if (!document.hidden) void this.load();
    }, REFRESH_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  protected override willUpdate(): void {
    if (this.hass === undefined) return;
    const seen = this.live.connectors.map(({ device_id, online, state }) => `${device_id} ${online} ${state}`).join();
    if (seen === this.seen) return;
    this.seen = seen;
    void this.load();
  }

  private async load(): Promise<void> {
    if (this.hass === undefined) return;
    try {
      const { chargers } = await this.hass.callWS<ChargersAnswer>({ type: 'ocpp_cs/chargers' });
      this.chargers = chargers.filter(({ entry_id }) => (this.config?.entry_id ?? entry_id) === entry_id);
      this.error = null;
    } catch (err) {
      this.error =
        codeOf(err) === 'unknown_command'
          ? this.text('no_server')
          : codeOf(err) === 'unauthorized'
            ? this.text('not_allowed')
            : this.text('no_answer', { error: messageOf(err) });
    }
  }

  protected override render(): TemplateResult | typeof nothing {
    const { chargers, error } = this;
    if (error !== null) {
      return html`<div class="page"><ha-card class="message" role="alert">${error}</ha-card></div>`;
    }
    if (chargers === undefined)
      return html`<div class="page" aria-busy="true"><ha-card class="message"></ha-card></div>`;
    const admin = this.hass?.user?.is_admin === true;
    return html`<div class="page">
      <header>
        <h2>${this.summary(chargers)}</h2>
        ${
          admin
            ? html`<a class="button" href=${INTEGRATION} @click=${followed}
                >${icon(mdiPlus)}${this.text('board.add_charger')}</a
              >`
            : nothing
        }
      </header>
      <div class="chargers">${chargers.map((charger) => this.renderCharger(charger, admin))}</div>
    </div>`;
  }

  private summary(chargers: readonly ChargerHealth[]): string {
    if (chargers.length === 0) return this.text('board.no_chargers');
    const online = chargers.filter((charger) => charger.online).length;
    const wrong = chargers.filter(({ problems, issues }) => problems.length > 0 || issues.length > 0).length;
    const connected =
      online === chargers.length
        ? this.text(online > 1 ? 'board.some_online' : 'board.all_online_one', { online, count: online })
        : this.text('board.some_online', { online, count: chargers.length });
    return wrong === 0 ? connected : `${connected}, ${this.text('board.need_attention', { count: wrong })}`;
  }

  private renderCharger(charger: ChargerHealth, admin: boolean): TemplateResult {
    const area = charger.area_id === null ? undefined : this.hass?.areas?.[charger.area_id]?.name;
    const model = [charger.vendor, charger.model].filter((part) => part !== null && part !== '').join(' ');
    const facts: [string, string | TemplateResult | null][] = [
      [this.text('board.firmware'), charger.firmware],
      [this.text('board.serial'), charger.serial_number],
      [this.text('board.version'), charger.ocpp_version === null ? null : `OCPP ${charger.ocpp_version}`],
      [this.text('board.address'), charger.address],
      [this.text('board.protection'), this.renderProtection(charger)],
      [this.text('board.signal'), charger.signal_dbm === null ? null : this.renderSignal(charger.signal_dbm)],
    ];
    const head = html`<span class="disc">${icon(mdiEvStation)}<i></i></span>
      <span class="words">
        <span class="name">${charger.name}</span>
        <span class="weak">${[model, area].filter((part) => part !== undefined && part !== '').join(' · ')}</span>
      </span>`;
    return html`<ha-card class=${charger.online ? 'online' : 'offline'}>
      ${
        // The page of a device is for administrators.
        admin
          ? html`<a class="head" href=${`/config/devices/device/${charger.device_id}`} @click=${followed}
              >${head}${icon(mdiChevronRight)}</a
            >`
          : html`<div class="head">${head}</div>`
      }
      <p class="state">
        <b>${this.text(charger.online ? 'board.online' : 'board.offline_now')}</b>${
          charger.since === null
            ? nothing
            : html`<span class="weak">
                ${this.text(charger.online ? 'board.since' : 'board.last_seen', { time: this.format.dayAndTime(charger.since) })}</span
              >`
        }
      </p>
      <ul class="connectors">
        ${charger.connectors.map(({ connector_id, state }) => {
          const key = `state.${state ?? 'unknown'}`;
          return html`<li>
            ${charger.connectors.length > 1 ? html`<span class="weak">${connector_id}</span>` : nothing}
            ${hasText(key) ? this.text(key) : (state ?? '–')}
          </li>`;
        })}
      </ul>
      ${charger.problems.map(
        ({ connector_id, error }) =>
          html`<p class="alert error">
            ${icon(mdiAlertCircleOutline)}${
              charger.connectors.length > 1 ? `${this.text('board.connector', { number: connector_id })}: ` : ''
            }${error}
          </p>`,
      )}
      ${
        charger.issues.length === 0
          ? nothing
          : html`<p class="alert">
              ${icon(mdiWrenchOutline)}${
                admin
                  ? html`<a href="/config/repairs" @click=${followed}
                      >${this.text('board.repairs_count', { count: charger.issues.length })}</a
                    >`
                  : this.text('board.repairs_count', { count: charger.issues.length })
              }
            </p>`
      }
      ${
        charger.problems.length === 0 && charger.issues.length === 0 && charger.online
          ? html`<p class="fine">${icon(mdiCheckCircleOutline)}${this.text('board.fine')}</p>`
          : nothing
      }
      <dl>
        ${facts.map(([name, value]) =>
          value === null || value === ''
            ? nothing
            : html`<div>
                <dt>${name}</dt>
                <dd>${value}</dd>
              </div>`,
        )}
      </dl>
    </ha-card>`;
  }

  private renderProtection({ security_level, encrypted }: ChargerHealth): TemplateResult {
    const path = encrypted
      ? security_level === 3
        ? mdiShieldCheckOutline
        : mdiLockOutline
      : mdiLockOpenVariantOutline;
    const level = security_level === null ? null : (`board.level_${security_level}` as const);
    return html`<span class="with"
      >${icon(path)}${
        level !== null && hasText(level)
          ? this.text(level)
          : this.text(encrypted ? 'board.encrypted' : 'board.not_encrypted')
      }</span
    >`;
  }

  private renderSignal(dbm: number): TemplateResult {
    const path =
      dbm >= -60
        ? mdiSignalCellular3
        : dbm >= -70
          ? mdiSignalCellular2
          : dbm >= -80
            ? mdiSignalCellular1
            : mdiSignalCellularOutline;
    return html`<span class="with">${icon(path)}${this.format.number(dbm)} dBm</span>`;
  }

  static override readonly styles = [
    ...base,
    controls,
    css`
      .page {
        display: grid;
        gap: 16px;
      }
      header {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 8px 16px;
      }
      h2 {
        margin: 0;
        font-size: 20px;
        font-weight: 500;
      }
      a {
        color: inherit;
        text-decoration: none;
      }
      .chargers {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(320px, 100%), 1fr));
        gap: 16px;
      }
      ha-card {
        display: flex;
        flex-direction: column;
        gap: 12px;
        padding: 16px;
      }
      .message {
        min-block-size: 80px;
      }
      .head {
        display: flex;
        align-items: center;
        gap: 14px;
        border-radius: 10px;
      }
      .head > .icon {
        color: var(--ocpp-cs-weak);
      }
      .head:hover .name {
        text-decoration: underline;
      }
      :host(:dir(rtl)) .head > .icon {
        transform: scaleX(-1);
      }
      .disc {
        position: relative;
        display: grid;
        place-items: center;
        flex: none;
        inline-size: 44px;
        block-size: 44px;
        border-radius: 50%;
        background: var(--ocpp-cs-soft);
      }
      .disc i {
        position: absolute;
        inset-block-end: 1px;
        inset-inline-end: 1px;
        inline-size: 13px;
        block-size: 13px;
        border-radius: 50%;
        border: 2px solid var(--card-background-color, #fff);
        background: var(--error-color, #db4437);
      }
      .online .disc i {
        background: var(--success-color, #43a047);
      }
      .words {
        flex: 1;
        display: grid;
        min-inline-size: 0;
      }
      .name {
        font-size: 16px;
        font-weight: 500;
      }
      p {
        margin: 0;
      }
      .connectors {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      .connectors li {
        padding: 3px 10px;
        border-radius: 12px;
        background: var(--ocpp-cs-soft);
        font-size: 13px;
      }
      .alert,
      .fine {
        display: flex;
        align-items: center;
        gap: 8px;
      }
      .alert {
        padding: 8px 10px;
        border-radius: 10px;
        background: color-mix(in srgb, var(--warning-color, #ffa600) 20%, transparent);
      }
      .alert.error {
        background: color-mix(in srgb, var(--error-color, #db4437) 18%, transparent);
      }
      .alert a {
        text-decoration: underline;
      }
      .alert .icon,
      .fine .icon {
        inline-size: 18px;
        block-size: 18px;
      }
      .fine .icon {
        color: var(--success-color, #43a047);
      }
      dl {
        display: grid;
        gap: 6px;
        margin: auto 0 0;
        padding-block-start: 12px;
        border-block-start: 1px solid var(--ocpp-cs-line);
        font-size: 13px;
      }
      dl div {
        display: flex;
        justify-content: space-between;
        gap: 16px;
      }
      dt {
        color: var(--ocpp-cs-weak);
      }
      dd {
        margin: 0;
        text-align: end;
        overflow-wrap: anywhere;
      }
      .with {
        display: inline-flex;
        align-items: center;
        gap: 6px;
      }
      .with .icon,
      .button .icon {
        inline-size: 18px;
        block-size: 18px;
      }
      @media (max-width: 600px) {
        .page {
          gap: 10px;
        }
        .chargers {
          gap: 10px;
        }
      }
    `,
  ];
}

declare global {
  interface HTMLElementTagNameMap {
    'ocpp-cs-chargers-card': OcppCsChargersCard;
  }
}
