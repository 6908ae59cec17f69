/** What is used of Home Assistant's frontend: no more than its documented objects. */

export interface HassEntity {
  entity_id: string;
  state: string;
  attributes: Record<string, unknown>;
  last_changed: string;
}

export interface EntityEntry {
  entity_id: string;
  device_id?: string | null;
  platform?: string;
  translation_key?: string | null;
  hidden?: boolean;
}

export interface DeviceEntry {
  id: string;
  name: string | null;
  name_by_user: string | null;
  area_id: string | null;
  identifiers: [string, string][];
  via_device_id: string | null;
}

export interface Connection {
  subscribeMessage(
    callback: (message: unknown) => void,
    message: object,
    options?: { resubscribe?: boolean },
  ): Promise<() => Promise<void>>;
  /** `ready`: it was lost, and is back. */
  addEventListener(event: 'ready', callback: () => void): void;
}

export interface Hass {
  states: Record<string, HassEntity | undefined>;
  entities: Record<string, EntityEntry | undefined>;
  devices: Record<string, DeviceEntry | undefined>;
  areas?: Record<string, { name: string } | undefined>;
  connection: Connection;
  language: string;
  locale?: { language: string; number_format?: string; time_format?: string; time_zone?: string };
  config: { time_zone: string; currency?: string };
  user?: { is_admin: boolean };
  formatEntityState?(entity: HassEntity, state?: string): string;
  callService(domain: string, service: string, data?: object, target?: object): Promise<unknown>;
  callWS<T>(message: object): Promise<T>;
}
