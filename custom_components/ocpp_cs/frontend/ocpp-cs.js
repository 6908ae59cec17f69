var F0=Object.defineProperty;var D0=Object.getOwnPropertyDescriptor;var m=(r,V,C,H)=>{for(var L=H>1?void 0:H?D0(V,C):V,e=r.length-1,M;e>=0;e--)(M=r[e])&&(L=(H?M(V,C,L):M(L))||L);return H&&L&&F0(V,C,L),L};var _5={dashboard_name:"Laden","board.title":"Laden","board.description":"Wohin der Strom fließt, Pläne, Ladevorgänge und Kosten, und wie es allen Wallboxen geht","board.plans":"Pläne","board.sessions":"Ladevorgänge","board.chargers":"Wallboxen","board.from":"Woher der Strom kommt","board.to":"Wohin der Strom fließt","board.charging":"{power} fließen in Fahrzeuge","board.charging_all_sun":"{power} fließen in Fahrzeuge, alles von der Sonne","board.charging_sun":"{power} fließen in Fahrzeuge, {share} % von der Sonne","board.charging_grid":"{power} fließen in Fahrzeuge, ohne Sonne","board.exporting":"Nichts lädt, {power} gehen ins Netz","board.house_sun":"Nichts lädt, das Haus nimmt {share} % von der Sonne","board.nothing_charges":"Nichts lädt","board.battery_short":"Speicher","board.supply":"Anschluss","board.sun_share":"{share} % Sonne","board.no_chargers":"Noch keine Wallbox","board.first_charger":"Fügen Sie Ihre Wallbox unter Einstellungen > Geräte & Dienste hinzu. Sie erscheint dann von selbst hier.","board.add_charger":"Wallbox hinzufügen","board.span":"Zeitraum","board.month":"Monat","board.year":"Jahr","board.all":"Alle","board.all_time":"Alle Ladevorgänge","board.earlier":"Früher","board.later":"Später","board.report":"Bericht","board.all_chargers":"Alle Wallboxen","board.all_vehicles":"Alle Fahrzeuge","board.all_tags":"Alle Karten","board.no_vehicle":"Kein Fahrzeug","board.no_tag":"Keine Karte","board.search":"Suchen","board.clear":"Filter löschen","board.sessions_count":"{count} Ladevorgänge","board.sessions_count_one":"{count} Ladevorgang","board.no_prices":"Keine Preise bekannt","board.not_measured":"Nicht gemessen","board.duration":"Dauer","board.each":"im Schnitt {duration}","board.split_by":"Aufgeteilt nach","board.by_source":"Quelle","board.others":"Weitere","board.measure":"Was gezeigt wird","board.group_by":"Gruppieren nach","board.by_vehicle":"Fahrzeug","board.by_tag":"Karte","board.by_charger":"Wallbox","board.no_sessions":"Keine Ladevorgänge in diesem Zeitraum","board.none_match":"Kein Ladevorgang passt zum Filter","board.start":"Beginn","board.end":"Ende","board.who":"Wer","board.charger":"Wallbox","board.per_kwh":"Je kWh","board.more":"{count} weitere von {total} zeigen","board.running":"läuft","board.offline":"Ohne Verbindung geladen, später gemeldet","board.session":"Ladevorgang","board.connector":"Anschluss {number}","board.time":"Zeit","board.sources":"Quellen","board.tag":"Ladekarte","board.vehicle":"Fahrzeug","board.soc":"Ladestand","board.meter":"Zähler","board.ended_by":"Beendet durch","board.note":"Hinweis","board.curve":"Leistung und Preis während des Ladevorgangs","board.no_curve":"Der Recorder hat keinen Verlauf dieses Ladevorgangs (mehr).","board.correct":"Berichtigen","board.strike_out":"Nicht zählen","board.count_again":"Wieder zählen","board.is_struck_out":"Dieser Ladevorgang wird nicht gezählt.","board.changes":"Änderungen","board.not_counted":"Zählt nicht mehr","board.counted_again":"Zählt wieder","board.reason.local":"Von Hand an der Wallbox","board.reason.remote":"Durch Home Assistant","board.reason.evdisconnected":"Abgesteckt","board.reason.deauthorized":"Karte abgelehnt","board.reason.powerloss":"Stromausfall","board.reason.emergencystop":"Not-Aus","board.reason.reboot":"Neustart der Wallbox","board.reason.hardreset":"Neustart der Wallbox","board.reason.softreset":"Neustart der Wallbox","board.reason.unlockcommand":"Stecker entriegelt","board.reason.other":"Anderer Grund","board.report_title":"Ladebericht","board.still_running":"{count} Ladevorgänge, die noch laufen, sind nicht enthalten.","board.still_running_one":"Ein Ladevorgang, der noch läuft, ist nicht enthalten.","board.print":"Drucken oder als PDF sichern","board.date":"Datum","board.from_to":"Von – bis","board.meter_start":"Zähler Beginn (kWh)","board.meter_stop":"Zähler Ende (kWh)","board.sum":"Summe","board.place_date":"Ort, Datum","board.signature":"Unterschrift","board.next_hours":"Die nächsten Stunden","board.sun_forecast":"Sonnenprognose","board.no_plans":"Kein Ladeplatz hat Pläne. Richten Sie in den Einstellungen des Servers zuerst das Laden von der Sonne oder Preise ein.","board.no_outlook":"Es sind keine Preise und keine Sonnenprognose eingerichtet.","board.price_range":"{low} bis {high}","board.prices_told":"Preise von {low} bis {high}","board.change_plan":"Plan von {name} ändern","board.slots_of":"Wann {name} lädt","board.no_plan":"Kein Plan","board.aim":"{amount} bis {when}","board.below":"Unter {price}","board.ready":"fertig {time}","board.missing":"{energy} werden fehlen","board.all_online_one":"Die Wallbox ist verbunden","board.some_online":"{online} von {count} Wallboxen sind verbunden","board.need_attention":"{count} brauchen Aufmerksamkeit","board.need_attention_one":"{count} braucht Aufmerksamkeit","board.online":"Verbunden","board.offline_now":"Nicht verbunden","board.since":"seit {time}","board.last_seen":"zuletzt {time}","board.firmware":"Firmware","board.serial":"Seriennummer","board.version":"Protokoll","board.address":"Adresse","board.protection":"Verbindung","board.signal":"Signal","board.repairs_count":"{count} Reparaturen","board.repairs_count_one":"{count} Reparatur","board.fine":"Alles in Ordnung","board.level_0":"Unverschlüsselt","board.level_1":"Passwort, unverschlüsselt","board.level_2":"Verschlüsselt, mit Passwort","board.level_3":"Verschlüsselt, mit Zertifikat","board.encrypted":"Verschlüsselt","board.not_encrypted":"Unverschlüsselt"};var B5={card_name:"Ladeplatz",card_description:"Wer lädt, wie, was es kostet, und der Plan bis zum Morgen",card_choose:"Wählen Sie in den Einstellungen dieser Karte einen Ladeplatz.",card_gone:"Diesen Ladeplatz gibt es nicht mehr. Wählen Sie in den Einstellungen dieser Karte einen anderen.",card_details:"Details",card_vehicle:"Fahrzeug",card_phases:"{amps} A · {phases} Ph.",card_session:"Dieser Ladevorgang",card_charged:"Geladen",card_charged_last:"Zuletzt geladen",card_last:"Zuletzt: {said}",card_left:"Noch",card_no_plan:"Kein Plan",card_plan_off:"Plan ist aus",card_plan_hint:"Rechtzeitig fertig, in den günstigsten Stunden",card_edit_plan:"Plan bearbeiten",card_plan_switch:"Plan an",card_weekly:"Wochenpläne",card_start:"Starten",card_stop:"Beenden",card_boost:"Einmal schnell",card_end_boost:"Nicht mehr schnell",card_device:"Ladeplatz",card_device_help:"Ein Ladepunkt, oder die Wallbox, wenn sie nur einen hat",card_connector:"Ladepunkt",card_connector_help:"Nur für eine Wallbox mit mehreren Ladepunkten",card_title:"Name statt dem des Geräts",card_show_plan:"Plan zeigen",card_show_forecast:"Preis und Sonne der nächsten Stunden zeigen",card_show_session:"Ladevorgang zeigen"};var $5={sun:"Sonne",grid:"Netz",grid_import:"Aus dem Netz",grid_export:"Ins Netz",battery:"Hausspeicher",battery_charging:"Hausspeicher lädt",battery_discharging:"Hausspeicher entlädt",house:"Haus",charging:"Laden",unknown_source:"Quelle unbekannt",unknown:"Unbekannt",price:"Preis",cost:"Kosten",energy:"Energie",power:"Leistung",solar_share:"Sonnenanteil",now:"Jetzt",flow:"Energiefluss",flow_line:"{name}: {power}",battery_held:"Hausspeicher bleibt dem Haus",timeline:"Preis, Sonne und Plan der nächsten Stunden",planned:"Geplant",prices_told:"Preis von {low} bis {high}",slot_told:"Lädt von {start} bis {end}",no_plan:"Es ist kein Laden geplant",plan_by:"{target} bis {time}",plan_least:"mindestens {least} sofort",plan_below:"unter {price}",plan_sun:"{share} Sonne",plan_ready:"fertig {time}",plan_missing:"{energy} werden fehlen.","shortage.time":"Die Zeit reicht nicht.","shortage.fuse":"Die Hauptsicherung lässt nicht mehr zu.","shortage.circuit":"Der Stromkreis lässt nicht mehr zu.","shortage.ceiling":"Eine Grenze von außen lässt nicht mehr zu.","shortage.peak":"Die Spitzenleistung lässt nicht mehr zu.","shortage.others":"Andere Fahrzeuge brauchen auch etwas.",plan_target:"Wie viel",plan_unit:"Einheit des Ziels",plan_ready_at:"Fertig um",plan_weekdays:"Wochentage",plan_once:"Einmal: {when}",plan_counted:"Die {energy} dieses Ladevorgangs zählen mit.",plan_weekly:"Wochenplan",plan_without_time:"Ohne Uhrzeit: immer wenn es günstig genug ist",plan_needs_time:"Geben Sie eine Uhrzeit ein, oder unter „Mehr“ einen Preis",plan_more:"Mehr",plan_least_field:"Sofort, egal zu welchem Preis",plan_below_field:"Immer wenn günstiger als",plan_reckoning:"Der Plan wird berechnet",plan_save:"Plan setzen",plan_changed_elsewhere:"Der Plan wurde inzwischen woanders geändert.",plan_take_over:"Diesen zeigen","plan_state.off":"Kein Plan","plan_state.other_mode":"Dieser Lademodus folgt keinem Plan","plan_state.no_target":"Es ist kein Ziel gesetzt","plan_state.no_vehicle":"Beginnt, wenn ein Fahrzeug eingesteckt wird","plan_state.waiting":"Wartet auf die besten Stunden","plan_state.waiting_to_be_started":"Wartet, bis das Laden gestartet wird","plan_state.charging":"Lädt nach Plan","plan_state.sun":"Die Sonne reicht","plan_state.minimum":"Der Mindeststrom reicht","plan_state.too_late":"Wird nicht rechtzeitig fertig","plan_state.vehicle_full":"Das Fahrzeug ist voll","plan_state.done":"Fertig",guest:"Gast",no_vehicle:"Kein Fahrzeug",every_day:"Täglich",once:"Einmal",today:"Heute",tomorrow:"Morgen","state.offline":"Die Wallbox ist nicht verbunden","state.unknown":"Noch nichts gemeldet","state.not_plugged_in":"Nicht eingesteckt","state.reserved":"Reserviert","state.waiting_to_be_started":"Wartet auf den Start","state.waiting_for_sun":"Wartet auf Sonne","state.waiting_for_battery":"Hausspeicher zuerst","state.waiting_for_others":"Andere Wallbox zuerst","state.waiting_for_fuse":"Wartet: Hauptsicherung ausgelastet","state.starting":"Startet","state.charging":"Lädt","state.paused":"Pausiert","state.paused_by_charger":"Von der Wallbox pausiert","state.paused_by_vehicle":"Vom Fahrzeug pausiert","state.full":"Voll","state.ended":"Beendet, noch eingesteckt","state.out_of_service":"Außer Betrieb","state.fault":"Störung","charging.fast":"Lädt schnell","charging.boost":"Lädt dieses Mal schnell","charging.plan":"Lädt nach Plan","charging.following_sun":"Lädt mit Sonne","charging.minimum_current":"Lädt mit dem Minimum","charging.stop_delay":"Zu wenig Sonne","charging.phase_delay":"Lädt","charging.phase_guard":"Lädt","charging.battery_support":"Lädt, der Hausspeicher hilft","charging.fuse_limit":"Lädt, von der Hauptsicherung begrenzt","charging.circuit_limit":"Lädt, vom Stromkreis begrenzt","charging.ceiling":"Lädt, von außen begrenzt","charging.peak_limit":"Lädt, von der Spitzenleistung begrenzt","charging.house_battery":"Lädt, schont den Hausspeicher","charging.probing_car":"Lädt kurz, um das Fahrzeug zu testen","charging.meter_stale":"Lädt, der Netzzähler schweigt","waiting.pause_time":"Kurze Pause","waiting.meter_stale":"Der Netzzähler schweigt","waiting.waiting_for_car":"Wartet auf das Fahrzeug","waiting.waking_car":"Weckt das Fahrzeug","waiting.circuit_limit":"Wartet: Stromkreis ausgelastet","waiting.ceiling":"Wartet: von außen begrenzt","waiting.peak_limit":"Wartet: Spitzenleistung erreicht","waiting.house_battery":"Wartet: schont den Hausspeicher","until.starts":"startet in {time}","until.starts_at":"startet um {time}","until.pauses":"pausiert in {time}","until.pauses_at":"pausiert um {time}","until.switches":"wechselt die Phasen in {time}","until.switches_at":"wechselt die Phasen um {time}",sentence:"{state}, {until}","mode.manual":"Manuell","mode.off":"Aus","mode.solar":"Sonne","mode.min_solar":"Min + Sonne","mode.fast":"Schnell",charge_mode:"Lademodus",loading:"Wird geladen",no_server:"Die Integration läuft nicht. Richten Sie sie unter Einstellungen > Geräte & Dienste ein.",not_allowed:"Das dürfen Sie nicht sehen.",no_answer:"Home Assistant antwortet nicht: {error}",try_again:"Noch einmal versuchen",close:"Schließen",cancel:"Abbrechen",save:"Speichern"};var R5={dashboard_name:"Charging","board.title":"Charging","board.description":"Where the power goes, plans, sessions and costs, and the health of all chargers","board.plans":"Plans","board.sessions":"Sessions","board.chargers":"Chargers","board.from":"Where the power comes from","board.to":"Where the power goes","board.charging":"{power} go into vehicles","board.charging_all_sun":"{power} go into vehicles, all from the sun","board.charging_sun":"{power} go into vehicles, {share} % from the sun","board.charging_grid":"{power} go into vehicles, without sun","board.exporting":"Nothing charges, {power} go to the grid","board.house_sun":"Nothing charges, the house takes {share} % from the sun","board.nothing_charges":"Nothing charges","board.battery_short":"Battery","board.supply":"Power supply","board.sun_share":"{share} % sun","board.no_chargers":"No charger yet","board.first_charger":"Add your charger under Settings > Devices & services. It then appears here by itself.","board.add_charger":"Add charger","board.span":"Period","board.month":"Month","board.year":"Year","board.all":"All","board.all_time":"All sessions","board.earlier":"Earlier","board.later":"Later","board.report":"Report","board.all_chargers":"All chargers","board.all_vehicles":"All vehicles","board.all_tags":"All cards","board.no_vehicle":"No vehicle","board.no_tag":"No card","board.search":"Search","board.clear":"Clear filters","board.sessions_count":"{count} sessions","board.sessions_count_one":"{count} session","board.no_prices":"No prices known","board.not_measured":"Not measured","board.duration":"Duration","board.each":"{duration} each on average","board.split_by":"Split by","board.by_source":"Source","board.others":"Others","board.measure":"What is shown","board.group_by":"Group by","board.by_vehicle":"Vehicle","board.by_tag":"Card","board.by_charger":"Charger","board.no_sessions":"No sessions in this period","board.none_match":"No session matches the filter","board.start":"Start","board.end":"End","board.who":"Who","board.charger":"Charger","board.per_kwh":"Per kWh","board.more":"Show {count} more of {total}","board.running":"running","board.offline":"Charged without a connection, reported later","board.session":"Session","board.connector":"Connector {number}","board.time":"Time","board.sources":"Sources","board.tag":"Charge card","board.vehicle":"Vehicle","board.soc":"State of charge","board.meter":"Meter","board.ended_by":"Ended by","board.note":"Note","board.curve":"Power and price during the session","board.no_curve":"The recorder has no curve of this session (any more).","board.correct":"Correct","board.strike_out":"Do not count","board.count_again":"Count again","board.is_struck_out":"This session is not counted.","board.changes":"Changes","board.not_counted":"Not counted any more","board.counted_again":"Counted again","board.reason.local":"By hand at the charger","board.reason.remote":"By Home Assistant","board.reason.evdisconnected":"Unplugged","board.reason.deauthorized":"Card refused","board.reason.powerloss":"Power failure","board.reason.emergencystop":"Emergency stop","board.reason.reboot":"Restart of the charger","board.reason.hardreset":"Restart of the charger","board.reason.softreset":"Restart of the charger","board.reason.unlockcommand":"Connector unlocked","board.reason.other":"Other reason","board.report_title":"Charging report","board.still_running":"{count} sessions that still run are not in it.","board.still_running_one":"One session that still runs is not in it.","board.print":"Print or save as PDF","board.date":"Date","board.from_to":"From – to","board.meter_start":"Meter start (kWh)","board.meter_stop":"Meter end (kWh)","board.sum":"Sum","board.place_date":"Place, date","board.signature":"Signature","board.next_hours":"The next hours","board.sun_forecast":"Sun forecast","board.no_plans":"No place to charge has plans. Set up charging from the sun or prices first, in the settings of the server.","board.no_outlook":"No prices and no sun forecast are set up.","board.price_range":"{low} to {high}","board.prices_told":"Prices from {low} to {high}","board.change_plan":"Change the plan of {name}","board.slots_of":"When {name} charges","board.no_plan":"No plan","board.aim":"{amount} by {when}","board.below":"Below {price}","board.ready":"ready {time}","board.missing":"{energy} will be missing","board.all_online_one":"The charger is connected","board.some_online":"{online} of {count} chargers are connected","board.need_attention":"{count} need attention","board.need_attention_one":"{count} needs attention","board.online":"Connected","board.offline_now":"Away","board.since":"since {time}","board.last_seen":"last seen {time}","board.firmware":"Firmware","board.serial":"Serial number","board.version":"Protocol","board.address":"Address","board.protection":"Connection","board.signal":"Signal","board.repairs_count":"{count} repairs","board.repairs_count_one":"{count} repair","board.fine":"Everything works","board.level_0":"Not encrypted","board.level_1":"Password, not encrypted","board.level_2":"Encrypted, with password","board.level_3":"Encrypted, with certificate","board.encrypted":"Encrypted","board.not_encrypted":"Not encrypted"};var F5={card_name:"Place to charge",card_description:"Who charges, how, what it costs, and the plan until the morning",card_choose:"Choose a place to charge in the settings of this card.",card_gone:"This place to charge is not there any more. Choose another one in the settings of this card.",card_details:"Details",card_vehicle:"Vehicle",card_phases:"{amps} A · {phases} ph",card_session:"This session",card_charged:"Charged",card_charged_last:"Last charged",card_last:"Last time: {said}",card_left:"Time left",card_no_plan:"No plan",card_plan_off:"Plan is off",card_plan_hint:"Ready in time, at the cheapest hours",card_edit_plan:"Edit plan",card_plan_switch:"Plan on",card_weekly:"Weekly plans",card_start:"Start",card_stop:"Stop",card_boost:"Fast once",card_end_boost:"End fast charging",card_device:"Place to charge",card_device_help:"A connector, or the charger if it has only one",card_connector:"Connector",card_connector_help:"Only for a charger with several connectors",card_title:"Name instead of the device’s",card_show_plan:"Show the plan",card_show_forecast:"Show price and sun of the next hours",card_show_session:"Show the session"};var D5={sun:"Sun",grid:"Grid",grid_import:"From the grid",grid_export:"To the grid",battery:"Home battery",battery_charging:"Home battery charges",battery_discharging:"Home battery discharges",house:"House",charging:"Charging",unknown_source:"Unknown source",unknown:"Unknown",price:"Price",cost:"Cost",energy:"Energy",power:"Power",solar_share:"Share of sun",now:"Now",flow:"Power flow",flow_line:"{name}: {power}",battery_held:"Home battery is kept for the house",timeline:"Price, sun and plan of the next hours",planned:"Planned",prices_told:"Price from {low} to {high}",slot_told:"Charges from {start} to {end}",no_plan:"No charging is planned",plan_by:"{target} by {time}",plan_least:"at least {least} at once",plan_below:"below {price}",plan_sun:"{share} sun",plan_ready:"ready {time}",plan_missing:"{energy} will be missing.","shortage.time":"There is too little time.","shortage.fuse":"The main fuse allows no more.","shortage.circuit":"Its circuit allows no more.","shortage.ceiling":"A limit from outside allows no more.","shortage.peak":"The peak power allows no more.","shortage.others":"Other vehicles need it as well.",plan_target:"How much",plan_unit:"Unit of the target",plan_ready_at:"Ready at",plan_weekdays:"Weekdays",plan_once:"Once: {when}",plan_counted:"The {energy} of this session are part of it.",plan_weekly:"Weekly plan",plan_without_time:"Without a time: whenever it is cheap enough",plan_needs_time:"Enter a time, or a price under More",plan_more:"More",plan_least_field:"At once, whatever the price",plan_below_field:"Whenever cheaper than",plan_reckoning:"Reckoning the plan",plan_save:"Set plan",plan_changed_elsewhere:"The plan has been changed elsewhere meanwhile.",plan_take_over:"Show that one","plan_state.off":"No plan","plan_state.other_mode":"This charge mode follows no plan","plan_state.no_target":"No target is set","plan_state.no_vehicle":"Begins when a vehicle is plugged in","plan_state.waiting":"Waits for the best hours","plan_state.waiting_to_be_started":"Waits until charging is started","plan_state.charging":"Charges by plan","plan_state.sun":"The sun will do","plan_state.minimum":"The minimum current will do","plan_state.too_late":"Will not be ready in time","plan_state.vehicle_full":"The vehicle is full","plan_state.done":"Done",guest:"Guest",no_vehicle:"No vehicle",every_day:"Daily",once:"Once",today:"Today",tomorrow:"Tomorrow","state.offline":"The charger is away","state.unknown":"Not reported yet","state.not_plugged_in":"Not plugged in","state.reserved":"Reserved","state.waiting_to_be_started":"Waiting to be started","state.waiting_for_sun":"Waiting for sun","state.waiting_for_battery":"Home battery first","state.waiting_for_others":"Other charger first","state.waiting_for_fuse":"Waiting: main fuse in use","state.starting":"Starting","state.charging":"Charging","state.paused":"Paused","state.paused_by_charger":"Paused by the charger","state.paused_by_vehicle":"Paused by the vehicle","state.full":"Full","state.ended":"Ended, still plugged in","state.out_of_service":"Out of service","state.fault":"Fault","charging.fast":"Charging fast","charging.boost":"Charging fast, this once","charging.plan":"Charging by plan","charging.following_sun":"Charging from the sun","charging.minimum_current":"Charging with the minimum","charging.stop_delay":"Too little sun","charging.phase_delay":"Charging","charging.phase_guard":"Charging","charging.battery_support":"Charging, the home battery helps","charging.fuse_limit":"Charging, limited by the main fuse","charging.circuit_limit":"Charging, limited by its circuit","charging.ceiling":"Charging, limited from outside","charging.peak_limit":"Charging, limited by the peak power","charging.house_battery":"Charging, spares the home battery","charging.probing_car":"Charging shortly, to try the vehicle out","charging.meter_stale":"Charging, the grid meter is silent","waiting.pause_time":"Short pause","waiting.meter_stale":"The grid meter is silent","waiting.waiting_for_car":"Waiting for the vehicle","waiting.waking_car":"Waking the vehicle","waiting.circuit_limit":"Waiting: its circuit is in use","waiting.ceiling":"Waiting: limited from outside","waiting.peak_limit":"Waiting: peak power in use","waiting.house_battery":"Waiting: spares the home battery","until.starts":"starts in {time}","until.starts_at":"starts at {time}","until.pauses":"pauses in {time}","until.pauses_at":"pauses at {time}","until.switches":"switches phases in {time}","until.switches_at":"switches phases at {time}",sentence:"{state}, {until}","mode.manual":"Manual","mode.off":"Off","mode.solar":"Sun","mode.min_solar":"Min + sun","mode.fast":"Fast",charge_mode:"Charge mode",loading:"Loading",no_server:"The integration is not running. Set it up under Settings > Devices & services.",not_allowed:"You may not see this.",no_answer:"Home Assistant does not answer: {error}",try_again:"Try again",close:"Close",cancel:"Cancel",save:"Save"};var E0={...D5,...F5,...R5},z0={...$5,...B5,..._5},I2={en:E0,de:z0};function U2(r){let V=r.toLowerCase().split(/[-_]/)[0];return V==="de"||V==="gsw"?"de":"en"}function r1(r){let V=I2[U2(r)];return(C,H={})=>{let e=((H.count===1?V[`${C}_one`]:void 0)??V[C]??C).replace(/\{(\w+)\}/g,(M,t)=>String(H[t]??""));return document.dir==="rtl"?`⁦${e}⁩`:e}}function R(r){return r1(r.locale?.language??r.language)}function v1(){let r=document.querySelector("home-assistant");return r?.hass?.locale?.language??r?.hass?.language??document.documentElement.lang}function W(r){return r in I2.en}var T1="ocpp-cs-card",G2="ocpp_cs",W0=new Set(["charging_state","control_state","charge_plan","charge_mode","charging","plugged_in","status","power","session_energy","session_cost","current_limit","ready_in_time","soc","paused"]);function Q2(r,V){let C=r.entities[V];return C?.platform!==G2||!C.device_id||!C.translation_key||!W0.has(C.translation_key)?null:{config:{type:`custom:${T1}`,device_id:C.device_id}}}function E5(r){for(let V of Object.keys(r.entities)){let C=Q2(r,V);if(C!==null)return C.config}return{type:`custom:${T1}`}}function z5(){let r=r1(v1()),V={device_id:"card_device",connector_id:"card_connector",name:"card_title",show_plan:"card_show_plan",show_forecast:"card_show_forecast",show_session:"card_show_session"},C={device_id:"card_device_help",connector_id:"card_connector_help"},H=L=>({name:L,default:!0,selector:{boolean:{}}});return{schema:[{name:"device_id",required:!0,selector:{device:{filter:[{integration:G2}],entity:[{integration:G2,domain:"binary_sensor"}]}}},{name:"name",selector:{text:{}}},{name:"connector_id",selector:{number:{min:1,max:16,mode:"box"}}},H("show_plan"),H("show_forecast"),H("show_session")],computeLabel:({name:L})=>V[L]===void 0?L:r(V[L]),computeHelper:({name:L})=>C[L]===void 0?void 0:r(C[L])}}var W5="M12,4A4,4 0 0,1 16,8A4,4 0 0,1 12,12A4,4 0 0,1 8,8A4,4 0 0,1 12,4M12,6A2,2 0 0,0 10,8A2,2 0 0,0 12,10A2,2 0 0,0 14,8A2,2 0 0,0 12,6M12,13C14.67,13 20,14.33 20,17V20H4V17C4,14.33 9.33,13 12,13M12,14.9C9.03,14.9 5.9,16.36 5.9,17V18.1H18.1V17C18.1,16.36 14.97,14.9 12,14.9Z";var N5="M11,15H13V17H11V15M11,7H13V13H11V7M12,2C6.47,2 2,6.5 2,12A10,10 0 0,0 12,22A10,10 0 0,0 22,12A10,10 0 0,0 12,2M12,20A8,8 0 0,1 4,12A8,8 0 0,1 12,4A8,8 0 0,1 20,12A8,8 0 0,1 12,20Z";var K2="M16.67,4H15V2H9V4H7.33A1.33,1.33 0 0,0 6,5.33V20.67C6,21.4 6.6,22 7.33,22H16.67A1.33,1.33 0 0,0 18,20.67V5.33C18,4.6 17.4,4 16.67,4Z";var d2="M15,13H16.5V15.82L18.94,17.23L18.19,18.53L15,16.69V13M19,8H5V19H9.67C9.24,18.09 9,17.07 9,16A7,7 0 0,1 16,9C17.07,9 18.09,9.24 19,9.67V8M5,21C3.89,21 3,20.1 3,19V5C3,3.89 3.89,3 5,3H6V1H8V3H16V1H18V3H19A2,2 0 0,1 21,5V11.1C22.24,12.36 23,14.09 23,16A7,7 0 0,1 16,23C14.09,23 12.36,22.24 11.1,21H5M16,11.15A4.85,4.85 0 0,0 11.15,16C11.15,18.68 13.32,20.85 16,20.85A4.85,4.85 0 0,0 20.85,16C20.85,13.32 18.68,11.15 16,11.15Z";var I5="M5,11L6.5,6.5H17.5L19,11M17.5,16A1.5,1.5 0 0,1 16,14.5A1.5,1.5 0 0,1 17.5,13A1.5,1.5 0 0,1 19,14.5A1.5,1.5 0 0,1 17.5,16M6.5,16A1.5,1.5 0 0,1 5,14.5A1.5,1.5 0 0,1 6.5,13A1.5,1.5 0 0,1 8,14.5A1.5,1.5 0 0,1 6.5,16M18.92,6C18.72,5.42 18.16,5 17.5,5H6.5C5.84,5 5.28,5.42 5.08,6L3,12V20A1,1 0 0,0 4,21H5A1,1 0 0,0 6,20V19H18V20A1,1 0 0,0 19,21H20A1,1 0 0,0 21,20V12L18.92,6Z";var U5="M18.92 2C18.72 1.42 18.16 1 17.5 1H6.5C5.84 1 5.29 1.42 5.08 2L3 8V16C3 16.55 3.45 17 4 17H5C5.55 17 6 16.55 6 16V15H18V16C18 16.55 18.45 17 19 17H20C20.55 17 21 16.55 21 16V8L18.92 2M6.5 12C5.67 12 5 11.33 5 10.5S5.67 9 6.5 9 8 9.67 8 10.5 7.33 12 6.5 12M17.5 12C16.67 12 16 11.33 16 10.5S16.67 9 17.5 9 19 9.67 19 10.5 18.33 12 17.5 12M5 7L6.5 2.5H17.5L19 7H5M7 20H11V18L17 21H13V23L7 20Z";var G5="M12 2C6.5 2 2 6.5 2 12S6.5 22 12 22 22 17.5 22 12 17.5 2 12 2M12 20C7.59 20 4 16.41 4 12S7.59 4 12 4 20 7.59 20 12 16.41 20 12 20M16.59 7.58L10 14.17L7.41 11.59L6 13L10 17L18 9L16.59 7.58Z";var Q5="M7.41,8.58L12,13.17L16.59,8.58L18,10L12,16L6,10L7.41,8.58Z";var K5="M15.41,16.58L10.83,12L15.41,7.41L14,6L8,12L14,18L15.41,16.58Z";var p2="M8.59,16.58L13.17,12L8.59,7.41L10,6L16,12L10,18L8.59,16.58Z";var l2="M19,6.41L17.59,5L12,10.59L6.41,5L5,6.41L10.59,12L5,17.59L6.41,19L12,13.41L17.59,19L19,17.59L13.41,12L19,6.41Z";var j5="M12,16A2,2 0 0,1 14,18A2,2 0 0,1 12,20A2,2 0 0,1 10,18A2,2 0 0,1 12,16M12,10A2,2 0 0,1 14,12A2,2 0 0,1 12,14A2,2 0 0,1 10,12A2,2 0 0,1 12,10M12,4A2,2 0 0,1 14,6A2,2 0 0,1 12,8A2,2 0 0,1 10,6A2,2 0 0,1 12,4Z";var q5="M5,20H19V18H5M19,9H15V3H9V9H5L12,16L19,9Z";var X5="M17.3 5C19 6.5 20 8.6 20 11C20 15.4 16.4 19 12 19S4 15.4 4 11C4 8.6 5.1 6.5 6.7 5H17.3M18 3H6L5.4 3.5C3.2 5.4 2 8.1 2 11C2 16.5 6.5 21 12 21S22 16.5 22 11C22 8.1 20.8 5.4 18.6 3.5L18 3M13 7.5C13 8.3 13.7 9 14.5 9S16 8.3 16 7.5 15.3 6 14.5 6 13 6.7 13 7.5M8 7.5C8 8.3 8.7 9 9.5 9S11 8.3 11 7.5 10.3 6 9.5 6 8 6.7 8 7.5M7 13C8.1 13 9 12.1 9 11C9 9.9 8.1 9 7 9S5 9.9 5 11C5 12.1 5.9 13 7 13M11.5 15C11.5 13.9 10.6 13 9.5 13S7.5 13.9 7.5 15C7.5 16.1 8.4 17 9.5 17S11.5 16.1 11.5 15M12 13C13.1 13 14 12.1 14 11C14 9.9 13.1 9 12 9S10 9.9 10 11C10 12.1 10.9 13 12 13M16.5 15C16.5 13.9 15.6 13 14.5 13S12.5 13.9 12.5 15C12.5 16.1 13.4 17 14.5 17S16.5 16.1 16.5 15M19 11C19 9.9 18.1 9 17 9S15 9.9 15 11C15 12.1 15.9 13 17 13S19 12.1 19 11",U1="M19.77,7.23L19.78,7.22L16.06,3.5L15,4.56L17.11,6.67C16.17,7.03 15.5,7.93 15.5,9A2.5,2.5 0 0,0 18,11.5C18.36,11.5 18.69,11.42 19,11.29V18.5A1,1 0 0,1 18,19.5A1,1 0 0,1 17,18.5V14A2,2 0 0,0 15,12H14V5A2,2 0 0,0 12,3H6A2,2 0 0,0 4,5V21H14V13.5H15.5V18.5A2.5,2.5 0 0,0 18,21A2.5,2.5 0 0,0 20.5,18.5V9C20.5,8.31 20.22,7.68 19.77,7.23M18,10A1,1 0 0,1 17,9A1,1 0 0,1 18,8A1,1 0 0,1 19,9A1,1 0 0,1 18,10M8,18V13.5H6L10,6V11H12L8,18Z";var Y5="M6,2A2,2 0 0,0 4,4V20A2,2 0 0,0 6,22H18A2,2 0 0,0 20,20V8L14,2H6M6,4H13V9H18V20H6V4M8,12V14H16V12H8M8,16V18H13V16H8Z";var J5="M14.4,6H20V16H13L12.6,14H7V21H5V4H14L14.4,6M14,14H16V12H18V10H16V8H14V10L13,8V6H11V8H9V6H7V8H9V10H7V12H9V10H11V12H13V10L14,12V14M11,10V8H13V10H11M14,10H16V12H14V10Z";var j2="M7,2V13H10V22L17,10H13L17,2H7Z";var C3="M13 24C9.74 24 6.81 22 5.6 19L2.57 11.37C2.26 10.58 3 9.79 3.81 10.05L4.6 10.31C5.16 10.5 5.62 10.92 5.84 11.47L7.25 15H8V3.25C8 2.56 8.56 2 9.25 2S10.5 2.56 10.5 3.25V12H11.5V1.25C11.5 .56 12.06 0 12.75 0S14 .56 14 1.25V12H15V2.75C15 2.06 15.56 1.5 16.25 1.5C16.94 1.5 17.5 2.06 17.5 2.75V12H18.5V5.75C18.5 5.06 19.06 4.5 19.75 4.5S21 5.06 21 5.75V16C21 20.42 17.42 24 13 24Z";var H3="M11,18H13V16H11V18M12,2A10,10 0 0,0 2,12A10,10 0 0,0 12,22A10,10 0 0,0 22,12A10,10 0 0,0 12,2M12,20C7.59,20 4,16.41 4,12C4,7.59 7.59,4 12,4C16.41,4 20,7.59 20,12C20,16.41 16.41,20 12,20M12,6A4,4 0 0,0 8,10H10A2,2 0 0,1 12,8A2,2 0 0,1 14,10C14,12 11,11.75 11,15H13C13,12.75 16,12.5 16,10A4,4 0 0,0 12,6Z";var V3="M10,20V14H14V20H19V12H22L12,3L2,12H5V20H10Z";var L3="M10 13C11.1 13 12 13.89 12 15C12 16.11 11.11 17 10 17S8 16.11 8 15 8.9 13 10 13M18 1C15.24 1 13 3.24 13 6V8H4C2.9 8 2 8.9 2 10V20C2 21.1 2.9 22 4 22H16C17.1 22 18 21.1 18 20V10C18 8.9 17.1 8 16 8H15V6C15 4.34 16.34 3 18 3S21 4.34 21 6V8H23V6C23 3.24 20.76 1 18 1M16 10V20H4V10H16Z",e3="M12,17C10.89,17 10,16.1 10,15C10,13.89 10.89,13 12,13A2,2 0 0,1 14,15A2,2 0 0,1 12,17M18,20V10H6V20H18M18,8A2,2 0 0,1 20,10V20A2,2 0 0,1 18,22H6C4.89,22 4,21.1 4,20V10C4,8.89 4.89,8 6,8H7V6A5,5 0 0,1 12,1A5,5 0 0,1 17,6V8H18M12,3A3,3 0 0,0 9,6V8H15V6A3,3 0 0,0 12,3Z";var r3="M9.5,3A6.5,6.5 0 0,1 16,9.5C16,11.11 15.41,12.59 14.44,13.73L14.71,14H15.5L20.5,19L19,20.5L14,15.5V14.71L13.73,14.44C12.59,15.41 11.11,16 9.5,16A6.5,6.5 0 0,1 3,9.5A6.5,6.5 0 0,1 9.5,3M9.5,5C7,5 5,7 5,9.5C5,12 7,14 9.5,14C12,14 14,12 14,9.5C14,7 12,5 9.5,5Z";var M3="M20.71,7.04C21.1,6.65 21.1,6 20.71,5.63L18.37,3.29C18,2.9 17.35,2.9 16.96,3.29L15.12,5.12L18.87,8.87M3,17.25V21H6.75L17.81,9.93L14.06,6.18L3,17.25Z";var t3="M14.06,9L15,9.94L5.92,19H5V18.08L14.06,9M17.66,3C17.41,3 17.15,3.1 16.96,3.29L15.13,5.12L18.88,8.87L20.71,7.04C21.1,6.65 21.1,6 20.71,5.63L18.37,3.29C18.17,3.09 17.92,3 17.66,3M14.06,6.19L3,17.25V21H6.75L17.81,9.94L14.06,6.19Z";var i3="M8,5.14V19.14L19,12.14L8,5.14Z";var m2="M19,13H13V19H11V13H5V11H11V5H13V11H19V13Z";var o3="M16.56,5.44L15.11,6.89C16.84,7.94 18,9.83 18,12A6,6 0 0,1 12,18A6,6 0 0,1 6,12C6,9.83 7.16,7.94 8.88,6.88L7.44,5.44C5.36,6.88 4,9.28 4,12A8,8 0 0,0 12,20A8,8 0 0,0 20,12C20,9.28 18.64,6.88 16.56,5.44M13,3H11V13H13";var a3="M22.11 21.46L2.39 1.73L1.11 3L6.25 8.14C6.1 8.41 6 8.7 6 9V14.5L9.5 18V21H14.5V18L15.31 17.2L20.84 22.73L22.11 21.46M13.09 16.59L12.67 17H11.33L10.92 16.59L8 13.67V9.89L13.89 15.78L13.09 16.59M12.2 9L10.2 7H14V3H16V7C17 7 18 8 18 9V14.5L17.85 14.65L16 12.8V9.09C16 9.06 15.95 9 15.92 9H12.2M10 6.8L8 4.8V3H10V6.8Z";var A3="M18,3H6V7H18M19,12A1,1 0 0,1 18,11A1,1 0 0,1 19,10A1,1 0 0,1 20,11A1,1 0 0,1 19,12M16,19H8V14H16M19,8H5A3,3 0 0,0 2,11V17H6V21H18V17H22V11A3,3 0 0,0 19,8Z";var n3="M13.13 22.19L11.5 18.36C13.07 17.78 14.54 17 15.9 16.09L13.13 22.19M5.64 12.5L1.81 10.87L7.91 8.1C7 9.46 6.22 10.93 5.64 12.5M21.61 2.39C21.61 2.39 16.66 .269 11 5.93C8.81 8.12 7.5 10.53 6.65 12.64C6.37 13.39 6.56 14.21 7.11 14.77L9.24 16.89C9.79 17.45 10.61 17.63 11.36 17.35C13.5 16.53 15.88 15.19 18.07 13C23.73 7.34 21.61 2.39 21.61 2.39M14.54 9.46C13.76 8.68 13.76 7.41 14.54 6.63S16.59 5.85 17.37 6.63C18.14 7.41 18.15 8.68 17.37 9.46C16.59 10.24 15.32 10.24 14.54 9.46M8.88 16.53L7.47 15.12L8.88 16.53M6.24 22L9.88 18.36C9.54 18.27 9.21 18.12 8.91 17.91L4.83 22H6.24M2 22H3.41L8.18 17.24L6.76 15.83L2 20.59V22M2 19.17L6.09 15.09C5.88 14.79 5.73 14.47 5.64 14.12L2 17.76V19.17Z";var d3="M21,11C21,16.55 17.16,21.74 12,23C6.84,21.74 3,16.55 3,11V5L12,1L21,5V11M12,21C15.75,20 19,15.54 19,11.22V6.3L12,3.18L5,6.3V11.22C5,15.54 8.25,20 12,21M10,17L6,13L7.41,11.59L10,14.17L16.59,7.58L18,9";var p3="M19.5,5.5V18.5H17.5V5.5H19.5M12.5,10.5V18.5H10.5V10.5H12.5M21,4H16V20H21V4M14,9H9V20H14V9M7,14H2V20H7V14Z",l3="M19.5,5.5V18.5H17.5V5.5H19.5M21,4H16V20H21V4M14,9H9V20H14V9M7,14H2V20H7V14Z",m3="M21,4H16V20H21V4M14,9H9V20H14V9M7,14H2V20H7V14Z",s3="M19.5,5.5V18.5H17.5V5.5H19.5M12.5,10.5V18.5H10.5V10.5H12.5M5.5,15.5V18.5H3.5V15.5H5.5M21,4H16V20H21V4M14,9H9V20H14V9M7,14H2V20H7V14Z";var v3="M18,18H6V6H18V18Z";var q2="M8.28,5.45L6.5,4.55L7.76,2H16.23L17.5,4.55L15.72,5.44L15,4H9L8.28,5.45M18.62,8H14.09L13.3,5H10.7L9.91,8H5.38L4.1,10.55L5.89,11.44L6.62,10H17.38L18.1,11.45L19.89,10.56L18.62,8M17.77,22H15.7L15.46,21.1L12,15.9L8.53,21.1L8.3,22H6.23L9.12,11H11.19L10.83,12.35L12,14.1L13.16,12.35L12.81,11H14.88L17.77,22M11.4,15L10.5,13.65L9.32,18.13L11.4,15M14.68,18.12L13.5,13.64L12.6,15L14.68,18.12Z";var x3="M12.74,5.47C15.1,6.5 16.35,9.03 15.92,11.46C17.19,12.56 18,14.19 18,16V16.17C18.31,16.06 18.65,16 19,16A3,3 0 0,1 22,19A3,3 0 0,1 19,22H6A4,4 0 0,1 2,18A4,4 0 0,1 6,14H6.27C5,12.45 4.6,10.24 5.5,8.26C6.72,5.5 9.97,4.24 12.74,5.47M11.93,7.3C10.16,6.5 8.09,7.31 7.31,9.07C6.85,10.09 6.93,11.22 7.41,12.13C8.5,10.83 10.16,10 12,10C12.7,10 13.38,10.12 14,10.34C13.94,9.06 13.18,7.86 11.93,7.3M13.55,3.64C13,3.4 12.45,3.23 11.88,3.12L14.37,1.82L15.27,4.71C14.76,4.29 14.19,3.93 13.55,3.64M6.09,4.44C5.6,4.79 5.17,5.19 4.8,5.63L4.91,2.82L7.87,3.5C7.25,3.71 6.65,4.03 6.09,4.44M18,9.71C17.91,9.12 17.78,8.55 17.59,8L19.97,9.5L17.92,11.73C18.03,11.08 18.05,10.4 18,9.71M3.04,11.3C3.11,11.9 3.24,12.47 3.43,13L1.06,11.5L3.1,9.28C3,9.93 2.97,10.61 3.04,11.3M19,18H16V16A4,4 0 0,0 12,12A4,4 0 0,0 8,16H6A2,2 0 0,0 4,18A2,2 0 0,0 6,20H19A1,1 0 0,0 20,19A1,1 0 0,0 19,18Z";var s2="M3.55 19.09L4.96 20.5L6.76 18.71L5.34 17.29M12 6C8.69 6 6 8.69 6 12S8.69 18 12 18 18 15.31 18 12C18 8.68 15.31 6 12 6M20 13H23V11H20M17.24 18.71L19.04 20.5L20.45 19.09L18.66 17.29M20.45 5L19.04 3.6L17.24 5.39L18.66 6.81M13 1H11V4H13M6.76 5.39L4.96 3.6L3.55 5L5.34 6.81L6.76 5.39M1 13H4V11H1M13 20H11V23H13";var u3="M2.28,3L1,4.27L2.47,5.74C2.04,6 1.61,6.29 1.2,6.6L3,9C3.53,8.6 4.08,8.25 4.66,7.93L6.89,10.16C6.15,10.5 5.44,10.91 4.8,11.4L6.6,13.8C7.38,13.22 8.26,12.77 9.2,12.47L11.75,15C10.5,15.07 9.34,15.5 8.4,16.2L12,21L14.46,17.73L17.74,21L19,19.72M12,3C9.85,3 7.8,3.38 5.9,4.07L8.29,6.47C9.5,6.16 10.72,6 12,6C15.38,6 18.5,7.11 21,9L22.8,6.6C19.79,4.34 16.06,3 12,3M12,9C11.62,9 11.25,9 10.88,9.05L14.07,12.25C15.29,12.53 16.43,13.07 17.4,13.8L19.2,11.4C17.2,9.89 14.7,9 12,9Z";var c3="M22.61,19L13.53,9.91C14.46,7.57 14,4.81 12.09,2.91C9.79,0.61 6.21,0.4 3.66,2.26L7.5,6.11L6.08,7.5L2.25,3.69C0.39,6.23 0.6,9.82 2.9,12.11C4.76,13.97 7.47,14.46 9.79,13.59L18.9,22.7C19.29,23.09 19.92,23.09 20.31,22.7L22.61,20.4C23,20 23,19.39 22.61,19M19.61,20.59L10.15,11.13C9.54,11.58 8.86,11.85 8.15,11.95C6.79,12.15 5.36,11.74 4.32,10.7C3.37,9.76 2.93,8.5 3,7.26L6.09,10.35L10.33,6.11L7.24,3C8.5,2.95 9.73,3.39 10.68,4.33C11.76,5.41 12.17,6.9 11.92,8.29C11.8,9 11.5,9.66 11.04,10.25L20.5,19.7L19.61,20.59Z";var v2=globalThis,x2=v2.ShadowRoot&&(v2.ShadyCSS===void 0||v2.ShadyCSS.nativeShadow)&&"adoptedStyleSheets"in Document.prototype&&"replace"in CSSStyleSheet.prototype,X2=Symbol(),Z3=new WeakMap,G1=class{constructor(V,C,H){if(this._$cssResult$=!0,H!==X2)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=V,this.t=C}get styleSheet(){let V=this.o,C=this.t;if(x2&&V===void 0){let H=C!==void 0&&C.length===1;H&&(V=Z3.get(C)),V===void 0&&((this.o=V=new CSSStyleSheet).replaceSync(this.cssText),H&&Z3.set(C,V))}return V}toString(){return this.cssText}},S3=r=>new G1(typeof r=="string"?r:r+"",void 0,X2),g=(r,...V)=>{let C=r.length===1?r[0]:V.reduce((H,L,e)=>H+(M=>{if(M._$cssResult$===!0)return M.cssText;if(typeof M=="number")return M;throw Error("Value passed to 'css' function must be a 'css' function result: "+M+". Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.")})(L)+r[e+1],r[0]);return new G1(C,r,X2)},h3=(r,V)=>{if(x2)r.adoptedStyleSheets=V.map(C=>C instanceof CSSStyleSheet?C:C.styleSheet);else for(let C of V){let H=document.createElement("style"),L=v2.litNonce;L!==void 0&&H.setAttribute("nonce",L),H.textContent=C.cssText,r.appendChild(H)}},Y2=x2?r=>r:r=>r instanceof CSSStyleSheet?(V=>{let C="";for(let H of V.cssRules)C+=H.cssText;return S3(C)})(r):r;var{is:N0,defineProperty:I0,getOwnPropertyDescriptor:U0,getOwnPropertyNames:G0,getOwnPropertySymbols:Q0,getPrototypeOf:K0}=Object,u2=globalThis,g3=u2.trustedTypes,j0=g3?g3.emptyScript:"",q0=u2.reactiveElementPolyfillSupport,Q1=(r,V)=>r,K1={toAttribute(r,V){switch(V){case Boolean:r=r?j0:null;break;case Object:case Array:r=r==null?r:JSON.stringify(r)}return r},fromAttribute(r,V){let C=r;switch(V){case Boolean:C=r!==null;break;case Number:C=r===null?null:Number(r);break;case Object:case Array:try{C=JSON.parse(r)}catch{C=null}}return C}},c2=(r,V)=>!N0(r,V),f3={attribute:!0,type:String,converter:K1,reflect:!1,useDefault:!1,hasChanged:c2};Symbol.metadata??=Symbol("metadata"),u2.litPropertyMetadata??=new WeakMap;var M1=class extends HTMLElement{static addInitializer(V){this._$Ei(),(this.l??=[]).push(V)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(V,C=f3){if(C.state&&(C.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(V)&&((C=Object.create(C)).wrapped=!0),this.elementProperties.set(V,C),!C.noAccessor){let H=Symbol(),L=this.getPropertyDescriptor(V,H,C);L!==void 0&&I0(this.prototype,V,L)}}static getPropertyDescriptor(V,C,H){let{get:L,set:e}=U0(this.prototype,V)??{get(){return this[C]},set(M){this[C]=M}};return{get:L,set(M){let t=L?.call(this);e?.call(this,M),this.requestUpdate(V,t,H)},configurable:!0,enumerable:!0}}static getPropertyOptions(V){return this.elementProperties.get(V)??f3}static _$Ei(){if(this.hasOwnProperty(Q1("elementProperties")))return;let V=K0(this);V.finalize(),V.l!==void 0&&(this.l=[...V.l]),this.elementProperties=new Map(V.elementProperties)}static finalize(){if(this.hasOwnProperty(Q1("finalized")))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(Q1("properties"))){let C=this.properties,H=[...G0(C),...Q0(C)];for(let L of H)this.createProperty(L,C[L])}let V=this[Symbol.metadata];if(V!==null){let C=litPropertyMetadata.get(V);if(C!==void 0)for(let[H,L]of C)this.elementProperties.set(H,L)}this._$Eh=new Map;for(let[C,H]of this.elementProperties){let L=this._$Eu(C,H);L!==void 0&&this._$Eh.set(L,C)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(V){let C=[];if(Array.isArray(V)){let H=new Set(V.flat(1/0).reverse());for(let L of H)C.unshift(Y2(L))}else V!==void 0&&C.push(Y2(V));return C}static _$Eu(V,C){let H=C.attribute;return H===!1?void 0:typeof H=="string"?H:typeof V=="string"?V.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(V=>this.enableUpdating=V),this._$AL=new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(V=>V(this))}addController(V){(this._$EO??=new Set).add(V),this.renderRoot!==void 0&&this.isConnected&&V.hostConnected?.()}removeController(V){this._$EO?.delete(V)}_$E_(){let V=new Map,C=this.constructor.elementProperties;for(let H of C.keys())this.hasOwnProperty(H)&&(V.set(H,this[H]),delete this[H]);V.size>0&&(this._$Ep=V)}createRenderRoot(){let V=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return h3(V,this.constructor.elementStyles),V}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(V=>V.hostConnected?.())}enableUpdating(V){}disconnectedCallback(){this._$EO?.forEach(V=>V.hostDisconnected?.())}attributeChangedCallback(V,C,H){this._$AK(V,H)}_$ET(V,C){let H=this.constructor.elementProperties.get(V),L=this.constructor._$Eu(V,H);if(L!==void 0&&H.reflect===!0){let e=(H.converter?.toAttribute!==void 0?H.converter:K1).toAttribute(C,H.type);this._$Em=V,e==null?this.removeAttribute(L):this.setAttribute(L,e),this._$Em=null}}_$AK(V,C){let H=this.constructor,L=H._$Eh.get(V);if(L!==void 0&&this._$Em!==L){let e=H.getPropertyOptions(L),M=typeof e.converter=="function"?{fromAttribute:e.converter}:e.converter?.fromAttribute!==void 0?e.converter:K1;this._$Em=L;let t=M.fromAttribute(C,e.type);this[L]=t??this._$Ej?.get(L)??t,this._$Em=null}}requestUpdate(V,C,H,L=!1,e){if(V!==void 0){let M=this.constructor;if(L===!1&&(e=this[V]),H??=M.getPropertyOptions(V),!((H.hasChanged??c2)(e,C)||H.useDefault&&H.reflect&&e===this._$Ej?.get(V)&&!this.hasAttribute(M._$Eu(V,H))))return;this.C(V,C,H)}this.isUpdatePending===!1&&(this._$ES=this._$EP())}C(V,C,{useDefault:H,reflect:L,wrapped:e},M){H&&!(this._$Ej??=new Map).has(V)&&(this._$Ej.set(V,M??C??this[V]),e!==!0||M!==void 0)||(this._$AL.has(V)||(this.hasUpdated||H||(C=void 0),this._$AL.set(V,C)),L===!0&&this._$Em!==V&&(this._$Eq??=new Set).add(V))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(C){Promise.reject(C)}let V=this.scheduleUpdate();return V!=null&&await V,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[L,e]of this._$Ep)this[L]=e;this._$Ep=void 0}let H=this.constructor.elementProperties;if(H.size>0)for(let[L,e]of H){let{wrapped:M}=e,t=this[L];M!==!0||this._$AL.has(L)||t===void 0||this.C(L,void 0,e,t)}}let V=!1,C=this._$AL;try{V=this.shouldUpdate(C),V?(this.willUpdate(C),this._$EO?.forEach(H=>H.hostUpdate?.()),this.update(C)):this._$EM()}catch(H){throw V=!1,this._$EM(),H}V&&this._$AE(C)}willUpdate(V){}_$AE(V){this._$EO?.forEach(C=>C.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(V)),this.updated(V)}_$EM(){this._$AL=new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(V){return!0}update(V){this._$Eq&&=this._$Eq.forEach(C=>this._$ET(C,this[C])),this._$EM()}updated(V){}firstUpdated(V){}};M1.elementStyles=[],M1.shadowRootOptions={mode:"open"},M1[Q1("elementProperties")]=new Map,M1[Q1("finalized")]=new Map,q0?.({ReactiveElement:M1}),(u2.reactiveElementVersions??=[]).push("2.1.2");var C5=globalThis,b3=r=>r,Z2=C5.trustedTypes,O3=Z2?Z2.createPolicy("lit-html",{createHTML:r=>r}):void 0,H5="$lit$",t1=`lit$${Math.random().toFixed(9).slice(2)}$`,V5="?"+t1,X0=`<${V5}>`,c1=document,q1=()=>c1.createComment(""),X1=r=>r===null||typeof r!="object"&&typeof r!="function",L5=Array.isArray,_3=r=>L5(r)||typeof r?.[Symbol.iterator]=="function",J2=`[ 	
\f\r]`,j1=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,y3=/-->/g,k3=/>/g,x1=RegExp(`>|${J2}(?:([^\\s"'>=/]+)(${J2}*=${J2}*(?:[^ 	
\f\r"'\`<>=]|("|')|))|$)`,"g"),w3=/'/g,P3=/"/g,B3=/^(?:script|style|textarea|title)$/i,e5=r=>(V,...C)=>({_$litType$:r,strings:V,values:C}),a=e5(1),S=e5(2),F4=e5(3),_=Symbol.for("lit-noChange"),p=Symbol.for("lit-nothing"),T3=new WeakMap,u1=c1.createTreeWalker(c1,129);function $3(r,V){if(!L5(r)||!r.hasOwnProperty("raw"))throw Error("invalid template strings array");return O3!==void 0?O3.createHTML(V):V}var R3=(r,V)=>{let C=r.length-1,H=[],L,e=V===2?"<svg>":V===3?"<math>":"",M=j1;for(let t=0;t<C;t++){let i=r[t],o,A,d=-1,n=0;for(;n<i.length&&(M.lastIndex=n,A=M.exec(i),A!==null);)n=M.lastIndex,M===j1?A[1]==="!--"?M=y3:A[1]!==void 0?M=k3:A[2]!==void 0?(B3.test(A[2])&&(L=RegExp("</"+A[2],"g")),M=x1):A[3]!==void 0&&(M=x1):M===x1?A[0]===">"?(M=L??j1,d=-1):A[1]===void 0?d=-2:(d=M.lastIndex-A[2].length,o=A[1],M=A[3]===void 0?x1:A[3]==='"'?P3:w3):M===P3||M===w3?M=x1:M===y3||M===k3?M=j1:(M=x1,L=void 0);let l=M===x1&&r[t+1].startsWith("/>")?" ":"";e+=M===j1?i+X0:d>=0?(H.push(o),i.slice(0,d)+H5+i.slice(d)+t1+l):i+t1+(d===-2?t:l)}return[$3(r,e+(r[C]||"<?>")+(V===2?"</svg>":V===3?"</math>":"")),H]},Y1=class r{constructor({strings:V,_$litType$:C},H){let L;this.parts=[];let e=0,M=0,t=V.length-1,i=this.parts,[o,A]=R3(V,C);if(this.el=r.createElement(o,H),u1.currentNode=this.el.content,C===2||C===3){let d=this.el.content.firstChild;d.replaceWith(...d.childNodes)}for(;(L=u1.nextNode())!==null&&i.length<t;){if(L.nodeType===1){if(L.hasAttributes())for(let d of L.getAttributeNames())if(d.endsWith(H5)){let n=A[M++],l=L.getAttribute(d).split(t1),s=/([.?@])?(.*)/.exec(n);i.push({type:1,index:e,name:s[2],strings:l,ctor:s[1]==="."?h2:s[1]==="?"?g2:s[1]==="@"?f2:S1}),L.removeAttribute(d)}else d.startsWith(t1)&&(i.push({type:6,index:e}),L.removeAttribute(d));if(B3.test(L.tagName)){let d=L.textContent.split(t1),n=d.length-1;if(n>0){L.textContent=Z2?Z2.emptyScript:"";for(let l=0;l<n;l++)L.append(d[l],q1()),u1.nextNode(),i.push({type:2,index:++e});L.append(d[n],q1())}}}else if(L.nodeType===8)if(L.data===V5)i.push({type:2,index:e});else{let d=-1;for(;(d=L.data.indexOf(t1,d+1))!==-1;)i.push({type:7,index:e}),d+=t1.length-1}e++}}static createElement(V,C){let H=c1.createElement("template");return H.innerHTML=V,H}};function Z1(r,V,C=r,H){if(V===_)return V;let L=H!==void 0?C._$Co?.[H]:C._$Cl,e=X1(V)?void 0:V._$litDirective$;return L?.constructor!==e&&(L?._$AO?.(!1),e===void 0?L=void 0:(L=new e(r),L._$AT(r,C,H)),H!==void 0?(C._$Co??=[])[H]=L:C._$Cl=L),L!==void 0&&(V=Z1(r,L._$AS(r,V.values),L,H)),V}var S2=class{constructor(V,C){this._$AV=[],this._$AN=void 0,this._$AD=V,this._$AM=C}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(V){let{el:{content:C},parts:H}=this._$AD,L=(V?.creationScope??c1).importNode(C,!0);u1.currentNode=L;let e=u1.nextNode(),M=0,t=0,i=H[0];for(;i!==void 0;){if(M===i.index){let o;i.type===2?o=new _1(e,e.nextSibling,this,V):i.type===1?o=new i.ctor(e,i.name,i.strings,this,V):i.type===6&&(o=new b2(e,this,V)),this._$AV.push(o),i=H[++t]}M!==i?.index&&(e=u1.nextNode(),M++)}return u1.currentNode=c1,L}p(V){let C=0;for(let H of this._$AV)H!==void 0&&(H.strings!==void 0?(H._$AI(V,H,C),C+=H.strings.length-2):H._$AI(V[C])),C++}},_1=class r{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(V,C,H,L){this.type=2,this._$AH=p,this._$AN=void 0,this._$AA=V,this._$AB=C,this._$AM=H,this.options=L,this._$Cv=L?.isConnected??!0}get parentNode(){let V=this._$AA.parentNode,C=this._$AM;return C!==void 0&&V?.nodeType===11&&(V=C.parentNode),V}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(V,C=this){V=Z1(this,V,C),X1(V)?V===p||V==null||V===""?(this._$AH!==p&&this._$AR(),this._$AH=p):V!==this._$AH&&V!==_&&this._(V):V._$litType$!==void 0?this.$(V):V.nodeType!==void 0?this.T(V):_3(V)?this.k(V):this._(V)}O(V){return this._$AA.parentNode.insertBefore(V,this._$AB)}T(V){this._$AH!==V&&(this._$AR(),this._$AH=this.O(V))}_(V){this._$AH!==p&&X1(this._$AH)?this._$AA.nextSibling.data=V:this.T(c1.createTextNode(V)),this._$AH=V}$(V){let{values:C,_$litType$:H}=V,L=typeof H=="number"?this._$AC(V):(H.el===void 0&&(H.el=Y1.createElement($3(H.h,H.h[0]),this.options)),H);if(this._$AH?._$AD===L)this._$AH.p(C);else{let e=new S2(L,this),M=e.u(this.options);e.p(C),this.T(M),this._$AH=e}}_$AC(V){let C=T3.get(V.strings);return C===void 0&&T3.set(V.strings,C=new Y1(V)),C}k(V){L5(this._$AH)||(this._$AH=[],this._$AR());let C=this._$AH,H,L=0;for(let e of V)L===C.length?C.push(H=new r(this.O(q1()),this.O(q1()),this,this.options)):H=C[L],H._$AI(e),L++;L<C.length&&(this._$AR(H&&H._$AB.nextSibling,L),C.length=L)}_$AR(V=this._$AA.nextSibling,C){for(this._$AP?.(!1,!0,C);V!==this._$AB;){let H=b3(V).nextSibling;b3(V).remove(),V=H}}setConnected(V){this._$AM===void 0&&(this._$Cv=V,this._$AP?.(V))}},S1=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(V,C,H,L,e){this.type=1,this._$AH=p,this._$AN=void 0,this.element=V,this.name=C,this._$AM=L,this.options=e,H.length>2||H[0]!==""||H[1]!==""?(this._$AH=Array(H.length-1).fill(new String),this.strings=H):this._$AH=p}_$AI(V,C=this,H,L){let e=this.strings,M=!1;if(e===void 0)V=Z1(this,V,C,0),M=!X1(V)||V!==this._$AH&&V!==_,M&&(this._$AH=V);else{let t=V,i,o;for(V=e[0],i=0;i<e.length-1;i++)o=Z1(this,t[H+i],C,i),o===_&&(o=this._$AH[i]),M||=!X1(o)||o!==this._$AH[i],o===p?V=p:V!==p&&(V+=(o??"")+e[i+1]),this._$AH[i]=o}M&&!L&&this.j(V)}j(V){V===p?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,V??"")}},h2=class extends S1{constructor(){super(...arguments),this.type=3}j(V){this.element[this.name]=V===p?void 0:V}},g2=class extends S1{constructor(){super(...arguments),this.type=4}j(V){this.element.toggleAttribute(this.name,!!V&&V!==p)}},f2=class extends S1{constructor(V,C,H,L,e){super(V,C,H,L,e),this.type=5}_$AI(V,C=this){if((V=Z1(this,V,C,0)??p)===_)return;let H=this._$AH,L=V===p&&H!==p||V.capture!==H.capture||V.once!==H.once||V.passive!==H.passive,e=V!==p&&(H===p||L);L&&this.element.removeEventListener(this.name,this,H),e&&this.element.addEventListener(this.name,this,V),this._$AH=V}handleEvent(V){typeof this._$AH=="function"?this._$AH.call(this.options?.host??this.element,V):this._$AH.handleEvent(V)}},b2=class{constructor(V,C,H){this.element=V,this.type=6,this._$AN=void 0,this._$AM=C,this.options=H}get _$AU(){return this._$AM._$AU}_$AI(V){Z1(this,V)}},F3={M:H5,P:t1,A:V5,C:1,L:R3,R:S2,D:_3,V:Z1,I:_1,H:S1,N:g2,U:f2,B:h2,F:b2},Y0=C5.litHtmlPolyfillSupport;Y0?.(Y1,_1),(C5.litHtmlVersions??=[]).push("3.3.3");var D3=(r,V,C)=>{let H=C?.renderBefore??V,L=H._$litPart$;if(L===void 0){let e=C?.renderBefore??null;H._$litPart$=L=new _1(V.insertBefore(q1(),e),e,void 0,C??{})}return L._$AI(r),L};var r5=globalThis,F=class extends M1{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let V=super.createRenderRoot();return this.renderOptions.renderBefore??=V.firstChild,V}update(V){let C=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(V),this._$Do=D3(C,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return _}};F._$litElement$=!0,F.finalized=!0,r5.litElementHydrateSupport?.({LitElement:F});var J0=r5.litElementPolyfillSupport;J0?.({LitElement:F});(r5.litElementVersions??=[]).push("4.2.2");var b=r=>(V,C)=>{C!==void 0?C.addInitializer(()=>{customElements.define(r,V)}):customElements.define(r,V)};var C7={attribute:!0,type:String,converter:K1,reflect:!1,hasChanged:c2},H7=(r=C7,V,C)=>{let{kind:H,metadata:L}=C,e=globalThis.litPropertyMetadata.get(L);if(e===void 0&&globalThis.litPropertyMetadata.set(L,e=new Map),H==="setter"&&((r=Object.create(r)).wrapped=!0),e.set(C.name,r),H==="accessor"){let{name:M}=C;return{set(t){let i=V.get.call(this);V.set.call(this,t),this.requestUpdate(M,i,r,!0,t)},init(t){return t!==void 0&&this.C(M,void 0,r,t),t}}}if(H==="setter"){let{name:M}=C;return function(t){let i=this[M];V.call(this,t),this.requestUpdate(M,i,r,!0,t)}}throw Error("Unsupported decorator location: "+H)};function Z(r){return(V,C)=>typeof C=="object"?H7(r,V,C):((H,L,e)=>{let M=L.hasOwnProperty(e);return L.constructor.createProperty(e,H),M?Object.getOwnPropertyDescriptor(L,e):void 0})(r,V,C)}function u(r){return Z({...r,state:!0,attribute:!1})}var h1=(r,V,C)=>(C.configurable=!0,C.enumerable=!0,Reflect.decorate&&typeof V!="object"&&Object.defineProperty(r,V,C),C);function J1(r,V){return(C,H,L)=>{let e=M=>M.renderRoot?.querySelector(r)??null;if(V){let{get:M,set:t}=typeof H=="object"?C:L??(()=>{let i=Symbol();return{get(){return this[i]},set(o){this[i]=o}}})();return h1(C,H,{get(){let i=M.call(this);return i===void 0&&(i=e(this),(i!==null||this.hasUpdated)&&t.call(this,i)),i}})}return h1(C,H,{get(){return e(this)}})}}var V7=new Map,L7=new Map;function M5(r,V){return E3(V7,r,V,()=>new Intl.NumberFormat(r,V))}function $(r,V){return E3(L7,r,V,()=>new Intl.DateTimeFormat(r,V))}function E3(r,V,C,H){let L=`${V??""} ${JSON.stringify(C)}`,e=r.get(L);return e===void 0&&(e=H(),r.set(L,e)),e}var i5=1440*6e4,O2=15*6e4,t5=["mon","tue","wed","thu","fri","sat","sun"];function B1({locale:r,config:V}){return r?.time_zone==="local"?e7()??V.time_zone:V.time_zone}function $1(r){return{user:B1(r),server:r.config.time_zone}}function e7(){let r=globalThis.__haNativeTimeZone;return typeof r=="string"&&r7(r)?r:$(void 0,{}).resolvedOptions().timeZone}function r7(r){try{return $("en-GB",{timeZone:r}),!0}catch{return!1}}function H1(r,V){return $("sv-SE",{year:"numeric",month:"2-digit",day:"2-digit",timeZone:V}).format(r)}function R1(r,V){return $("en-GB",{hour:"2-digit",minute:"2-digit",hourCycle:"h23",timeZone:V}).format(r)}function U(r,V,C,H,L=0,e=0){let M=Date.UTC(r,V-1,C,L,e),t=d=>M-z3(d,H),[i,o]=[t(M-i5),t(M+i5)],A=[i,o].find(d=>d+z3(d,H)===M);return new Date(A??i)}function z3(r,V){let C=$("en-GB",{timeZone:V,hourCycle:"h23",year:"numeric",month:"numeric",day:"numeric",hour:"numeric",minute:"numeric",second:"numeric"}).formatToParts(r),H=e=>Number(C.find(M=>M.type===e)?.value??0);return Date.UTC(H("year"),H("month")-1,H("day"),H("hour"),H("minute"),H("second"))-Math.floor(r/1e3)*1e3}function o5(r,V,C){let[,H,L]=/^(\d{1,2}):(\d{2})/.exec(r)??[];if(H===void 0||L===void 0)return null;let[e=0,M=1,t=1]=H1(C,V).split("-").map(Number);return[0,1,2].map(o=>U(e,M,t+o,V,Number(H),Number(L))).find(o=>o>C)??null}function a5({clock:r,weekdays:V},C,H,L){let e=C===H?null:o5(r,C,L);if(e===null)return{clock:r.slice(0,5),weekdays:V};let M=(Date.parse(H1(e,H))-Date.parse(H1(e,C)))/i5,t=V.map(i=>{let o=t5.indexOf(i);return o<0?i:t5[(o+M+7)%7]??i});return{clock:R1(e,H),weekdays:t5.filter(i=>t.includes(i))}}function y2(r,V,C){let H=[];for(let L=Math.ceil(r/O2)*O2;L<V;){let[e=0,M]=R1(new Date(L),C).split(":").map(Number);M===0&&H.push({time:L,hour:e}),L+=M===0?4*O2:O2}return H}var M7={comma_decimal:"en-US",decimal_comma:"de",space_comma:"fr",quote_decimal:"de-CH"},G="–",A5=class{constructor(V){let{locale:C}=V;this.text=R(V),this.language=i7(C?.language??V.language);let H=C?.number_format??"language";this.numbers=H==="system"?void 0:M7[H]??this.language,this.grouping=H!=="none",this.hour12=t7(this.language,C?.time_format),this.zones=$1(V)}number(V,C=0){return A1(V)?M5(this.numbers,{minimumFractionDigits:C,maximumFractionDigits:C,useGrouping:this.grouping}).format(k2(V,C)):G}powerParts(V){return A1(V)?Math.abs(V)<995?{value:this.number(Math.round(V/10)*10),unit:"W"}:{value:this.number(V/1e3,1),unit:"kW"}:{value:G,unit:"kW"}}power(V){return N3(this.powerParts(V))}energyParts(V){return{value:this.number(V,A1(V)&&Math.abs(V)>=99.95?0:1),unit:"kWh"}}energy(V){return N3(this.energyParts(V))}percent(V){return A1(V)?`${this.number(V*100)} %`:G}money(V,C){return A1(V)?this.amount(V,C,2):G}price(V,C){return A1(V)?`${this.amount(V,C,Math.abs(V)<10?3:2)}/kWh`:G}priceRange(V,C,H){let L=C<10?2:0,[e,M]=[k2(V,L),k2(C,L)];if(e===M)return`${this.amount(C,H,L)}/kWh`;let t=this.currency(H,L);return`${t===null?`${this.number(V,L)} – ${this.amount(C,H,L)}`:t.formatRange(e,M)}/kWh`}amount(V,C,H){let L=this.currency(C,H);return L===null?`${this.number(V,H)} ${C??""}`.trim():L.format(k2(V,H))}currency(V,C){try{return M5(this.numbers,{style:"currency",currency:V??"",currencyDisplay:"narrowSymbol",minimumFractionDigits:C,maximumFractionDigits:C,useGrouping:this.grouping})}catch{return null}}time(V){return this.date(V,{hour:this.hour12?"numeric":"2-digit",minute:"2-digit"})}clock(V){let[C,H]=(V??"").split(":").map(Number);return C===void 0||H===void 0||Number.isNaN(C)||Number.isNaN(H)?G:$(this.language,{hour:this.hour12?"numeric":"2-digit",minute:"2-digit",hour12:this.hour12,timeZone:"UTC"}).format(Date.UTC(2e3,0,1,C,H))}day(V){let C=this.yearOf(V)===this.yearOf(new Date)?void 0:"numeric";return this.date(V,{weekday:"short",day:"numeric",month:"short",year:C})}yearOf(V){return this.dayKey(V??"").slice(0,4)}dayAndTime(V){return D(V)===null?G:`${this.day(V)}, ${this.time(V)}`}soon(V,C=new Date){let H=D(V);return H===null?G:this.dayKey(H)===this.dayKey(C)?this.time(H):`${this.date(H,{weekday:"short"})} ${this.time(H)}`}fullHour(V){return this.hour12?this.date(V,{hour:"numeric"}):this.time(V)}axisHour(V){return this.hour12?this.fullHour(V):String(Number(R1(V,this.zones.user).slice(0,2)))}date(V,C){let H=D(V);return H===null?G:$(this.language,{...C,...C.hour===void 0?{}:{hour12:this.hour12},timeZone:this.zones.user}).format(H)}dayKey(V){let C=D(V);return C===null?"":H1(C,this.zones.user)}duration(V){if(!A1(V))return G;let C=Math.max(0,Math.round(V/60)),H=Math.floor(C/60);return H===0?`${C} min`:C%60===0||H>=100?`${H} h`:`${H} h ${C%60} min`}durationParts(V){if(!A1(V))return{value:G,unit:"min"};let C=Math.max(0,Math.round(V/60));return C<60?{value:String(C),unit:"min"}:{value:`${Math.floor(C/60)}:${String(C%60).padStart(2,"0")}`,unit:"h"}}countdown(V){let C=Math.max(0,Math.ceil(V));return C<100?`${C} s`:this.duration(C)}weekday(V,C="short"){let H=g1.indexOf(V);return H<0?V:$(this.language,{weekday:C,timeZone:"UTC"}).format(Date.UTC(2e3,0,3+H))}weekdays(V){let C=g1.filter(M=>V.includes(M));if(C.length===7)return this.text("every_day");let[H,L]=[C[0],C.at(-1)];if(H===void 0||L===void 0)return this.text("once");let e=g1.indexOf(L)-g1.indexOf(H)+1;return C.length>2&&e===C.length?`${this.weekday(H)} – ${this.weekday(L)}`:C.map(M=>this.weekday(M)).join(", ")}},g1=["mon","tue","wed","thu","fri","sat","sun"],W3=new WeakMap;function n1(r){let{config:V}=r,C=r.locale??V,H=W3.get(C);return H?.config!==V&&(H={config:V,format:new A5(r)},W3.set(C,H)),H.format}function A1(r){return typeof r=="number"&&Number.isFinite(r)}function t7(r,V){return V==="12"||V==="24"?V==="12":$(V==="system"?void 0:r,{hour:"numeric"}).resolvedOptions().hour12===!0}function k2(r,V){let C=10**V;return Math.round(r*C)/C+0}function N3({value:r,unit:V}){return r===G?r:`${r} ${V}`}function D(r){if(r==null||r==="")return null;let V=r instanceof Date?r:new Date(r);return Number.isNaN(V.getTime())?null:V}function i7(r){try{return Intl.getCanonicalLocales(r)[0]??"en"}catch{return"en"}}function c(r){return a`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${r}></path></svg>`}var I3=[1e3,2e3,5e3,1e4,3e4],n5=class{constructor(V){this.connection=V;this.servers=null;this.error=null;this.listeners=new Set;this.unsubscribe=null;this.state="idle";this.failures=0;this.turn=0;V.addEventListener("ready",()=>{this.begin()})}listen(V){return this.listeners.add(V),this.state==="idle"&&this.subscribe(),()=>{this.listeners.delete(V),setTimeout(()=>{this.stop()},5e3)}}take(V){this.error=null;let C=V.servers??this.servers??[];if(V.connectors?.length||V.houses?.length){let H=new Map(V.connectors?.map(e=>[d5(e),e])),L=new Map(V.houses?.map(e=>[e.entry_id,e]));C=C.map(e=>o7(e,H,L))}this.servers=C,this.tell()}begin(){this.turn+=1,this.unsubscribe=null,this.state="idle",this.failures=0,this.listeners.size>0&&this.subscribe()}async subscribe(){let V=++this.turn;this.state="subscribing";try{let C=await this.connection.subscribeMessage(H=>{V===this.turn&&this.take(H)},{type:"ocpp_cs/live"},{resubscribe:!1});if(V!==this.turn)return;this.unsubscribe=C}catch(C){if(V!==this.turn)return;this.state="idle",this.error=V1(C),this.tell(),this.retry();return}this.state="subscribed",this.failures=0,this.listeners.size===0&&this.stop()}retry(){let V=I3[Math.min(this.failures,I3.length-1)];this.failures+=1,setTimeout(()=>{this.listeners.size>0&&this.state==="idle"&&this.subscribe()},V)}stop(){if(this.listeners.size>0||this.state!=="subscribed")return;let V=this.unsubscribe;this.unsubscribe=null,this.state="idle",V?.().catch(()=>{})}tell(){for(let V of[...this.listeners])V()}},U3=new WeakMap;function p5(r){let V=U3.get(r);return V===void 0&&(V=new n5(r),U3.set(r,V)),V}var E=class{constructor(V,C){this.host=V;this.hass=C;this.connected=!1;V.addController(this)}get servers(){return this.store?.servers??null}get error(){return this.store?.error??null}get connectors(){return this.servers?.flatMap(V=>V.connectors)??[]}connector(V,C){let H=this.connectors;return H.find(L=>L.device_id===V)??H.find(L=>L.charger_device_id===V&&(C===void 0||L.connector_id===C))}server(V){return this.servers?.find(C=>C.entry_id===V)}hostConnected(){this.connected=!0,this.follow()}hostUpdate(){this.follow()}hostDisconnected(){this.connected=!1,this.stop?.(),this.stop=void 0,this.store=void 0}follow(){let V=this.connected?this.hass()?.connection:void 0;if(V===void 0)return;let C=p5(V);C!==this.store&&(this.stop?.(),this.store=C,this.stop=C.listen(()=>{this.host.requestUpdate()}))}},C2=class{constructor(V,C,H=1e3){this.host=V;this.isNeeded=C;this.everyMs=H;V.addController(this)}hostConnected(){this.timer??=setInterval(()=>{!document.hidden&&this.isNeeded()&&this.host.requestUpdate()},this.everyMs)}hostDisconnected(){clearInterval(this.timer),this.timer=void 0}};function o7(r,V,C){let H=C.get(r.entry_id),L=r.connectors.some(e=>V.has(d5(e)));return H===void 0&&!L?r:{...r,house:H??r.house,connectors:L?r.connectors.map(e=>V.get(d5(e))??e):r.connectors}}function d5({entry_id:r,charge_point_id:V,connector_id:C}){return JSON.stringify([r,V,C])}function V1(r){return typeof r=="object"&&r!==null&&"code"in r?String(r.code):typeof r=="number"?String(r):"unknown_error"}function B(r){return typeof r=="object"&&r!==null&&"message"in r&&typeof r.message=="string"?r.message:V1(r)}var l5=1,G3=100;function d1({ready_at:r,ready_by:V,weekdays:C},{user:H,server:L},e){let M=D(V);return r===null?{clock:M===null?null:R1(M,H),weekdays:C}:a5({clock:r,weekdays:C},L,H,M===null?e:new Date(M.getTime()-6e4))}function Q3(r,V,C){let{clock:H,weekdays:L}=d1(r,V,C);return{bySoc:r.tells_soc&&(r.target_soc!==null||r.target_kwh===null),soc:r.target_soc??80,kWh:r.target_kwh??20,readyAt:H??(r.armed?"":"07:00"),weekdays:[...L],leastSoc:r.least_soc??0,leastKWh:r.least_kwh??0,belowPrice:r.below_price}}function m5(r,{user:V,server:C},H){if(r.readyAt==="")return r;let{clock:L,weekdays:e}=a5({clock:r.readyAt,weekdays:r.weekdays},V,C,H);return{...r,readyAt:L,weekdays:[...e]}}function s5(r){let{target_soc:V,target_kwh:C,ready_at:H,weekdays:L,least_soc:e,least_kwh:M,below_price:t}=r;return JSON.stringify([V,C,H,[...L].sort(),e,M,t])}function H2(r){return r.readyAt!==""||r.belowPrice!==null||(r.bySoc?r.leastSoc:r.leastKWh)>0}function K3(r,V){let C=r.readyAt!=="",H=r.bySoc?r.leastSoc:r.leastKWh;return[["energy_target","energy_kwh",r.bySoc?null:r.kWh],["soc_target","soc",r.bySoc?r.soc:null],["ready_by","ready_at",C?`${r.readyAt}:00`:null],["weekdays","weekdays",C&&r.weekdays.length>0?r.weekdays:null],["least_soc","least_soc",r.bySoc&&H>0?H:null],["least_energy","least_kwh",!r.bySoc&&H>0?H:null],["below_price","below_price",r.belowPrice]].filter(([e])=>V||!e.includes("soc"))}function j3(r,V){let C=K3(r,V).map(([,H,L])=>[H,L]);return{...Object.fromEntries(C),weekdays:r.readyAt===""?[]:r.weekdays}}function q3(r,V){let C=K3(r,V);return{...Object.fromEntries(C.filter(([,,H])=>H!==null).map(([H,,L])=>[H,L])),clear:C.filter(([,,H])=>H===null).map(([H])=>H),armed:!0}}function X3(r,V,C,H,L=new Date){let e=w2(r,H),{clock:M}=d1(r,H.zones,L),t=r.ready_at!==null?H.clock(M):D(r.ready_by)===null?null:H.soon(r.ready_by),i=[];e!==null&&t!==null?i.push(C("plan_by",{target:e,time:t})):e!==null&&i.push(e);let o=r.least_soc!==null&&r.least_soc>0?H.percent(r.least_soc/100):r.least_kwh?J3(r.least_kwh,H):null;return o!==null&&i.push(C("plan_least",{least:o})),r.below_price!==null&&i.push(C("plan_below",{price:H.price(r.below_price,V)})),i.length>0?i.join(" · "):null}function w2({target_soc:r,target_kwh:V},C){return r!==null?C.percent(r/100):V?J3(V,C):null}function Y3(r,V,C){let H=w2(r,C),L=C.soon(r.when);return H===null?L:V("plan_by",{target:H,time:L})}function P2(r,V,C){let H=[];return r.cost!==null&&H.push(C.money(r.cost,r.currency)),r.solar_share!==null&&r.solar_share>=.005&&H.push(V("plan_sun",{share:C.percent(r.solar_share)})),D(r.ready_at_time)!==null&&H.push(V("plan_ready",{time:C.soon(r.ready_at_time)})),H.length>0?H.join(", "):null}function T2(r,V,C){if(r.missing_kwh<.05)return null;let H=`shortage.${r.shortage??"unknown"}`,L=V("plan_missing",{energy:C.energy(r.missing_kwh)});return W(H)?`${L} ${V(H)}`:L}function J3(r,V){return`${V.number(r,Number.isInteger(r)?0:1)} kWh`}var a7={not_plugged_in:"idle",reserved:"idle",charging:"charging",starting:"charging",paused:"idle",full:"done",ended:"done",out_of_service:"problem",fault:"problem"},A7={start_delay:"starts",pause_time:"starts",waiting_for_sun:"starts",stop_delay:"pauses",phase_delay:"switches",phase_guard:"switches"},n7={charging:"charging",starting:"waiting",waiting_for_sun:"waiting",paused_by_charger:"waiting",paused_by_vehicle:"waiting"};function C0({online:r,state:V,reason:C,until:H},L,e,M){if(!r)return{state:L("state.offline"),until:null,untilAt:null,tone:"problem"};if(V===null)return{state:L("state.unknown"),until:null,untilAt:null,tone:"idle"};let t=n7[V],i=[t===void 0||C===null?"":`${t}.${C}`,`state.${V}`].find(W),o=D(H),A=t===void 0||C===null?void 0:A7[C],d=A!==void 0&&o!==null&&o>M;return{state:i===void 0?V:L(i),until:d?L(`until.${A}`,{time:e.countdown((o.getTime()-M.getTime())/1e3)}):null,untilAt:d?L(`until.${A}_at`,{time:e.time(o)}):null,tone:a7[V]??"waiting"}}var d7=g`
  :host {
    --ocpp-cs-sun: var(--energy-solar-color, #ff9800);
    --ocpp-cs-grid: var(--energy-grid-consumption-color, #488fc2);
    --ocpp-cs-export: var(--energy-grid-return-color, #8353d1);
    --ocpp-cs-battery: var(--energy-battery-out-color, #4db6ac);
    --ocpp-cs-battery-in: var(--energy-battery-in-color, #f06292);
    --ocpp-cs-charging: var(--success-color, #43a047);
    --ocpp-cs-unknown: var(--disabled-text-color, #9e9e9e);
    --ocpp-cs-line: color-mix(in srgb, var(--primary-text-color, #212121) 12%, transparent);
    --ocpp-cs-soft: color-mix(in srgb, var(--primary-text-color, #212121) 6%, transparent);
    --ocpp-cs-weak: var(--secondary-text-color, #616161);
  }
`,k=[d7,g`
    :host {
      display: block;
      color: var(--primary-text-color, #212121);
      font-size: 14px;
      line-height: 1.4;
    }
    *,
    *::before,
    *::after {
      box-sizing: border-box;
    }
    [hidden] {
      display: none !important;
    }
    .icon {
      inline-size: 1.5em;
      block-size: 1.5em;
      fill: currentcolor;
      flex: none;
    }
    .weak {
      color: var(--ocpp-cs-weak);
    }
    .number {
      font-variant-numeric: tabular-nums;
      /* A number stands before its unit, also on a page that runs from right to left. */
      direction: ltr;
      unicode-bidi: isolate;
      text-align: -webkit-match-parent;
      text-align: match-parent;
    }
    /* Heard, not seen. */
    .heard {
      position: absolute;
      inline-size: 1px;
      block-size: 1px;
      overflow: hidden;
      clip-path: inset(50%);
      white-space: nowrap;
    }
    button,
    input,
    select {
      font: inherit;
      color: inherit;
    }
    button {
      cursor: pointer;
      border: none;
      background: none;
      padding: 0;
    }
    button:disabled {
      cursor: default;
      opacity: 0.5;
    }
    :focus {
      outline: none;
    }
    :focus-visible {
      outline: 2px solid var(--primary-color, #03a9f4);
      outline-offset: 2px;
    }
    @media (prefers-reduced-motion: reduce) {
      *,
      *::before,
      *::after {
        animation: none !important;
        transition: none !important;
      }
    }
  `],z=g`
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 6px;
    min-block-size: 40px;
    padding: 0 16px;
    border-radius: 20px;
    font-weight: 500;
    background: var(--ocpp-cs-soft);
    transition: background 0.15s;
  }
  .button:hover:enabled {
    background: var(--ocpp-cs-line);
  }
  .button.primary {
    background: var(--primary-text-color, #212121);
    color: var(--card-background-color, #fff);
  }
  .button.primary:hover:enabled {
    opacity: 0.88;
  }
  .segments {
    display: grid;
    grid-auto-flow: column;
    grid-auto-columns: 1fr;
    gap: 2px;
    padding: 3px;
    border-radius: 14px;
    background: var(--ocpp-cs-soft);
  }
  .segments button {
    min-block-size: 40px;
    min-inline-size: 0;
    padding: 4px 6px;
    border-radius: 11px;
    font-weight: 500;
    line-height: 1.15;
    text-align: center;
    color: var(--ocpp-cs-weak);
    transition:
      background 0.15s,
      color 0.15s;
  }
  .segments button:hover:enabled {
    color: var(--primary-text-color, #212121);
  }
  .segments button[aria-pressed='true'] {
    background: light-dark(
      var(--card-background-color, #fff),
      color-mix(in srgb, var(--primary-text-color, #fff) 16%, var(--card-background-color, #1c1c1c))
    );
    color: var(--primary-text-color, #212121);
    box-shadow: 0 1px 4px rgb(0 0 0 / 18%);
  }
  input[type='time'],
  input[type='number'],
  input[type='date'],
  input[type='text'],
  input[type='search'],
  select {
    min-block-size: 40px;
    padding: 0 10px;
    border: 1px solid var(--ocpp-cs-line);
    border-radius: 10px;
    background: var(--card-background-color, #fff);
    color-scheme: inherit;
  }
  input[type='range'] {
    accent-color: var(--primary-text-color, #212121);
    min-block-size: 32px;
  }
`;var _2=class{constructor(V){this.host=V;this.width=0;V.addController(this)}hostConnected(){this.observer??=new ResizeObserver(([V])=>{let C=Math.round(V?.contentRect.width??0);C===this.width||C===0||(this.width=C,this.host.requestUpdate())}),this.observer.observe(this.host)}hostDisconnected(){this.observer?.disconnect()}};var p7=128,L2=16,l1=24,V2=7,l7=64,x5=50,p1=15*6e4,B2=60*6e4,m7=48;function H0(r,V,C){let H=Math.floor(C.getTime()/p1)*p1,L=D(r.ready_by)?.getTime()??0,e=Math.max(0,...[r.prices.at(-1)?.end,r.sun.at(-1)?.end,r.slots.at(-1)?.end].map(i=>D(i)?.getTime()??0)),M=Math.max(H+V*B2,L),t=Math.min(M,Math.max(e,L,H+12*B2),H+m7*B2);return{from:H,to:t}}function v5(r,V){return r.find(({start:C,end:H})=>Date.parse(C)<=V&&V<Date.parse(H))}var i1=class extends F{constructor(){super(...arguments);this.hours=24;this.pointed=null;this.sized=new _2(this);this.point=C=>{let H=C.currentTarget.getBoundingClientRect(),{plan:L}=this;if(L==null||H.width===0)return;let e=H0(L,this.hours,new Date),M=Math.min(.9999,Math.max(0,(C.clientX-H.left)/H.width));this.pointed=Math.floor(M*(e.to-e.from)/p1)};this.leave=()=>{this.pointed=null}}render(){let{hass:C,plan:H}=this;if(C===void 0||H===void 0||H===null)return p;if(H.prices.length+H.sun.length+H.slots.length===0)return p;let L=n1(C),e=R(C),M=new Date,t=H0(H,this.hours,M),i=Math.max(this.sized.width,160),o=Math.ceil((t.to-t.from)/p1),A=l=>(Math.min(t.to,Math.max(t.from,l))-t.from)/(t.to-t.from)*i,d=H.prices.length+H.sun.length>0?p7:l7,n=this.pointed===null?null:t.from+Math.min(this.pointed,o-1)*p1;return a`
      <div
        class="timeline"
        role="slider"
        tabindex="0"
        aria-label=${e("timeline")}
        aria-valuemin="0"
        aria-valuemax=${o-1}
        aria-valuenow=${this.pointed??0}
        aria-valuetext=${n===null?S7(H,t,e,L):Z7(H,n,e,L)}
        @pointermove=${this.point}
        @pointerdown=${this.point}
        @pointerleave=${this.leave}
        @blur=${this.leave}
        @keydown=${l=>{this.key(l,o)}}
      >
        <svg width=${i} height=${d} viewBox="0 0 ${i} ${d}" aria-hidden="true">
          ${s7(H.slots,A,d)} ${V0(H,t,A,d,"area")}
          ${v7(H,t,A,d)} ${V0(H,t,A,d,"line")}
          ${x7(t,A,d,i,L)} ${u7(H,t,A,d)}
          ${n===null?p:S`<line class="pointer" x1=${A(n+p1/2)} x2=${A(n+p1/2)} y1=${L2-8} y2=${d-l1}></line>`}
        </svg>
        ${n===null?p:this.renderTip(H,n,A(n+p1/2),i,e,L)}
      </div>
      ${c7(H,t,e,L)}
    `}renderTip(C,H,L,e,M,t){let i=Math.max(66,Math.min(e-66,L));return a`<div class="tip" style="left: ${i}px" aria-hidden="true">
      <b class="number">${t.soon(new Date(H))}</b>
      ${L0(C,H,M,t).map(([o,A])=>a`<div><span>${o}</span><span class="number">${A}</span></div>`)}
    </div>`}key(C,H){let L=this.pointed??-1,e={ArrowRight:L+1,ArrowUp:L+1,ArrowLeft:L-1,ArrowDown:L-1,PageUp:L+4,PageDown:L-4,Home:0,End:H-1}[C.key];C.key==="Escape"&&(this.pointed=null),e!==void 0&&(C.preventDefault(),this.pointed=Math.max(0,Math.min(H-1,e)))}};i1.styles=[...k,g`
      .timeline {
        position: relative;
        /* Time runs to the right, whatever the direction of the text. */
        direction: ltr;
        touch-action: pan-y;
        border-radius: 8px;
      }
      svg {
        display: block;
        inline-size: 100%;
      }
      text {
        font-size: 11px;
        fill: var(--ocpp-cs-weak);
        font-variant-numeric: tabular-nums;
      }
      .price {
        fill: color-mix(in srgb, var(--ocpp-cs-grid) 42%, transparent);
      }
      .price.used {
        fill: var(--ocpp-cs-charging);
      }
      .sun {
        fill: color-mix(in srgb, var(--ocpp-cs-sun) 26%, transparent);
      }
      .sun-line {
        fill: none;
        stroke: var(--ocpp-cs-sun);
        stroke-width: 1.5;
      }
      .slot {
        fill: color-mix(in srgb, var(--ocpp-cs-charging) 16%, transparent);
      }
      .slot-mark {
        fill: var(--ocpp-cs-charging);
      }
      .slot-sun {
        fill: var(--ocpp-cs-sun);
      }
      .ready {
        stroke: var(--primary-text-color, #212121);
        stroke-dasharray: 3 3;
      }
      .flag {
        fill: var(--primary-text-color, #212121);
      }
      .axis {
        stroke: var(--ocpp-cs-line);
      }
      .pointer {
        stroke: var(--primary-text-color, #212121);
      }
      .tip {
        position: absolute;
        inset-block-end: 100%;
        transform: translateX(-50%);
        min-inline-size: 120px;
        padding: 6px 10px;
        border-radius: 10px;
        background: var(--card-background-color, #fff);
        box-shadow: 0 2px 12px rgb(0 0 0 / 25%);
        font-size: 12px;
        pointer-events: none;
        z-index: 2;
      }
      .tip div {
        display: flex;
        justify-content: space-between;
        gap: 12px;
        white-space: nowrap;
      }
      .legend {
        display: flex;
        flex-wrap: wrap;
        gap: 2px 14px;
        margin-block-start: 2px;
        font-size: 12px;
        color: var(--ocpp-cs-weak);
      }
      .legend span {
        display: inline-flex;
        align-items: center;
        gap: 5px;
      }
      .legend i {
        inline-size: 9px;
        block-size: 9px;
        border-radius: 3px;
      }
    `],m([Z({attribute:!1})],i1.prototype,"hass",2),m([Z({attribute:!1})],i1.prototype,"plan",2),m([Z({type:Number})],i1.prototype,"hours",2),m([u()],i1.prototype,"pointed",2),i1=m([b("ocpp-cs-timeline")],i1);function s7(r,V,C){return r.map(H=>{let L=V(Date.parse(H.start)),e=Math.max(0,V(Date.parse(H.end))-L),M=u5(H),t=M<=0?0:M>=1?V2:Math.min(V2-1.5,Math.max(1.5,M*V2)),i=C-l1+1;return S`
      <rect class="slot" x=${L} y=${L2-6} width=${e} height=${C-L2-l1+6}></rect>
      ${t<V2?S`<rect class="slot-mark" x=${L} y=${i+t} width=${e} height=${V2-t}></rect>`:p}
      ${t>0?S`<rect class="slot-sun" x=${L} y=${i} width=${e} height=${t}></rect>`:p}
    `})}function u5({power_w:r,sun_w:V}){let C=r>0?V/r:0;return C>.02?C>.98?1:C:0}function V0({sun:r},V,C,H,L){let e=r.filter(({start:n,end:l})=>Date.parse(l)>V.from&&Date.parse(n)<V.to),M=Math.max(0,...e.map(({power_w:n})=>n));if(M<x5)return p;let t=H-l1,i=e.map(({start:n,end:l,power_w:s})=>{let x=t-Math.max(0,s)/M*(t-L2)*.92;return`${C((Date.parse(n)+Date.parse(l))/2).toFixed(1)} ${x.toFixed(1)}`}),o=`M${i.join("L")}`;if(L==="line")return S`<path class="sun-line" d=${o}></path>`;let[A,d]=[i[0]?.split(" ")[0]??"0",i.at(-1)?.split(" ")[0]??"0"];return S`<path class="sun" d=${`${o}L${d} ${t}L${A} ${t}z`}></path>`}function v7({prices:r,slots:V},C,H,L){let e=r.filter(({start:n,end:l})=>Date.parse(l)>C.from&&Date.parse(n)<C.to);if(e.length===0)return p;let M=e.map(({price:n})=>n),t=Math.min(0,...M),i=Math.max(t+1e-6,...M),o=L-l1,A=n=>o-(n-t)/(i-t)*(o-L2),d=(n,l,s,x)=>{let y=H(n),v=Math.max(.5,H(l)-y-.6),[h,f]=[A(Math.max(0,s)),A(Math.min(0,s))];return S`<rect class="price ${x?"used":""}" x=${y} y=${h} width=${v} height=${Math.max(1,f-h)} rx="1"></rect>`};return S`
    ${e.map(({start:n,end:l,price:s})=>d(Date.parse(n),Date.parse(l),s,!1))}
    ${e.flatMap(({start:n,end:l,price:s})=>V.flatMap(x=>{let y=Math.max(Date.parse(n),Date.parse(x.start)),v=Math.min(Date.parse(l),Date.parse(x.end));return y<v?[d(y,v,s,!0)]:[]}))}
  `}function x7(r,V,C,H,L){let e=(r.to-r.from)/B2,M=[1,2,3,6,12].find(i=>e/i*46<=H)??12,t=[];for(let{time:i,hour:o}of y2(r.from,r.to,L.zones.user))o%M===0&&V(i)>16&&V(i)<H-16&&t.push(i);return S`
    <line class="axis" x1="0" x2=${H} y1=${C-l1+.5} y2=${C-l1+.5}></line>
    ${t.map(i=>S`<text x=${V(i)} y=${C-4} text-anchor="middle">${L.fullHour(new Date(i))}</text>`)}
  `}function u7({ready_by:r},V,C,H){let L=D(r)?.getTime()??0;if(L<=V.from||L>V.to)return p;let e=Math.max(1,C(L)-1);return S`
    <line class="ready" x1=${e} x2=${e} y1="2" y2=${H-l1}></line>
    <path class="flag" d="M${e} 2h-11l3 4l-3 4h11z"></path>
  `}function c7({prices:r,sun:V,slots:C,currency:H},L,e,M){let t=r.filter(({end:o})=>Date.parse(o)>L.from).map(({price:o})=>o),i=(o,A)=>a`<span class="number"><i style="background: ${o}"></i>${A}</span>`;return a`<div class="legend" aria-hidden="true">
    ${t.length>0?i("color-mix(in srgb, var(--ocpp-cs-grid) 60%, transparent)",M.priceRange(Math.min(...t),Math.max(...t),H)):p}
    ${V.some(({power_w:o})=>o>=x5)||C.some(o=>u5(o)>0)?i("var(--ocpp-cs-sun)",e("sun")):p}
    ${C.length>0?i("var(--ocpp-cs-charging)",e("planned")):p}
  </div>`}function L0(r,V,C,H){let L=[],e=v5(r.prices,V),M=v5(r.sun,V),t=v5(r.slots,V);if(e!==void 0&&L.push([C("price"),H.price(e.price,r.currency)]),M!==void 0&&M.power_w>=x5&&L.push([C("sun"),H.power(M.power_w)]),t!==void 0){let i=u5(t),o=i>0?`, ${C("plan_sun",{share:H.percent(i)})}`:"";L.push([C("charging"),`${H.power(t.power_w)}${o}`])}return L}function Z7(r,V,C,H){return[H.soon(new Date(V)),...L0(r,V,C,H).map(L=>L.join(" "))].join(", ")}function S7({prices:r,slots:V,currency:C},H,L,e){let M=r.filter(({end:i})=>Date.parse(i)>H.from).map(({price:i})=>i),t=[];M.length>0&&t.push(L("prices_told",{low:e.price(Math.min(...M),C),high:e.price(Math.max(...M),C)}));for(let{start:i,end:o}of V.slice(0,6))t.push(L("slot_told",{start:e.soon(i),end:e.soon(o)}));return t.length>0?t.join(". "):L("no_plan")}var h7=250,N=class extends F{constructor(){super(...arguments);this.capacity=null;this.currency="";this.draft=null;this.preview=null;this.error=null;this.saving=!1;this.edited="";this.asked=0}disconnectedCallback(){super.disconnectedCallback(),clearTimeout(this.previewTimer),this.asked+=1}willUpdate(C){let H=C.get("connector"),L=H!==void 0&&H.device_id!==this.connector?.device_id;(this.draft===null||L)&&this.begin()}render(){let{hass:C,connector:H,draft:L}=this;if(C===void 0||H?.plan==null||L===null)return p;let e=R(C),M=n1(C),t=s5(H.plan)!==this.edited,i=Math.max(l5,Math.round(this.capacity??G3));return a`
      <form
        @submit=${o=>{o.preventDefault(),this.save()}}
      >
        <div class="target">
          ${H.plan.tells_soc?this.renderUnits(L,e):p}
          <input
            type="range"
            aria-label=${e("plan_target")}
            aria-valuetext=${L.bySoc?M.percent(L.soc/100):`${L.kWh} kWh`}
            min=${L.bySoc?10:l5}
            max=${L.bySoc?100:Math.max(i,L.kWh)}
            step=${L.bySoc?5:1}
            .value=${String(L.bySoc?L.soc:L.kWh)}
            @input=${o=>{let A=Number(o.target.value);this.change(L.bySoc?{soc:A}:{kWh:A})}}
          />
          <output class="number"
            >${L.bySoc?M.percent(L.soc/100):`${M.number(L.kWh)} kWh`}</output
          >
        </div>
        <div class="when">
          <label>
            <span>${e("plan_ready_at")}</span>
            <input
              type="time"
              .value=${L.readyAt}
              @change=${o=>{this.change({readyAt:o.target.value})}}
            />
          </label>
          <div class="days" role="group" aria-label=${e("plan_weekdays")}>
            ${g1.map(o=>a`
                <button
                  type="button"
                  aria-pressed=${L.weekdays.includes(o)}
                  aria-label=${M.weekday(o,"long")}
                  ?disabled=${L.readyAt===""}
                  @click=${()=>{this.change({weekdays:g1.filter(A=>L.weekdays.includes(A)!==(A===o))})}}
                >
                  ${M.weekday(o,"short").slice(0,2)}
                </button>
              `)}
          </div>
        </div>
        <p class="weak small">${this.explained(L,e,M)} ${this.counted(L,H,e,M)}</p>
        ${this.renderMore(L,e)}
        <ocpp-cs-timeline .hass=${C} .plan=${this.preview}></ocpp-cs-timeline>
        <p class="result" aria-live="polite">${this.renderResult(e,M)}</p>
        ${t?a`<p class="notice" role="status">
                ${e("plan_changed_elsewhere")}
                <button
                  type="button"
                  class="link"
                  @click=${()=>{this.begin()}}
                >
                  ${e("plan_take_over")}
                </button>
              </p>`:p}
        ${this.error===null?p:a`<p class="notice problem" role="alert">${this.error}</p>`}
        <div class="buttons">
          <button
            type="button"
            class="button"
            @click=${()=>{this.close()}}
          >
            ${e("cancel")}
          </button>
          <button class="button primary" ?disabled=${this.saving||!H2(L)}>${e("plan_save")}</button>
        </div>
      </form>
    `}renderUnits(C,H){let L=(e,M)=>a`
      <button
        type="button"
        aria-pressed=${C.bySoc===e}
        @click=${()=>{this.change({bySoc:e})}}
      >
        ${M}
      </button>
    `;return a`<div class="segments units" role="group" aria-label=${H("plan_unit")}>
      ${L(!0,"%")}${L(!1,"kWh")}
    </div>`}renderMore(C,H){let L=C.bySoc?C.leastSoc:C.leastKWh,e=M=>{let{value:t}=M.target;return t===""||Number.isNaN(Number(t))?null:Number(t)};return a`
      <details ?open=${L>0||C.belowPrice!==null}>
        <summary>${H("plan_more")}</summary>
        <div class="more">
          <label>
            <span>${H("plan_least_field")}</span>
            <span class="with-unit">
              <input
                type="number"
                inputmode="decimal"
                min="0"
                max=${C.bySoc?100:200}
                step="any"
                .value=${L>0?String(L):""}
                @change=${M=>{let t=Math.max(0,e(M)??0);this.change(C.bySoc?{leastSoc:Math.min(100,t)}:{leastKWh:Math.min(200,t)})}}
              />
              ${C.bySoc?"%":"kWh"}
            </span>
          </label>
          <label>
            <span>${H("plan_below_field")}</span>
            <span class="with-unit">
              <input
                type="number"
                inputmode="decimal"
                step="any"
                .value=${C.belowPrice===null?"":String(C.belowPrice)}
                @change=${M=>{this.change({belowPrice:e(M)})}}
              />
              ${this.currency}/kWh
            </span>
          </label>
        </div>
      </details>
    `}renderResult(C,H){let{preview:L}=this;if(L===null)return a`<span class="weak">${C("plan_reckoning")}</span>`;let e=T2(L,C,H);return a`
      <span class="number">${P2(L,C,H)??p}</span>
      ${e===null?p:a`<span class="short">${e}</span>`}
    `}explained(C,H,L){if(C.readyAt==="")return H(H2(C)?"plan_without_time":"plan_needs_time");if(C.weekdays.length>0)return L.weekdays(C.weekdays);let e=o5(C.readyAt,L.zones.user,new Date);return H("plan_once",{when:e===null?C.readyAt:L.dayAndTime(e)})}counted(C,{session:H},L,e){let M=H?.energy_kwh??0;return C.bySoc||M<.05?"":L("plan_counted",{energy:e.energy(M)})}begin(){let C=this.connector?.plan,{hass:H}=this;H===void 0||C==null||(this.edited=s5(C),this.draft=Q3(C,$1(H),new Date),this.error=null,this.askPreview(0))}change(C){this.draft!==null&&(this.draft={...this.draft,...C},this.error=null,this.askPreview(h7))}askPreview(C){clearTimeout(this.previewTimer),this.previewTimer=setTimeout(()=>{this.fetchPreview()},C)}async fetchPreview(){let{hass:C,connector:H,draft:L}=this;if(C===void 0||H===void 0||L===null||!H2(L))return;let e=++this.asked;try{let M=await C.callWS({type:"ocpp_cs/plan/preview",device_id:H.device_id,...j3(m5(L,$1(C),new Date),H.plan?.tells_soc??!1)});e===this.asked&&(this.preview=M)}catch(M){e===this.asked&&(this.error=V1(M)==="unknown_command"?null:B(M))}}async save(){let{hass:C,connector:H,draft:L}=this;if(!(C===void 0||H?.plan==null||L===null||this.saving||!H2(L))){this.saving=!0,this.error=null;try{await C.callService("ocpp_cs","set_charge_plan",{device_id:H.device_id,connector_id:H.connector_id,...q3(m5(L,$1(C),new Date),H.plan.tells_soc)}),this.dispatchEvent(new CustomEvent("ocpp-cs-plan-saved",{bubbles:!0,composed:!0})),this.close()}catch(e){this.error=B(e)}finally{this.saving=!1}}}close(){this.dispatchEvent(new CustomEvent("ocpp-cs-plan-closed",{bubbles:!0,composed:!0}))}};N.styles=[...k,z,g`
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
    `],m([Z({attribute:!1})],N.prototype,"hass",2),m([Z({attribute:!1})],N.prototype,"connector",2),m([Z({attribute:!1})],N.prototype,"capacity",2),m([Z({attribute:!1})],N.prototype,"currency",2),m([u()],N.prototype,"draft",2),m([u()],N.prototype,"preview",2),m([u()],N.prototype,"error",2),m([u()],N.prototype,"saving",2),N=m([b("ocpp-cs-plan-editor")],N);var J={ATTRIBUTE:1,CHILD:2,PROPERTY:3,BOOLEAN_ATTRIBUTE:4,EVENT:5,ELEMENT:6},F1=r=>(...V)=>({_$litDirective$:r,values:V}),m1=class{constructor(V){}get _$AU(){return this._$AM._$AU}_$AT(V,C,H){this._$Ct=V,this._$AM=C,this._$Ci=H}_$AS(V,C){return this.update(V,C)}update(V,C){return this.render(...C)}};var e0="important",g7=" !"+e0,O=F1(class extends m1{constructor(r){if(super(r),r.type!==J.ATTRIBUTE||r.name!=="style"||r.strings?.length>2)throw Error("The `styleMap` directive must be used in the `style` attribute and must be the only part in the attribute.")}render(r){return Object.keys(r).reduce((V,C)=>{let H=r[C];return H==null?V:V+`${C=C.includes("-")?C:C.replace(/(?:^(webkit|moz|ms|o)|)(?=[A-Z])/g,"-$&").toLowerCase()}:${H};`},"")}update(r,[V]){let{style:C}=r.element;if(this.ft===void 0)return this.ft=new Set(Object.keys(V)),this.render(V);for(let H of this.ft)V[H]==null&&(this.ft.delete(H),H.includes("-")?C.removeProperty(H):C[H]=null);for(let H in V){let L=V[H];if(L!=null){this.ft.add(H);let e=typeof L=="string"&&L.endsWith(g7);H.includes("-")||e?C.setProperty(H,e?L.slice(0,-11):L,e?e0:""):C[H]=L}}return _}});var Q=132,r2=58,e2=2*Math.PI*r2,r0=.16;function M0({soc:r,session:V,plan:C}){let H=C?.armed===!0?C:null;return r!==null?{share:c5(r,100),target:H?.target_soc==null?null:c5(H.target_soc,100),kind:"soc"}:H?.target_kwh&&V?.energy_kwh!=null?{share:c5(V.energy_kwh,H.target_kwh),target:1,kind:"energy"}:{share:null,target:null,kind:"none"}}function c5(r,V){return Math.max(0,Math.min(1,r/V))}function t0(r,V,C,H){let L=e2*(1-r0),e=r.share??0,M=r.kind==="energy"&&C!==null?e*C:0,t=(i,o,A)=>o-i<=.001?p:S`<circle class="arc ${A}" cx=${Q/2} cy=${Q/2} r=${r2}
          style=${O({"stroke-dasharray":`${(o-i)*L} ${e2}`,"stroke-dashoffset":String(-i*L)})}></circle>`;return a`
    <div class="ring ${V?"charging":""}">
      <svg viewBox="0 0 ${Q} ${Q}" aria-hidden="true">
        <g transform="rotate(${90+r0*180} ${Q/2} ${Q/2})">
          <circle
            class="track"
            cx=${Q/2}
            cy=${Q/2}
            r=${r2}
            style="stroke-dasharray: ${L} ${e2}"
          ></circle>
          ${t(0,M,"sun")} ${t(M,e,M>0?"grid":"filled")}
          ${V?S`<circle class="pulse" cx=${Q/2} cy=${Q/2} r=${r2} style="stroke-dasharray: ${L*.12} ${e2}; --whole: ${-L*.88}px"></circle>`:p}
          ${r.target===null||r.target>=1?p:S`<circle class="target" cx=${Q/2} cy=${Q/2} r=${r2}
                  style="stroke-dasharray: 3 ${e2}; stroke-dashoffset: ${-r.target*L+1.5}"></circle>`}
        </g>
      </svg>
      <div class="inside">${H}</div>
    </div>
  `}var i0=[...k,z,g`
    ha-card {
      block-size: 100%;
      container-type: inline-size;
      overflow: hidden;
    }
    article {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      align-content: start;
      gap: 14px;
      padding: 16px;
    }
    h2,
    p,
    dl,
    dd {
      margin: 0;
    }
    .empty {
      display: flex;
      align-items: center;
      gap: 10px;
      padding: 24px 16px;
      color: var(--ocpp-cs-weak);
    }

    header {
      display: flex;
      align-items: center;
      gap: 12px;
    }
    .avatar {
      display: grid;
      place-items: center;
      flex: none;
      inline-size: 44px;
      block-size: 44px;
      border-radius: 14px;
      overflow: hidden;
      background: var(--ocpp-cs-soft);
    }
    .avatar img {
      inline-size: 100%;
      block-size: 100%;
      object-fit: cover;
    }
    .names {
      flex: 1;
      min-inline-size: 0;
    }
    h2 {
      font-size: 17px;
      font-weight: 600;
      line-height: 1.25;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .who {
      display: flex;
      align-items: center;
      gap: 4px;
      min-inline-size: 0;
      color: var(--ocpp-cs-weak);
      white-space: nowrap;
    }
    .tag:not(:last-child)::after {
      content: ' ·';
    }
    .vehicle {
      position: relative;
      display: inline-flex;
      align-items: center;
      min-inline-size: 0;
    }
    .vehicle select {
      appearance: none;
      min-block-size: 24px;
      min-inline-size: 0;
      padding: 0 20px 0 0;
      padding-inline: 0 20px;
      border: none;
      border-radius: 6px;
      background: none;
      text-overflow: ellipsis;
      cursor: pointer;
    }
    .vehicle option {
      color: #212121;
      background: #fff;
    }
    .vehicle .icon {
      position: absolute;
      inset-inline-end: 0;
      inline-size: 18px;
      block-size: 18px;
      pointer-events: none;
    }
    .round {
      display: grid;
      place-items: center;
      inline-size: 40px;
      block-size: 40px;
      margin-inline-end: -10px;
      border-radius: 50%;
      color: var(--ocpp-cs-weak);
    }
    .round:hover {
      background: var(--ocpp-cs-soft);
    }

    .now {
      display: grid;
      grid-template-columns: auto 1fr;
      align-items: center;
      gap: 16px;
      --tone: var(--ocpp-cs-weak);
    }
    .now.charging {
      --tone: var(--ocpp-cs-charging);
    }
    .now.waiting {
      --tone: var(--ocpp-cs-sun);
    }
    .now.done {
      --tone: var(--ocpp-cs-charging);
    }
    .now.problem {
      --tone: var(--error-color, #db4437);
    }
    .ring {
      position: relative;
      inline-size: 132px;
      block-size: 132px;
    }
    .ring svg {
      inline-size: 100%;
      block-size: 100%;
      overflow: visible;
    }
    .ring circle {
      fill: none;
      stroke-width: 9;
      stroke-linecap: round;
    }
    .track {
      stroke: var(--ocpp-cs-line);
    }
    .arc {
      transition: stroke-dasharray 0.6s;
    }
    .arc.filled {
      stroke: var(--ocpp-cs-charging);
    }
    .now.problem .arc {
      stroke: var(--ocpp-cs-unknown);
    }
    .arc.sun {
      stroke: var(--ocpp-cs-sun);
    }
    .arc.grid {
      stroke: var(--ocpp-cs-grid);
    }
    .ring .pulse {
      stroke: color-mix(in srgb, var(--card-background-color, #fff) 45%, var(--ocpp-cs-charging));
      stroke-width: 3;
      opacity: 0;
      animation: run 2.4s ease-in-out infinite;
    }
    @keyframes run {
      0% {
        stroke-dashoffset: 0;
        opacity: 0;
      }
      15%,
      75% {
        opacity: 0.9;
      }
      100% {
        stroke-dashoffset: var(--whole);
        opacity: 0;
      }
    }
    .ring .target {
      stroke: var(--primary-text-color, #212121);
      stroke-width: 15;
      stroke-linecap: butt;
    }
    .inside {
      position: absolute;
      inset: 0;
      display: flex;
      flex-direction: column;
      align-items: center;
      justify-content: center;
      line-height: 1.2;
    }
    .power b {
      font-size: 28px;
      font-weight: 600;
      letter-spacing: -0.02em;
    }
    .power {
      font-size: 13px;
      color: var(--ocpp-cs-weak);
    }
    .power b {
      color: var(--primary-text-color, #212121);
    }
    .below {
      font-size: 14px;
      font-weight: 500;
    }
    .phases {
      margin-block-start: 2px;
      font-size: 11px;
      color: var(--ocpp-cs-weak);
    }
    .said {
      display: grid;
      gap: 12px;
      min-inline-size: 0;
    }
    .state {
      font-size: 17px;
      font-weight: 600;
      line-height: 1.25;
    }
    .state::before {
      content: '';
      display: inline-block;
      inline-size: 9px;
      block-size: 9px;
      margin-inline-end: 3px;
      border-radius: 50%;
      background: var(--tone);
      vertical-align: 0.06em;
    }
    .until {
      display: block;
      font-size: 14px;
      font-weight: 400;
      color: var(--ocpp-cs-weak);
    }
    .facts {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(76px, 1fr));
      gap: 8px 12px;
    }
    dt {
      font-size: 12px;
      color: var(--ocpp-cs-weak);
    }
    dd {
      font-size: 15px;
      font-weight: 600;
      white-space: nowrap;
    }
    dd small {
      font-size: 12px;
      font-weight: 400;
    }

    .modes button {
      display: flex;
      flex-direction: column;
      align-items: center;
      justify-content: center;
      gap: 2px;
      min-block-size: 52px;
      font-size: 12px;
    }
    .modes .icon {
      inline-size: 22px;
      block-size: 22px;
    }
    .modes [aria-pressed='true'].solar .icon,
    .modes [aria-pressed='true'].min_solar .icon {
      color: var(--ocpp-cs-sun);
    }
    .modes [aria-pressed='true'].fast .icon {
      color: var(--ocpp-cs-charging);
    }

    .plan {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 8px;
      padding-block-start: 14px;
      border-block-start: 1px solid var(--ocpp-cs-line);
    }
    .plan-head {
      display: flex;
      align-items: center;
      gap: 12px;
    }
    .weekly {
      display: grid;
      gap: 8px;
      margin: 0;
      padding: 0;
      list-style: none;
    }
    .weekly li {
      display: flex;
      align-items: center;
      gap: 12px;
      /* Below the words of the plan above it. */
      padding-inline-start: 34px;
    }
    .weekly li > span {
      flex: 1;
      min-inline-size: 0;
      line-height: 1.25;
    }
    .weekly b {
      display: block;
      font-size: 13px;
      font-weight: 600;
    }
    .weekly small {
      font-size: 12px;
      color: var(--ocpp-cs-weak);
    }
    .plan-title {
      display: flex;
      align-items: center;
      gap: 10px;
      flex: 1;
      min-inline-size: 0;
      min-block-size: 40px;
      text-align: start;
      border-radius: 10px;
      line-height: 1.25;
    }
    .plan-title > span:not(.heard) {
      flex: 1;
      min-inline-size: 0;
    }
    .plan-title b {
      display: block;
      font-size: 15px;
      font-weight: 600;
      overflow: hidden;
      text-overflow: ellipsis;
    }
    .plan-title small {
      font-size: 12px;
      color: var(--ocpp-cs-weak);
    }
    .plan-title .icon {
      color: var(--ocpp-cs-weak);
    }
    .plan-title .icon:last-child {
      inline-size: 18px;
      block-size: 18px;
    }
    .switch {
      position: relative;
      flex: none;
      inline-size: 46px;
      block-size: 28px;
      border-radius: 14px;
      background: var(--ocpp-cs-line);
      box-shadow: inset 0 0 0 2px color-mix(in srgb, var(--primary-text-color, #212121) 45%, transparent);
      transition: background 0.15s;
    }
    .switch::after {
      content: '';
      position: absolute;
      inset-block-start: 6px;
      inset-inline-start: 7px;
      inline-size: 16px;
      block-size: 16px;
      border-radius: 50%;
      background: color-mix(in srgb, var(--primary-text-color, #212121) 60%, transparent);
      transition: inset-inline-start 0.15s;
    }
    .switch[aria-checked='true'] {
      background: var(--primary-text-color, #212121);
    }
    .switch[aria-checked='true']::after {
      inset-inline-start: 24px;
      background: var(--card-background-color, #fff);
    }
    .result {
      display: flex;
      flex-wrap: wrap;
      justify-content: space-between;
      gap: 2px 12px;
    }
    .result b {
      font-weight: 600;
    }
    .last {
      color: var(--ocpp-cs-weak);
    }
    .inside > .icon {
      inline-size: 40px;
      block-size: 40px;
      color: var(--ocpp-cs-weak);
    }
    .short {
      flex-basis: 100%;
      color: color-mix(in srgb, var(--error-color, #db4437) 70%, var(--primary-text-color, #212121));
    }
    .notice {
      padding: 8px 12px;
      border-radius: 10px;
      background: color-mix(in srgb, var(--error-color, #db4437) 16%, transparent);
    }
    footer {
      display: flex;
      gap: 8px;
    }
    footer .button {
      flex: 1;
      padding-inline: 8px;
      line-height: 1.15;
      min-block-size: 44px;
      border-radius: 22px;
    }

    @container (max-width: 330px) {
      article {
        padding: 12px;
        gap: 12px;
      }
      .now {
        gap: 12px;
      }
      .ring {
        inline-size: 108px;
        block-size: 108px;
      }
      .power b {
        font-size: 24px;
      }
      .below {
        font-size: 11px;
      }
      .phases {
        display: none;
      }
      .facts {
        grid-template-columns: repeat(2, minmax(0, 1fr));
        gap: 6px 8px;
      }
      dd {
        font-size: 14px;
      }
      .modes button {
        font-size: 11px;
        padding-inline: 2px;
      }
    }
    @container (min-width: 520px) {
      .facts {
        grid-template-columns: repeat(4, auto);
      }
    }
  `];var f7=["off","solar","min_solar","fast","manual"],b7={off:o3,solar:s2,min_solar:x3,fast:j2,manual:C3},O7=8e3,o0=6e4,y7=100,k7=3,K=class extends F{constructor(){super();this.plan=null;this.editing=!1;this.error=null;this.pending={};this.resting=[];this.live=new E(this,()=>this.hass);this.planKey="";this.planTime=0;new C2(this,()=>this.connector?.until!=null),new C2(this,()=>!0,o0)}setConfig(C){if(typeof C!="object")throw new Error("No configuration");C.device_id!==this.config?.device_id&&(this.plan=null,this.planKey="",this.editing=!1,this.resting=[]),this.config=C}getCardSize(){return 9}getGridOptions(){return{columns:12,min_columns:6,rows:"auto"}}static getConfigForm(){return z5()}static getStubConfig(C){return E5(C)}get connector(){let{device_id:C,connector_id:H}=this.config??{};return C===void 0?void 0:this.live.connector(C,H)}updated(C){super.updated(C),this.refreshPlan()}render(){let{hass:C,config:H}=this;if(C===void 0||H===void 0)return p;let L=R(C),{connector:e}=this;if(e===void 0)return a`<ha-card>${this.renderNothing(L)}</ha-card>`;let M=n1(C),t=this.live.server(e.entry_id);return a`
      <ha-card>
        <article aria-label=${H.name??e.place_name}>
          ${this.renderHead(e,t,C,L)} ${this.renderNow(e,t,L,M)}
          ${this.renderModes(e,L)}
          ${H.show_plan===!1?p:this.renderPlan(e,t,C,L,M)}
          ${this.error===null?p:a`<p class="notice" role="alert">${this.error}</p>`}
          ${this.renderButtons(e,L)}
        </article>
      </ha-card>
    `}renderNothing(C){let{servers:H,error:L}=this.live;return L==="unknown_command"?a`<p class="empty">${C("no_server")}</p>`:L!==null?a`<p class="empty">${C("no_answer",{error:L})}</p>`:H===null?a`<p class="empty" role="status">${C("loading")}</p>`:a`<p class="empty">
      ${c(U1)} ${C(this.config?.device_id===void 0?"card_choose":"card_gone")}
    </p>`}renderHead(C,H,L,e){let M=H?.vehicles.find(({id:i})=>i===C.vehicle_id),t=C.entities["sensor.charging_state"]??C.entities["sensor.status"];return a`
      <header>
        <div class="avatar" aria-hidden="true">${P7(M,C)}</div>
        <div class="names">
          <h2>${this.config?.name??C.place_name}</h2>
          <div class="who">${this.renderWho(C,L,e)}</div>
        </div>
        ${t===void 0?p:a`<button
                class="round"
                aria-label=${e("card_details")}
                title=${e("card_details")}
                @click=${()=>{this.fire("hass-more-info",{entityId:t})}}
              >
                ${c(j5)}
              </button>`}
      </header>
    `}renderWho(C,H,L){let{who:e}=C,M=M2(C,"select.vehicle"),t=M===void 0?void 0:H.states[M],i=Array.isArray(t?.attributes.options)?t.attributes.options:[],o=e.tag!==null&&e.tag!==e.vehicle?a`<span class="tag">${e.tag}</span>`:p;if(M===void 0||t===void 0||i.length===0||t.state==="unavailable")return a`${o}${e.vehicle===null?p:a`<span>${e.vehicle}</span>`} `;let A=this.pending.vehicle??t.state,d=n=>H.formatEntityState?.(t,n)??(n==="guest"?L("guest"):n);return a`
      ${o}
      <label class="vehicle">
        <span class="heard">${L("card_vehicle")}</span>
        <select
          @change=${n=>{let l=n.target.value;this.act("vehicle",l,"select","select_option",{entity_id:M,option:l})}}
        >
          ${i.includes(A)?p:a`<option value="" selected disabled>${L("no_vehicle")}</option>`}
          ${i.map(n=>a`<option value=${n} ?selected=${n===A}>${d(n)}</option>`)}
        </select>
        ${c(Q5)}
      </label>
    `}renderNow(C,H,L,e){let M=C0(C,L,e,new Date),t=M0(C),{session:i,soc:o,plan:A}=C,d=e.powerParts(C.power_w??(C.online?0:null)),n=(C.power_w??0)>=y7,l=o!==null?e.percent(o/100):t.kind==="energy"&&A?.target_kwh!=null?`${e.number(i?.energy_kwh??0,1)} / ${e.number(A.target_kwh)} kWh`:null;return a`
      <section class="now ${M.tone}">
        ${t0(t,n,i?.solar_share??null,C.state==="not_plugged_in"&&!n?c(a3):a`
                <span class="power number"><b>${d.value}</b> ${d.unit}</span>
                ${l===null?p:a`<span class="below number">${l}</span>`}
                ${n&&C.phases!==null&&C.current_limit_a!==null?a`<span class="phases number"
                        >${L("card_phases",{amps:e.number(C.current_limit_a),phases:C.phases})}</span
                      >`:p}
              `)}
        <div class="said">
          <p class="state">
            <span role="status"
              >${M.state}<span class="heard"
                >${M.untilAt===null?"":`, ${M.untilAt}`}</span
              ></span
            >
            ${M.until===null?p:a`<span class="until number" aria-hidden="true">${M.until}</span>`}
          </p>
          ${this.config?.show_session===!1?p:i===null?this.renderLast(C,L,e):this.renderSession(i,H,L,e)}
        </div>
      </section>
    `}renderSession(C,H,L,e){let M=(n,l,s)=>a`
      <div title=${s??p}>
        <dt>${n}</dt>
        <dd class="number">${typeof l=="string"?l:a`${l.value}<small> ${l.unit}</small>`}</dd>
      </div>
    `,{cost:t,solar_share:i,time_remaining_s:o,average_price:A}=C,d=C.currency??H?.currency??null;return a`
      <dl class="facts" aria-label=${L("card_session")}>
        ${M(L(C.end===null?"card_charged":"card_charged_last"),e.energyParts(C.energy_kwh))}
        ${o===null?p:M(L("card_left"),e.durationParts(o))}
        ${t===null?p:M(L("cost"),e.money(t,d),A===null?void 0:e.price(A,d))}
        ${i===null?p:M(L("sun"),e.percent(i))}
      </dl>
    `}renderLast(C,H,L){let e=this.hass?.states[C.entities["sensor.last_session"]??""],M=Number(e?.state);if(e===void 0||e.state===""||Number.isNaN(M))return p;let{cost:t,currency:i,who:o}=e.attributes,A=[L.energy(M),...typeof t=="number"?[L.money(t,typeof i=="string"?i:null)]:[],...typeof o=="string"&&o!==""?[o]:[]];return a`<p class="last number">${H("card_last",{said:A.join(", ")})}</p>`}renderModes(C,H){let L=M2(C,"select.charge_mode");if(C.mode===null||L===void 0)return p;let e=f7.filter(t=>C.modes.includes(t)&&(t!=="manual"||C.mode==="manual")),M=this.pending.mode??C.mode;return a`
      <div class="segments modes" role="group" aria-label=${H("charge_mode")}>
        ${e.map(t=>a`
            <button
              class=${t}
              aria-pressed=${t===M}
              ?disabled=${!C.online&&t===M}
              @click=${()=>{this.act("mode",t,"select","select_option",{entity_id:L,option:t})}}
            >
              ${c(b7[t]??j2)}
              <span>${H(`mode.${t}`)}</span>
            </button>
          `)}
      </div>
    `}renderPlan(C,H,L,e,M){let t=C.plan;if(t===null)return p;let i=H?.currency??"";if(this.editing)return a`
        <section class="plan">
          <ocpp-cs-plan-editor
            .hass=${L}
            .connector=${C}
            .currency=${i}
            .capacity=${H?.vehicles.find(({id:x})=>x===C.vehicle_id)?.capacity_kwh??null}
            @ocpp-cs-plan-saved=${()=>{this.planKey=""}}
            @ocpp-cs-plan-closed=${()=>{this.edit(!1)}}
          ></ocpp-cs-plan-editor>
        </section>
      `;let o=this.pending.armed===void 0?t.armed:this.pending.armed==="on",A=X3(t,i,e,M),{weekdays:d}=d1(t,M.zones,new Date),n=t.coming.find(({id:x})=>x===t.weekly?.id),l=t.weekly!==null?[e("plan_weekly"),...n===void 0?[]:[M.weekdays(d1(n,M.zones,new Date).weekdays)]].join(", "):d.length>0?M.weekdays(d):null,s=M2(C,"switch.ready_in_time");return a`
      <section class="plan">
        <div class="plan-head">
          <button
            class="plan-title"
            aria-expanded="false"
            @click=${()=>{this.edit(!0)}}
          >
            ${c(d2)}
            <span>
              <b>${A!==null&&o?A:e(A===null?"card_no_plan":"card_plan_off")}</b>
              <small>${A!==null&&!o?A:l??e(o?"once":"card_plan_hint")}</small>
            </span>
            <span class="heard">${e("card_edit_plan")}</span>
            ${c(M3)}
          </button>
          ${s===void 0?p:a`<button
                  class="switch"
                  role="switch"
                  aria-checked=${o}
                  aria-label=${e("card_plan_switch")}
                  @click=${()=>{!o&&A===null?this.edit(!0):this.act("armed",o?"off":"on","switch",o?"turn_off":"turn_on",{entity_id:s})}}
                ></button>`}
        </div>
        ${this.renderWeekly(t.coming,L,e,M)}
        ${this.config?.show_forecast===!1?p:a`<ocpp-cs-timeline .hass=${L} .plan=${this.plan}></ocpp-cs-timeline>`}
        ${o?this.renderResult(t.state,e,M):p}
      </section>
    `}renderWeekly(C,H,L,e){let M=this.resting.filter(({id:i})=>C.every(o=>o.id!==i)),t=[...C,...M].sort((i,o)=>Date.parse(i.when)-Date.parse(o.when)).slice(0,k7);return t.length===0?p:a`<ul class="weekly" aria-label=${L("card_weekly")}>
      ${t.map(i=>{let o=Y3(i,L,e),A=e.weekdays(d1({...i,ready_by:i.when},e.zones,new Date).weekdays),d=w7(i,H),n=d===void 0?!M.includes(i):H.states[d]?.state==="on";return a`<li>
          <span><b class="number">${o}</b><small>${A}</small></span>
          ${d===void 0?p:a`<button
                  class="switch"
                  role="switch"
                  aria-checked=${n}
                  aria-label=${`${o}, ${A}`}
                  @click=${()=>{this.resting=[...this.resting.filter(({id:l})=>l!==i.id),i],this.call("switch",n?"turn_off":"turn_on",d)}}
                ></button>`}
        </li>`})}
    </ul>`}async call(C,H,L){this.error=null;try{await this.hass?.callService(C,H,{entity_id:L})}catch(e){this.error=B(e)}}renderResult(C,H,L){let{plan:e}=this,M=`plan_state.${C}`,t=W(M)?H(M):C,i=e===null?null:P2(e,H,L),o=e===null?null:T2(e,H,L);return a`<p class="result">
      ${i===null?p:a`<b class="number">${i}</b>`}<span class="weak">${t}</span>
      ${o===null?p:a`<span class="short">${o}</span>`}
    </p>`}renderButtons(C,H){let L=M2(C,"switch.charging"),e=M2(C,C.boosted?"button.end_boost":"button.boost"),M=this.pending.charging!==void 0,t=C.can_start&&!C.can_stop,i=L!==void 0&&(C.can_start||C.can_stop);return!i&&(e===void 0||!C.boosted)?p:a`
      <footer>
        ${e!==void 0&&(C.boosted||C.mode==="solar"||C.mode==="min_solar")?a`<button
                class="button"
                ?disabled=${this.pending.boost!==void 0}
                @click=${()=>{this.act("boost",String(!C.boosted),"button","press",{entity_id:e})}}
              >
                ${c(n3)} ${H(C.boosted?"card_end_boost":"card_boost")}
              </button>`:p}
        ${i?a`<button
                class="button ${t?"primary":""}"
                ?disabled=${M}
                @click=${()=>{this.act("charging",t?"on":"off","switch",t?"turn_on":"turn_off",{entity_id:L})}}
              >
                ${c(t?i3:v3)} ${H(t?"card_start":"card_stop")}
              </button>`:p}
      </footer>
    `}edit(C){this.editing=C}async act(C,H,L,e,M){this.error=null,this.pending={...this.pending,[C]:H};let t=()=>{this.pending[C]===H&&(this.pending=Object.fromEntries(Object.entries(this.pending).filter(([i])=>i!==C)))};try{await this.hass?.callService(L,e,M),setTimeout(t,this.isDone(C,H)?0:O7)}catch(i){this.error=B(i),t()}}isDone(C,H){let{connector:L}=this;if(L===void 0)return!0;switch(C){case"mode":return L.mode===H;case"armed":return L.plan?.armed===(H==="on");case"charging":return H==="on"?L.can_stop:L.can_start;case"boost":return L.boosted===(H==="true");case"vehicle":return this.hass?.states[L.entities["select.vehicle"]??""]?.state===H}}willUpdate(){let C=Object.entries(this.pending),H=C.filter(([L,e])=>!this.isDone(L,e));H.length!==C.length&&(this.pending=Object.fromEntries(H))}async refreshPlan(){let{hass:C,connector:H}=this;if(C===void 0||H?.plan==null||this.config?.show_plan===!1)return;let L=C.states[H.entities["sensor.charge_plan"]??""],e=JSON.stringify([H.device_id,H.plan,H.mode,L?.state,L?.attributes]),M=Date.now()-this.planTime>=o0-1e3;if(!(e===this.planKey&&!M)){this.planKey=e,this.planTime=Date.now();try{let t=await C.callWS({type:"ocpp_cs/plan",device_id:H.device_id});this.planKey===e&&(this.plan=t)}catch{this.plan=null}}}fire(C,H){this.dispatchEvent(new CustomEvent(C,{detail:H,bubbles:!0,composed:!0}))}};K.styles=i0,m([Z({attribute:!1})],K.prototype,"hass",2),m([u()],K.prototype,"config",2),m([u()],K.prototype,"plan",2),m([u()],K.prototype,"editing",2),m([u()],K.prototype,"error",2),m([u()],K.prototype,"pending",2),m([u()],K.prototype,"resting",2),K=m([b(T1)],K);function M2({entities:r,hidden:V},C){return V.includes(C)?void 0:r[C]}function w7({id:r},V){let C=Object.values(V.devices).find(L=>L?.identifiers.some(([,e])=>e===r));return Object.values(V.entities).find(L=>L?.device_id===C?.id&&C!==void 0&&L?.entity_id.startsWith("switch."))?.entity_id}function P7(r,V){return r?.picture?a`<img src=${r.picture} alt="" />`:r?.icon?a`<ha-icon .icon=${r.icon}></ha-icon>`:c(V.session===null&&V.vehicle_id===null?U1:U5)}window.customCards??=[];window.customCards.push({type:T1,get name(){return r1(v1())("card_name")},get description(){return r1(v1())("card_description")},preview:!0,documentationURL:"https://github.com/ocpp-cs/ocpp_cs/blob/main/docs/dashboard.md",getEntitySuggestion:Q2});var T7="ocpp_cs",a0=3;function A0(r,V,C){let H=R(V),L=r.filter(({entry_id:t})=>(C.entry_id??t)===t),e=C.entry_id===void 0?{}:{entry_id:C.entry_id},M=t=>({title:H(`board.${t}`),path:t,type:"sections",max_columns:a0,sections:[{type:"grid",column_span:a0,cards:[{type:`custom:ocpp-cs-${t}-card`,...e}]}]});return{title:H("board.title"),views:[_7(L,H,V,e),M("plans"),M("sessions"),M("chargers")]}}function _7(r,V,C,H){let L=r.flatMap(t=>t.connectors),e=Math.min(Math.max(L.length,2),4),M=L.length>0?{type:"custom:ocpp-cs-flow-card",...H}:{type:"custom:ocpp-cs-empty-card",...H};return{title:V("now"),path:"now",type:"sections",max_columns:e,sections:[{type:"grid",column_span:L.length===1?1:e,cards:[M]},...$7(L,C).map(B7)]}}function B7(r){return{type:"grid",cards:[{type:"custom:ocpp-cs-card",device_id:r.device_id}]}}function $7(r,V){let C=({area_id:L,charger_name:e,charge_point_id:M,connector_id:t})=>[L===null?"￿":V.areas?.[L]?.name??L,e,M,String(t).padStart(4,"0")],H=new Map(r.map(L=>[L,C(L)]));return[...r].sort((L,e)=>{let[M,t]=[H.get(L)??[],H.get(e)??[]];for(let[i,o]of M.entries()){let A=o.localeCompare(t[i]??"",V.language);if(A!==0)return A}return 0})}function Z5(r){return Object.values(r.devices).filter(V=>V?.identifiers.some(([C])=>C===T7)??!1).map(({id:V,area_id:C})=>`${V} ${C??""}`).sort().join(`
`)}var R7=1e4;async function F7(r){let V=p5(r.connection);return new Promise(C=>{let H,L=()=>{V.servers===null&&V.error===null||M()},e=setTimeout(()=>{M()},R7),M=()=>{clearTimeout(e),H?.(),H=void 0,C(V.servers??[])};H=V.listen(L),L()})}var S5=class extends HTMLElement{static async generate(V,C){return A0(await F7(C),C,V)}static shouldRegenerate(V,C,H){return C.devices===H.devices&&C.areas===H.areas&&C.language===H.language?!1:C.language!==H.language||Z5(C)!==Z5(H)}static getCreateSuggestions(V){return{title:R(V)("board.title"),icon:"mdi:ev-station"}}};function D7(r){window.customStrategies??=[],!window.customStrategies.some(({type:V})=>V==="ocpp-cs")&&window.customStrategies.push({type:"ocpp-cs",strategyType:"dashboard",get name(){return r1(r())("board.title")},get description(){return r1(r())("board.description")},documentationURL:"https://github.com/ocpp-cs/ocpp_cs/blob/main/docs/dashboard.md"})}customElements.define("ll-strategy-dashboard-ocpp-cs",S5);D7(v1);function E7(r,V){return r===void 0||V===void 0?r!==V:["connection","language","locale","config","areas","user"].some(C=>r[C]!==V[C])}var L1=class extends F{get text(){return R(this.hass??{language:"en"})}get format(){return n1(this.hass??{language:"en",config:{time_zone:"UTC"}})}};m([Z({attribute:!1,hasChanged:E7})],L1.prototype,"hass",2);var j=class extends L1{setConfig(V){this.config=V}getCardSize(){return 8}getGridOptions(){return{columns:"full",rows:"auto"}}};function n0(r,V){r.dispatchEvent(new CustomEvent("hass-more-info",{detail:{entityId:V},bubbles:!0,composed:!0}))}function z7(r){history.pushState(null,"",r),window.dispatchEvent(new CustomEvent("location-changed",{detail:{replace:!1}}))}function D1(r){let{currentTarget:V}=r;V instanceof HTMLAnchorElement&&(r.defaultPrevented||r.button!==0||r.metaKey||r.ctrlKey||r.shiftKey||(r.preventDefault(),z7(V.pathname+V.search)))}var W7=3e4,N7="/config/integrations/integration/ocpp_cs",f1=class extends j{constructor(){super(...arguments);this.error=null;this.live=new E(this,()=>this.hass)}connectedCallback(){super.connectedCallback(),this.timer=setInterval(()=>{document.hidden||this.load()},W7)}disconnectedCallback(){super.disconnectedCallback(),clearInterval(this.timer)}willUpdate(){if(this.hass===void 0)return;let C=this.live.connectors.map(({device_id:H,online:L,state:e})=>`${H} ${L} ${e}`).join();C!==this.seen&&(this.seen=C,this.load())}async load(){if(this.hass!==void 0)try{let{chargers:C}=await this.hass.callWS({type:"ocpp_cs/chargers"});this.chargers=C.filter(({entry_id:H})=>(this.config?.entry_id??H)===H),this.error=null}catch(C){this.error=V1(C)==="unknown_command"?this.text("no_server"):V1(C)==="unauthorized"?this.text("not_allowed"):this.text("no_answer",{error:B(C)})}}render(){let{chargers:C,error:H}=this;if(H!==null)return a`<div class="page"><ha-card class="message" role="alert">${H}</ha-card></div>`;if(C===void 0)return a`<div class="page" aria-busy="true"><ha-card class="message"></ha-card></div>`;let L=this.hass?.user?.is_admin===!0;return a`<div class="page">
      <header>
        <h2>${this.summary(C)}</h2>
        ${L?a`<a class="button" href=${N7} @click=${D1}
                >${c(m2)}${this.text("board.add_charger")}</a
              >`:p}
      </header>
      <div class="chargers">${C.map(e=>this.renderCharger(e,L))}</div>
    </div>`}summary(C){if(C.length===0)return this.text("board.no_chargers");let H=C.filter(M=>M.online).length,L=C.filter(({problems:M,issues:t})=>M.length>0||t.length>0).length,e=H===C.length?this.text(H>1?"board.some_online":"board.all_online_one",{online:H,count:H}):this.text("board.some_online",{online:H,count:C.length});return L===0?e:`${e}, ${this.text("board.need_attention",{count:L})}`}renderCharger(C,H){let L=C.area_id===null?void 0:this.hass?.areas?.[C.area_id]?.name,e=[C.vendor,C.model].filter(t=>t!==null&&t!=="").join(" "),M=[[this.text("board.firmware"),C.firmware],[this.text("board.serial"),C.serial_number],[this.text("board.version"),C.ocpp_version===null?null:`OCPP ${C.ocpp_version}`],[this.text("board.address"),C.address],[this.text("board.protection"),this.renderProtection(C)],[this.text("board.signal"),C.signal_dbm===null?null:this.renderSignal(C.signal_dbm)]];return a`<ha-card class=${C.online?"online":"offline"}>
      <a class="head" href=${`/config/devices/device/${C.device_id}`} @click=${D1}>
        <span class="disc">${c(U1)}<i></i></span>
        <span class="words">
          <span class="name">${C.name}</span>
          <span class="weak">${[e,L].filter(t=>t!==void 0&&t!=="").join(" · ")}</span>
        </span>
        ${c(p2)}
      </a>
      <p class="state">
        <b>${this.text(C.online?"board.online":"board.offline_now")}</b>${C.since===null?p:a`<span class="weak">
                ${this.text(C.online?"board.since":"board.last_seen",{time:this.format.dayAndTime(C.since)})}</span
              >`}
      </p>
      <ul class="connectors">
        ${C.connectors.map(({connector_id:t,state:i})=>{let o=`state.${i??"unknown"}`;return a`<li>
            ${C.connectors.length>1?a`<span class="weak">${t}</span>`:p}
            ${W(o)?this.text(o):i??"–"}
          </li>`})}
      </ul>
      ${C.problems.map(({connector_id:t,error:i})=>a`<p class="alert error">
            ${c(N5)}${C.connectors.length>1?`${this.text("board.connector",{number:t})}: `:""}${i}
          </p>`)}
      ${C.issues.length===0?p:a`<p class="alert">
              ${c(c3)}${H?a`<a href="/config/repairs" @click=${D1}
                      >${this.text("board.repairs_count",{count:C.issues.length})}</a
                    >`:this.text("board.repairs_count",{count:C.issues.length})}
            </p>`}
      ${C.problems.length===0&&C.issues.length===0&&C.online?a`<p class="fine">${c(G5)}${this.text("board.fine")}</p>`:p}
      <dl>
        ${M.map(([t,i])=>i===null||i===""?p:a`<div>
                <dt>${t}</dt>
                <dd>${i}</dd>
              </div>`)}
      </dl>
    </ha-card>`}renderProtection({security_level:C,encrypted:H}){let L=H?C===3?d3:e3:L3,e=C===null?null:`board.level_${C}`;return a`<span class="with"
      >${c(L)}${e!==null&&W(e)?this.text(e):this.text(H?"board.encrypted":"board.not_encrypted")}</span
    >`}renderSignal(C){let H=C>=-60?m3:C>=-70?l3:C>=-80?p3:s3;return a`<span class="with">${c(H)}${this.format.number(C)} dBm</span>`}};f1.styles=[...k,z,g`
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
    `],m([u()],f1.prototype,"chargers",2),m([u()],f1.prototype,"error",2),f1=m([b("ocpp-cs-chargers-card")],f1);var t2=class extends j{constructor(){super(...arguments);this.live=new E(this,()=>this.hass)}render(){let C=this.live.error==="unknown_command";return a`<ha-card>
      ${c(X5)}
      <h2>${this.text("board.no_chargers")}</h2>
      <p class="weak">${this.text(C?"no_server":"board.first_charger")}</p>
      ${this.hass?.user?.is_admin===!0?a`<a class="button primary" href="/config/integrations/integration/ocpp_cs" @click=${D1}
              >${c(m2)}${this.text("board.add_charger")}</a
            >`:p}
    </ha-card>`}};t2.styles=[...k,z,g`
      ha-card {
        display: grid;
        justify-items: center;
        gap: 10px;
        padding: 48px 24px;
        text-align: center;
      }
      ha-card > .icon {
        inline-size: 56px;
        block-size: 56px;
        color: var(--primary-color, #03a9f4);
      }
      h2,
      p {
        margin: 0;
        font-weight: 500;
      }
      p {
        max-inline-size: 46ch;
        font-weight: 400;
      }
      a {
        margin-block-start: 8px;
        text-decoration: none;
      }
      a .icon {
        inline-size: 18px;
        block-size: 18px;
      }
    `],t2=m([b("ocpp-cs-empty-card")],t2);var{I:I7}=F3,d0=r=>r;var l0=r=>r.strings===void 0,p0=()=>document.createComment(""),E1=(r,V,C)=>{let H=r._$AA.parentNode,L=V===void 0?r._$AB:V._$AA;if(C===void 0){let e=H.insertBefore(p0(),L),M=H.insertBefore(p0(),L);C=new I7(e,M,r,r.options)}else{let e=C._$AB.nextSibling,M=C._$AM,t=M!==r;if(t){let i;C._$AQ?.(r),C._$AM=r,C._$AP!==void 0&&(i=r._$AU)!==M._$AU&&C._$AP(i)}if(e!==L||t){let i=C._$AA;for(;i!==e;){let o=d0(i).nextSibling;d0(H).insertBefore(i,L),i=o}}}return C},s1=(r,V,C=r)=>(r._$AI(V,C),r),U7={},$2=(r,V=U7)=>r._$AH=V,m0=r=>r._$AH,R2=r=>{r._$AR(),r._$AA.remove()};var s0=(r,V,C)=>{let H=new Map;for(let L=V;L<=C;L++)H.set(r[L],L);return H},v0=F1(class extends m1{constructor(r){if(super(r),r.type!==J.CHILD)throw Error("repeat() can only be used in text expressions")}dt(r,V,C){let H;C===void 0?C=V:V!==void 0&&(H=V);let L=[],e=[],M=0;for(let t of r)L[M]=H?H(t,M):M,e[M]=C(t,M),M++;return{values:e,keys:L}}render(r,V,C){return this.dt(r,V,C).values}update(r,[V,C,H]){let L=m0(r),{values:e,keys:M}=this.dt(V,C,H);if(!Array.isArray(L))return this.ut=M,e;let t=this.ut??=[],i=[],o,A,d=0,n=L.length-1,l=0,s=e.length-1;for(;d<=n&&l<=s;)if(L[d]===null)d++;else if(L[n]===null)n--;else if(t[d]===M[l])i[l]=s1(L[d],e[l]),d++,l++;else if(t[n]===M[s])i[s]=s1(L[n],e[s]),n--,s--;else if(t[d]===M[s])i[s]=s1(L[d],e[s]),E1(r,i[s+1],L[d]),d++,s--;else if(t[n]===M[l])i[l]=s1(L[n],e[l]),E1(r,L[d],L[n]),n--,l++;else if(o===void 0&&(o=s0(M,l,s),A=s0(t,d,n)),o.has(t[d]))if(o.has(t[n])){let x=A.get(M[l]),y=x!==void 0?L[x]:null;if(y===null){let v=E1(r,L[d]);s1(v,e[l]),i[l]=v}else i[l]=s1(y,e[l]),E1(r,L[d],y),L[x]=null;l++}else R2(L[n]),n--;else R2(L[d]),d++;for(;l<=s;){let x=E1(r,i[s+1]);s1(x,e[l]),i[l++]=x}for(;d<=n;){let x=L[d++];x!==null&&R2(x)}return this.ut=M,$2(r,i),_}});function h5(r,V){let C=r.battery_w??0,H=r.grid_w??0,L=V.filter(s=>(s.power_w??0)>0).map(s=>({key:i2(s),kind:"car",watts:s.power_w??0,connector:s})),e=[],M=Q7(r,z1(L));M!==null&&e.push({key:"home",kind:"home",watts:M,connector:null}),e.push(...L),C<0&&e.push({key:"battery",kind:"battery",watts:-C,connector:null}),H<0&&e.push({key:"grid",kind:"grid",watts:-H,connector:null});let t=Math.max(r.solar_w??K7(r,e),0),i=new Map(e.map(s=>[s.key,s.watts])),o=[],A=(s,x,y)=>{let v=e.filter(T=>y.includes(T.kind)&&(i.get(T.key)??0)>0),h=v.reduce((T,Y)=>T+(i.get(Y.key)??0),0),f=Math.min(x,h);if(f<=0)return x;for(let T of v){let Y=i.get(T.key)??0,a1=f*Y/h;i.set(T.key,Y-a1),o.push({from:s,to:T.key,watts:a1})}return x-f},d=A("sun",t,["home","car"]);d=A("sun",d,["battery"]),A("sun",d,["grid"]),d=A("battery",Math.max(C,0),["home","car"]),A("battery",d,["grid"]),d=A("grid",Math.max(H,0),["home","car"]),A("grid",d,["battery"]);let n=[];(r.solar_w!==null||t>0)&&n.push({key:"sun",watts:t}),r.battery_w!==null&&C>=0&&n.push({key:"battery",watts:C}),r.grid_w!==null&&H>=0&&n.push({key:"grid",watts:H});let l=[...i.values()].reduce((s,x)=>s+x,0);return(r.grid_w===null?l>0:l>Math.max(60,.05*z1(e)))&&(A("unknown",l,["home","car","battery","grid"]),n.push({key:"unknown",watts:l})),{sources:n,uses:e,flows:o,...G7(r,e,o)}}function G7(r,V,C){if(r.grid_w===null)return{sunShare:null,carSunShare:null};let H=L=>{let e=V.filter(o=>L.includes(o.kind)),M=z1(e);if(M<=0)return null;let t=new Set(e.map(o=>o.key)),i=C.filter(o=>(o.from==="sun"||o.from==="battery")&&t.has(o.to));return z1(i)/M};return{sunShare:H(["home","car"]),carSunShare:H(["car"])}}function Q7(r,V){if(r.grid_w===null&&r.home_w===null)return null;let C=r.home_w??(r.solar_w??0)+(r.battery_w??0)+(r.grid_w??0)-V;return C<=0&&r.solar_w===null?null:Math.max(C,0)}function K7({grid_w:r,battery_w:V},C){if(r===null)return 0;let H=z1(C)-Math.max(r,0)-Math.max(V??0,0);return H>Math.max(60,.05*z1(C))?H:0}function i2(r){return`${r.charge_point_id}/${r.connector_id}`}function z1(r){return r.reduce((V,{watts:C})=>V+C,0)}function x0(r){return r.place_name===r.name?r.name:`${r.charger_name} ${r.connector_id}`}function u0(r,V,C,{width:H,row:L,most:e,bar:M}){let t=Math.max(C.reduce((v,h)=>v+h.watts,0),1),i=v=>v>0?Math.max(v/t*e,3):0,o=(v,h)=>{let f=0;return{placed:v.map(Y=>{let W2=C.filter(N2=>N2[h]===Y.key).reduce((N2,R0)=>N2+i(R0.watts),0),P5=Math.max(L,W2+14),T5=f+P5/2;return f+=P5,{...Y,y:T5,top:T5-W2/2,height:W2}}),height:f}},A=o(r,"from"),d=o(V,"to"),n=Math.max(A.height,d.height,L);for(let v of[A,d]){let h=(n-v.height)/2;for(let f of v.placed)f.y+=h,f.top+=h}let l=new Map(A.placed.map(v=>[v.key,v.top])),s=new Map(d.placed.map(v=>[v.key,v.top])),x=new Map(V.map((v,h)=>[v.key,h])),y=[];for(let v of r){let h=C.filter(f=>f.from===v.key&&f.watts>0).sort((f,T)=>(x.get(f.to)??0)-(x.get(T.to)??0));for(let f of h){let T=l.get(f.from),Y=s.get(f.to);if(T===void 0||Y===void 0)continue;let a1=i(f.watts);l.set(f.from,T+a1),s.set(f.to,Y+a1),y.push({...f,thickness:a1,...j7(M,H-M,T,Y,a1)})}}return{height:n,sources:A.placed,uses:d.placed,bands:y}}function j7(r,V,C,H,L){let e=(r+V)/2,M=o=>o.toFixed(1),t=(o,A,d)=>`C${M(e)} ${M(o)} ${M(e)} ${M(d)} ${M(A)} ${M(d)}`,i=L/2;return{path:`M${M(r)} ${M(C)}${t(C,V,H)}L${M(V)} ${M(H+L)}${t(H+L,r,C+L)}Z`,middle:`M${M(r)} ${M(C+i)}${t(C+i,V,H+i)}`}}var q7=52,X7=190,g5=6,f5=520,Y7={sun:s2,battery:K2,grid:q2,unknown:H3},J7={home:V3,car:I5,battery:K2,grid:q2},c0={sun:"var(--ocpp-cs-sun)",battery:"var(--ocpp-cs-battery)",grid:"var(--ocpp-cs-grid)",unknown:"var(--ocpp-cs-unknown)"},C4={home:"var(--ocpp-cs-home)",car:"var(--ocpp-cs-charging)",battery:"var(--ocpp-cs-battery-in)",grid:"var(--ocpp-cs-export)"},b1=class extends L1{constructor(){super(...arguments);this.width=0;this.observer=new ResizeObserver(([C])=>{C&&(this.width=Math.round(C.contentRect.width))})}connectedCallback(){super.connectedCallback(),this.observer.observe(this)}disconnectedCallback(){super.disconnectedCallback(),this.observer.disconnect()}render(){let{server:C}=this;if(C===void 0||this.width===0)return p;let H=h5(C.house,C.connectors);if(H.sources.length===0&&H.uses.length===0)return p;let L=this.width<f5,[e,M]=L?[96,104]:[150,190],t=Math.max(this.width-e-M,60),i=u0(H.sources,H.uses,H.flows,{width:t,row:q7,most:Math.min(X7,this.width/3),bar:g5}),o=new Map(H.uses.map(A=>[A.key,A]));return a`
      <div class="flow ${L?"narrow":""}" style=${O({blockSize:`${i.height}px`})}>
        <ul class="left" style=${O({inlineSize:`${e}px`})} aria-label=${this.text("board.from")}>
          ${i.sources.map((A,d)=>this.renderSource(A,H.sources[d]))}
        </ul>
        <svg
          class="bands"
          style=${O({insetInlineStart:`${e}px`,inlineSize:`${t}px`})}
          viewBox="0 0 ${t} ${i.height}"
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          ${v0(i.bands,A=>`${A.from} ${A.to}`,A=>this.renderBand(A,o.get(A.to),t))}
          ${i.sources.map(A=>this.renderBar(A,0,W1(A.key)))}
          ${i.uses.map(A=>this.renderBar(A,t-g5,W1(o.get(A.key))))}
        </svg>
        <ul class="right" style=${O({inlineSize:`${M}px`})} aria-label=${this.text("board.to")}>
          ${i.uses.map(A=>this.renderUse(A,o.get(A.key)))}
        </ul>
      </div>
    `}renderBar(C,H,L){return C.height<=0?p:S`<rect
      x=${H} y=${C.top} width=${g5} height=${C.height} rx="3" style=${`fill: ${L}`}
    ></rect>`}renderBand(C,H,L){let e=`${C.from}-${(H?.key??"").replaceAll(/[^\w-]/g,"_")}`,M=Math.max(1.2,Math.min(7,4.6-.28*(C.watts/1e3)));return S`
      <linearGradient id=${e} gradientUnits="userSpaceOnUse" x1="0" y1="0" x2=${L} y2="0">
        <stop offset="0" style=${`stop-color: ${W1(C.from)}`}></stop>
        <stop offset="1" style=${`stop-color: ${W1(H)}`}></stop>
      </linearGradient>
      <path class="band" d=${C.path} fill="url(#${e})"></path>
      <path
        class="pulse"
        d=${C.middle}
        pathLength="100"
        stroke="url(#${e})"
        stroke-width=${Math.min(Math.max(C.thickness*.45,2),9)}
        style=${`animation-duration: ${M.toFixed(2)}s`}
      ></path>
    `}renderSource(C,H){if(H===void 0)return p;let L=this.server?.house,e=H.key==="battery"?L?.battery_soc??null:null,M={sun:this.text("sun"),battery:this.batteryName,grid:this.text("grid"),unknown:this.text(L?.grid_w===null?"board.supply":"unknown")};return this.renderNode({node:C,idle:H.watts<1,color:W1(H.key),path:Y7[H.key==="unknown"&&L?.grid_w===null?"grid":H.key],name:M[H.key],detail:e===null?null:this.format.percent(e/100)})}renderUse(C,H){if(H===void 0)return p;let{connector:L}=H,e=this.server?.house,M={home:this.text("house"),car:"",battery:this.batteryName,grid:this.text("grid_export")};return this.renderNode({node:C,idle:H.watts<1,color:W1(H),path:J7[H.kind],name:L===null?M[H.kind]:this.width<f5?x0(L):L.place_name,detail:L!==null?L.who.name:H.kind==="battery"&&e&&e.battery_soc!==null?this.format.percent(e.battery_soc/100):null,connector:L})}get batteryName(){return this.text(this.width<f5?"board.battery_short":"battery")}renderNode({node:C,idle:H,color:L,path:e,name:M,detail:t,connector:i=null}){let{value:o,unit:A}=this.format.powerParts(C.watts),d=a`
      <span class="disc" style=${O({"--color":L})}>${c(e)}</span>
      <span class="words">
        <span class="name">${M}</span>
        <span class="power number">${o}<small> ${A}</small></span>
        ${t===null?p:a`<span class="detail">${t}</span>`}
      </span>
    `,n=i?.entities["sensor.power"];return a`<li class=${H?"idle":""} style=${O({insetBlockStart:`${C.y}px`})}>
      ${n===void 0?a`<div class="node">${d}</div>`:a`<button
              class="node"
              type="button"
              @click=${()=>{n0(this,n)}}
            >
              ${d}
            </button>`}
    </li>`}};b1.styles=[...k,g`
      :host {
        --ocpp-cs-home: var(--info-color, #039be5);
        container-type: inline-size;
      }
      .flow {
        position: relative;
        transition: block-size 0.4s;
      }
      ul {
        position: absolute;
        inset-block: 0;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      .left {
        inset-inline-start: 0;
      }
      .right {
        inset-inline-end: 0;
      }
      li {
        position: absolute;
        inset-inline: 0;
        transform: translateY(-50%);
        transition:
          inset-block-start 0.4s,
          opacity 0.4s;
      }
      li.idle .disc {
        --color: var(--ocpp-cs-unknown) !important;
      }
      .node {
        display: flex;
        align-items: center;
        gap: 10px;
        inline-size: 100%;
        text-align: start;
        padding-inline: 2px 10px;
        border-radius: 12px;
      }
      .right .node {
        padding-inline: 10px 2px;
      }
      .disc {
        display: grid;
        place-items: center;
        flex: none;
        inline-size: 36px;
        block-size: 36px;
        border-radius: 50%;
        color: var(--color);
        background: color-mix(in srgb, var(--color) 16%, transparent);
        font-size: 13px;
      }
      .words {
        min-inline-size: 0;
        display: grid;
        line-height: 1.2;
      }
      .name,
      .detail {
        color: var(--ocpp-cs-weak);
        font-size: 12px;
        white-space: nowrap;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .power {
        font-size: 17px;
        font-weight: 600;
        white-space: nowrap;
      }
      .power small {
        font-size: 12px;
        font-weight: 500;
      }
      .bands {
        position: absolute;
        inset-block: 0;
        block-size: 100%;
        overflow: visible;
      }
      :host(:dir(rtl)) .bands {
        transform: scaleX(-1);
      }
      .band {
        opacity: 0.3;
        transition: d 0.5s;
      }
      .pulse {
        fill: none;
        stroke-linecap: round;
        stroke-dasharray: 0.1 24.9;
        opacity: 0.95;
        animation: run 4s linear infinite;
      }
      rect {
        transition:
          y 0.4s,
          height 0.4s;
      }
      @keyframes run {
        from {
          stroke-dashoffset: 25;
        }
        to {
          stroke-dashoffset: 0;
        }
      }
      @media (prefers-reduced-motion: reduce) {
        .pulse {
          display: none;
        }
      }
      .narrow .node {
        gap: 6px;
      }
      .narrow .node,
      .narrow .right .node {
        padding-inline: 0 4px;
      }
      .narrow .disc {
        inline-size: 26px;
        block-size: 26px;
        font-size: 10px;
      }
      .narrow .right .node {
        padding-inline: 6px 0;
      }
      .narrow .power {
        font-size: 14px;
      }
      .narrow .name,
      .narrow .detail {
        font-size: 11px;
      }
    `],m([Z({attribute:!1})],b1.prototype,"server",2),m([u()],b1.prototype,"width",2),b1=m([b("ocpp-cs-flow")],b1);function W1(r){return typeof r=="object"?C4[r.kind]:c0[r??""]??c0.unknown}var o2=class extends j{constructor(){super(...arguments);this.live=new E(this,()=>this.hass)}render(){let{servers:C,error:H}=this.live;if(C===null)return H===null?a`<ha-card><p class="weak">${this.text("loading")}…</p></ha-card>`:p;let L=C.filter(({entry_id:e})=>(this.config?.entry_id??e)===e);return a`${L.filter(e=>e.connectors.length>0).map(e=>this.renderServer(e,L.length>1))}`}renderServer(C,H){let L=h5(C.house,C.connectors);return a`<ha-card>
      <header>
        <h2>${this.headline(C,L)}</h2>
        ${H?a`<span class="weak">${C.title}</span>`:p}
        <ul class="chips">
          ${this.renderChips(C,L).map(e=>a`<li>${e}</li>`)}
        </ul>
      </header>
      <ocpp-cs-flow .hass=${this.hass} .server=${C}></ocpp-cs-flow>
    </ha-card>`}headline({house:C,connectors:H},L){let e=H.filter(t=>(t.power_w??0)>0).length,M=this.format.power(C.chargers_w??H4(H));if(e>0&&L.carSunShare!==null){let t=Math.round(L.carSunShare*100),i=t>=99?"board.charging_all_sun":t>0?"board.charging_sun":"board.charging_grid";return this.text(i,{power:M,share:t})}return e>0?this.text("board.charging",{power:M}):(C.grid_w??0)<-100?this.text("board.exporting",{power:this.format.power(-(C.grid_w??0))}):L.sunShare!==null&&L.sunShare>.01?this.text("board.house_sun",{share:Math.round(L.sunShare*100)}):this.text("board.nothing_charges")}renderChips({house:C,currency:H},L){let e=[];return C.price!==null&&e.push(this.format.price(C.price,H)),L.sunShare!==null&&e.push(this.text("board.sun_share",{share:Math.round(L.sunShare*100)})),C.hold_battery===!0&&e.push(this.text("battery_held")),e}};o2.styles=[...k,g`
      ha-card {
        padding: 16px 20px 12px;
      }
      ha-card + ha-card {
        margin-block-start: 16px;
      }
      header {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 16px;
        margin-block-end: 8px;
      }
      h2 {
        margin: 0;
        flex: 1 1 auto;
        font-size: 20px;
        font-weight: 500;
        line-height: 1.3;
      }
      .chips {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      .chips li {
        padding: 3px 10px;
        border-radius: 12px;
        background: var(--ocpp-cs-soft);
        font-size: 12px;
        font-variant-numeric: tabular-nums;
      }
      @media (max-width: 520px) {
        ha-card {
          padding: 14px 12px 10px;
        }
        h2 {
          font-size: 17px;
        }
      }
    `],o2=m([b("ocpp-cs-flow-card")],o2);function H4(r){return r.reduce((V,{power_w:C})=>V+(C??0),0)}var I=class extends L1{firstUpdated(){this.dialog?.showModal(),this.dialog?.addEventListener("click",V=>{V.target===V.currentTarget&&this.close()}),this.heading?.focus()}close(){this.dialog?.close()}renderDialog(V,C){return a`<dialog
      aria-labelledby="title"
      @close=${()=>{this.dispatchEvent(new CustomEvent("ocpp-cs-closed"))}}
    >
      <div class="dialog">
        <header>
          <h2 id="title" tabindex="-1">${V}</h2>
          <button
            class="round"
            type="button"
            aria-label=${this.text("close")}
            @click=${()=>{this.close()}}
          >
            ${c(l2)}
          </button>
        </header>
        ${C}
      </div>
    </dialog>`}static{this.dialogStyles=[...k,z,g`
      dialog {
        inline-size: min(680px, calc(100vw - 24px));
        max-block-size: calc(100dvh - 24px);
        padding: 0;
        border: none;
        border-radius: 20px;
        color: var(--primary-text-color, #212121);
        background: var(--card-background-color, #fff);
        box-shadow: 0 10px 50px rgb(0 0 0 / 40%);
      }
      dialog::backdrop {
        background: rgb(0 0 0 / 45%);
      }
      .dialog {
        display: grid;
        gap: 16px;
        padding: 20px 24px 24px;
      }
      header {
        display: flex;
        align-items: start;
        gap: 16px;
      }
      h2 {
        flex: 1;
        margin: 0;
        font-size: 20px;
        font-weight: 500;
        line-height: 1.3;
        outline: none;
      }
      h3 {
        margin: 0;
        font-size: 14px;
        font-weight: 500;
      }
      .round {
        display: grid;
        place-items: center;
        flex: none;
        inline-size: 40px;
        block-size: 40px;
        margin: -6px -10px -6px 0;
        border-radius: 50%;
      }
      .round:hover {
        background: var(--ocpp-cs-soft);
      }
      .error {
        color: var(--error-color, #db4437);
      }
      @media (max-width: 520px) {
        .dialog {
          padding: 16px;
        }
      }
    `]}};m([J1("dialog")],I.prototype,"dialog",2),m([J1("#title")],I.prototype,"heading",2);var O1=class extends I{constructor(){super(...arguments);this.done=()=>{this.close()}}render(){let{connector:C}=this;return C===void 0?p:this.renderDialog(C.place_name,a`<ocpp-cs-plan-editor
        .hass=${this.hass}
        .connector=${C}
        .currency=${this.server?.currency??""}
        .capacity=${this.server?.vehicles.find(({id:H})=>H===C.vehicle_id)?.capacity_kwh??null}
        @ocpp-cs-plan-saved=${this.done}
        @ocpp-cs-plan-closed=${this.done}
      ></ocpp-cs-plan-editor>`)}};O1.styles=I.dialogStyles,m([Z({attribute:!1})],O1.prototype,"connector",2),m([Z({attribute:!1})],O1.prototype,"server",2),O1=m([b("ocpp-cs-plan-dialog")],O1);function y1(r,V){let C=Math.max(V-r,1e-9),H=V===0&&r===0?.25:C/4,L=10**Math.floor(Math.log10(H)),e=([1,2,2.5,5,10].find(A=>A*L>=H)??10)*L,[M,t]=[Math.floor(r/e),Math.max(Math.ceil(V/e),Math.floor(r/e)+1)],i=Array.from({length:t-M+1},(A,d)=>(M+d)*e),o=[0,1].find(A=>Number.isInteger(Number((e*10**A).toFixed(6))))??2;return{ticks:i,low:M*e,high:t*e,digits:o}}var w1=36e5,b5=84,N1=40,V4=6e4,k1=class extends j{constructor(){super(...arguments);this.views=new Map;this.asked=new Map;this.live=new E(this,()=>this.hass);this.closed=()=>{this.edited=void 0,this.asked.clear(),this.requestUpdate()}}connectedCallback(){super.connectedCallback(),this.timer=setInterval(()=>{this.asked.clear(),this.requestUpdate()},V4)}disconnectedCallback(){super.disconnectedCallback(),clearInterval(this.timer)}get connectors(){let{entry_id:C}=this.config??{};return this.live.connectors.filter(H=>H.plan!==null&&(C??H.entry_id)===H.entry_id)}willUpdate(){for(let C of this.connectors){let H=i2(C),L=JSON.stringify([C.plan,C.vehicle_id,C.soc]);this.asked.get(H)!==L&&(this.asked.set(H,L),this.ask(C))}}async ask(C){let H=null;try{H=await this.hass?.callWS({type:"ocpp_cs/plan",device_id:C.device_id})??null}catch{}this.views=new Map(this.views).set(i2(C),H)}render(){let{servers:C,error:H}=this.live;if(C===null&&H===null)return a`<div class="page"><ha-card class="wait"></ha-card></div>`;let L=this.connectors.map(n=>({connector:n,view:this.views.get(i2(n))}));if(L.length===0)return a`<div class="page">
        <ha-card class="empty"
          >${c(d2)}
          <p>${this.text(H===null?"board.no_plans":"no_server")}</p></ha-card
        >
      </div>`;let e=L4(L,Date.now()),M=L.flatMap(({view:n})=>n?[n]:[]),t=Z0(M.map(n=>n.prices)),i=Z0(M.map(n=>n.sun)),o=M[0]?.currency??null,A=t.map(({price:n})=>n),d=this.text("board.price_range",{low:this.format.money(Math.min(...A),o),high:this.format.price(Math.max(...A),o)});return a`
      <div class="page">
        <ha-card>
          <div class="lanes" style=${O({"--now":`${e1(Date.now(),e)}%`})}>
            <div class="label head">
              <h2>${this.text("board.next_hours")}</h2>
              <ul class="legend">
                ${t.length>0?a`<li>
                        <i class="price"></i><span>${this.text("price")} <span class="number">${d}</span></span>
                      </li>`:p}
                ${i.length>0?a`<li><i class="sun"></i>${this.text("board.sun_forecast")}</li>`:p}
                <li><i class="slot"></i>${this.text("charging")}</li>
              </ul>
            </div>
            <div class="track">${this.renderOutlook(e,t,i,o)}${this.renderHours(e)}</div>
            ${L.map(n=>this.renderPlace(n,e))}
          </div>
        </ha-card>
      </div>
      ${this.edited===void 0?p:a`<ocpp-cs-plan-dialog
              .hass=${this.hass}
              .connector=${this.live.connector(this.edited.device_id,this.edited.connector_id)??this.edited}
              .server=${this.live.server(this.edited.entry_id)}
              @ocpp-cs-closed=${this.closed}
            ></ocpp-cs-plan-dialog>`}
    `}renderOutlook(C,H,L,e){if(H.length===0&&L.length===0)return a`<p class="weak nothing">${this.text("board.no_outlook")}</p>`;let M=H.filter(({start:l,end:s})=>Date.parse(s)>C.from&&Date.parse(l)<C.to),t=M.map(({price:l})=>l),[i,o]=[Math.min(...t),Math.max(...t)],A=y1(Math.min(0,i),Math.max(o,.01)),d=l=>(A.high-l)/(A.high-A.low)*b5,n=M.length===0?this.text("board.sun_forecast"):this.text("board.prices_told",{low:this.format.price(i,e),high:this.format.price(o,e)});return a`${M.length===0?p:a`<svg
            class="outlook"
            viewBox="0 0 1000 ${b5}"
            preserveAspectRatio="none"
            role="img"
            aria-label=${n}
          >
            ${M.map(({start:l,end:s,price:x})=>{let[y,v]=[e1(l,C)*10,e1(s,C)*10],h=o>i?(x-i)/(o-i):.5,[f,T]=[Math.min(d(x),d(0)),Math.max(d(x),d(0))];return S`<rect
                class="bar" x=${y+.8} y=${f} width=${Math.max(v-y-1.6,.5)} height=${Math.max(T-f,1)}
                style=${`fill: ${e4(h)}`}
              ><title>${this.format.soon(l)}: ${this.format.price(x,e)}</title></rect>`})}
          </svg>`}
    ${L.length===0?p:a`<svg class="outlook forecast" viewBox="0 0 1000 ${N1}" preserveAspectRatio="none" aria-hidden="true">
            ${this.renderSun(C,L)}
          </svg>`}`}renderSun(C,H){let L=Math.max(...H.map(({power_w:i})=>i),1e3),e=H.filter(({start:i,end:o})=>Date.parse(o)>C.from&&Date.parse(i)<C.to).map(({start:i,end:o,power_w:A})=>`${((e1(i,C)+e1(o,C))*5).toFixed(1)} ${(N1-A/L*(N1-4)).toFixed(1)}`),[M,t]=[e[0]?.split(" ")[0],e.at(-1)?.split(" ")[0]];return M===void 0||t===void 0?p:S`<path class="sun" d="M${M} ${N1}L${e.join("L")}L${t} ${N1}Z"></path>`}renderHours(C){let H=[],e=(C.to-C.from)/w1>30?6:3;for(let{time:M,hour:t}of y2(C.from,C.to,this.format.zones.user)){let i=`${e1(M,C)}%`;t===0?H.push(a`<span class="day" style=${O({insetInlineStart:i})}
            >${this.format.date(new Date(M),{weekday:"short"})}</span
          >`):t%e===0&&e1(M,C)<98&&H.push(a`<span style=${O({insetInlineStart:i})}>${this.format.axisHour(new Date(M))}</span>`)}return a`<div class="hours" aria-hidden="true">${H}</div>`}renderPlace({connector:C,view:H},L){let e=C.plan,M=(H?.slots??[]).filter(({end:A})=>Date.parse(A)>L.from),t=Math.max(...M.map(({power_w:A})=>A),1),i=H?.ready_by??e?.ready_by??null,o=C.who.name;return a`
      <div class="label">
        <div class="words">
          <h3>${C.place_name}</h3>
          <span class="weak">${this.aimOf(C)}${o===null?"":` · ${o}`}</span>
        </div>
        <button
          class="round"
          type="button"
          aria-label=${this.text("board.change_plan",{name:C.place_name})}
          title=${this.text("board.change_plan",{name:C.place_name})}
          @click=${()=>{this.change(C)}}
        >
          ${c(t3)}
        </button>
      </div>
      <div class="track lane">
        <div class="line" role="list" aria-label=${this.text("board.slots_of",{name:C.place_name})}>
          ${M.map(({start:A,end:d,power_w:n,sun_w:l,price:s})=>{let[x,y]=[e1(A,L),e1(d,L)],v=[`${this.format.soon(A)} – ${this.format.time(d)}`,this.format.power(n),...s===null?[]:[this.format.price(s,H?.currency??null)]].join(", ");return a`<span
              class="slot"
              role="listitem"
              title=${v}
              aria-label=${v}
              style=${O({insetInlineStart:`${x}%`,inlineSize:`${Math.max(y-x,.3)}%`,blockSize:`${Math.max(n/t*100,30)}%`,"--sun":`${Math.round(Math.min(l,n)/Math.max(n,1)*100)}%`})}
            ></span>`})}
          ${i===null||e?.armed!==!0||Date.parse(i)>L.to||Date.parse(i)<L.from?p:a`<span
                  class="deadline"
                  style=${O({insetInlineStart:`${e1(i,L)}%`})}
                  title=${this.format.soon(i)}
                  >${c(J5)}</span
                >`}
        </div>
        ${e?.armed===!0?a`<p class="outcome">${this.renderOutcome(C,H)}</p>`:p}
      </div>
    `}change(C){this.edited=C}aimOf({plan:C}){if(C?.armed!==!0)return this.text("board.no_plan");let H=w2(C,this.format),L=d1(C,this.format.zones,new Date),e=L.weekdays.length>0&&L.clock!==null?`${this.format.clock(L.clock)}, ${this.format.weekdays(L.weekdays)}`:C.ready_by!==null?this.format.soon(C.ready_by):null;return H!==null&&e!==null?this.text("board.aim",{amount:H,when:e}):H!==null?H:C.below_price!==null?this.text("board.below",{price:this.format.price(C.below_price,null)}):e??this.text("board.no_plan")}renderOutcome({plan:C},H){if(C===null||H===void 0||!C.armed)return"";let L=`plan_state.${C.state}`,e=[W(L)?this.text(L):null];H!==null&&(H.energy_kwh!==null&&e.push(this.format.energy(H.energy_kwh)),H.cost!==null&&e.push(this.format.money(H.cost,H.currency)),H.solar_share!==null&&e.push(this.text("board.sun_share",{share:Math.round(H.solar_share*100)})),H.ready_at_time!==null&&e.push(this.text("board.ready",{time:this.format.soon(H.ready_at_time)})));let M=H!==null&&H.missing_kwh>.05?this.format.energy(H.missing_kwh):null;return a`${e.filter(t=>t!==null).join(" · ")}
    ${M===null?p:a`<strong class="missing">${this.text("board.missing",{energy:M})}</strong>`}`}};k1.styles=[...k,z,g`
      :host {
        container-type: inline-size;
      }
      ha-card {
        padding: 20px;
      }
      .lanes {
        display: grid;
        grid-template-columns: minmax(170px, 240px) minmax(0, 1fr);
        gap: 0 20px;
      }
      .label {
        display: flex;
        align-items: start;
        justify-content: space-between;
        gap: 8px;
        padding-block: 14px;
        border-block-start: 1px solid var(--ocpp-cs-line);
      }
      .label.head {
        flex-direction: column;
        border: none;
        padding-block-start: 0;
      }
      h2 {
        margin: 0;
        font-size: 20px;
        font-weight: 500;
      }
      h3 {
        margin: 0;
        font-size: 15px;
        font-weight: 500;
      }
      .words {
        min-inline-size: 0;
        font-size: 13px;
      }
      .round {
        display: grid;
        place-items: center;
        flex: none;
        inline-size: 40px;
        block-size: 40px;
        margin-block-start: -6px;
        border-radius: 50%;
        color: var(--ocpp-cs-weak);
      }
      .round .icon {
        inline-size: 20px;
        block-size: 20px;
      }
      .round:hover {
        background: var(--ocpp-cs-soft);
        color: var(--primary-text-color);
      }
      .legend {
        display: grid;
        gap: 4px;
        margin: 0;
        padding: 0;
        list-style: none;
        font-size: 12px;
        color: var(--ocpp-cs-weak);
      }
      .legend li {
        display: flex;
        align-items: center;
        gap: 8px;
      }
      .legend i {
        inline-size: 12px;
        block-size: 12px;
        border-radius: 3px;
      }
      .legend .price {
        background: linear-gradient(90deg, var(--ocpp-cs-cheap), var(--ocpp-cs-dear));
      }
      .legend .sun {
        background: color-mix(in srgb, var(--ocpp-cs-sun) 60%, transparent);
      }
      .legend .slot {
        background: var(--ocpp-cs-charging);
      }
      :host {
        --ocpp-cs-cheap: #4db6ac;
        --ocpp-cs-dear: #e57373;
      }
      .track {
        position: relative;
        min-inline-size: 0;
      }
      .outlook {
        display: block;
        inline-size: 100%;
        block-size: ${b5}px;
      }
      :host(:dir(rtl)) .outlook {
        transform: scaleX(-1);
      }
      .outlook .sun {
        fill: var(--ocpp-cs-sun);
        opacity: 0.55;
      }
      .bar {
        opacity: 0.75;
      }
      .bar:hover {
        opacity: 1;
      }
      .forecast {
        block-size: ${N1}px;
        margin-block-start: 6px;
      }
      .nothing {
        margin: 0;
        padding-block: 24px;
      }
      .hours {
        position: relative;
        block-size: 24px;
        border-block-start: 1px solid var(--ocpp-cs-line);
        font-size: 11px;
        color: var(--ocpp-cs-weak);
        font-variant-numeric: tabular-nums;
      }
      .hours span {
        position: absolute;
        inset-block-start: 4px;
        transform: translateX(-50%);
      }
      .hours .day {
        font-weight: 600;
        color: var(--primary-text-color);
      }
      .lane {
        padding-block: 14px;
        border-block-start: 1px solid var(--ocpp-cs-line);
      }
      .line {
        position: relative;
        block-size: 34px;
        border-radius: 8px;
        background: var(--ocpp-cs-soft);
        overflow: clip;
      }
      .line::before {
        content: '';
        position: absolute;
        inset-block: 0;
        inset-inline-start: 0;
        inline-size: var(--now);
        background: var(--ocpp-cs-line);
      }
      .line .slot {
        position: absolute;
        inset-block-end: 0;
        border-radius: 4px;
        /* From the bottom, what the sun is expected to give of it. */
        background: linear-gradient(to top, var(--ocpp-cs-sun) var(--sun), var(--ocpp-cs-charging) var(--sun));
        border-inline-end: 1px solid var(--card-background-color, #fff);
      }
      .deadline {
        position: absolute;
        inset-block: 0;
        border-inline-start: 2px solid var(--primary-text-color, #212121);
        padding-inline-start: 3px;
      }
      .deadline .icon {
        inline-size: 16px;
        block-size: 16px;
      }
      .outcome {
        margin: 6px 0 0;
        font-size: 13px;
        color: var(--ocpp-cs-weak);
      }
      .missing {
        display: inline-block;
        padding: 0 8px;
        border-radius: 8px;
        font-weight: 500;
        color: var(--primary-text-color);
        background: color-mix(in srgb, var(--warning-color, #ffa600) 28%, transparent);
      }
      .empty,
      .wait {
        display: grid;
        place-items: center;
        gap: 8px;
        min-block-size: 220px;
        text-align: center;
        color: var(--ocpp-cs-weak);
      }
      .empty .icon {
        inline-size: 40px;
        block-size: 40px;
        opacity: 0.6;
      }
      @container (max-width: 700px) {
        ha-card {
          padding: 14px 12px;
        }
        .lanes {
          grid-template-columns: minmax(0, 1fr);
        }
        .label {
          padding-block-end: 0;
        }
        .label.head {
          padding-block-end: 10px;
        }
        .legend {
          display: flex;
          flex-wrap: wrap;
          gap: 4px 14px;
        }
        .lane {
          border: none;
          padding-block-start: 8px;
        }
      }
    `],m([u()],k1.prototype,"views",2),m([u()],k1.prototype,"edited",2),k1=m([b("ocpp-cs-plans-card")],k1);function e1(r,{from:V,to:C}){let H=typeof r=="number"?r:Date.parse(r);return Math.min(Math.max((H-V)/(C-V)*100,0),100)}function L4(r,V){let C=Math.floor(V/w1)*w1,H=r.flatMap(({connector:M,view:t})=>[...(t?.prices??[]).slice(-1).map(({end:i})=>i),...(t?.slots??[]).slice(-1).map(({end:i})=>i),...M.plan?.armed===!0&&M.plan.ready_by!==null?[M.plan.ready_by]:[]]),L=Math.max(...H.map(M=>Date.parse(M)).filter(M=>!Number.isNaN(M)),0),e=Math.min(Math.max(L,C+24*w1),C+48*w1);return{from:C,to:Math.ceil(e/w1)*w1}}function Z0(r){return r.reduce((V,C)=>C.length>V.length?C:V,[])}function e4(r){return`color-mix(in srgb, var(--ocpp-cs-dear) ${Math.round(r*100)}%, var(--ocpp-cs-cheap))`}var a2=216,S0=12,r4=24,F2=44,q=class extends L1{constructor(){super(...arguments);this.bars=[];this.label="";this.selected=null;this.write=String;this.choosable=!1;this.width=0;this.at=null;this.observer=new ResizeObserver(([C])=>{C&&(this.width=Math.round(C.contentRect.width))});this.enter=()=>{this.at??=this.bars.length-1};this.leave=()=>{this.at=null};this.onKey=C=>{let H=this.bars.length-1,L=this.at??H,e={ArrowLeft:L-1,ArrowRight:L+1,Home:0,End:H}[C.key];if(e!==void 0)this.at=Math.min(Math.max(e,0),H);else if((C.key==="Enter"||C.key===" ")&&this.choosable)this.choose(L);else return;C.preventDefault()}}connectedCallback(){super.connectedCallback(),this.observer.observe(this)}disconnectedCallback(){super.disconnectedCallback(),this.observer.disconnect()}render(){let{bars:C,width:H}=this;if(H===0)return a`<div style=${`block-size: ${a2}px`}></div>`;let L=C.map(({parts:s})=>[h0(s,1),h0(s,-1)]),{ticks:e,low:M,high:t,digits:i}=y1(Math.min(0,...L.map(([,s])=>s)),Math.max(0,...L.map(([s])=>s))),o=s=>S0+(t-s)/(t-M)*(a2-S0-r4),A=(H-F2)/Math.max(C.length,1),d=Math.max(Math.min(A*.68,46),2),n=Math.max(1,Math.ceil(30/A)),l=s=>F2+A*(s+.5);return a`
      <div
        class="chart"
        role="group"
        aria-label=${this.label}
        tabindex="0"
        @keydown=${this.onKey}
        @focus=${this.enter}
        @blur=${this.leave}
        @pointerleave=${this.leave}
      >
        <svg width=${H} height=${a2} aria-hidden="true">
          ${e.map(s=>S`
              <line class=${s===0?"zero":"tick"} x1=${F2} x2=${H} y1=${o(s)} y2=${o(s)}></line>
              <text class="axis" x=${F2-8} y=${o(s)+4} text-anchor="end">${this.format.number(s,i)}</text>`)}
          ${C.map((s,x)=>S`
              <g class=${this.classOf(s,x)}>
                <rect
                  class="slot" x=${l(x)-A/2} y="0" width=${A} height=${a2}
                  @pointerenter=${()=>{this.point(x)}}
                  @click=${()=>{this.choose(x)}}
                ></rect>
                ${this.renderParts(s,l(x)-d/2,d,o)}
                ${x%n===(C.length-1)%n?S`<text class="axis" x=${l(x)} y=${a2-6} text-anchor="middle">${s.label}</text>`:p}
              </g>`)}
        </svg>
        ${this.renderTip(l,o,L)} ${this.renderTable()}
        <div class="heard" aria-live="polite">${this.at===null?"":this.told(C[this.at])}</div>
      </div>
    `}renderTable(){let C=this.bars.filter(({parts:L})=>L.some(({value:e})=>e!==0)),H=[...new Set(C.flatMap(({parts:L})=>L.map(({label:e})=>e)))];return C.length===0?p:a`<table class="heard">
      <caption>
        ${this.label}
      </caption>
      <thead>
        <tr>
          <td></td>
          ${H.map(L=>a`<th scope="col">${L}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${C.map(({title:L,parts:e})=>a`<tr>
              <th scope="row">${L}</th>
              ${H.map(M=>{let t=e.filter(({label:i})=>i===M);return a`<td>${this.write(t.reduce((i,{value:o})=>i+o,0))}</td>`})}
            </tr>`)}
      </tbody>
    </table>`}renderParts(C,H,L,e){let[M,t]=[0,0];return C.parts.filter(({value:i})=>i!==0).map(({value:i,color:o})=>{let A=i>0?M:t;i>0?M+=i:t+=i;let[d,n]=[e(Math.max(A,A+i)),e(Math.min(A,A+i))],l=Math.max(n-d-1,1);return S`<rect
          class="part" x=${H} y=${d} width=${L} height=${l}
          rx=${Math.min(3,L/2,l/2)} style=${`fill: ${o}`}
        ></rect>`})}renderTip(C,H,L){let e=this.at===null?void 0:this.bars[this.at];if(e===void 0||this.at===null)return p;let M=84,t=Math.min(Math.max(C(this.at),M),Math.max(this.width-M,M)),i=e.parts.filter(({value:A})=>A!==0),o=Math.max(H(L[this.at]?.[0]??0)-8,56);return a`<div class="tip" style=${O({left:`${t}px`,top:`${o}px`})} aria-hidden="true">
      <b>${e.title}</b>
      ${i.map(({value:A,color:d,label:n})=>a`<span class="line"
            ><i style=${O({background:d})}></i>${n}<span class="number"
              >${this.write(A)}</span
            ></span
          >`)}
      ${i.length===1?p:a`<span class="line total">${this.write(g0(e))}</span>`}
    </div>`}classOf({key:C},H){return`bar${this.selected!==null&&this.selected!==C?" dim":""}${this.at===H?" at":""}${this.choosable?" choosable":""}`}told(C){if(C===void 0)return"";let H=C.parts.filter(({value:L})=>L!==0).map(({value:L,label:e})=>`${e} ${this.write(L)}`);return[`${C.title}: ${this.write(g0(C))}`,...H].join(", ")}point(C){this.at=C}choose(C){let H=this.bars[C];H===void 0||!this.choosable||this.dispatchEvent(new CustomEvent("ocpp-cs-bar",{detail:{key:H.key}}))}};q.styles=[...k,g`
      .chart {
        position: relative;
        border-radius: 8px;
        direction: ltr;
      }
      svg {
        display: block;
        overflow: visible;
      }
      .slot {
        fill: transparent;
      }
      .bar.at .slot {
        fill: var(--ocpp-cs-soft);
      }
      .bar.choosable .slot {
        cursor: pointer;
      }
      .part {
        pointer-events: none;
        transition: opacity 0.2s;
      }
      .dim .part {
        opacity: 0.28;
      }
      .tick {
        stroke: var(--ocpp-cs-line);
        stroke-dasharray: 2 4;
      }
      .zero {
        stroke: var(--ocpp-cs-line);
      }
      .axis {
        fill: var(--ocpp-cs-weak);
        font-size: 11px;
        pointer-events: none;
      }
      .tip {
        position: absolute;
        z-index: 1;
        inline-size: max-content;
        min-inline-size: 120px;
        max-inline-size: 220px;
        transform: translate(-50%, -100%);
        padding: 8px 10px;
        border-radius: 10px;
        background: var(--card-background-color, #fff);
        box-shadow: 0 2px 12px rgb(0 0 0 / 25%);
        font-size: 12px;
        pointer-events: none;
        display: grid;
        gap: 2px;
      }
      .line {
        display: flex;
        align-items: center;
        gap: 6px;
        color: var(--ocpp-cs-weak);
      }
      .line .number {
        margin-inline-start: auto;
        padding-inline-start: 12px;
        color: var(--primary-text-color);
      }
      .line i {
        inline-size: 8px;
        block-size: 8px;
        border-radius: 3px;
        flex: none;
      }
      .total {
        justify-content: end;
        font-weight: 600;
        color: var(--primary-text-color);
      }
    `],m([Z({attribute:!1})],q.prototype,"bars",2),m([Z()],q.prototype,"label",2),m([Z()],q.prototype,"selected",2),m([Z({attribute:!1})],q.prototype,"write",2),m([Z({type:Boolean})],q.prototype,"choosable",2),m([u()],q.prototype,"width",2),m([u()],q.prototype,"at",2),q=m([b("ocpp-cs-bars")],q);function h0(r,V){return r.reduce((C,{value:H})=>C+(Math.sign(H)===V?H:0),0)}function g0({parts:r}){return r.reduce((V,{value:C})=>V+C,0)}var f0=F1(class extends m1{constructor(r){if(super(r),r.type!==J.PROPERTY&&r.type!==J.ATTRIBUTE&&r.type!==J.BOOLEAN_ATTRIBUTE)throw Error("The `live` directive is not allowed on child or event bindings");if(!l0(r))throw Error("`live` bindings can only contain a single expression")}render(r){return r}update(r,[V]){if(V===_||V===p)return V;let C=r.element,H=r.name;if(r.type===J.PROPERTY){if(V===C[H])return _}else if(r.type===J.BOOLEAN_ATTRIBUTE){if(!!V===C.hasAttribute(H))return _}else if(r.type===J.ATTRIBUTE&&C.getAttribute(H)===V+"")return _;return $2(r),V}});function b0({title:r,month:V,name:C,sessions:H,running:L,text:e,format:M,language:t}){let i=new Map;for(let{cost:v,currency:h}of H)v!==null&&i.set(h??"",(i.get(h??"")??0)+v);let o=H.reduce((v,{energy_kwh:h})=>v+(h??0),0),A=H.some(({meter_start_kwh:v})=>v!==null),d=(v,h=2)=>M.number(v,h),n=[[e("board.date"),v=>M.date(v.start,{day:"2-digit",month:"2-digit",year:"numeric"}),!1],[e("board.from_to"),v=>`${M.time(v.start)} – ${M.time(v.end)}`,!1],[e("board.charger"),v=>v.place_name,!1],[e("board.vehicle"),v=>v.vehicle_name??"",!1],...A?[[e("board.meter_start"),v=>d(v.meter_start_kwh,3),!0],[e("board.meter_stop"),v=>d(v.meter_stop_kwh,3),!0]]:[],["kWh",v=>d(v.energy_kwh),!0],[e("board.per_kwh"),v=>M.price(v.average_price,v.currency).replace("/kWh",""),!0],[e("cost"),v=>M.money(v.cost,v.currency),!0]],l=n.map(([v,,h])=>`<th${h?' class="r"':""}>${w(v)}</th>`).join(""),s=H.map(v=>`<tr>${n.map(([,h,f])=>`<td${f?' class="r"':""}>${w(h(v))}</td>`).join("")}</tr>`).join(""),x=[...i].map(([v,h])=>M.money(h,v)).join(" + "),y=n.length-4;return`<!doctype html><html lang="${w(t)}"><head><meta charset="utf-8"><title>${w(`${r} ${V} ${C}`)}</title><style>
@page{size:A4;margin:18mm 16mm}
*{box-sizing:border-box}
body{margin:24px;font:13px/1.45 system-ui,sans-serif;color:#111;background:#fff}
@media print{body{margin:0}}
h1{font-size:22px;margin:0 0 4px;font-weight:600}
p{margin:0;color:#555}
dl{display:flex;flex-wrap:wrap;gap:8px 36px;margin:18px 0 22px}
dt{color:#555;font-size:12px}dd{margin:0;font-size:18px;font-weight:600}
table{border-collapse:collapse;width:100%;font-size:12px;font-variant-numeric:tabular-nums}
thead{display:table-header-group}tr{break-inside:avoid}
th{text-align:left;font-weight:600;border-bottom:1.5px solid #111;padding:5px 6px}
td{border-bottom:1px solid #ddd;padding:5px 6px;vertical-align:top}
tfoot td{font-weight:600;border-top:1.5px solid #111;border-bottom:none}
.r{text-align:right;white-space:nowrap}
footer{display:flex;gap:40px;margin-top:56px;break-inside:avoid}
footer span{flex:1;border-top:1px solid #111;padding-top:4px;font-size:11px;color:#555}
</style></head><body><h1>${w(r)}</h1><p>${w(V)}</p>
<dl><div><dt>${w(e("board.tag"))}</dt><dd>${w(C)}</dd></div><div><dt>${w(e("board.sessions"))}</dt><dd>${H.length}</dd></div><div><dt>${w(e("energy"))}</dt><dd>${w(`${d(o)} kWh`)}</dd></div><div><dt>${w(e("cost"))}</dt><dd>${w(x===""?"–":x)}</dd></div></dl>
<table><thead><tr>${l}</tr></thead><tbody>${s}</tbody><tfoot><tr><td colspan="${y+1}">${w(e("board.sum"))}</td><td class="r">${w(d(o))}</td><td></td><td class="r">${w(x)}</td></tr></tfoot></table>
${L===0?"":`<p>${w(e("board.still_running",{count:L}))}</p>`}
<footer><span>${w(e("board.place_date"))}</span><span>${w(e("board.signature"))}</span></footer></body></html>`}function w(r){return r.replaceAll("&","&amp;").replaceAll("<","&lt;").replaceAll(">","&gt;").replaceAll('"',"&quot;")}function I1(r,V,C){let[H=0,L=1]=H1(V,C).split("-").map(Number);return{kind:r,year:H,month:L}}function A2(r,V){if(r.kind==="year")return{...r,year:r.year+V};if(r.kind==="all")return r;let C=r.year*12+r.month-1+V;return{...r,year:Math.floor(C/12),month:C%12+1}}function P1({kind:r,year:V,month:C},H){if(r==="all")return{};let[L,e]=r==="year"?[U(V,1,1,H),U(V+1,1,1,H)]:[U(V,C,1,H),U(V,C+1,1,H)];return{start:L.toISOString(),end:e.toISOString()}}function E2(r,V){let[C=0,H,L]=r.split("-").map(Number),[e,M]=H===void 0?[U(C,1,1,V),U(C+1,1,1,V)]:L===void 0?[U(C,H,1,V),U(C,H+1,1,V)]:[U(C,H,L,V),U(C,H,L+1,V)];return{start:e.toISOString(),end:M.toISOString()}}function O0(r,V){if(r.kind==="month"){let e=new Date(Date.UTC(r.year,r.month,0)).getUTCDate();return Array.from({length:e},(M,t)=>`${r.year}-${D2(r.month)}-${D2(t+1)}`)}if(r.kind==="year")return Array.from({length:12},(e,M)=>`${r.year}-${D2(M+1)}`);let[C,H]=[V[0],V.at(-1)];if(C===void 0||H===void 0)return[];let L=[];for(let e=C;e<=H&&L.length<400;e=M4(e))L.push(e);return L}function M4(r){let[V=0,C,H]=r.split("-").map(Number);return C===void 0?String(V+1):H===void 0?C===12?`${V+1}-01`:`${V}-${D2(C+1)}`:new Date(Date.UTC(V,C-1,H+1)).toISOString().slice(0,10)}function D2(r){return String(r).padStart(2,"0")}var t4=500,X=class extends I{constructor(){super(...arguments);this.tags=[];this.page=null;this.error=null;this.asked=0;this.chooseTag=C=>{let H=this.tags[C.target.selectedIndex-1];H===void 0?delete this.idTag:this.idTag=H.id_tag,this.load()};this.chooseMonth=C=>{let{month:H}=this,L=H&&this.months(H)[C.target.selectedIndex];L!==void 0&&(this.month=L)};this.print=()=>{this.frame?.contentWindow?.print()}}willUpdate(C){(C.has("month")||C.has("idTag"))&&this.load()}async load(){let{month:C,hass:H}=this;if(C===void 0||H===void 0)return;let L=++this.asked;this.error=null;try{let e=[],M;do M=await H.callWS({type:"ocpp_cs/sessions",...this.entryId===void 0?{}:{entry_id:this.entryId},...this.idTag===void 0?{}:{id_tag:this.idTag},...P1(C,B1(H)),order:"oldest",offset:e.length,limit:t4}),e.push(...M.sessions);while(M.sessions.length>0&&e.length<M.total);if(L!==this.asked)return;let t=this.tags.find(({id_tag:i})=>i===this.idTag);this.page=b0({title:this.text("board.report_title"),month:this.monthName(C),name:t===void 0?this.text("board.all_tags"):t.name??t.id_tag,sessions:e.filter(({struck_out:i,end:o})=>!i&&o!==null),running:e.filter(({struck_out:i,end:o})=>!i&&o===null).length,text:this.text,format:this.format,language:H.locale?.language??H.language})}catch(e){L===this.asked&&(this.error=this.text("no_answer",{error:B(e)}))}}months(C){let{hass:H}=this;return H===void 0?[C]:i4(I1("month",new Date,B1(H)),C)}monthName({year:C,month:H}){return $(this.hass?.locale?.language??this.hass?.language,{month:"long",year:"numeric",timeZone:"UTC"}).format(Date.UTC(C,H-1,1))}render(){let{month:C}=this;if(C===void 0)return p;let H=this.months(C);return this.renderDialog(this.text("board.report"),a`
        <div class="choice">
          <label
            >${this.text("board.tag")}
            <select @change=${this.chooseTag}>
              <option ?selected=${this.idTag===void 0}>${this.text("board.all_tags")}</option>
              ${this.tags.map(({id_tag:L,name:e})=>a`<option ?selected=${L===this.idTag}>${e??L}</option>`)}
            </select>
          </label>
          <label
            >${this.text("board.month")}
            <select .value=${f0(z2(C))} @change=${this.chooseMonth}>
              ${H.map(L=>a`<option value=${z2(L)} ?selected=${L===C||z2(L)===z2(C)}>
                    ${this.monthName(L)}
                  </option>`)}
            </select>
          </label>
          <button class="button primary" type="button" ?disabled=${this.page===null} @click=${this.print}>
            ${c(A3)}${this.text("board.print")}
          </button>
        </div>
        ${this.error===null?p:a`<p class="error" role="alert">${this.error}</p>`}
        <iframe
          sandbox="allow-same-origin allow-modals"
          title=${this.text("board.report_title")}
          .srcdoc=${this.page??""}
        ></iframe>
      `)}};X.styles=[...I.dialogStyles,g`
      dialog {
        inline-size: min(880px, calc(100vw - 24px));
      }
      .choice {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 10px;
      }
      label {
        display: grid;
        flex: 1 1 160px;
        font-size: 12px;
        color: var(--ocpp-cs-weak);
      }
      label select {
        font-size: 14px;
        color: var(--primary-text-color);
      }
      .icon {
        inline-size: 18px;
        block-size: 18px;
      }
      iframe {
        inline-size: 100%;
        block-size: min(640px, 60dvh);
        border: 1px solid var(--ocpp-cs-line);
        border-radius: 10px;
        background: #fff;
      }
    `],m([Z({attribute:!1})],X.prototype,"entryId",2),m([Z({attribute:!1})],X.prototype,"month",2),m([Z({attribute:!1})],X.prototype,"tags",2),m([Z({attribute:!1})],X.prototype,"idTag",2),m([u()],X.prototype,"page",2),m([u()],X.prototype,"error",2),m([J1("iframe")],X.prototype,"frame",2),X=m([b("ocpp-cs-report")],X);function z2({year:r,month:V}){return`${r}-${V}`}function i4(r,V){let C=({year:L,month:e})=>L*12+e,H=Math.max(24,C(r)-C(V)+1);return Array.from({length:H},(L,e)=>A2(r,-e))}var O5=620,y5=150,o1={top:10,bottom:22,start:34,end:34},o4={id_tag:"board.tag",vehicle:"board.vehicle",start:"board.start",end:"board.end",meter_start_wh:"board.meter_start",meter_stop_wh:"board.meter_stop",cost:"cost"},C1=class extends I{constructor(){super(...arguments);this.tags=[];this.vehicles=[];this.error=null;this.busy=!1;this.loaded=""}willUpdate(C){if(!C.has("session")||this.session===void 0)return;let H=JSON.stringify(this.which(this.session));H!==this.loaded&&(this.loaded=H,this.load(this.session))}which({entry_id:C,charge_point_id:H,transaction_id:L,reported_start:e}){return{entry_id:C,charge_point_id:H,transaction_id:L,reported_start:e}}async load(C){try{this.curve=await this.hass?.callWS({type:"ocpp_cs/session/curve",...this.which(C)})}catch{this.curve=null}}async correct(C){let{session:H,hass:L}=this;if(!(H===void 0||L===void 0)){this.busy=!0,this.error=null;try{let e=await L.callWS({type:"ocpp_cs/session/correct",...this.which(H),...C});this.dispatchEvent(new CustomEvent("ocpp-cs-corrected",{detail:e}))}catch(e){this.error=B(e)}finally{this.busy=!1}}}render(){let{session:C}=this;if(C===void 0)return p;let H=C.vehicle_name??C.tag_name??C.id_tag;return this.renderDialog(`${H===""?this.text("board.session"):H}, ${this.format.day(C.start??C.end)}`,a`
        ${C.struck_out?a`<p class="struck">${this.text("board.is_struck_out")}</p>`:p}
        ${this.renderCurve()} ${this.renderFacts(C)}
        ${this.hass?.user?.is_admin===!0?this.renderCorrection(C):p} ${this.renderChanges(C)}
      `)}renderFacts(C){let{format:H}=this,L=o=>o===null?"?":H.percent(o/100),e=o=>o===null?"?":`${H.number(o,3)} kWh`,M=C.end===null?this.text("board.running"):H.time(C.end),t=C.reason===null?null:`board.reason.${C.reason.toLowerCase().replaceAll("_","")}`,i=[[this.text("board.time"),`${H.time(C.start)} – ${M} (${H.duration(C.duration_s)})`],[this.text("board.charger"),C.place_name],[this.text("energy"),H.energy(C.energy_kwh)],[this.text("board.sources"),C.sun_kwh===null&&C.grid_kwh===null?null:`${this.text("sun")} ${H.energy(C.sun_kwh)}, ${this.text("grid")} ${H.energy(C.grid_kwh)}`],[this.text("cost"),C.cost===null?null:`${H.money(C.cost,C.currency)} (${H.price(C.average_price,C.currency)})`],[this.text("board.tag"),C.tag_name??(C.id_tag===""?null:C.id_tag)],[this.text("board.soc"),C.soc_start===null&&C.soc_end===null?null:`${L(C.soc_start)} → ${L(C.soc_end)}`],[this.text("board.meter"),C.meter_start_kwh===null&&C.meter_stop_kwh===null?null:`${e(C.meter_start_kwh)} → ${e(C.meter_stop_kwh)}`],[this.text("board.ended_by"),t===null?null:W(t)?this.text(t):C.reason],[this.text("board.note"),C.offline?this.text("board.offline"):null]];return a`<dl>
      ${i.map(([o,A])=>A===null?p:a`<div>
              <dt>${o}</dt>
              <dd class="number">${A}</dd>
            </div>`)}
    </dl>`}renderCurve(){if(this.curve===void 0)return a`<div class="curve" aria-busy="true"></div>`;let C=(this.curve?.points??[]).map(({time:n,power_w:l,price:s})=>({at:Date.parse(n),power_w:l,price:s})).filter(({at:n})=>!Number.isNaN(n)),[H,L]=[C[0],C.at(-1)];if(H===void 0||L===void 0||L.at<=H.at)return a`<p class="weak">${this.text("board.no_curve")}</p>`;let e=y1(0,Math.max(...C.map(({power_w:n})=>(n??0)/1e3),.5)),M=C.flatMap(({price:n})=>n===null?[]:[n]),t=M.length===0?null:y1(Math.min(...M,0),Math.max(...M,.01)),i=n=>o1.start+(n-H.at)/(L.at-H.at)*(O5-o1.start-o1.end),o=(n,{low:l,high:s})=>o1.top+(s-n)/(s-l)*(y5-o1.top-o1.bottom),A=C.map(({at:n,power_w:l})=>`${i(n).toFixed(1)} ${o((l??0)/1e3,e).toFixed(1)}`),d=o(0,e).toFixed(1);return a`<figure class="curve">
      <svg viewBox="0 0 ${O5} ${y5}" role="img" aria-label=${this.text("board.curve")}>
        ${e.ticks.map(n=>S`
            <line class="tick" x1=${o1.start} x2=${O5-o1.end} y1=${o(n,e)} y2=${o(n,e)}></line>
            <text x=${o1.start-6} y=${o(n,e)+4} text-anchor="end">${this.format.number(n,e.digits)}</text>`)}
        <path class="area" d="M${i(H.at)} ${d}L${A.join("L")}L${i(L.at)} ${d}Z"></path>
        <path class="line" d="M${A.join("L")}"></path>
        ${t===null?p:this.renderPrice(C,t,i,o)}
        ${[0,.5,1].map(n=>{let l=H.at+n*(L.at-H.at),s=n===0?"start":n===1?"end":"middle";return S`<text x=${i(l)} y=${y5-4} text-anchor=${s}>${this.format.time(new Date(l))}</text>`})}
      </svg>
      <figcaption class="weak">
        <span><i class="power"></i>${this.text("power")} (kW)</span>
        ${t===null?p:a`<span
                ><i class="price"></i>${this.text("price")}
                (${this.format.priceRange(Math.min(...M),Math.max(...M),this.session?.currency??null)})</span
              >`}
      </figcaption>
    </figure>`}renderPrice(C,H,L,e){let M="",t=null;for(let{at:i,price:o}of C){if(o!==null){let[A,d]=[L(i).toFixed(1),e(o,H).toFixed(1)];M+=t===null?`M${A} ${d}`:`H${A}V${d}`}t=o}return S`<path class="price" d=${M}></path>`}renderCorrection(C){let H=[{id:"",name:this.text("board.no_vehicle")},{id:"guest",name:this.text("guest")},...this.vehicles],L=this.tags.some(({id_tag:e})=>e===C.id_tag)?this.tags:[{id_tag:C.id_tag,name:C.tag_name},...this.tags];return a`<form
      @submit=${e=>{e.preventDefault();let M=e.currentTarget,t=A=>M.querySelector(`select[name=${A}]`)?.value,[i,o]=[t("tag"),t("vehicle")];this.correct({...i!==void 0&&i!==C.id_tag?{id_tag:i}:{},...o!==void 0&&o!==(C.vehicle??"")?{vehicle:o===""?null:o}:{}})}}
    >
      <h3>${this.text("board.correct")}</h3>
      <div class="fields">
        <label
          >${this.text("board.tag")}
          <select name="tag">
            ${L.map(({id_tag:e,name:M})=>a`<option value=${e} ?selected=${e===C.id_tag}>
                  ${M??(e||"–")}
                </option>`)}
          </select>
        </label>
        ${this.vehicles.length===0?p:a`<label
                >${this.text("board.vehicle")}
                <select name="vehicle">
                  ${H.map(({id:e,name:M})=>a`<option value=${e} ?selected=${e===(C.vehicle??"")}>${M}</option>`)}
                </select>
              </label>`}
      </div>
      <div class="fields">
        <button class="button primary" type="submit" ?disabled=${this.busy}>${this.text("save")}</button>
        ${C.end===null?p:a`<button
                class="button"
                type="button"
                ?disabled=${this.busy}
                @click=${()=>{this.correct({struck_out:!C.struck_out})}}
              >
                ${this.text(C.struck_out?"board.count_again":"board.strike_out")}
              </button>`}
      </div>
      ${this.error===null?p:a`<p class="error" role="alert">${this.error}</p>`}
    </form>`}renderChanges(C){return C.changes.length===0?p:a`<section>
      <h3>${this.text("board.changes")}</h3>
      <ul>
        ${C.changes.map(({time:H,by:L,before:e},M)=>a`<li class="weak">
              ${this.format.dayAndTime(H)}${L===""?"":`, ${L}`}:
              ${Object.entries(e).map(([t,i])=>this.changed(t,i,C,M)).join(", ")}
            </li>`)}
      </ul>
    </section>`}changed(C,H,L,e){let M=L.changes.slice(e+1).find(d=>C in d.before),t={meter_start_wh:k0(L.meter_start_kwh),meter_stop_wh:k0(L.meter_stop_kwh)},i=M===void 0?{...L,...t}[C]:M.before[C];if(C==="struck_out")return this.text(i===!0?"board.not_counted":"board.counted_again");let o=o4[C];return`${o===void 0?C:this.text(o)}: ${this.wordOf(C,H)} → ${i===void 0?"?":this.wordOf(C,i)}`}wordOf(C,H){return H==null||H===""?"–":C==="id_tag"?this.tags.find(({id_tag:L})=>L===H)?.name??y0(H):C==="vehicle"?H==="guest"?this.text("guest"):this.vehicles.find(({id:L})=>L===H)?.name??this.text("unknown"):C.endsWith("_wh")&&typeof H=="number"?this.format.number(H/1e3,3):(C==="start"||C==="end")&&typeof H=="string"?this.format.dayAndTime(H):y0(H)}};C1.styles=[...I.dialogStyles,g`
      p {
        margin: 0;
      }
      .struck {
        padding: 8px 12px;
        border-radius: 10px;
        background: var(--ocpp-cs-soft);
      }
      dl {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(240px, 1fr));
        gap: 10px 24px;
        margin: 0;
      }
      dt {
        color: var(--ocpp-cs-weak);
        font-size: 12px;
      }
      dd {
        margin: 0;
        font-weight: 500;
      }
      .curve {
        margin: 0;
        min-block-size: 150px;
        direction: ltr;
      }
      svg {
        display: block;
        inline-size: 100%;
        overflow: visible;
      }
      text {
        fill: var(--ocpp-cs-weak);
        font-size: 11px;
      }
      .tick {
        stroke: var(--ocpp-cs-line);
        stroke-dasharray: 2 4;
      }
      .area {
        fill: var(--ocpp-cs-charging);
        opacity: 0.18;
      }
      .line {
        fill: none;
        stroke: var(--ocpp-cs-charging);
        stroke-width: 2;
        stroke-linejoin: round;
      }
      path.price {
        fill: none;
        stroke: var(--ocpp-cs-grid);
        stroke-width: 1.5;
        stroke-dasharray: 4 3;
      }
      figcaption {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 18px;
        padding-block-start: 6px;
        font-size: 12px;
      }
      figcaption i {
        display: inline-block;
        inline-size: 14px;
        margin-inline-end: 6px;
        vertical-align: middle;
        border-block-start: 3px solid var(--ocpp-cs-charging);
      }
      figcaption i.price {
        border-block-start: 2px dashed var(--ocpp-cs-grid);
      }
      form {
        display: grid;
        gap: 10px;
        padding-block-start: 14px;
        border-block-start: 1px solid var(--ocpp-cs-line);
      }
      .fields {
        display: flex;
        flex-wrap: wrap;
        gap: 10px;
      }
      label {
        display: grid;
        flex: 1 1 180px;
        color: var(--ocpp-cs-weak);
        font-size: 12px;
      }
      label select {
        font-size: 14px;
        color: var(--primary-text-color);
      }
      section ul {
        margin: 4px 0 0;
        padding-inline-start: 18px;
        font-size: 12px;
      }
    `],m([Z({attribute:!1})],C1.prototype,"session",2),m([Z({attribute:!1})],C1.prototype,"tags",2),m([Z({attribute:!1})],C1.prototype,"vehicles",2),m([u()],C1.prototype,"curve",2),m([u()],C1.prototype,"error",2),m([u()],C1.prototype,"busy",2),C1=m([b("ocpp-cs-session-details")],C1);function y0(r){return typeof r=="string"||typeof r=="number"||typeof r=="boolean"?String(r):"–"}function k0(r){return r===null?null:r*1e3}var n2=["#3b82c4","#c2571a","#2a8f5d","#a35fc0","#a07a10","#cc4b74"],k5="var(--ocpp-cs-unknown)";function w0(r,V,C,H){let L=[...r].sort((A,d)=>d.energy_kwh-A.energy_kwh),e=L.slice(0,n2.length),M=L.slice(n2.length),t=new Map,i=[...e].sort((A,d)=>w5(V,A.key)-w5(V,d.key));for(let{key:A}of i){let d=w5(V,A)%n2.length,n=[...n2.slice(d),...n2].find(l=>![...t.values()].includes(l));t.set(A,n??k5)}let o=e.map(A=>({keys:[A.key],name:C(A),color:t.get(A.key)??k5,sums:A}));return M.length>0&&o.push({keys:M.map(({key:A})=>A),name:H,color:k5,sums:T0(M)}),o}function P0(r,V,{keys:C}){let H=r?.by[V]??{};return T0(C.flatMap(L=>H[L]??[]))}function w5(r,V){let C=r.indexOf(V);return C<0?r.length:C}function T0(r){let V={},C=0;for(let H of r){C+=H.energy_kwh;for(let[L,e]of Object.entries(H.cost))V[L]=(V[L]??0)+e}return{energy_kwh:C,cost:V}}var _0=50,a4=["month","year","all"],A4=["vehicle","tag","charger"],n4=["source","vehicle","tag"],P=class extends j{constructor(){super(...arguments);this.filter={};this.order="newest";this.measure="energy";this.split="source";this.grouped="vehicle";this.key=null;this.error=null;this.busy=!1;this.reporting=!1;this.asked=0;this.running="";this.live=new E(this,()=>this.hass);this.closed=()=>{this.opened=void 0,this.reporting=!1};this.corrected=C=>{this.opened=C.detail,this.load()}}get timeZone(){return this.hass===void 0?"UTC":B1(this.hass)}willUpdate(C){if(this.hass===void 0)return;if(this.span===void 0)this.span=I1("month",new Date,this.timeZone),this.load();else if(C.has("hass"))return;let H=this.live.connectors.map(({session:L})=>`${L?.transaction_id??""} ${L?.end??""}`).join();this.running!==""&&H!==this.running&&this.load(),this.running=H}request(C){return{...this.config?.entry_id===void 0?{}:{entry_id:this.config.entry_id},...this.timeZone===this.hass?.config.time_zone?{}:{time_zone:this.timeZone},...C,...this.filter,order:this.order,limit:_0,struck_out:!0}}async ask(C){if(this.hass===void 0)throw new Error("not connected");return this.hass.callWS({type:"ocpp_cs/sessions",...C})}async load(){let{span:C,key:H}=this;if(C===void 0)return;let L=++this.asked;this.busy=!0;try{let[e,M]=await Promise.all([this.ask(this.request(P1(C,this.timeZone))),H===null?void 0:this.ask(this.request(E2(H,this.timeZone)))]);if(L!==this.asked)return;this.whole=e,this.listed=M??e,this.error=null}catch(e){if(L!==this.asked)return;this.error=V1(e)==="unknown_command"?this.text("no_server"):V1(e)==="unauthorized"?this.text("not_allowed"):this.text("no_answer",{error:B(e)})}finally{L===this.asked&&(this.busy=!1)}}async more(){let{listed:C,span:H,key:L}=this;if(C===void 0||H===void 0)return;let e=this.asked;this.busy=!0;try{let M=L===null?P1(H,this.timeZone):E2(L,this.timeZone),t=await this.ask({...this.request(M),offset:C.sessions.length});e===this.asked&&(this.listed={...t,sessions:[...C.sessions,...t.sessions]})}catch(M){this.error=this.text("no_answer",{error:B(M)})}finally{e===this.asked&&(this.busy=!1)}}show(C){C.span!==void 0&&(this.span=C.span,this.key=null),C.filter!==void 0&&(this.filter=C.filter),C.key!==void 0&&(this.key=C.key),C.order!==void 0&&(this.order=C.order),this.load()}render(){if(this.hass===void 0||this.span===void 0)return p;let{whole:C,listed:H}=this;return a`
      <div class="page">
        ${this.renderHead(this.span)}
        ${this.error===null?p:a`<ha-card class="error" role="alert"
                ><span>${this.error}</span
                ><button class="button" type="button" @click=${()=>{this.load()}}>
                  ${this.text("try_again")}
                </button></ha-card
              >`}
        ${C===void 0||H===void 0?this.error===null?a`<ha-card class="wait" aria-busy="true"></ha-card>`:p:a`
                ${this.renderSums(H.sums)}
                <div class="charts">${this.renderChart(C,this.span)} ${this.renderGroups(H)}</div>
                ${this.renderTable(H)}
              `}
      </div>
      ${this.opened===void 0?p:a`<ocpp-cs-session-details
              .hass=${this.hass}
              .session=${this.opened}
              .tags=${C?.tags??[]}
              .vehicles=${C?.vehicles??[]}
              @ocpp-cs-closed=${this.closed}
              @ocpp-cs-corrected=${this.corrected}
            ></ocpp-cs-session-details>`}
      ${this.reporting?a`<ocpp-cs-report
              .hass=${this.hass}
              .entryId=${this.config?.entry_id}
              .month=${this.span.kind==="month"?this.span:I1("month",new Date,this.timeZone)}
              .tags=${C?.tags??[]}
              .idTag=${this.filter.id_tag}
              @ocpp-cs-closed=${this.closed}
            ></ocpp-cs-report>`:p}
    `}nameOf(C){return C.kind==="all"?this.text("board.all_time"):C.kind==="year"?String(C.year):this.nameOfKey(`${C.year}-${String(C.month).padStart(2,"0")}`,!0)}nameOfKey(C,H){let[L=2e3,e,M]=C.split("-").map(Number);if(e===void 0)return C;let t=M===void 0?H?{month:"long",year:"numeric"}:{month:"short"}:H?{weekday:"short",day:"numeric",month:"long"}:{day:"numeric"},i=this.hass?.locale?.language??this.hass?.language;return!H&&M!==void 0?String(M):$(i,{...t,timeZone:"UTC"}).format(Date.UTC(L,e-1,M??1))}renderHead(C){let H=this.whole?.first?H1(new Date(this.whole.first),this.timeZone):null,L=I1(C.kind,new Date,this.timeZone),e=C.year>L.year||C.year===L.year&&(C.kind==="year"||C.month>=L.month),M=P1(C,this.timeZone).start,t=H!==null&&M!==void 0&&H1(new Date(M),this.timeZone)<=H;return a`
      <header>
        <div class="segments" role="group" aria-label=${this.text("board.span")}>
          ${a4.map(i=>a`<button
                type="button"
                aria-pressed=${C.kind===i?"true":"false"}
                @click=${()=>{this.show({span:{...C.kind==="all"?L:C,kind:i}})}}
              >
                ${this.text(`board.${i}`)}
              </button>`)}
        </div>
        <div class="step">
          ${C.kind==="all"?p:a`<button
                  class="round"
                  type="button"
                  aria-label=${this.text("board.earlier")}
                  ?disabled=${t}
                  @click=${()=>{this.show({span:A2(C,-1)})}}
                >
                  ${c(K5)}
                </button>`}
          <h2 aria-live="polite">${this.nameOf(C)}</h2>
          ${C.kind==="all"?p:a`<button
                  class="round"
                  type="button"
                  aria-label=${this.text("board.later")}
                  ?disabled=${e}
                  @click=${()=>{this.show({span:A2(C,1)})}}
                >
                  ${c(p2)}
                </button>`}
        </div>
        <div class="actions">
          <button class="button" type="button" @click=${()=>{this.download()}}>
            ${c(q5)}<span>CSV</span>
          </button>
          <button
            class="button"
            type="button"
            @click=${()=>{this.reporting=!0}}
          >
            ${c(Y5)}<span>${this.text("board.report")}</span>
          </button>
        </div>
        ${this.renderFilters()}
      </header>
    `}renderFilters(){let{whole:C,filter:H}=this,L=C?.by.charger??[],e=(M,t,i)=>i.length<2&&H[t]===void 0?p:a`<select
            aria-label=${M}
            class=${H[t]===void 0?"":"set"}
            @change=${o=>{let A=o.target.selectedIndex,d={...H},n=i[A-1];n===void 0?Reflect.deleteProperty(d,t):d[t]=n.value,this.show({filter:d})}}
          >
            <option ?selected=${H[t]===void 0}>${M}</option>
            ${i.map(({value:o,text:A})=>a`<option ?selected=${H[t]===o}>${A}</option>`)}
          </select>`;return a`<div class="filters" role="search">
      ${e(this.text("board.all_chargers"),"charge_point_id",L.map(({key:M,name:t})=>({value:M,text:t??M})))}
      ${e(this.text("board.all_vehicles"),"vehicle",[...(C?.vehicles??[]).map(({id:M,name:t})=>({value:M,text:t})),...(C?.vehicles.length??0)>0?[{value:"guest",text:this.text("guest")},{value:"",text:this.text("board.no_vehicle")}]:[]])}
      ${e(this.text("board.all_tags"),"id_tag",(C?.tags??[]).map(({id_tag:M,name:t})=>({value:M,text:t??M})))}
      <label class="search"
        >${c(r3)}<input
          type="search"
          aria-label=${this.text("board.search")}
          placeholder=${this.text("board.search")}
          .value=${H.text??""}
          @input=${M=>{let{value:t}=M.target;clearTimeout(this.typing),this.typing=setTimeout(()=>{let i={...this.filter};t.trim()===""?delete i.text:i.text=t.trim(),this.show({filter:i})},300)}}
      /></label>
      ${this.key===null&&Object.keys(H).length===0?p:a`<button
              class="button chip"
              type="button"
              @click=${()=>{this.show({filter:{},key:null})}}
            >
              ${c(l2)}${this.key===null?this.text("board.clear"):this.nameOfKey(this.key,!0)}
            </button>`}
      ${this.busy?a`<span class="heard" role="status">${this.text("loading")}</span>`:p}
    </div>`}renderSums(C){let H=$0(C),L=Object.entries(C.cost),[e]=L,M=L.length===1&&e!==void 0&&C.energy_kwh>0?e:void 0;return a`<ul class="sums">
      ${this.renderSum(this.text("energy"),this.format.energyParts(C.energy_kwh),this.text("board.sessions_count",{count:C.sessions}))}
      ${L.length===0?this.renderSum(this.text("cost"),{value:"–",unit:""},this.text("board.no_prices")):this.renderSum(this.text("cost"),{value:L.map(([t,i])=>this.format.money(i,t)).join(" + "),unit:""},M===void 0?"":`⌀ ${this.format.price(M[1]/C.energy_kwh,M[0])}`)}
      <li>
        ${d4(H)}
        <span class="words"
          ><span class="weak">${this.text("solar_share")}</span
          ><span class="big number">${this.format.percent(H)}</span
          ><span class="weak"
            >${H===null?this.text("board.not_measured"):this.format.energy(C.sun_kwh)}</span
          ></span
        >
      </li>
      ${this.renderSum(this.text("board.duration"),this.hours(C.duration_s),C.sessions>0?this.text("board.each",{duration:this.format.duration(C.duration_s/C.sessions)}):"")}
    </ul>`}hours(C){return{value:this.format.number(C/3600,C<36e3?1:0),unit:"h"}}renderSum(C,{value:H,unit:L},e){return a`<li>
      <span class="words"
        ><span class="weak">${C}</span
        ><span class="big number">${H}${L===""?p:a`<small> ${L}</small>`}</span
        ><span class="weak">${e===""?" ":e}</span></span
      >
    </li>`}renderChart(C,H){let L=Object.keys(C.sums.cost),e=L.length===1?L[0]:void 0,M=e===void 0?"energy":this.measure,t=new Map(C.by.time.map(n=>[n.key,n])),{split:i}=this,o=i==="source"?[]:this.sharesOf(C,i),A=O0(H,C.by.time.map(({key:n})=>n).sort()).map(n=>({key:n,label:this.nameOfKey(n,!1),title:this.nameOfKey(n,!0),parts:i==="source"?this.partsOf(t.get(n),M,e):this.splitOf(t.get(n),i,o,M,e)})),d=n=>M==="energy"?this.format.energy(n):this.format.money(n,e??null);return a`<ha-card class="chart">
      <div class="title">
        <h3>${this.text(M==="energy"?"energy":"cost")}</h3>
        <div class="segments small" role="group" aria-label=${this.text("board.split_by")}>
          ${n4.map(n=>a`<button
                type="button"
                aria-pressed=${i===n?"true":"false"}
                @click=${()=>{this.split=n}}
              >
                ${this.text(`board.by_${n}`)}
              </button>`)}
        </div>
        ${e===void 0?p:a`<div class="segments small" role="group" aria-label=${this.text("board.measure")}>
                ${["energy","cost"].map(n=>a`<button
                      type="button"
                      aria-pressed=${M===n?"true":"false"}
                      @click=${()=>{this.measure=n}}
                    >
                      ${n==="energy"?"kWh":this.symbolOf(e)}
                    </button>`)}
              </div>`}
      </div>
      <ocpp-cs-bars
        .hass=${this.hass}
        .bars=${A}
        .write=${d}
        .selected=${this.key}
        .label=${`${M==="energy"?this.text("energy"):this.text("cost")}, ${this.nameOf(H)}`}
        ?choosable=${C.total>0}
        @ocpp-cs-bar=${n=>{this.choose(n.detail.key,H)}}
      ></ocpp-cs-bars>
      ${i!=="source"?this.renderShares(o,M,e,d):M==="energy"?this.renderLegend(C.sums):p}
    </ha-card>`}choose(C,H){let[L=0,e,M]=C.split("-").map(Number);H.kind==="month"||M!==void 0?this.show({key:this.key===C?null:C}):e!==void 0?this.show({span:{kind:"month",year:L,month:e}}):this.show({span:{kind:"year",year:L,month:1}})}symbolOf(C){return this.format.money(0,C).replaceAll(/[\d.,\s]/g,"")||C}partsOf(C,H,L){return C===void 0?[]:H==="cost"?[{value:C.cost[L??""]??0,color:"var(--ocpp-cs-cost)",label:this.text("cost")}]:[{value:C.sun_kwh,color:"var(--ocpp-cs-sun)",label:this.text("sun")},{value:C.grid_kwh,color:"var(--ocpp-cs-grid)",label:this.text("grid")},{value:C.unknown_kwh,color:"var(--ocpp-cs-unknown)",label:this.text("unknown")}]}sharesOf(C,H){let L=H==="vehicle"?C.vehicles.map(({id:e})=>e):C.tags.map(({id_tag:e})=>e);return w0(C.by[H],[...L,"guest",""],e=>this.nameOfGroup(e,H),this.text("board.others"))}splitOf(C,H,L,e,M){return L.map(t=>({value:B0(P0(C,H,t),e,M),color:t.color,label:t.name}))}renderShares(C,H,L,e){return a`<ul class="legend">
      ${C.map(({color:M,name:t,sums:i})=>a`<li>
            <i style=${O({background:M})}></i><span>${t}</span
            ><span class="number weak">${e(B0(i,H,L))}</span>
          </li>`)}
    </ul>`}renderLegend(C){let H=this.partsOf({...C,key:"",name:null},"energy",void 0).filter(({value:L})=>L>0);return a`<ul class="legend">
      ${H.map(({value:L,color:e,label:M})=>a`<li>
            <i style=${O({background:e})}></i>${M}<span class="number weak"
              >${this.format.energy(L)}</span
            >
          </li>`)}
    </ul>`}renderGroups(C){let H=[...C.by[this.grouped]].sort((e,M)=>M.energy_kwh-e.energy_kwh),L=Math.max(...H.map(({energy_kwh:e})=>e),.001);return a`<ha-card class="groups">
      <div class="title">
        <div class="segments small" role="group" aria-label=${this.text("board.group_by")}>
          ${A4.map(e=>a`<button
                type="button"
                aria-pressed=${this.grouped===e?"true":"false"}
                @click=${()=>{this.grouped=e}}
              >
                ${this.text(`board.by_${e}`)}
              </button>`)}
        </div>
      </div>
      <ul>
        ${H.slice(0,8).map(e=>this.renderGroup(e,L))}
      </ul>
      ${H.length===0?a`<p class="weak">${this.text("board.no_sessions")}</p>`:p}
    </ha-card>`}renderGroup(C,H){let e={vehicle:"vehicle",tag:"id_tag",charger:"charge_point_id"}[this.grouped],M=this.filter[e]===C.key,t=Object.entries(C.cost).map(([i,o])=>this.format.money(o,i));return a`<li>
      <button
        type="button"
        class="group"
        aria-pressed=${M?"true":"false"}
        @click=${()=>{let i={...this.filter};M?Reflect.deleteProperty(i,e):i[e]=C.key,this.show({filter:i})}}
      >
        <span class="name">${this.nameOfGroup(C,this.grouped)}</span>
        <span class="number">${this.format.energy(C.energy_kwh)}</span>
        <span class="number weak">${t.join(" + ")}</span>
        ${this.renderMix(C,C.energy_kwh/H)}
      </button>
    </li>`}nameOfGroup({key:C,name:H},L){return H!==null?H:C==="guest"?this.text("guest"):C===""?L==="vehicle"?this.text("board.no_vehicle"):this.text("board.no_tag"):C}renderMix({sun_kwh:C,grid_kwh:H,energy_kwh:L},e){let M=Math.max(L??0,1e-4),t=i=>`${Math.min((i??0)/M*100,100).toFixed(1)}%`;return a`<span class="mix" aria-hidden="true"
      ><span class="all" style=${O({inlineSize:`${Math.max(Math.min(e,1)*100,1).toFixed(1)}%`})}
        ><i class="sun" style=${O({inlineSize:t(C)})}></i
        ><i class="grid" style=${O({inlineSize:t(H)})}></i></span
    ></span>`}renderTable(C){let{sessions:H,total:L,sums:e}=C;if(L===0)return a`<ha-card class="empty">
        ${c(W5)}
        <p>${this.text(Object.keys(this.filter).length>0?"board.none_match":"board.no_sessions")}</p>
      </ha-card>`;let M=Math.max(...H.map(({energy_kwh:i})=>i??0),.001),t=Object.entries(e.cost).map(([i,o])=>this.format.money(o,i));return a`<ha-card class="table">
      <table>
        <caption class="heard">
          ${this.text("board.sessions")}
        </caption>
        <thead>
          <tr>
            ${this.renderSort("start",this.text("board.start"))}
            <th scope="col">${this.text("board.who")}</th>
            <th scope="col" class="charger">${this.text("board.charger")}</th>
            <th scope="col" class="end duration">${this.text("board.duration")}</th>
            ${this.renderSort("energy",this.text("energy"))}
            <th scope="col" class="end share">${this.text("sun")}</th>
            ${this.renderSort("cost",this.text("cost"))}
            <th scope="col" class="end price">${this.text("board.per_kwh")}</th>
          </tr>
        </thead>
        <tbody>
          ${H.map(i=>this.renderRow(i,M))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colspan="2">${this.text("board.sessions_count",{count:e.sessions})}</th>
            <td class="charger"></td>
            <td class="end number duration">${this.format.duration(e.duration_s)}</td>
            <td class="end number">${this.format.energy(e.energy_kwh)}</td>
            <td class="end number share">${this.format.percent($0(e))}</td>
            <td class="end number">${t.length===0?"–":t.join(" + ")}</td>
            <td class="price"></td>
          </tr>
        </tfoot>
      </table>
      ${H.length<L?a`<div class="more">
              <button class="button" type="button" ?disabled=${this.busy} @click=${()=>{this.more()}}>
                ${this.text("board.more",{count:Math.min(_0,L-H.length),total:L})}
              </button>
            </div>`:p}
    </ha-card>`}renderSort(C,H){let L=C==="start"?this.order==="newest"?"oldest":"newest":C,e=C==="start"?this.order==="newest"||this.order==="oldest":this.order===C,M=e?this.order==="oldest"?"ascending":"descending":"none";return a`<th scope="col" class=${C==="start"?"":"end"} aria-sort=${M}>
      <button
        type="button"
        class="sort"
        @click=${()=>{this.show({order:L})}}
      >
        ${H}<span aria-hidden="true">${e?this.order==="oldest"?"↑":"↓":""}</span>
      </button>
    </th>`}renderRow(C,H){let L=C.vehicle_name??(C.vehicle==="guest"?this.text("guest"):null),e=L??C.tag_name??C.id_tag,M=L===null||C.tag_name===L?null:C.tag_name,t=C.place_name,i=C.start??C.end;return a`<tr
      class=${C.struck_out?"struck":""}
      @click=${()=>{this.opened=C}}
    >
      <th scope="row">
        <button
          type="button"
          class="open"
          @click=${o=>{o.stopPropagation(),this.opened=C}}
        >
          <span class="day">${this.format.day(i)}</span>
          <span class="weak number">${this.format.time(i)}</span>
        </button>
      </th>
      <td>
        <span class="who">${e===""?this.text("unknown"):e}</span>
        ${M===null?p:a`<span class="weak second">${M}</span>`}
        <span class="weak second place">${t}</span>
      </td>
      <td class="charger weak">${t}</td>
      <td class="end number duration">
        ${C.end===null?a`<span class="running">${this.text("board.running")}</span>`:this.format.duration(C.duration_s)}
        ${C.offline?a`<span class="mark" title=${this.text("board.offline")}>${c(u3)}</span>`:p}
      </td>
      <td class="end number energy">
        ${this.format.energy(C.energy_kwh)} ${this.renderMix(C,(C.energy_kwh??0)/H)}
      </td>
      <td class="end number share">${this.format.percent(C.solar_share)}</td>
      <td class="end number cost">${this.format.money(C.cost,C.currency)}</td>
      <td class="end number price weak">${this.format.price(C.average_price,C.currency)}</td>
    </tr>`}async download(){let{span:C,hass:H}=this;if(C===void 0||H===void 0)return;let L=this.request(this.key===null?P1(C,this.timeZone):E2(this.key,this.timeZone));delete L.order,delete L.limit,delete L.struck_out;try{let{csv:e,filename:M}=await H.callWS({type:"ocpp_cs/sessions/csv",...L,language:U2(H.locale?.language??H.language)});p4(new Blob([e],{type:"text/csv;charset=utf-8"}),M)}catch(e){this.error=this.text("no_answer",{error:B(e)})}}};P.styles=[...k,z,g`
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
    `],m([u()],P.prototype,"span",2),m([u()],P.prototype,"filter",2),m([u()],P.prototype,"order",2),m([u()],P.prototype,"measure",2),m([u()],P.prototype,"split",2),m([u()],P.prototype,"grouped",2),m([u()],P.prototype,"key",2),m([u()],P.prototype,"whole",2),m([u()],P.prototype,"listed",2),m([u()],P.prototype,"error",2),m([u()],P.prototype,"busy",2),m([u()],P.prototype,"opened",2),m([u()],P.prototype,"reporting",2),P=m([b("ocpp-cs-sessions-card")],P);function B0({energy_kwh:r,cost:V},C,H){return C==="energy"?r:V[H??""]??0}function $0({sun_kwh:r,grid_kwh:V}){let C=r+V;return C>0?r/C:null}function d4(r){let V=2*Math.PI*21;return a`<svg class="ring" viewBox="0 0 52 52" aria-hidden="true">
    <circle cx="26" cy="26" r="21"></circle>
    ${r===null||r<=0?p:S`<circle class="of" cx="26" cy="26" r="21" stroke-dasharray="${r*V} ${V}"></circle>`}
  </svg>`}function p4(r,V){let C=URL.createObjectURL(r),H=document.createElement("a");H.href=C,H.download=V,H.click(),setTimeout(()=>{URL.revokeObjectURL(C)},1e4)}
/*! Bundled license information:

@lit/reactive-element/css-tag.js:
  (**
   * @license
   * Copyright 2019 Google LLC
   * SPDX-License-Identifier: BSD-3-Clause
   *)

@lit/reactive-element/reactive-element.js:
lit-html/lit-html.js:
lit-element/lit-element.js:
@lit/reactive-element/decorators/custom-element.js:
@lit/reactive-element/decorators/property.js:
@lit/reactive-element/decorators/state.js:
@lit/reactive-element/decorators/event-options.js:
@lit/reactive-element/decorators/base.js:
@lit/reactive-element/decorators/query.js:
@lit/reactive-element/decorators/query-all.js:
@lit/reactive-element/decorators/query-async.js:
@lit/reactive-element/decorators/query-assigned-nodes.js:
lit-html/directive.js:
lit-html/directives/repeat.js:
  (**
   * @license
   * Copyright 2017 Google LLC
   * SPDX-License-Identifier: BSD-3-Clause
   *)

lit-html/is-server.js:
  (**
   * @license
   * Copyright 2022 Google LLC
   * SPDX-License-Identifier: BSD-3-Clause
   *)

@lit/reactive-element/decorators/query-assigned-elements.js:
  (**
   * @license
   * Copyright 2021 Google LLC
   * SPDX-License-Identifier: BSD-3-Clause
   *)

lit-html/directives/style-map.js:
  (**
   * @license
   * Copyright 2018 Google LLC
   * SPDX-License-Identifier: BSD-3-Clause
   *)

lit-html/directive-helpers.js:
lit-html/directives/live.js:
  (**
   * @license
   * Copyright 2020 Google LLC
   * SPDX-License-Identifier: BSD-3-Clause
   *)
*/
