import {
  mdiCalendarClock,
  mdiCarElectric,
  mdiChevronDown,
  mdiCloudCancelOutline,
  mdiCloudLockOutline,
  mdiDotsVertical,
  mdiEvStation,
  mdiFlash,
  mdiHandBackRight,
  mdiPencil,
  mdiPlay,
  mdiPower,
  mdiPowerPlugOffOutline,
  mdiRocketLaunch,
  mdiStop,
  mdiWeatherPartlyCloudy,
  mdiWhiteBalanceSunny,
} from '@mdi/js';
import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ComingPlan, Connector, PlanView, RunningSession, Server, VehicleInfo } from '../api.ts';
import { formatter, type Format, type Parts } from '../shared/format.ts';
import type { Hass } from '../shared/hass.ts';
import { icon } from '../shared/icons.ts';
import { Live, Ticking, messageOf } from '../shared/live.ts';
import { localize, type Localize } from '../shared/localize.ts';
import { aimOf, followsPlan, localOf, planStateOf, resultOf, shortageOf, titleOf } from '../shared/plan.ts';
import { sentenceOf } from '../shared/sentence.ts';
import { signOf, toldOf } from '../shared/told.ts';
import '../shared/mode-hint.ts';
import '../shared/plan-editor.ts';
import '../shared/timeline.ts';
import { CARD, configForm, stubConfig, suggestionFor, type CardConfig } from './config.ts';
import { drawRing, gaugeOf } from './ring.ts';
import { styles } from './styles.ts';

/** The order of the buttons; `manual` is shown while it is the mode. */
const MODES = ['off', 'solar', 'min_solar', 'fast', 'manual'] as const;
const MODE_ICONS: Record<string, string> = {
  off: mdiPower,
  solar: mdiWhiteBalanceSunny,
  min_solar: mdiWeatherPartlyCloudy,
  fast: mdiFlash,
  manual: mdiHandBackRight,
};
/** How long a button shows what was chosen, before it shows what is. */
const PENDING_MS = 8_000;
const PLAN_REFRESH_MS = 60_000;
/** Less is no charging. */
const FLOWS_W = 100;
/** More of the weekly plans do not fit. */
const MOST_COMING = 3;

/** Show one connector, and let people charge at it. */
@customElement(CARD)
export class OcppCsCard extends LitElement {
  @property({ attribute: false }) hass?: Hass;

  @state() private config?: CardConfig;
  @state() private plan: PlanView | null = null;
  @state() private editing = false;
  @state() private error: string | null = null;
  @state() private pending: Partial<Record<'mode' | 'charging' | 'armed' | 'vehicle' | 'boost' | 'override', string>> =
    {};
  /** The weekly plans that were switched off here: they can be switched on again. */
  @state() private resting: readonly ComingPlan[] = [];

  private readonly live = new Live(this, () => this.hass);
  private planKey = '';
  private planTime = 0;

  constructor() {
    super();
    new Ticking(this, () => this.connector?.until != null);
    new Ticking(this, () => true, PLAN_REFRESH_MS);
  }

  setConfig(config: CardConfig): void {
    if (typeof config !== 'object') throw new Error('No configuration');
    if (config.device_id !== this.config?.device_id) {
      this.plan = null;
      this.planKey = '';
      this.editing = false;
      this.resting = [];
    }
    this.config = config;
  }

  getCardSize(): number {
    return 9;
  }

  getGridOptions(): object {
    return { columns: 12, min_columns: 6, rows: 'auto' };
  }

  static getConfigForm(): object {
    return configForm();
  }

  static getStubConfig(hass: Hass): CardConfig {
    return stubConfig(hass);
  }

  private get connector(): Connector | undefined {
    const { device_id: device, connector_id: number } = this.config ?? {};
    return device === undefined ? undefined : this.live.connector(device, number);
  }

