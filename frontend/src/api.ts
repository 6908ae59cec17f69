/**
 * The WebSocket API of the integration: what `custom_components/ocpp_cs/websocket_api.py` answers.
 *
 * Times are ISO 8601 in UTC. Energies are in kWh, powers in W, shares from 0 to 1. What is unknown is null.
 */

export type ISOTime = string;

/** `ocpp_cs/live` {entry_id?} (subscription): first an event with everything, then one with each connector or house that changed. */
export interface LiveEvent {
  servers?: Server[]; // everything; only in the first event, and when chargers or connectors come and go
  connectors?: Connector[]; // those that changed, whole
  houses?: House[]; // those that changed, whole
}

export interface Server {
  entry_id: string;
  title: string;
  currency: string;
  house: House;
  connectors: Connector[];
  vehicles: VehicleInfo[];
}

export interface House {
  entry_id: string;
  grid_w: number | null; // > 0: from the grid
  solar_w: number | null;
  battery_w: number | null; // > 0: discharging
  battery_soc: number | null;
  home_w: number | null; // all but charging
  chargers_w: number | null;
  price: number | null; // of a kWh from the grid, now
  sun_price: number | null;
  hold_battery: boolean | null; // null: is not used
}

export interface VehicleInfo {
  id: string;
  name: string;
  icon: string | null;
  picture: string | null;
  capacity_kwh: number | null;
}

export interface Connector {
  entry_id: string;
  device_id: string; // of the connector; of the charger if it has one connector
  charger_device_id: string;
  charge_point_id: string;
  connector_id: number;
  name: string; // of the device, as the user named it
  charger_name: string;
  place_name: string; // that stands alone: with its charger's, where that has several connectors
  area_id: string | null;
  /** "sensor.power" (domain and key of the entity) -> its entity id; without entities that are disabled. */
  entities: Record<string, string>;
  hidden: string[]; // those of them that are hidden, e.g. "sensor.power"
  online: boolean;
  state: string | null; // a state of the sensor charging_state
  /**
   * A state of the sensor control_state; null in manual mode. "phase_guard", in each mode: the phases that the user chose
   * are switched at `until`, as some time must pass between two switches.
   */
  reason: string | null;
  until: ISOTime | null; // when `reason` ends, if that is known
  power_w: number | null; // < 0: the vehicle gives it back
  current_a: number | null; // measured, of the phase with most
  current_limit_a: number | null; // that the vehicle may take
  limited_by: string | null; // the name of the backend that allows less than is wanted here
  phases: number | null; // in use
  mode: string | null; // null: there are no modes
  modes: string[];
  boosted: boolean;
  can_start: boolean;
  can_stop: boolean;
  who: Who;
  vehicle_id: string | null; // "guest": none of the known ones
  soc: number | null;
  session: RunningSession | null; // that runs, or the last one while its vehicle is plugged in
  plan: PlanSummary | null; // null: there are no plans
}

export interface Who {
  name: string | null; // the vehicle's, else the tag's
  tag: string | null; // the tag's name
  vehicle: string | null; // the vehicle's name
}

export interface RunningSession {
  transaction_id: number | string;
  start: ISOTime | null;
  end: ISOTime | null;
  energy_kwh: number | null;
  discharged_kwh: number | null; // what the vehicle has given back; null: it could not
  cost: number | null;
  currency: string | null;
  solar_share: number | null;
  average_price: number | null;
  time_remaining_s: number | null;
  backends: ToldTo[];
}

/** A session at a backend. */
export interface ToldTo {
  name: string; // also of one that was removed
  /**
   * "told": it runs, and its start was taken there. "waiting": its start or end is still to be told. "confirmed": its end was
   * taken. "refused": its card was refused. "given_up": the backend was removed before it had confirmed the end.
   */
  state: string;
  confirmed: ISOTime | null;
  id: string | null; // of the session there
}

export interface PlanSummary {
  armed: boolean;
  state: string; // a state of the sensor charge_plan
  target_soc: number | null;
  target_kwh: number | null;
  ready_by: ISOTime | null;
  ready_at: string | null; // local time of the day, "07:00:00"
  weekdays: string[]; // "mon" to "sun"; empty: once
  least_soc: number | null;
  least_kwh: number | null;
  below_price: number | null;
  tells_soc: boolean; // a state of charge can be the target
  weekly: { id: string; name: string } | null; // the weekly plan that the goal was taken from
  coming: ComingPlan[]; // the next time of each weekly plan after that, from the first to the last
}

/** The next time of a weekly plan that is for a connector, or for the vehicle there. */
export interface ComingPlan {
  id: string; // of its subentry
  name: string;
  when: ISOTime;
  ready_at: string; // local time of the day, "07:00:00"
  weekdays: string[]; // "mon" to "sun"
  target_soc: number | null;
  target_kwh: number | null;
}

/**
 * `ocpp_cs/plan` {device_id} and `ocpp_cs/plan/preview` {device_id, energy_kwh?, soc?, ready_by?, ready_at?, weekdays?,
 * below_price?, least_kwh?, least_soc?}
 *
 * Nothing is armed by a preview. What it leaves out stays as it is set; null clears it. `ready_by` (a time) and `ready_at`
 * (a local time of the day) exclude each other. In a mode that uses no plans, `state` is `other_mode` and the rest is that
 * of the mode for sun only. Errors are translated (`translation_key`): of no charger, without modes, without the state of
 * charge or prices that the goal needs.
 */
export interface PlanView extends PlanSummary {
  slots: PlanSlot[];
  prices: PriceSlot[]; // from now on
  sun: SunSlot[]; // from now on
  cost: number | null;
  currency: string;
  solar_share: number | null;
  energy_kwh: number | null; // still missing
  ready_at_time: ISOTime | null; // when it will be done
  missing_kwh: number; // that will be missing at `ready_by`
  shortage: string | null;
}

