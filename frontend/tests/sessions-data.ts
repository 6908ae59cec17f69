/** Sessions as the server tells them; each test changes what it is about. */
import type { Session, SessionsAnswer, Sums } from '../src/api.ts';

export function session(changes: Partial<Session> = {}): Session {
  return {
    entry_id: 'e',
    charge_point_id: 'BOX',
    charger_name: 'Box',
    place_name: 'Box',
    connector_id: 1,
    transaction_id: 1,
    reported_start: '2026-11-01T10:00:00Z',
    id_tag: 'T',
    tag_name: 'Anna',
    vehicle: null,
    vehicle_name: null,
    start: '2026-11-01T10:00:00Z',
    end: '2026-11-01T12:00:00Z',
    duration_s: 7200,
    energy_kwh: 10,
    sun_kwh: null,
    grid_kwh: null,
    solar_share: null,
    cost: 3,
    discharged_kwh: null,
    discharged_value: null,
    total_cost: 3,
    currency: 'EUR',
    average_price: 0.3,
    soc_start: null,
    soc_end: null,
    meter_start_kwh: null,
    meter_stop_kwh: null,
    reason: null,
    offline: false,
    payer: null,
    payer_name: null,
    backends: [],
    struck_out: false,
    changes: [],
    ...changes,
  };
}

export function sums(sessions: readonly Session[]): Sums {
  const cost: Record<string, number> = {};
  for (const each of sessions) {
    if (each.cost !== null) cost[each.currency ?? ''] = (cost[each.currency ?? ''] ?? 0) + each.cost;
  }
  return {
    sessions: sessions.length,
    energy_kwh: sessions.reduce((total, { energy_kwh }) => total + (energy_kwh ?? 0), 0),
    sun_kwh: sessions.reduce((total, { sun_kwh }) => total + (sun_kwh ?? 0), 0),
    grid_kwh: sessions.reduce((total, { grid_kwh }) => total + (grid_kwh ?? 0), 0),
    unknown_kwh: 0,
    duration_s: 7200,
    cost,
  };
}

export function answer(sessions: Session[], changes: Partial<SessionsAnswer> = {}): SessionsAnswer {
  return {
    sessions,
    total: sessions.length,
    sums: sums(sessions),
    by: {
      time: [
        {
          key: '2026-11-01',
          name: null,
          ...sums(sessions),
          by: {
            tag: { '': sums(sessions) },
            vehicle: { guest: sums(sessions) },
            charger: { BOX: sums(sessions) },
            payer: { '': sums(sessions) },
          },
        },
      ],
      tag: [{ key: '', name: null, ...sums(sessions) }],
      vehicle: [{ key: 'guest', name: null, ...sums(sessions) }],
      charger: [{ key: 'BOX', name: 'Box', ...sums(sessions) }],
      payer: [{ key: '', name: null, ...sums(sessions) }],
    },
    tags: [
      { id_tag: 'T', name: 'Anna' },
      { id_tag: 'U', name: null },
    ],
    vehicles: [],
    payers: [],
    first: '2025-03-01T10:00:00Z',
    ...changes,
  };
}