  protected override updated(changed: PropertyValues<this>): void {
    super.updated(changed);
    void this.refreshPlan();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { hass, config } = this;
    if (hass === undefined || config === undefined) return nothing;
    const t = localize(hass);
    const { connector } = this;
    if (connector === undefined) return html`<ha-card>${this.renderNothing(t)}</ha-card>`;
    const format = formatter(hass);
    const server = this.live.server(connector.entry_id);
    return html`
      <ha-card>
        <article aria-label=${config.name ?? connector.place_name}>
          ${this.renderHead(connector, server, hass, t)} ${this.renderNow(connector, server, t, format)}
          ${this.renderModes(connector, t)}
          ${config.show_plan === false ? nothing : this.renderPlan(connector, server, hass, t, format)}
          ${this.error === null ? nothing : html`<p class="notice" role="alert">${this.error}</p>`}
          ${this.renderButtons(connector, t)}
        </article>
      </ha-card>
    `;
  }

  private renderNothing(t: Localize): TemplateResult {
    const { servers, error } = this.live;
    if (error === 'unknown_command') return html`<p class="empty">${t('no_server')}</p>`;
    if (error !== null) return html`<p class="empty">${t('no_answer', { error })}</p>`;
    if (servers === null) return html`<p class="empty" role="status">${t('loading')}</p>`;
    return html`<p class="empty">
      ${icon(mdiEvStation)} ${t(this.config?.device_id === undefined ? 'card_choose' : 'card_gone')}
    </p>`;
  }

  private renderHead(connector: Connector, server: Server | undefined, hass: Hass, t: Localize): TemplateResult {
    const vehicle = server?.vehicles.find(({ id }) => id === connector.vehicle_id);
    const details = connector.entities['sensor.charging_state'] ?? connector.entities['sensor.status'];
    return html`
      <header>
        <div class="avatar" aria-hidden="true">${avatar(vehicle, connector)}</div>
        <div class="names">
          <h2>${this.config?.name ?? connector.place_name}</h2>
          <div class="who">${this.renderWho(connector, hass, t)}</div>
        </div>
        ${
          details === undefined
            ? nothing
            : html`<button
                class="round"
                aria-label=${t('card_details')}
                title=${t('card_details')}
                @click=${() => {
                  this.fire('hass-more-info', { entityId: details });
                }}
              >
                ${icon(mdiDotsVertical)}
              </button>`
        }
      </header>
    `;
  }

  private renderWho(connector: Connector, hass: Hass, t: Localize): TemplateResult {
    const { who } = connector;
    const select = usable(connector, 'select.vehicle');
    const entity = select === undefined ? undefined : hass.states[select];
    const options = Array.isArray(entity?.attributes['options']) ? (entity.attributes['options'] as string[]) : [];
    const tag = who.tag !== null && who.tag !== who.vehicle ? html`<span class="tag">${who.tag}</span>` : nothing;
    if (select === undefined || entity === undefined || options.length === 0 || entity.state === 'unavailable') {
      return html`${tag}${who.vehicle === null ? nothing : html`<span>${who.vehicle}</span>`} `;
    }
    const chosen = this.pending.vehicle ?? entity.state;
    const named = (option: string): string =>
      hass.formatEntityState?.(entity, option) ?? (option === 'guest' ? t('guest') : option);
    return html`
      ${tag}
      <label class="vehicle">
        <span class="heard">${t('card_vehicle')}</span>
        <select
          @change=${(event: Event) => {
            const option = (event.target as HTMLSelectElement).value;
            void this.act('vehicle', option, 'select', 'select_option', { entity_id: select, option });
          }}
        >
          ${options.includes(chosen) ? nothing : html`<option value="" selected disabled>${t('no_vehicle')}</option>`}
          ${options.map((option) => html`<option value=${option} ?selected=${option === chosen}>${named(option)}</option>`)}
        </select>
        ${icon(mdiChevronDown)}
      </label>
    `;
  }

