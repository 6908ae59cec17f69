import type { card as en } from '../en/card.ts';

/** Die Texte der Karte. */
export const card: Record<keyof typeof en, string> = {
  card_name: 'Ladeplatz',
  card_description: 'Wer lädt, wie, was es kostet, und der Plan bis zum Morgen',
  card_choose: 'Wählen Sie in den Einstellungen dieser Karte einen Ladeplatz.',
  card_gone: 'Diesen Ladeplatz gibt es nicht mehr. Wählen Sie in den Einstellungen dieser Karte einen anderen.',
  card_details: 'Details',
  card_vehicle: 'Fahrzeug',
  card_phases: '{amps} A · {phases} Ph.',
  card_session: 'Dieser Ladevorgang',
  card_charged: 'Geladen',
  card_charged_last: 'Zuletzt geladen',
  card_left: 'Noch',
  card_no_plan: 'Kein Plan',
  card_plan_off: 'Plan ist aus',
  card_plan_hint: 'Rechtzeitig fertig, in den günstigsten Stunden',
  card_edit_plan: 'Plan bearbeiten',
  card_plan_switch: 'Plan an',
  card_start: 'Starten',
  card_stop: 'Beenden',
  card_boost: 'Einmal schnell',
  card_end_boost: 'Nicht mehr schnell',

  card_device: 'Ladeplatz',
  card_device_help: 'Ein Ladepunkt, oder die Wallbox, wenn sie nur einen hat',
  card_connector: 'Ladepunkt',
  card_connector_help: 'Nur für eine Wallbox mit mehreren Ladepunkten',
  card_title: 'Name statt dem des Geräts',
  card_show_plan: 'Plan zeigen',
  card_show_forecast: 'Preis und Sonne der nächsten Stunden zeigen',
  card_show_session: 'Ladevorgang zeigen',
};
