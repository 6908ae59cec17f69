/** What the chargers do now: one subscription, whatever number of cards shows it. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Connector, House, LiveEvent, Server } from '../api.ts';
import type { Connection, Hass } from './hass.ts';
import { inOrder } from './order.ts';

/** How long a subscription is kept that nobody listens to: a change of the view takes no more. */
const LINGER_MS = 5_000;
const RETRY_MS = [1_000, 2_000, 5_000, 10_000, 30_000];

type Listener = () => void;

/** The state of all servers, kept up to date while there are listeners. */
export class LiveStore {
  /** Null until the first answer. */
  servers: Server[] | null = null;
  /** Why there is no answer: a code of Home Assistant's ("unknown_command": no server is set up). */
  error: string | null = null;

  private readonly listeners = new Set<Listener>();
  private unsubscribe: (() => Promise<void>) | null = null;
  private state: 'idle' | 'subscribing' | 'subscribed' = 'idle';
  private failures = 0;
  /** Counts the subscriptions: what comes of an earlier one, on a connection that was lost, is left out. */
  private turn = 0;

  constructor(private readonly connection: Connection) {
    connection.addEventListener('ready', () => {
      this.begin();
    });
  }

  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    if (this.state === 'idle') void this.subscribe();
    return () => {
      this.listeners.delete(listener);
      setTimeout(() => {
        this.stop();
      }, LINGER_MS);
    };
  }

  /** Take an event in: everything, or what changed. */
  take(event: LiveEvent): void {
    this.error = null;
    let servers = event.servers ?? this.servers ?? [];
    if (event.connectors?.length || event.houses?.length) {
      const connectors = new Map(event.connectors?.map((connector) => [keyOf(connector), connector]));
      const houses = new Map(event.houses?.map((house) => [house.entry_id, house]));
      servers = servers.map((server) => changed(server, connectors, houses));
    }
    this.servers = servers;
    this.tell();
  }

  /** Subscribe on a connection that was lost and is back. */
  private begin(): void {
    this.turn += 1;
    this.unsubscribe = null;
    this.state = 'idle';
    this.failures = 0;
    if (this.listeners.size > 0) void this.subscribe();
  }

  private async subscribe(): Promise<void> {
    const turn = ++this.turn;
    this.state = 'subscribing';
    try {
      const unsubscribe = await this.connection.subscribeMessage(
        (event) => {
          if (turn === this.turn) this.take(event as LiveEvent);
        },
        { type: 'ocpp_cs/live' },
        // Home Assistant's connection does it once: while Home Assistant starts, nobody answers yet.
        { resubscribe: false },
      );
      if (turn !== this.turn) return;
      this.unsubscribe = unsubscribe;
    } catch (err) {
      if (turn !== this.turn) return;
      this.state = 'idle';
      this.error = codeOf(err);
      this.tell();
      this.retry();
      return;
    }
    this.state = 'subscribed';
    this.failures = 0;
    if (this.listeners.size === 0) this.stop();
  }

  private retry(): void {
    const wait = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)];
    this.failures += 1;
    setTimeout(() => {
      if (this.listeners.size > 0 && this.state === 'idle') void this.subscribe();
    }, wait);
  }

  private stop(): void {
    if (this.listeners.size > 0 || this.state !== 'subscribed') return;
    const unsubscribe = this.unsubscribe;
    this.unsubscribe = null;
    this.state = 'idle';
    // The connection may be gone, and the subscription with it.
    unsubscribe?.().catch(() => undefined);
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }
}

const stores = new WeakMap<Connection, LiveStore>();

/** Return the one store of a connection. */
export function liveStore(connection: Connection): LiveStore {
  let store = stores.get(connection);
  if (store === undefined) {
    store = new LiveStore(connection);
    stores.set(connection, store);
  }
  return store;
}

/** Keep an element up to date: `new Live(this, () => this.hass)`. */
export class Live implements ReactiveController {
  private store: LiveStore | undefined;
  private stop: (() => void) | undefined;
  /** What was told last, in the order in which it is shown. */
  private sorted: { told: Server[]; areas: Hass['areas']; language: string; servers: Server[] } | undefined;
  private connected = false;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly hass: () => Hass | undefined,
  ) {
    host.addController(this);
  }

  /** Null until the first answer. */
  get servers(): Server[] | null {
    const told = this.store?.servers ?? null;
    const hass = this.hass();
    if (told === null || hass === undefined) return told;
    const { areas, language } = hass;
    if (this.sorted?.told !== told || this.sorted.areas !== areas || this.sorted.language !== language) {
      const servers = told.map((server) => ({ ...server, connectors: inOrder(server.connectors, hass) }));
      this.sorted = { told, areas, language, servers };
    }
    return this.sorted.servers;
  }

  get error(): string | null {
    return this.store?.error ?? null;
  }

  get connectors(): Connector[] {
    return this.servers?.flatMap((server) => server.connectors) ?? [];
  }

  /** The connector of a device, which may be that of its charger; with `connectorId` if there are several. */
  connector(deviceId: string, connectorId?: number): Connector | undefined {
    const all = this.connectors;
    return (
      all.find((connector) => connector.device_id === deviceId) ??
      all.find(
        (connector) =>
          connector.charger_device_id === deviceId &&
          (connectorId === undefined || connector.connector_id === connectorId),
      )
    );
  }

  server(entryId: string): Server | undefined {
    return this.servers?.find((server) => server.entry_id === entryId);
  }

  hostConnected(): void {
    this.connected = true;
    this.follow();
  }

  hostUpdate(): void {
    this.follow();
  }

  hostDisconnected(): void {
    this.connected = false;
    this.stop?.();
    this.stop = undefined;
    this.store = undefined;
  }

  private follow(): void {
    const connection = this.connected ? this.hass()?.connection : undefined;
    if (connection === undefined) return;
    const store = liveStore(connection);
    if (store === this.store) return;
    this.stop?.();
    this.store = store;
    this.stop = store.listen(() => {
      this.host.requestUpdate();
    });
  }
}

/** Update an element each second while `isNeeded` and while it is seen. */
export class Ticking implements ReactiveController {
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly isNeeded: () => boolean,
    private readonly everyMs = 1_000,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.timer ??= setInterval(() => {
      if (!document.hidden && this.isNeeded()) this.host.requestUpdate();
    }, this.everyMs);
  }

  hostDisconnected(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

function changed(server: Server, connectors: Map<string, Connector>, houses: Map<string, House>): Server {
  const house = houses.get(server.entry_id);
  const mine = server.connectors.some((connector) => connectors.has(keyOf(connector)));
  if (house === undefined && !mine) return server;
  return {
    ...server,
    house: house ?? server.house,
    connectors: mine
      ? server.connectors.map((connector) => connectors.get(keyOf(connector)) ?? connector)
      : server.connectors,
  };
}

function keyOf({ entry_id, charge_point_id, connector_id }: Connector): string {
  return JSON.stringify([entry_id, charge_point_id, connector_id]);
}

/** Return the code of what Home Assistant's connection rejects with. */
export function codeOf(err: unknown): string {
  if (typeof err === 'object' && err !== null && 'code' in err) return String(err.code);
  return typeof err === 'number' ? String(err) : 'unknown_error';
}

/** Return the text of an error that Home Assistant translated, else its code. */
export function messageOf(err: unknown): string {
  if (typeof err === 'object' && err !== null && 'message' in err && typeof err.message === 'string') {
    return err.message;
  }
  return codeOf(err);
}