  private renderNow(connector: Connector, server: Server | undefined, t: Localize, format: Format): TemplateResult {
    const sentence = sentenceOf(connector, t, format, new Date());
    const gauge = gaugeOf(connector);
    const { session, soc, plan } = connector;
    const power = format.powerParts(connector.power_w ?? (connector.online ? 0 : null));
    const charging = (connector.power_w ?? 0) >= FLOWS_W;
    const below =
      soc !== null
        ? format.percent(soc / 100)
        : gauge.kind === 'energy' && plan?.target_kwh != null
          ? `${format.number(session?.energy_kwh ?? 0, 1)} / ${format.number(plan.target_kwh)} kWh`
          : null;
    return html`
      <section class="now ${sentence.tone}">
        ${drawRing(
          gauge,
          charging,
          session?.solar_share ?? null,
          connector.state === 'not_plugged_in' && !charging
            ? icon(mdiPowerPlugOffOutline)
            : html`
                <span class="power number"><b>${power.value}</b> ${power.unit}</span>
                ${below === null ? nothing : html`<span class="below number">${below}</span>`}
                ${
                  charging && connector.phases !== null
                    ? html`<span class="phases number">
                        ${
                          connector.current_a === null
                            ? t('card_phases_only', { count: connector.phases })
                            : t('card_phases', {
                                amps: format.number(connector.current_a),
                                phases: connector.phases,
                              })
                        }
                      </span>`
                    : nothing
                }
              `,
        )}
        <div class="said">
          <p class="state">
            <span role="status"
              >${sentence.state}<span class="heard"
                >${sentence.untilAt === null ? '' : `, ${sentence.untilAt}`}</span
              ></span
            >
            ${sentence.until === null ? nothing : html`<span class="until number" aria-hidden="true">${sentence.until}</span>`}
          </p>
          ${
            connector.limited_by === null
              ? this.overrides(connector)
                ? html`<p class="limited">${icon(mdiCloudCancelOutline)}<span>${t('card_overrides')}</span></p>`
                : nothing
              : html`<p class="limited">
                  ${icon(mdiCloudLockOutline)}<span>${t('limited_by', { name: connector.limited_by })}</span>
                </p>`
          }
          ${
            this.config?.show_session === false
              ? nothing
              : session === null
                ? this.renderLast(connector, t, format)
                : this.renderSession(session, server, t, format)
          }
        </div>
      </section>
    `;
  }

  private renderSession(
    session: RunningSession,
    server: Server | undefined,
    t: Localize,
    format: Format,
  ): TemplateResult {
    const fact = (name: string, value: Parts | string, hint?: string): TemplateResult => html`
      <div title=${hint ?? nothing}>
        <dt>${name}</dt>
        <dd class="number">${typeof value === 'string' ? value : html`${value.value}<small> ${value.unit}</small>`}</dd>
      </div>
    `;
    const { cost, solar_share: sun, time_remaining_s: left, average_price: price } = session;
    const currency = session.currency ?? server?.currency ?? null;
    return html`
      <dl class="facts" aria-label=${t('card_session')}>
        ${fact(t(session.end === null ? 'card_charged' : 'card_charged_last'), format.energyParts(session.energy_kwh))}
        ${(session.discharged_kwh ?? 0) > 0 ? fact(t('board.discharged'), format.energyParts(session.discharged_kwh)) : nothing}
        ${left === null ? nothing : fact(t('card_left'), format.durationParts(left))}
        ${cost === null ? nothing : fact(t('cost'), format.money(cost, currency), price === null ? undefined : format.price(price, currency))}
        ${sun === null ? nothing : fact(t('sun'), format.percent(sun))}
      </dl>
      ${
        session.backends.length === 0
          ? nothing
          : html`<ul class="told">
              ${
                // In words: a phone shows no title, and a sign alone says little.
                session.backends.map((each) => html`<li>${icon(signOf([each]))}<span>${toldOf(each, t)}</span></li>`)
              }
            </ul>`
      }
    `;
  }

  /** Tell of the last session, from its entity, where no vehicle is plugged in. */
  private renderLast(connector: Connector, t: Localize, format: Format): TemplateResult | typeof nothing {
    const entity = this.hass?.states[connector.entities['sensor.last_session'] ?? ''];
    const energy = Number(entity?.state);
    if (entity === undefined || entity.state === '' || Number.isNaN(energy)) return nothing;
    const { cost, currency, who } = entity.attributes;
    const said = [
      format.energy(energy),
      ...(typeof cost === 'number' ? [format.money(cost, typeof currency === 'string' ? currency : null)] : []),
      ...(typeof who === 'string' && who !== '' ? [who] : []),
    ];
    return html`<p class="last number">${t('card_last', { said: said.join(', ') })}</p>`;
  }