export interface PlanSlot {
  start: ISOTime;
  end: ISOTime;
  power_w: number;
  sun_w: number; // the part of it that is expected from the sun
  price: number | null;
}

export interface PriceSlot {
  start: ISOTime;
  end: ISOTime;
  price: number;
}

export interface SunSlot {
  start: ISOTime;
  end: ISOTime;
  power_w: number; // expected of the whole roof
}

/**
 * `ocpp_cs/sessions`: all filters are optional.
 *
 * A session counts for the time at which it began. It may still run, and counts with what it has so far. Who is no
 * administrator gets an opaque handle instead of an id tag, which the filter takes as well.
 */
export interface SessionsRequest {
  entry_id?: string; // all servers without it
  start?: ISOTime; // that began at this time or later
  end?: ISOTime; // that began before this time
  charge_point_id?: string;
  connector_id?: number;
  id_tag?: string; // "": without a tag
  vehicle?: string; // id; "": without a vehicle
  payer?: string; // id of a backend; "": those that no backend pays
  text?: string; // in names of tag, vehicle, charger
  time_zone?: string; // of days, months and years; that of Home Assistant without it
  struck_out?: boolean; // with those that are struck out, which the sums never count
  order?: 'newest' | 'oldest' | 'energy' | 'cost';
  offset?: number;
  limit?: number; // 50 without it, at most 500
}

export interface SessionsAnswer {
  sessions: Session[];
  total: number; // that match, of which `sessions` is one page
  sums: Sums;
  by: {
    /** Days, months or years of `time_zone`, whichever suits the span; keys "2026-11-29", "2026-11", "2026". */
    time: TimeGroup[];
    tag: Group[];
    vehicle: Group[];
    charger: Group[];
    payer: Group[];
  };
  /** All that can be chosen in filters, whatever the filter. */
  tags: { id_tag: string; name: string | null }[];
  vehicles: { id: string; name: string }[];
  payers: { id: string; name: string }[];
  first: ISOTime | null; // start of the oldest session of all
}

export interface Sums {
  sessions: number;
  energy_kwh: number;
  sun_kwh: number;
  grid_kwh: number;
  unknown_kwh: number; // neither sun nor grid is known
  duration_s: number;
  /** By currency; without one that has no cost. */
  cost: Record<string, number>;
}

export interface Group extends Sums {
  key: string; // time, id tag, vehicle id, charge point id, id of a backend; "" for none
  name: string | null;
}

/** A day, month or year, and what each tag, vehicle, charger and payer had of it, by the keys of their groups. */
export interface TimeGroup extends Group {
  by: Record<'tag' | 'vehicle' | 'charger' | 'payer', Record<string, Pick<Sums, 'energy_kwh' | 'cost'>>>;
}

export interface Session {
  entry_id: string;
  charge_point_id: string;
  charger_name: string;
  place_name: string; // as in `Connector`
  connector_id: number | null;
  transaction_id: number | string;
  reported_start: ISOTime; // with the three ids above: which session it is
  id_tag: string;
  tag_name: string | null;
  vehicle: string | null;
  vehicle_name: string | null;
  start: ISOTime | null;
  end: ISOTime | null; // null: it runs
  duration_s: number | null;
  energy_kwh: number | null;
  sun_kwh: number | null;
  grid_kwh: number | null;
  solar_share: number | null;
  cost: number | null; // of what was charged
  discharged_kwh: number | null; // what the vehicle has given back; null: it could not
  discharged_value: number | null;
  total_cost: number | null; // cost less discharged_value
  currency: string | null;
  average_price: number | null;
  soc_start: number | null;
  soc_end: number | null;
  meter_start_kwh: number | null;
  meter_stop_kwh: number | null;
  reason: string | null;
  offline: boolean;
  payer: string | null; // id of the backend that pays
  payer_name: string | null;
  backends: ToldTo[];
  struck_out: boolean;
  /** For administrators: from the oldest to the newest. */
  changes: { time: ISOTime; by: string; before: Record<string, unknown> }[];
}

/** `ocpp_cs/session/curve` {entry_id, charge_point_id, transaction_id, reported_start} */
export interface Curve {
  points: { time: ISOTime; power_w: number | null; price: number | null }[];
}

/**
 * `ocpp_cs/session/correct` (administrators) {which session, as above; id_tag?, vehicle? (id, "guest" or null), struck_out?}
 * answers the Session.
 *
 * `ocpp_cs/sessions/csv` {language?, SessionsRequest without paging} answers {csv: string, filename: string}.
 */

/** `ocpp_cs/chargers`: health. */
export interface ChargersAnswer {
  chargers: ChargerHealth[];
}

export interface ChargerHealth {
  entry_id: string;
  device_id: string;
  charge_point_id: string;
  name: string;
  area_id: string | null;
  /** Of the charger itself, as in `Connector`. */
  entities: Record<string, string>;
  online: boolean;
  since: ISOTime | null; // of the connection, or last seen
  vendor: string | null;
  model: string | null;
  firmware: string | null;
  serial_number: string | null;
  ocpp_version: string | null;
  address: string | null; // for administrators
  security_level: number | null; // 0 to 3
  encrypted: boolean;
  signal_dbm: number | null;
  problems: { connector_id: number; error: string }[];
  /** Issue ids of Home Assistant's repairs that are about this charger. */
  issues: { issue_id: string; translation_key: string; severity: string }[];
  connectors: { connector_id: number; device_id: string; status: string | null; state: string | null }[];
}
