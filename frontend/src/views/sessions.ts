/** All sessions: sums, charts and a table, by month, year or all. */
import { dateFormat } from '../shared/intl.ts';
import {
  mdiAccountOutline,
  mdiChevronLeft,
  mdiChevronRight,
  mdiClose,
  mdiDownload,
  mdiFileDocumentOutline,
  mdiMagnify,
  mdiWifiOff,
} from '@mdi/js';
import { css, html, nothing, svg, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import type { Group, Session, SessionsAnswer, SessionsRequest, Sums, TimeGroup } from '../api.ts';
import { icon } from '../shared/icons.ts';
import { Live, codeOf, messageOf } from '../shared/live.ts';
import { languageOf } from '../shared/localize.ts';
import { base, controls } from '../shared/styles.ts';
import { signOf, toldOf } from '../shared/told.ts';
import { localDay, zoneOf } from '../shared/zone.ts';
import './bars.ts';
import type { Bar, BarPart } from './bars.ts';
import { BoardCard } from './element.ts';
import './report.ts';
import './session-details.ts';
import { partOf, sharesOf, type Share, type SplitKind } from './split.ts';
import { boundsOf, boundsOfKey, keysOf, moved, spanAt, type Span, type SpanKind } from './span.ts';

const PAGE = 50;
const SPANS: readonly SpanKind[] = ['month', 'year', 'all'];
const GROUPS = ['vehicle', 'tag', 'charger', 'payer'] as const;
type GroupKind = (typeof GROUPS)[number];
/** What the bars of the chart are made of. */
const SPLITS = ['source', 'vehicle', 'tag'] as const;
type Order = NonNullable<SessionsRequest['order']>;
type Filter = Pick<SessionsRequest, 'charge_point_id' | 'id_tag' | 'vehicle' | 'payer' | 'text'>;

@customElement('ocpp-cs-sessions-card')
export class OcppCsSessionsCard extends BoardCard {
  @state() private span: Span | undefined;
  @state() private filter: Filter = {};
  @state() private order: Order = 'newest';
  @state() private measure: 'energy' | 'cost' = 'energy';
  @state() private split: (typeof SPLITS)[number] = 'source';
  @state() private grouped: GroupKind = 'vehicle';
  /** The day or month of the chart that was chosen. */
  @state() private key: string | null = null;
  /** What the chart shows, and what the table and sums show: a part of it while a bar is chosen. */
  @state() private whole: SessionsAnswer | undefined;
  @state() private listed: SessionsAnswer | undefined;
  @state() private error: string | null = null;
  @state() private busy = false;
  @state() private opened: Session | undefined;
  @state() private reporting = false;
  private asked = 0;
  private typing: ReturnType<typeof setTimeout> | undefined;
  private running = '';
  private readonly live = new Live(this, () => this.hass);

  private get timeZone(): string {
    return this.hass === undefined ? 'UTC' : zoneOf(this.hass);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (this.hass === undefined) return;
    if (this.span === undefined) {
      this.span = spanAt('month', new Date(), this.timeZone);
      void this.load();
    } else if (changed.has('hass')) return;
    const running = this.live.connectors
      .map(({ session }) => `${session?.transaction_id ?? ''} ${session?.end ?? ''}`)
      .join();
    // A session began or ended.
    if (this.running !== '' && running !== this.running) void this.load();
    this.running = running;
  }

  private request(within: { start?: string; end?: string }): SessionsRequest {
    return {
      ...(this.config?.entry_id === undefined ? {} : { entry_id: this.config.entry_id }),
      ...(this.timeZone === this.hass?.config.time_zone ? {} : { time_zone: this.timeZone }),
      ...within,
      ...this.filter,
      order: this.order,
      limit: PAGE,
      // They can be counted again.
      struck_out: true,
    };
  }

  private async ask(request: SessionsRequest): Promise<SessionsAnswer> {
    if (this.hass === undefined) throw new Error('not connected');
    return this.hass.callWS<SessionsAnswer>({ type: 'ocpp_cs/sessions', ...request });
  }

  private async load(): Promise<void> {
    const { span, key } = this;
    if (span === undefined) return;
    const turn = ++this.asked;
    this.busy = true;
    try {
      const [whole, part] = await Promise.all([
        this.ask(this.request(boundsOf(span, this.timeZone))),
        key === null ? undefined : this.ask(this.request(boundsOfKey(key, this.timeZone))),
      ]);
      if (turn !== this.asked) return;
      this.whole = whole;
      this.listed = part ?? whole;
      this.error = null;
    } catch (err) {
      if (turn !== this.asked) return;
      this.error =
        codeOf(err) === 'unknown_command'
          ? this.text('no_server')
          : codeOf(err) === 'unauthorized'
            ? this.text('not_allowed')
            : this.text('no_answer', { error: messageOf(err) });
    } finally {
      if (turn === this.asked) this.busy = false;
    }
  }

  private async more(): Promise<void> {
    const { listed, span, key } = this;
    if (listed === undefined || span === undefined) return;
    const turn = this.asked;
    this.busy = true;
    try {
      const within = key === null ? boundsOf(span, this.timeZone) : boundsOfKey(key, this.timeZone);
      const next = await this.ask({ ...this.request(within), offset: listed.sessions.length });
      if (turn === this.asked) this.listed = { ...next, sessions: [...listed.sessions, ...next.sessions] };
    } catch (err) {
      this.error = this.text('no_answer', { error: messageOf(err) });
    } finally {
      if (turn === this.asked) this.busy = false;
    }
  }

  private show(change: { span?: Span; filter?: Filter; key?: string | null; order?: Order }): void {
    if (change.span !== undefined) {
      this.span = change.span;
      this.key = null;
    }
    if (change.filter !== undefined) this.filter = change.filter;
    if (change.key !== undefined) this.key = change.key;
    if (change.order !== undefined) this.order = change.order;
    void this.load();
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.hass === undefined || this.span === undefined) return nothing;
    const { whole, listed } = this;
    return html`
      <div class="page">
        ${this.renderHead(this.span)}
        ${
          this.error === null
            ? nothing
            : html`<ha-card class="error" role="alert"
                ><span>${this.error}</span
                ><button class="button" type="button" @click=${() => void this.load()}>
                  ${this.text('try_again')}
                </button></ha-card
              >`
        }
        ${
          whole === undefined || listed === undefined
            ? this.error === null
              ? html`<ha-card class="wait" aria-busy="true"></ha-card>`
              : nothing
            : html`
                ${this.renderSums(listed.sums)}
                <div class="charts">${this.renderChart(whole, this.span)} ${this.renderGroups(listed)}</div>
                ${this.renderTable(listed)}
              `
        }
      </div>
      ${
        this.opened === undefined
          ? nothing
          : html`<ocpp-cs-session-details
              .hass=${this.hass}
              .session=${this.opened}
              .tags=${whole?.tags ?? []}
              .vehicles=${whole?.vehicles ?? []}
              @ocpp-cs-closed=${this.closed}
              @ocpp-cs-corrected=${this.corrected}
            ></ocpp-cs-session-details>`
      }
      ${
        this.reporting
          ? html`<ocpp-cs-report
              .hass=${this.hass}
              .entryId=${this.config?.entry_id}
              .month=${this.span.kind === 'month' ? this.span : spanAt('month', new Date(), this.timeZone)}
              .tags=${whole?.tags ?? []}
              .idTag=${this.filter.id_tag}
              .payers=${whole?.payers ?? []}
              .payer=${this.filter.payer}
              @ocpp-cs-closed=${this.closed}
            ></ocpp-cs-report>`
          : nothing
      }
    `;
  }

  private readonly closed = (): void => {
    this.opened = undefined;
    this.reporting = false;
  };

  private readonly corrected = (event: CustomEvent<Session>): void => {
    this.opened = event.detail;
    void this.load();
  };

  private nameOf(span: Span): string {
    if (span.kind === 'all') return this.text('board.all_time');
    if (span.kind === 'year') return String(span.year);
    return this.nameOfKey(`${span.year}-${String(span.month).padStart(2, '0')}`, true);
  }

  /** A day, month or year in words. */
  private nameOfKey(key: string, long: boolean): string {
    const [year = 2000, month, day] = key.split('-').map(Number);
    if (month === undefined) return key;
    const options: Intl.DateTimeFormatOptions =
      day === undefined
        ? long
          ? { month: 'long', year: 'numeric' }
          : { month: 'short' }
        : long
          ? { weekday: 'short', day: 'numeric', month: 'long' }
          : { day: 'numeric', month: 'numeric' };
    const language = this.hass?.locale?.language ?? this.hass?.language;
    // In one month the day is enough; all days together are of several months.
    if (!long && day !== undefined && this.span?.kind === 'month') return String(day);
    return dateFormat(language, { ...options, timeZone: 'UTC' }).format(Date.UTC(year, month - 1, day ?? 1));
  }

  private renderHead(span: Span): TemplateResult {
    const last = this.whole?.first ? localDay(new Date(this.whole.first), this.timeZone) : null;
    const current = spanAt(span.kind, new Date(), this.timeZone);
    const isLast =
      span.year > current.year || (span.year === current.year && (span.kind === 'year' || span.month >= current.month));
    const start = boundsOf(span, this.timeZone).start;
    const isFirst = last !== null && start !== undefined && localDay(new Date(start), this.timeZone) <= last;
    return html`
      <header>
        <div class="segments" role="group" aria-label=${this.text('board.span')}>
          ${SPANS.map(
            (kind) =>
              html`<button
                type="button"
                aria-pressed=${span.kind === kind ? 'true' : 'false'}
                @click=${() => {
                  this.show({ span: { ...(span.kind === 'all' ? current : span), kind } });
                }}
              >
                ${this.text(`board.${kind}`)}
              </button>`,
          )}
        </div>
        <div class="step">
          ${
            span.kind === 'all'
              ? nothing
              : html`<button
                  class="round"
                  type="button"
                  aria-label=${this.text('board.earlier')}
                  ?disabled=${isFirst}
                  @click=${() => {
                    this.show({ span: moved(span, -1) });
                  }}
                >
                  ${icon(mdiChevronLeft)}
                </button>`
          }
          <h2 aria-live="polite">${this.nameOf(span)}</h2>
          ${
            span.kind === 'all'
              ? nothing
              : html`<button
                  class="round"
                  type="button"
                  aria-label=${this.text('board.later')}
                  ?disabled=${isLast}
                  @click=${() => {
                    this.show({ span: moved(span, 1) });
                  }}
                >
                  ${icon(mdiChevronRight)}
                </button>`
          }
        </div>
        <div class="actions">
          <button class="button" type="button" @click=${() => void this.download()}>
            ${icon(mdiDownload)}<span>CSV</span>
          </button>
          <button
            class="button"
            type="button"
            @click=${() => {
              this.reporting = true;
            }}
          >
            ${icon(mdiFileDocumentOutline)}<span>${this.text('board.report')}</span>
          </button>
        </div>
        ${this.renderFilters()}
      </header>
    `;
  }

  private renderFilters(): TemplateResult {
    const { whole, filter } = this;
    const chargers = whole?.by.charger ?? [];
    const select = (
      label: string,
      name: 'charge_point_id' | 'vehicle' | 'id_tag' | 'payer',
      options: readonly { value: string; text: string }[],
    ): TemplateResult | typeof nothing =>
      options.length < 2 && filter[name] === undefined
        ? nothing
        : html`<select
            aria-label=${label}
            class=${filter[name] === undefined ? '' : 'set'}
            @change=${(event: Event) => {
              const index = (event.target as HTMLSelectElement).selectedIndex;
              const next = { ...filter };
              const chosen = options[index - 1];
              if (chosen === undefined) Reflect.deleteProperty(next, name);
              else next[name] = chosen.value;
              this.show({ filter: next });
            }}
          >
            <option ?selected=${filter[name] === undefined}>${label}</option>
            ${options.map(({ value, text }) => html`<option ?selected=${filter[name] === value}>${text}</option>`)}
          </select>`;
    return html`<div class="filters" role="search">
      ${select(
        this.text('board.all_chargers'),
        'charge_point_id',
        chargers.map(({ key, name }) => ({ value: key, text: name ?? key })),
      )}
      ${select(this.text('board.all_vehicles'), 'vehicle', [
        ...(whole?.vehicles ?? []).map(({ id, name }) => ({ value: id, text: name })),
        ...((whole?.vehicles.length ?? 0) > 0
          ? [
              { value: 'guest', text: this.text('guest') },
              { value: '', text: this.text('board.no_vehicle') },
            ]
          : []),
      ])}
      ${select(
        this.text('board.all_tags'),
        'id_tag',
        (whole?.tags ?? []).map(({ id_tag, name }) => ({ value: id_tag, text: name ?? id_tag })),
      )}
      ${select(
        this.text('board.all_payers'),
        'payer',
        (whole?.payers.length ?? 0) === 0
          ? []
          : [
              ...(whole?.payers ?? []).map(({ id, name }) => ({ value: id, text: name })),
              { value: '', text: this.text('board.no_payer') },
            ],
      )}
      <label class="search"
        >${icon(mdiMagnify)}<input
          type="search"
          aria-label=${this.text('board.search')}
          placeholder=${this.text('board.search')}
          .value=${filter.text ?? ''}
          @input=${(event: InputEvent) => {
            const { value } = event.target as HTMLInputElement;
            clearTimeout(this.typing);
            this.typing = setTimeout(() => {
              const next = { ...this.filter };
              if (value.trim() === '') delete next.text;
              else next.text = value.trim();
              this.show({ filter: next });
            }, 300);
          }}
      /></label>
      ${
        this.key === null && Object.keys(filter).length === 0
          ? nothing
          : html`<button
              class="button chip"
              type="button"
              @click=${() => {
                this.show({ filter: {}, key: null });
              }}
            >
              ${icon(mdiClose)}${this.key === null ? this.text('board.clear') : this.nameOfKey(this.key, true)}
            </button>`
      }
      ${this.busy ? html`<span class="heard" role="status">${this.text('loading')}</span>` : nothing}
    </div>`;
  }

  private renderSums(sums: Sums): TemplateResult {
    const share = shareOf(sums);
    const costs = Object.entries(sums.cost);
    const [only] = costs;
    const priced = costs.length === 1 && only !== undefined && sums.energy_kwh > 0 ? only : undefined;
    return html`<ul class="sums">
      ${this.renderSum(this.text('energy'), this.format.energyParts(sums.energy_kwh), this.text('board.sessions_count', { count: sums.sessions }))}
      ${
        costs.length === 0
          ? this.renderSum(this.text('cost'), { value: '–', unit: '' }, this.text('board.no_prices'))
          : this.renderSum(
              this.text('cost'),
              { value: costs.map(([currency, value]) => this.format.money(value, currency)).join(' + '), unit: '' },
              priced === undefined ? '' : `⌀ ${this.format.price(priced[1] / sums.energy_kwh, priced[0])}`,
            )
      }
      <li>
        ${ring(share)}
        <span class="words"
          ><span class="weak">${this.text('solar_share')}</span
          ><span class="big number">${this.format.percent(share)}</span
          ><span class="weak"
            >${share === null ? this.text('board.not_measured') : this.format.energy(sums.sun_kwh)}</span
          ></span
        >
      </li>
      ${this.renderSum(
        this.text('board.duration'),
        this.hours(sums.duration_s),
        sums.sessions > 0
          ? this.text('board.each', { duration: this.format.duration(sums.duration_s / sums.sessions) })
          : '',
      )}
    </ul>`;
  }

  private hours(seconds: number): { value: string; unit: string } {
    return { value: this.format.number(seconds / 3600, seconds < 36_000 ? 1 : 0), unit: 'h' };
  }

  private renderSum(name: string, { value, unit }: { value: string; unit: string }, detail: string): TemplateResult {
    return html`<li>
      <span class="words"
        ><span class="weak">${name}</span
        ><span class="big number">${value}${unit === '' ? nothing : html`<small> ${unit}</small>`}</span
        ><span class="weak">${detail === '' ? ' ' : detail}</span></span
      >
    </li>`;
  }

  private renderChart(answer: SessionsAnswer, span: Span): TemplateResult {
    const currencies = Object.keys(answer.sums.cost);
    // Amounts of two currencies do not add up.
    const currency = currencies.length === 1 ? currencies[0] : undefined;
    const measure = currency === undefined ? 'energy' : this.measure;
    const groups = new Map(answer.by.time.map((group) => [group.key, group]));
    const { split } = this;
    const shares = split === 'source' ? [] : this.sharesOf(answer, split);
    const bars = keysOf(span, answer.by.time.map(({ key }) => key).sort()).map<Bar>((key) => ({
      key,
      label: this.nameOfKey(key, false),
      title: this.nameOfKey(key, true),
      parts:
        split === 'source'
          ? this.partsOf(groups.get(key), measure, currency)
          : this.splitOf(groups.get(key), split, shares, measure, currency),
    }));
    const write = (value: number): string =>
      measure === 'energy' ? this.format.energy(value) : this.format.money(value, currency ?? null);
    return html`<ha-card class="chart">
      <div class="title">
        <h3>${this.text(measure === 'energy' ? 'energy' : 'cost')}</h3>
        <div class="segments small" role="group" aria-label=${this.text('board.split_by')}>
          ${SPLITS.map(
            (each) =>
              html`<button
                type="button"
                aria-pressed=${split === each ? 'true' : 'false'}
                @click=${() => {
                  this.split = each;
                }}
              >
                ${this.text(`board.by_${each}`)}
              </button>`,
          )}
        </div>
        ${
          currency === undefined
            ? nothing
            : html`<div class="segments small" role="group" aria-label=${this.text('board.measure')}>
                ${(['energy', 'cost'] as const).map(
                  (each) =>
                    html`<button
                      type="button"
                      aria-pressed=${measure === each ? 'true' : 'false'}
                      @click=${() => {
                        this.measure = each;
                      }}
                    >
                      ${each === 'energy' ? 'kWh' : this.symbolOf(currency)}
                    </button>`,
                )}
              </div>`
        }
      </div>
      <ocpp-cs-bars
        .hass=${this.hass}
        .bars=${bars}
        .write=${write}
        .selected=${this.key}
        .label=${`${measure === 'energy' ? this.text('energy') : this.text('cost')}, ${this.nameOf(span)}`}
        ?choosable=${answer.total > 0}
        @ocpp-cs-bar=${(event: CustomEvent<{ key: string }>) => {
          this.choose(event.detail.key, span);
        }}
      ></ocpp-cs-bars>
      ${
        split !== 'source'
          ? this.renderShares(shares, measure, currency, write)
          : measure === 'energy'
            ? this.renderLegend(answer.sums)
            : nothing
      }
    </ha-card>`;
  }

  /** A day is shown in the table; a month or year becomes the span. */
  private choose(key: string, span: Span): void {
    const [year = 0, month, day] = key.split('-').map(Number);
    if (span.kind === 'month' || day !== undefined) this.show({ key: this.key === key ? null : key });
    else if (month !== undefined) this.show({ span: { kind: 'month', year, month } });
    else this.show({ span: { kind: 'year', year, month: 1 } });
  }

  private symbolOf(currency: string): string {
    return this.format.money(0, currency).replaceAll(/[\d.,\s]/g, '') || currency;
  }

  private partsOf(group: Group | undefined, measure: 'energy' | 'cost', currency: string | undefined): BarPart[] {
    if (group === undefined) return [];
    if (measure === 'cost') {
      return [{ value: group.cost[currency ?? ''] ?? 0, color: 'var(--ocpp-cs-cost)', label: this.text('cost') }];
    }
    return [
      { value: group.sun_kwh, color: 'var(--ocpp-cs-sun)', label: this.text('sun') },
      { value: group.grid_kwh, color: 'var(--ocpp-cs-grid)', label: this.text('grid') },
      { value: group.unknown_kwh, color: 'var(--ocpp-cs-unknown)', label: this.text('unknown') },
    ];
  }

  private sharesOf(answer: SessionsAnswer, kind: SplitKind): Share[] {
    const known = kind === 'vehicle' ? answer.vehicles.map(({ id }) => id) : answer.tags.map(({ id_tag }) => id_tag);
    return sharesOf(
      answer.by[kind],
      [...known, 'guest', ''],
      (group) => this.nameOfGroup(group, kind),
      this.text('board.others'),
    );
  }

  private splitOf(
    group: TimeGroup | undefined,
    kind: SplitKind,
    shares: readonly Share[],
    measure: 'energy' | 'cost',
    currency: string | undefined,
  ): BarPart[] {
    return shares.map((share) => ({
      value: valueOf(partOf(group, kind, share), measure, currency),
      color: share.color,
      label: share.name,
    }));
  }

  private renderShares(
    shares: readonly Share[],
    measure: 'energy' | 'cost',
    currency: string | undefined,
    write: (value: number) => string,
  ): TemplateResult {
    return html`<ul class="legend">
      ${shares.map(
        ({ color, name, sums }) =>
          html`<li>
            <i style=${styleMap({ background: color })}></i><span>${name}</span
            ><span class="number weak">${write(valueOf(sums, measure, currency))}</span>
          </li>`,
      )}
    </ul>`;
  }

  private renderLegend(sums: Sums): TemplateResult {
    const parts = this.partsOf({ ...sums, key: '', name: null }, 'energy', undefined).filter(({ value }) => value > 0);
    return html`<ul class="legend">
      ${parts.map(
        ({ value, color, label }) =>
          html`<li>
            <i style=${styleMap({ background: color })}></i>${label}<span class="number weak"
              >${this.format.energy(value)}</span
            >
          </li>`,
      )}
    </ul>`;
  }

  private renderGroups(answer: SessionsAnswer): TemplateResult {
    const groups = [...answer.by[this.grouped]].sort((a, b) => b.energy_kwh - a.energy_kwh);
    const most = Math.max(...groups.map(({ energy_kwh }) => energy_kwh), 0.001);
    return html`<ha-card class="groups">
      <div class="title">
        <div class="segments small" role="group" aria-label=${this.text('board.group_by')}>
          ${GROUPS.filter((kind) => kind !== 'payer' || answer.payers.length > 0).map(
            (kind) =>
              html`<button
                type="button"
                aria-pressed=${this.grouped === kind ? 'true' : 'false'}
                @click=${() => {
                  this.grouped = kind;
                }}
              >
                ${this.text(`board.by_${kind}`)}
              </button>`,
          )}
        </div>
      </div>
      <ul>
        ${groups.slice(0, 8).map((group) => this.renderGroup(group, most))}
      </ul>
      ${groups.length === 0 ? html`<p class="weak">${this.text('board.no_sessions')}</p>` : nothing}
    </ha-card>`;
  }

  private renderGroup(group: Group, most: number): TemplateResult {
    const fields = { vehicle: 'vehicle', tag: 'id_tag', charger: 'charge_point_id', payer: 'payer' } as const;
    const field = fields[this.grouped];
    const chosen = this.filter[field] === group.key;
    const costs = Object.entries(group.cost).map(([currency, value]) => this.format.money(value, currency));
    return html`<li>
      <button
        type="button"
        class="group"
        aria-pressed=${chosen ? 'true' : 'false'}
        @click=${() => {
          const next = { ...this.filter };
          if (chosen) Reflect.deleteProperty(next, field);
          else next[field] = group.key;
          this.show({ filter: next });
        }}
      >
        <span class="name">${this.nameOfGroup(group, this.grouped)}</span>
        <span class="number">${this.format.energy(group.energy_kwh)}</span>
        <span class="number weak">${costs.join(' + ')}</span>
        ${this.renderMix(group, group.energy_kwh / most)}
      </button>
    </li>`;
  }

  private nameOfGroup({ key, name }: Group, kind: GroupKind): string {
    if (name !== null) return name;
    if (key === 'guest') return this.text('guest');
    if (key === '' && kind === 'payer') return this.text('board.no_payer');
    if (key === '') return kind === 'vehicle' ? this.text('board.no_vehicle') : this.text('board.no_tag');
    return key;
  }

  /** A bar of sun and grid; `length` is its share of the longest one. */
  private renderMix(
    { sun_kwh, grid_kwh, energy_kwh }: { sun_kwh: number | null; grid_kwh: number | null; energy_kwh: number | null },
    length: number,
  ): TemplateResult {
    const total = Math.max(energy_kwh ?? 0, 0.0001);
    const part = (value: number | null): string => `${Math.min(((value ?? 0) / total) * 100, 100).toFixed(1)}%`;
    return html`<span class="mix" aria-hidden="true"
      ><span class="all" style=${styleMap({ inlineSize: `${Math.max(Math.min(length, 1) * 100, 1).toFixed(1)}%` })}
        ><i class="sun" style=${styleMap({ inlineSize: part(sun_kwh) })}></i
        ><i class="grid" style=${styleMap({ inlineSize: part(grid_kwh) })}></i></span
    ></span>`;
  }

  private renderTable(answer: SessionsAnswer): TemplateResult {
    const { sessions, total, sums } = answer;
    if (total === 0) {
      return html`<ha-card class="empty">
        ${icon(mdiAccountOutline)}
        <p>${this.text(Object.keys(this.filter).length > 0 ? 'board.none_match' : 'board.no_sessions')}</p>
      </ha-card>`;
    }
    const most = Math.max(...sessions.map(({ energy_kwh }) => energy_kwh ?? 0), 0.001);
    const costs = Object.entries(sums.cost).map(([currency, value]) => this.format.money(value, currency));
    return html`<ha-card class="table">
      <table>
        <caption class="heard">
          ${this.text('board.sessions')}
        </caption>
        <thead>
          <tr>
            ${this.renderSort('start', this.text('board.start'))}
            <th scope="col">${this.text('board.who')}</th>
            <th scope="col" class="charger">${this.text('board.charger')}</th>
            <th scope="col" class="end duration">${this.text('board.duration')}</th>
            ${this.renderSort('energy', this.text('energy'))}
            <th scope="col" class="end share">${this.text('sun')}</th>
            ${this.renderSort('cost', this.text('cost'))}
            <th scope="col" class="end price">${this.text('board.per_kwh')}</th>
          </tr>
        </thead>
        <tbody>
          ${sessions.map((session) => this.renderRow(session, most))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colspan="2">${this.text('board.sessions_count', { count: sums.sessions })}</th>
            <td class="charger"></td>
            <td class="end number duration">${this.format.duration(sums.duration_s)}</td>
            <td class="end number">${this.format.energy(sums.energy_kwh)}</td>
            <td class="end number share">${this.format.percent(shareOf(sums))}</td>
            <td class="end number">${costs.length === 0 ? '–' : costs.join(' + ')}</td>
            <td class="price"></td>
          </tr>
        </tfoot>
      </table>
      ${
        sessions.length < total
          ? html`<div class="more">
              <button class="button" type="button" ?disabled=${this.busy} @click=${() => void this.more()}>
                ${this.text('board.more', { count: Math.min(PAGE, total - sessions.length), total })}
              </button>
            </div>`
          : nothing
      }
    </ha-card>`;
  }

  private renderSort(field: 'start' | 'energy' | 'cost', name: string): TemplateResult {
    const order: Order = field === 'start' ? (this.order === 'newest' ? 'oldest' : 'newest') : field;
    const sorted =
      field === 'start' ? this.order === 'newest' || this.order === 'oldest' : (this.order as string) === field;
    const direction = sorted ? (this.order === 'oldest' ? 'ascending' : 'descending') : 'none';
    return html`<th scope="col" class=${field === 'start' ? '' : 'end'} aria-sort=${direction}>
      <button
        type="button"
        class="sort"
        @click=${() => {
          this.show({ order });
        }}
      >
        ${name}<span aria-hidden="true">${sorted ? (this.order === 'oldest' ? '↑' : '↓') : ''}</span>
      </button>
    </th>`;
  }

  private renderRow(session: Session, most: number): TemplateResult {
    // The vehicle first, and then the card: also where the vehicle is a guest's.
    const vehicle = session.vehicle_name ?? (session.vehicle === 'guest' ? this.text('guest') : null);
    const name = vehicle ?? session.tag_name ?? session.id_tag;
    const second = vehicle === null || session.tag_name === vehicle ? null : session.tag_name;
    const place = session.place_name;
    const when = session.start ?? session.end;
    return html`<tr
      class=${session.struck_out ? 'struck' : isNothing(session) ? 'tiny' : ''}
      @click=${() => {
        this.opened = session;
      }}
    >
      <th scope="row">
        <button
          type="button"
          class="open"
          @click=${(event: Event) => {
            event.stopPropagation();
            this.opened = session;
          }}
        >
          <span class="day">${this.format.day(when)}</span>
          <span class="weak number">${this.format.time(when)}</span>
        </button>
      </th>
      <td>
        <span class="who">${name === '' ? this.text('unknown') : name}</span>
        ${session.end === null ? html`<span class="running narrow">${this.text('board.running')}</span>` : nothing}
        ${second === null ? nothing : html`<span class="weak second">${second}</span>`}
        <span class="weak second place">${place}</span>
        ${this.renderTold(session, 'second place')}
      </td>
      <td class="charger weak">${place}${this.renderTold(session, 'second')}</td>
      <td class="end number duration">
        ${session.end === null ? html`<span class="running">${this.text('board.running')}</span>` : this.format.duration(session.duration_s)}
        ${session.offline ? html`<span class="mark" title=${this.text('board.offline')}>${icon(mdiWifiOff)}</span>` : nothing}
      </td>
      <td class="end number energy">
        ${this.format.energy(session.energy_kwh)} ${this.renderMix(session, (session.energy_kwh ?? 0) / most)}
      </td>
      <td class="end number share">${this.format.percent(session.solar_share)}</td>
      <td class="end number cost">${this.format.money(session.cost, session.currency)}</td>
      <td class="end number price weak">${this.format.price(session.average_price, session.currency)}</td>
    </tr>`;
  }

  /** Tell in a row to whom the session went: who pays first. */
  private renderTold({ backends, payer_name: payer }: Session, where: string): TemplateResult | typeof nothing {
    if (backends.length === 0) return nothing;
    const names = backends.map(({ name }) => name);
    const sorted = [...names].sort((a, b) => Number(b === payer) - Number(a === payer));
    return html`<span class="weak told ${where}" title=${backends.map((each) => toldOf(each, this.text)).join(', ')}
      >${icon(signOf(backends))}<span class="heard">${this.text('board.backends')}</span>${sorted.join(', ')}</span
    >`;
  }

  private async download(): Promise<void> {
    const { span, hass } = this;
    if (span === undefined || hass === undefined) return;
    const request = this.request(
      this.key === null ? boundsOf(span, this.timeZone) : boundsOfKey(this.key, this.timeZone),
    );
    // The table has all that match, in the order of time.
    delete request.order;
    delete request.limit;
    delete request.struck_out;
    try {
      const { csv, filename } = await hass.callWS<{ csv: string; filename: string }>({
        type: 'ocpp_cs/sessions/csv',
        ...request,
        language: languageOf(hass.locale?.language ?? hass.language),
      });
      save(new Blob([csv], { type: 'text/csv;charset=utf-8' }), filename);
    } catch (err) {
      this.error = this.text('no_answer', { error: messageOf(err) });
    }
  }

  static override readonly styles = [
    ...base,
    controls,
    css`
      :host {
        --ocpp-cs-cost: var(--primary-color, #03a9f4);
        container-type: inline-size;
      }
      .page {
        display: grid;
        gap: 16px;
      }
      header {
        display: grid;
        grid-template-columns: auto 1fr auto;
        align-items: center;
        gap: 12px 16px;
      }
      .segments button {
        padding-inline: 16px;
      }
      .segments.small button {
        min-block-size: 30px;
        padding-inline: 12px;
        font-size: 13px;
      }
      .step {
        display: flex;
        align-items: center;
        gap: 4px;
      }
      h2 {
        margin: 0;
        min-inline-size: 160px;
        text-align: center;
        font-size: 20px;
        font-weight: 500;
      }
      h3 {
        margin: 0;
        font-size: 15px;
        font-weight: 500;
      }
      .round {
        display: grid;
        place-items: center;
        inline-size: 40px;
        block-size: 40px;
        border-radius: 50%;
      }
      .round:hover:enabled {
        background: var(--ocpp-cs-soft);
      }
      :host(:dir(rtl)) .round .icon {
        transform: scaleX(-1);
      }
      .actions {
        display: flex;
        gap: 8px;
      }
      .actions .button .icon {
        inline-size: 18px;
        block-size: 18px;
      }
      .filters {
        grid-column: 1 / -1;
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
      }
      .filters select,
      .search input {
        min-block-size: 36px;
        border-radius: 18px;
        padding-inline: 14px;
        max-inline-size: 220px;
      }
      .filters select {
        padding-inline-end: 8px;
      }
      .filters .set {
        border-color: var(--primary-color, #03a9f4);
        background: color-mix(in srgb, var(--primary-color, #03a9f4) 12%, transparent);
      }
      .search {
        position: relative;
        display: flex;
        align-items: center;
      }
      .search .icon {
        position: absolute;
        inset-inline-start: 12px;
        inline-size: 18px;
        block-size: 18px;
        color: var(--ocpp-cs-weak);
        pointer-events: none;
      }
      .search input {
        inline-size: 190px;
        padding-inline-start: 36px;
      }
      .chip {
        min-block-size: 36px;
        padding-inline: 10px 14px;
      }
      .chip .icon {
        inline-size: 16px;
        block-size: 16px;
      }
      .sums {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(150px, 1fr));
        gap: 16px;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      .sums li {
        display: flex;
        align-items: center;
        gap: 14px;
        padding: 14px 18px;
        border-radius: var(--ha-card-border-radius, 12px);
        background: var(--ha-card-background, var(--card-background-color, #fff));
        border: var(--ha-card-border-width, 1px) solid var(--ha-card-border-color, var(--divider-color, #e0e0e0));
      }
      .sums .words {
        display: grid;
        min-inline-size: 0;
        font-size: 13px;
      }
      .sums .words > .weak {
        white-space: nowrap;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .big {
        font-size: 26px;
        font-weight: 600;
        line-height: 1.25;
        letter-spacing: -0.01em;
      }
      .big small {
        font-size: 15px;
        font-weight: 500;
      }
      .ring {
        flex: none;
        inline-size: 52px;
        block-size: 52px;
        transform: rotate(-90deg);
      }
      .ring circle {
        fill: none;
        stroke-width: 6;
        stroke: var(--ocpp-cs-soft);
      }
      .ring .of {
        stroke: var(--ocpp-cs-sun);
        stroke-linecap: round;
        transition: stroke-dasharray 0.4s;
      }
      .charts {
        display: grid;
        grid-template-columns: minmax(0, 2fr) minmax(0, 1fr);
        gap: 16px;
      }
      .chart,
      .groups {
        padding: 16px;
      }
      .title {
        display: flex;
        align-items: center;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 8px 12px;
        min-block-size: 36px;
        margin-block-end: 10px;
      }
      .groups .segments {
        flex: 1;
      }
      .groups ul,
      .legend {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      .group {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 0 12px;
        inline-size: 100%;
        padding: 8px 10px;
        border-radius: 10px;
        text-align: start;
      }
      .group:hover,
      .group[aria-pressed='true'] {
        background: var(--ocpp-cs-soft);
      }
      .group .name {
        font-weight: 500;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .group .number {
        text-align: end;
      }
      .group .weak {
        grid-row: 2;
        grid-column: 2;
        text-align: end;
        min-inline-size: 64px;
        font-size: 12px;
      }
      .group .mix {
        grid-row: 2;
        grid-column: 1;
        align-self: center;
      }
      .mix {
        display: block;
        block-size: 6px;
      }
      .mix .all {
        display: flex;
        gap: 1px;
        block-size: 100%;
        border-radius: 3px;
        overflow: hidden;
        background: color-mix(in srgb, var(--ocpp-cs-unknown) 55%, transparent);
      }
      .mix .sun {
        background: var(--ocpp-cs-sun);
      }
      .mix .grid {
        background: var(--ocpp-cs-grid);
      }
      .legend {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 18px;
        padding-block-start: 8px;
        padding-inline-start: 44px;
        font-size: 13px;
      }
      .legend li {
        display: flex;
        align-items: center;
        gap: 6px;
      }
      .legend i {
        inline-size: 10px;
        block-size: 10px;
        border-radius: 3px;
      }
      .table {
        overflow: hidden;
      }
      table {
        inline-size: 100%;
        border-collapse: collapse;
      }
      th {
        font-weight: 400;
        text-align: start;
      }
      .end {
        text-align: end;
      }
      thead th {
        padding: 10px 12px;
        color: var(--ocpp-cs-weak);
        font-size: 12px;
        white-space: nowrap;
      }
      .sort {
        font-weight: 500;
      }
      .sort:hover {
        color: var(--primary-text-color);
      }
      .sort span {
        display: inline-block;
        inline-size: 1em;
      }
      tbody tr {
        border-block-start: 1px solid var(--ocpp-cs-line);
        cursor: pointer;
      }
      tbody tr:hover {
        background: var(--ocpp-cs-soft);
      }
      tbody td,
      tbody th {
        padding: 9px 12px;
        white-space: nowrap;
      }
      .open {
        display: grid;
        text-align: start;
        line-height: 1.3;
      }
      .day,
      .who {
        font-weight: 500;
      }
      .second {
        display: block;
        font-size: 12px;
        line-height: 1.3;
      }
      .place {
        display: none;
      }
      .told .icon {
        inline-size: 16px;
        block-size: 16px;
        margin-inline-end: 4px;
        vertical-align: -4px;
      }
      .energy {
        min-inline-size: 110px;
      }
      .energy .mix {
        margin-block-start: 3px;
        block-size: 4px;
        direction: rtl;
      }
      .energy .all {
        direction: ltr;
      }
      .struck .energy,
      .struck .cost {
        text-decoration: line-through;
      }
      .struck {
        opacity: 0.55;
      }
      .running.narrow {
        display: none;
      }
      .tiny {
        opacity: 0.55;
      }
      .running {
        padding: 2px 9px;
        border-radius: 10px;
        background: color-mix(in srgb, var(--ocpp-cs-charging) 18%, transparent);
        font-size: 12px;
      }
      .mark .icon {
        inline-size: 14px;
        block-size: 14px;
        color: var(--ocpp-cs-weak);
        vertical-align: -2px;
      }
      tfoot {
        border-block-start: 2px solid var(--ocpp-cs-line);
        font-weight: 600;
      }
      tfoot th {
        font-weight: 600;
      }
      tfoot td,
      tfoot th {
        padding: 12px;
      }
      .more {
        display: flex;
        justify-content: center;
        padding: 12px;
        border-block-start: 1px solid var(--ocpp-cs-line);
      }
      .empty {
        display: grid;
        justify-items: center;
        gap: 8px;
        padding: 48px 16px;
        color: var(--ocpp-cs-weak);
        text-align: center;
      }
      .empty .icon {
        inline-size: 40px;
        block-size: 40px;
        opacity: 0.6;
      }
      .empty p {
        margin: 0;
      }
      .error {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 16px;
        padding: 12px 16px;
      }
      .wait {
        min-block-size: 320px;
      }
      @container (max-width: 900px) {
        .charts {
          grid-template-columns: minmax(0, 1fr);
        }
        th.price,
        td.price,
        th.charger,
        td.charger {
          display: none;
        }
        .place {
          display: block;
        }
      }
      @container (max-width: 640px) {
        .page {
          gap: 10px;
        }
        header {
          grid-template-columns: 1fr auto;
          gap: 8px;
        }
        .step {
          grid-row: 2;
          grid-column: 1 / -1;
          justify-content: space-between;
        }
        .actions .button span {
          display: none;
        }
        .actions .button {
          padding: 0 11px;
        }
        .segments button {
          padding-inline: 10px;
        }
        .filters {
          flex-wrap: nowrap;
          overflow-x: auto;
          scrollbar-width: none;
          margin-inline: -8px;
          padding: 2px 8px;
        }
        .filters > * {
          flex: none;
        }
        .filters select {
          max-inline-size: 150px;
        }
        .sums {
          grid-template-columns: 1fr 1fr;
          gap: 8px;
        }
        .sums li {
          padding: 10px 12px;
          gap: 10px;
        }
        .sums .words {
          font-size: 12px;
        }
        .big {
          font-size: 20px;
        }
        .ring {
          inline-size: 40px;
          block-size: 40px;
        }
        .charts {
          gap: 10px;
        }
        .chart,
        .groups {
          padding: 12px;
        }
        .running.narrow {
          display: inline-block;
        }
        th.duration,
        td.duration,
        th.share,
        td.share {
          display: none;
        }
        tbody td,
        tbody th,
        thead th,
        tfoot td,
        tfoot th {
          padding-inline: 8px;
        }
        tbody td {
          white-space: normal;
        }
        tbody .number {
          white-space: nowrap;
        }
        .energy {
          min-inline-size: 76px;
        }
      }
      @container (max-width: 460px) {
        table {
          font-size: 13px;
        }
        .sort span {
          inline-size: auto;
        }
        tbody td,
        tbody th,
        thead th,
        tfoot td,
        tfoot th {
          padding-inline: 4px;
        }
        tr > :first-child {
          padding-inline-start: 10px;
        }
        tr > :nth-child(7) {
          padding-inline-end: 10px;
        }
        .who {
          overflow-wrap: anywhere;
        }
        .energy {
          min-inline-size: 60px;
        }
        tfoot td {
          white-space: nowrap;
        }
      }
    `,
  ];
}