  private renderModes(connector: Connector, t: Localize): TemplateResult | typeof nothing {
    const select = usable(connector, 'select.charge_mode');
    if (connector.mode === null || select === undefined) return nothing;
    const modes = MODES.filter(
      (mode) => connector.modes.includes(mode) && (mode !== 'manual' || connector.mode === 'manual'),
    );
    const chosen = this.pending.mode ?? connector.mode;
    return html`
      <div class="segments modes" role="group" aria-label=${t('charge_mode')}>
        ${modes.map(
          (mode) => html`
            <button
              class=${mode}
              aria-pressed=${mode === chosen}
              ?disabled=${!connector.online && mode === chosen}
              @click=${() => {
                void this.act('mode', mode, 'select', 'select_option', { entity_id: select, option: mode });
              }}
            >
              ${icon(MODE_ICONS[mode] ?? mdiFlash)}
              <span>${t(`mode.${mode}`)}</span>
            </button>
          `,
        )}
      </div>
    `;
  }

  private renderPlan(
    connector: Connector,
    server: Server | undefined,
    hass: Hass,
    t: Localize,
    format: Format,
  ): TemplateResult | typeof nothing {
    const summary = connector.plan;
    if (summary === null) return nothing;
    const currency = server?.currency ?? '';
    if (this.editing) {
      return html`
        <section class="plan">
          <ocpp-cs-plan-editor
            .hass=${hass}
            .connector=${connector}
            .currency=${currency}
            .capacity=${server?.vehicles.find(({ id }) => id === connector.vehicle_id)?.capacity_kwh ?? null}
            @ocpp-cs-plan-saved=${() => {
              this.planKey = '';
            }}
            @ocpp-cs-plan-closed=${() => {
              this.edit(false);
            }}
          ></ocpp-cs-plan-editor>
        </section>
      `;
    }
    const armed = this.pending.armed === undefined ? summary.armed : this.pending.armed === 'on';
    const title = titleOf(summary, currency, t, format);
    const { weekdays } = localOf(summary, format.zones, new Date());
    const used = summary.coming.find(({ id }) => id === summary.weekly?.id);
    const weekly =
      summary.weekly !== null
        ? [
            t('plan_weekly'),
            ...(used === undefined ? [] : [format.weekdays(localOf(used, format.zones, new Date()).weekdays)]),
          ].join(', ')
        : weekdays.length > 0
          ? format.weekdays(weekdays)
          : null;
    const toggle = usable(connector, 'switch.ready_in_time');
    return html`
      <section class="plan">
        <div class="plan-head">
          <button
            class="plan-title"
            aria-expanded="false"
            @click=${() => {
              this.edit(true);
            }}
          >
            ${icon(mdiCalendarClock)}
            <span>
              <b>${title !== null && armed ? title : t(title === null ? 'card_no_plan' : 'card_plan_off')}</b>
              <small>${title !== null && !armed ? title : (weekly ?? (armed ? t('once') : t('card_plan_hint')))}</small>
            </span>
            <span class="heard">${t('card_edit_plan')}</span>
            ${icon(mdiPencil)}
          </button>
          ${
            toggle === undefined
              ? nothing
              : html`<button
                  class="switch"
                  role="switch"
                  aria-checked=${armed}
                  aria-label=${t('card_plan_switch')}
                  @click=${() => {
                    // Without a goal there is nothing to switch on.
                    if (!armed && title === null) this.edit(true);
                    else
                      void this.act('armed', armed ? 'off' : 'on', 'switch', armed ? 'turn_off' : 'turn_on', {
                        entity_id: toggle,
                      });
                  }}
                ></button>`
          }
        </div>
        ${this.renderWeekly(summary.coming, hass, t, format)}
        ${this.config?.show_forecast === false ? nothing : html`<ocpp-cs-timeline .hass=${hass} .plan=${this.plan}></ocpp-cs-timeline>`}
        ${armed ? this.renderResult(connector, hass, t, format) : nothing}
      </section>
    `;
  }

