/** A user, a connector and a plan as the server tells them; each test changes what it is about. */
import type { Connector, House, LiveEvent, PlanSummary, PlanView, Server } from '../src/api.ts';
import type { Hass, HassEntity } from '../src/shared/hass.ts';

export function connectorOf(changes: Partial<Connector> = {}): Connector {
  return {
    entry_id: 'entry',
    device_id: 'device',
    charger_device_id: 'charger',
    charge_point_id: 'BOX',
    connector_id: 1,
    name: 'Garage',
    charger_name: 'Garage',
    place_name: 'Garage',
    area_id: null,
    entities: {
      'switch.charging': 'switch.charging',
      'select.charge_mode': 'select.mode',
      'sensor.charging_state': 'sensor.state',
      'switch.ready_in_time': 'switch.plan',
      'select.vehicle': 'select.vehicle',
      'sensor.charge_plan': 'sensor.plan',
      'sensor.last_session': 'sensor.last',
    },
    hidden: [],
    online: true,
    state: 'charging',
    reason: 'following_sun',
    until: null,
    power_w: 7430,
    current_a: 10.8,
    current_limit_a: 11,
    limited_by: null,
    phases: 3,
    mode: 'solar',
    modes: ['manual', 'off', 'fast', 'min_solar', 'solar'],
    boosted: false,
    can_start: false,
    can_stop: true,
    who: { name: 'Ioniq 5', tag: 'Anna', vehicle: 'Ioniq 5' },
    vehicle_id: 'ioniq',
    soc: 64,
    session: {
      transaction_id: 1,
      start: '2026-11-29T10:00:00Z',
      end: null,
      energy_kwh: 9.31,
      discharged_kwh: null,
      cost: 2.78,
      currency: 'EUR',
      solar_share: 0.62,
      average_price: 0.298,
      time_remaining_s: 8000,
      backends: [],
    },
    plan: planOf(),
    ...changes,
  };
}

export function planOf(changes: Partial<PlanSummary> = {}): PlanSummary {
  return {
    armed: true,
    state: 'waiting',
    target_soc: null,
    target_kwh: 20,
    ready_by: '2026-11-30T06:00:00Z',
    ready_at: '07:00:00',
    weekdays: ['mon', 'tue'],
    least_soc: null,
    least_kwh: null,
    below_price: null,
    tells_soc: false,
    weekly: null,
    coming: [],
    ...changes,
  };
}

export function viewOf(changes: Partial<PlanView> = {}): PlanView {
  return {
    ...planOf(),
    slots: [],
    prices: [],
    sun: [],
    cost: 3.11,
    currency: 'EUR',
    solar_share: 0.6,
    energy_kwh: 12,
    ready_at_time: null,
    missing_kwh: 0,
    shortage: null,
    ...changes,
  };
}

export function houseOf(changes: Partial<House> = {}): House {
  return {
    entry_id: 'entry',
    grid_w: 200,
    solar_w: 5000,
    battery_w: 0,
    battery_soc: 50,
    home_w: 600,
    chargers_w: 4600,
    price: 0.3,
    sun_price: 0.08,
    hold_battery: null,
    ...changes,
  };
}

export function serverOf(connectors: Connector[] = [connectorOf()]): Server {
  return {
    entry_id: 'entry',
    title: 'OCPP',
    currency: 'EUR',
    house: houseOf(),
    connectors,
    vehicles: [{ id: 'ioniq', name: 'Ioniq 5', icon: null, picture: null, capacity_kwh: 77 }],
  };
}

export interface Call {
  domain: string;
  service: string;
  data: Record<string, unknown>;
}

/** Home Assistant's object, with what is called by it. */
export class FakeHass implements Hass {
  language = 'en';
  locale = { language: 'en', number_format: 'language', time_format: '24', time_zone: 'server' };
  config = { time_zone: 'Europe/Berlin', currency: 'EUR' };
  entities: Hass['entities'] = {};
  devices: Hass['devices'] = {};
  states: Record<string, HassEntity | undefined> = {};
  calls: Call[] = [];
  asked: Record<string, unknown>[] = [];
  answer: (message: Record<string, unknown>) => unknown = () => viewOf();
  refuse: Error | null = null;
  subscriptions = 0;
  private send: ((event: unknown) => void) | null = null;

  constructor(
    public first: LiveEvent | { code: string } = { servers: [serverOf()] },
    language = 'en',
  ) {
    this.language = language;
    this.locale.language = language;
  }

  private readonly ready: (() => void)[] = [];

  /** Lose the connection, and what was subscribed to on it; then it is back. */
  reconnect(): void {
    this.subscriptions = 0;
    this.send = null;
    for (const callback of this.ready) callback();
  }

  readonly connection = {
    addEventListener: (_event: 'ready', callback: () => void): void => {
      this.ready.push(callback);
    },
    subscribeMessage: (callback: (event: unknown) => void): Promise<() => Promise<void>> => {
      this.subscriptions += 1;
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as Home Assistant does
      if ('code' in this.first) return Promise.reject(this.first);
      this.send = callback;
      callback(this.first);
      return Promise.resolve(() => {
        this.subscriptions -= 1;
        this.send = null;
        return Promise.resolve();
      });
    },
  };

  tell(event: LiveEvent): void {
    this.send?.(event);
  }

  callService(domain: string, service: string, data: object = {}): Promise<unknown> {
    this.calls.push({ domain, service, data: data as Record<string, unknown> });
    return this.refuse === null ? Promise.resolve() : Promise.reject(this.refuse);
  }

  callWS<T>(message: object): Promise<T> {
    this.asked.push(message as Record<string, unknown>);
    return Promise.resolve(this.answer(message as Record<string, unknown>) as T);
  }
}