/** Return whether a session has ended without charging anything that is shown. */
function isNothing({ end, energy_kwh, discharged_kwh }: Session): boolean {
  return end !== null && energy_kwh !== null && energy_kwh < 0.05 && (discharged_kwh ?? 0) < 0.05;
}

/** The share of the sun in what was measured; null where nothing was. */
export function valueOf(
  { energy_kwh, cost }: Share['sums'],
  measure: 'energy' | 'cost',
  currency: string | undefined,
): number {
  return measure === 'energy' ? energy_kwh : (cost[currency ?? ''] ?? 0);
}

function shareOf({ sun_kwh, grid_kwh }: Sums): number | null {
  const known = sun_kwh + grid_kwh;
  return known > 0 ? sun_kwh / known : null;
}

function ring(share: number | null): TemplateResult {
  const around = 2 * Math.PI * 21;
  return html`<svg class="ring" viewBox="0 0 52 52" aria-hidden="true">
    <circle cx="26" cy="26" r="21"></circle>
    ${
      share === null || share <= 0
        ? nothing
        : svg`<circle class="of" cx="26" cy="26" r="21" stroke-dasharray="${share * around} ${around}"></circle>`
    }
  </svg>`;
}

/** Have the browser save a file. */
function save(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 10_000);
}

declare global {
  interface HTMLElementTagNameMap {
    'ocpp-cs-sessions-card': OcppCsSessionsCard;
  }
}