  /** The next time of each weekly plan, with its switch. */
  private renderWeekly(
    coming: readonly ComingPlan[],
    hass: Hass,
    t: Localize,
    format: Format,
  ): TemplateResult | typeof nothing {
    const resting = this.resting.filter(({ id }) => coming.every((one) => one.id !== id));
    const shown = [...coming, ...resting]
      .sort((one, other) => Date.parse(one.when) - Date.parse(other.when))
      .slice(0, MOST_COMING);
    if (shown.length === 0) return nothing;
    return html`<ul class="weekly" aria-label=${t('card_weekly')}>
      ${shown.map((plan) => {
        const title = aimOf(plan, t, format);
        const days = format.weekdays(localOf({ ...plan, ready_by: plan.when }, format.zones, new Date()).weekdays);
        const toggle = switchOf(plan, hass);
        const on = toggle === undefined ? !resting.includes(plan) : hass.states[toggle]?.state === 'on';
        return html`<li>
          <span><b class="number">${title}</b><small>${days}</small></span>
          ${
            toggle === undefined
              ? nothing
              : html`<button
                  class="switch"
                  role="switch"
                  aria-checked=${on}
                  aria-label=${`${title}, ${days}`}
                  @click=${() => {
                    this.resting = [...this.resting.filter(({ id }) => id !== plan.id), plan];
                    void this.call('switch', on ? 'turn_off' : 'turn_on', toggle);
                  }}
                ></button>`
          }
        </li>`;
      })}
    </ul>`;
  }

  private async call(domain: string, service: string, entity_id: string): Promise<void> {
    this.error = null;
    try {
      await this.hass?.callService(domain, service, { entity_id });
    } catch (err) {
      this.error = messageOf(err);
    }
  }

  private renderResult(connector: Connector, hass: Hass, t: Localize, format: Format): TemplateResult {
    if (!followsPlan(connector)) {
      return html`<ocpp-cs-mode-hint .hass=${hass} .connector=${connector}></ocpp-cs-mode-hint>`;
    }
    const { plan } = this;
    const said = planStateOf(connector, t);
    const result = plan === null ? null : resultOf(plan, t, format);
    const short = plan === null ? null : shortageOf(plan, t, format);
    return html`<p class="result">
      ${result === null ? nothing : html`<b class="number">${result}</b>`}<span class="weak">${said}</span>
      ${short === null ? nothing : html`<span class="short">${short}</span>`}
    </p>`;
  }

  private renderButtons(connector: Connector, t: Localize): TemplateResult | typeof nothing {
    const toggle = usable(connector, 'switch.charging');
    const boost = usable(connector, connector.boosted ? 'button.end_boost' : 'button.boost');
    const wait = this.pending.charging !== undefined;
    const start = connector.can_start && !connector.can_stop;
    const shown = toggle !== undefined && (connector.can_start || connector.can_stop);
    const override = isPausedByBackend(connector) ? usable(connector, 'switch.override_backend') : undefined;
    if (!shown && override === undefined && (boost === undefined || !connector.boosted)) return nothing;
    return html`
      <footer>
        ${
          override !== undefined
            ? html`<button
                class="button"
                ?disabled=${this.pending.override !== undefined}
                @click=${() => {
                  void this.act('override', 'on', 'switch', 'turn_on', { entity_id: override });
                }}
              >
                ${t('card_override')}
              </button>`
            : nothing
        }
        ${
          // To charge fast does not help while a backend allows nothing.
          override === undefined &&
          boost !== undefined &&
          (connector.boosted || connector.mode === 'solar' || connector.mode === 'min_solar')
            ? html`<button
                class="button"
                ?disabled=${this.pending.boost !== undefined}
                @click=${() => {
                  void this.act('boost', String(!connector.boosted), 'button', 'press', { entity_id: boost });
                }}
              >
                ${icon(mdiRocketLaunch)} ${t(connector.boosted ? 'card_end_boost' : 'card_boost')}
              </button>`
            : nothing
        }
        ${
          shown
            ? html`<button
                class="button ${start ? 'primary' : ''}"
                ?disabled=${wait}
                @click=${() => {
                  void this.act('charging', start ? 'on' : 'off', 'switch', start ? 'turn_on' : 'turn_off', {
                    entity_id: toggle,
                  });
                }}
              >
                ${icon(start ? mdiPlay : mdiStop)} ${t(start ? 'card_start' : 'card_stop')}
              </button>`
            : nothing
        }
      </footer>
    `;
  }

  /** Return whether the owner lets a session charge that a backend has paused. */
  private overrides({ entities }: Connector): boolean {
    return this.hass?.states[entities['switch.override_backend'] ?? '']?.state === 'on';
  }

  private edit(editing: boolean): void {
    this.editing = editing;
  }

  /** Do what was chosen, and show it as chosen until it is so. */
  private async act(
    what: keyof typeof this.pending,
    value: string,
    domain: string,
    service: string,
    data: { entity_id: string; option?: string },
  ): Promise<void> {
    this.error = null;
    this.pending = { ...this.pending, [what]: value };
    const done = (): void => {
      if (this.pending[what] === value)
        this.pending = Object.fromEntries(Object.entries(this.pending).filter(([key]) => key !== what));
    };
    try {
      await this.hass?.callService(domain, service, data);
      setTimeout(done, this.isDone(what, value) ? 0 : PENDING_MS);
    } catch (err) {
      this.error = messageOf(err);
      done();
    }
  }

  private isDone(what: keyof typeof this.pending, value: string): boolean {
    const { connector } = this;
    if (connector === undefined) return true;
    switch (what) {
      case 'mode':
        return connector.mode === value;
      case 'armed':
        return connector.plan?.armed === (value === 'on');
      case 'charging':
        return value === 'on' ? connector.can_stop : connector.can_start;
      case 'boost':
        return connector.boosted === (value === 'true');
      case 'override':
        return this.overrides(connector);
      case 'vehicle':
        return this.hass?.states[connector.entities['select.vehicle'] ?? '']?.state === value;
    }
  }

  protected override willUpdate(): void {
    const open = Object.entries(this.pending) as [keyof typeof this.pending, string][];
    const left = open.filter(([what, value]) => !this.isDone(what, value));
    if (left.length !== open.length) this.pending = Object.fromEntries(left);
  }

  /** Fetch the plan where it may have changed: with the connector's summary, its entity, or a minute later. */
  private async refreshPlan(): Promise<void> {
    const { hass, connector } = this;
    if (hass === undefined || connector?.plan == null || this.config?.show_plan === false) return;
    const entity = hass.states[connector.entities['sensor.charge_plan'] ?? ''];
    const key = JSON.stringify([
      connector.device_id,
      connector.plan,
      connector.mode,
      entity?.state,
      entity?.attributes,
    ]);
    const old = Date.now() - this.planTime >= PLAN_REFRESH_MS - 1_000;
    if (key === this.planKey && !old) return;
    this.planKey = key;
    this.planTime = Date.now();
    try {
      const plan = await hass.callWS<PlanView>({ type: 'ocpp_cs/plan', device_id: connector.device_id });
      if (this.planKey === key) this.plan = plan;
    } catch {
      // It is asked for again in a minute; what the connector does is shown without it.
      this.plan = null;
    }
  }

  private fire(type: string, detail: object): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  static override styles = styles;
}

/** Return whether a backend allows nothing to a vehicle that is plugged in. */
function isPausedByBackend({ limited_by, state }: Connector): boolean {
  return limited_by !== null && state !== null && state !== 'charging' && state !== 'not_plugged_in';
}

/** Return the entity of a domain and key, unless it is disabled or hidden. */
function usable({ entities, hidden }: Connector, key: string): string | undefined {
  return hidden.includes(key) ? undefined : entities[key];
}

/** Return the switch of a weekly plan: that of its device, which has the id of its subentry. */
function switchOf({ id }: ComingPlan, hass: Hass): string | undefined {
  const device = Object.values(hass.devices).find((one) => one?.identifiers.some(([, part]) => part === id));
  const entity = Object.values(hass.entities).find(
    (one) => one?.device_id === device?.id && device !== undefined && one?.entity_id.startsWith('switch.'),
  );
  return entity?.entity_id;
}

function avatar(vehicle: VehicleInfo | undefined, connector: Connector): TemplateResult {
  if (vehicle?.picture) return html`<img src=${vehicle.picture} alt="" />`;
  if (vehicle?.icon) return html`<ha-icon .icon=${vehicle.icon}></ha-icon>`;
  return icon(connector.session === null && connector.vehicle_id === null ? mdiEvStation : mdiCarElectric);
}

interface CustomCard {
  type: string;
  readonly name: string;
  readonly description: string;
  preview: boolean;
  documentationURL: string;
  getEntitySuggestion: typeof suggestionFor;
}

declare global {
  interface Window {
    customCards?: CustomCard[];
  }
}
