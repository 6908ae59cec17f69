var Y0=Object.defineProperty;var J0=Object.getOwnPropertyDescriptor;var m=(e,V,C,H)=>{for(var L=H>1?void 0:H?J0(V,C):V,r=e.length-1,M;r>=0;r--)(M=e[r])&&(L=(H?M(V,C,L):M(L))||L);return H&&L&&Y0(V,C,L),L};var W5={dashboard_name:"Laden","board.title":"Laden","board.description":"Wohin der Strom fließt, Pläne, Ladevorgänge und Kosten, und wie es allen Wallboxen geht","board.plans":"Pläne","board.sessions":"Ladevorgänge","board.chargers":"Wallboxen","board.from":"Woher der Strom kommt","board.to":"Wohin der Strom fließt","board.charging":"{power} fließen in Fahrzeuge","board.charging_all_sun":"{power} fließen in Fahrzeuge, alles von der Sonne","board.charging_sun":"{power} fließen in Fahrzeuge, {share} % von der Sonne","board.charging_grid":"{power} fließen in Fahrzeuge, ohne Sonne","board.total_cost":"Kosten abzüglich dessen","board.supplying":"Fahrzeuge geben {power} ab","board.vehicles":"Fahrzeuge","board.exporting":"Nichts lädt, {power} gehen ins Netz","board.house_sun":"Nichts lädt, das Haus nimmt {share} % von der Sonne","board.nothing_charges":"Nichts lädt","board.battery_short":"Speicher","board.supply":"Anschluss","board.sun_share":"{share} % Sonne","board.no_chargers":"Noch keine Wallbox","board.first_charger":"Fügen Sie Ihre Wallbox unter Einstellungen > Geräte & Dienste hinzu. Sie erscheint dann von selbst hier.","board.add_charger":"Wallbox hinzufügen","board.span":"Zeitraum","board.month":"Monat","board.year":"Jahr","board.all":"Alle","board.all_time":"Alle Ladevorgänge","board.earlier":"Früher","board.later":"Später","board.report":"Bericht","board.all_chargers":"Alle Wallboxen","board.all_vehicles":"Alle Fahrzeuge","board.all_tags":"Alle Karten","board.no_vehicle":"Kein Fahrzeug","board.no_tag":"Keine Karte","board.search":"Suchen","board.all_payers":"Egal, wer zahlt","board.no_payer":"Kein Backend zahlt","board.payer":"Bezahlt von","board.backends":"Gemeldet an","board.told_at":"bestätigt {time}","board.told_id":"Nummer dort: {id}","board.clear":"Filter löschen","board.sessions_count":"{count} Ladevorgänge","board.sessions_count_one":"{count} Ladevorgang","board.no_prices":"Keine Preise bekannt","board.not_measured":"Nicht gemessen","board.duration":"Dauer","board.each":"im Schnitt {duration}","board.split_by":"Aufgeteilt nach","board.by_source":"Quelle","board.others":"Weitere","board.measure":"Was gezeigt wird","board.group_by":"Gruppieren nach","board.by_vehicle":"Fahrzeug","board.by_tag":"Karte","board.by_charger":"Wallbox","board.by_payer":"Wer zahlt","board.no_sessions":"Keine Ladevorgänge in diesem Zeitraum","board.none_match":"Kein Ladevorgang passt zum Filter","board.start":"Beginn","board.end":"Ende","board.who":"Wer","board.charger":"Wallbox","board.per_kwh":"Je kWh","board.more":"{count} weitere von {total} zeigen","board.running":"läuft","board.offline":"Ohne Verbindung geladen, später gemeldet","board.session":"Ladevorgang","board.connector":"Anschluss {number}","board.time":"Zeit","board.sources":"Quellen","board.discharged":"Entladen","board.worth":"{value} wert","board.tag":"Ladekarte","board.vehicle":"Fahrzeug","board.soc":"Ladestand","board.meter":"Zähler","board.ended_by":"Beendet durch","board.note":"Hinweis","board.curve":"Leistung und Preis während des Ladevorgangs","board.no_curve":"Der Recorder hat keinen Verlauf dieses Ladevorgangs (mehr).","board.correct":"Berichtigen","board.strike_out":"Nicht zählen","board.count_again":"Wieder zählen","board.is_struck_out":"Dieser Ladevorgang wird nicht gezählt.","board.changes":"Änderungen","board.not_counted":"Zählt nicht mehr","board.counted_again":"Zählt wieder","board.reason.local":"Von Hand an der Wallbox","board.reason.remote":"Durch Home Assistant","board.reason.evdisconnected":"Abgesteckt","board.reason.deauthorized":"Karte abgelehnt","board.reason.powerloss":"Stromausfall","board.reason.emergencystop":"Not-Aus","board.reason.reboot":"Neustart der Wallbox","board.reason.hardreset":"Neustart der Wallbox","board.reason.softreset":"Neustart der Wallbox","board.reason.unlockcommand":"Stecker entriegelt","board.reason.other":"Anderer Grund","board.report_title":"Ladebericht","board.still_running":"{count} Ladevorgänge, die noch laufen, sind nicht enthalten.","board.still_running_one":"Ein Ladevorgang, der noch läuft, ist nicht enthalten.","board.print":"Drucken oder als PDF sichern","board.date":"Datum","board.from_to":"Von – bis","board.meter_start":"Zähler Beginn (kWh)","board.meter_stop":"Zähler Ende (kWh)","board.sum":"Summe","board.place_date":"Ort, Datum","board.signature":"Unterschrift","board.next_hours":"Die nächsten Stunden","board.sun_forecast":"Sonnenprognose","board.no_plans":"Kein Ladeplatz hat Pläne. Richten Sie in den Einstellungen des Servers zuerst das Laden von der Sonne oder Preise ein.","board.no_outlook":"Es sind keine Preise und keine Sonnenprognose eingerichtet.","board.price_range":"{low} bis {high}","board.prices_told":"Preise von {low} bis {high}","board.change_plan":"Plan von {name} ändern","board.slots_of":"Wann {name} lädt","board.no_plan":"Kein Plan","board.aim":"{amount} bis {when}","board.below":"Unter {price}","board.ready":"fertig {time}","board.missing":"{energy} werden fehlen","board.all_online_one":"Die Wallbox ist verbunden","board.some_online":"{online} von {count} Wallboxen sind verbunden","board.need_attention":"{count} brauchen Aufmerksamkeit","board.need_attention_one":"{count} braucht Aufmerksamkeit","board.online":"Verbunden","board.offline_now":"Nicht verbunden","board.since":"seit {time}","board.last_seen":"zuletzt {time}","board.firmware":"Firmware","board.serial":"Seriennummer","board.version":"Protokoll","board.address":"Adresse","board.protection":"Verbindung","board.signal":"Signal","board.repairs_count":"{count} Reparaturen","board.repairs_count_one":"{count} Reparatur","board.fine":"Alles in Ordnung","board.level_0":"Unverschlüsselt","board.level_1":"Passwort, unverschlüsselt","board.level_2":"Verschlüsselt, mit Passwort","board.level_3":"Verschlüsselt, mit Zertifikat","board.encrypted":"Verschlüsselt","board.not_encrypted":"Unverschlüsselt"};var N5={card_name:"Ladeplatz",card_description:"Wer lädt, wie, was es kostet, und der Plan bis zum Morgen",card_choose:"Wählen Sie in den Einstellungen dieser Karte einen Ladeplatz.",card_gone:"Diesen Ladeplatz gibt es nicht mehr. Wählen Sie in den Einstellungen dieser Karte einen anderen.",card_details:"Details",card_vehicle:"Fahrzeug",card_phases:"{amps} A · {phases} Ph.",card_phases_only:"{count} Phasen",card_phases_only_one:"{count} Phase",card_session:"Dieser Ladevorgang",card_charged:"Geladen",card_charged_last:"Zuletzt geladen",card_last:"Zuletzt: {said}",card_left:"Noch",card_no_plan:"Kein Plan",card_plan_off:"Plan ist aus",card_plan_hint:"Rechtzeitig fertig, in den günstigsten Stunden",card_edit_plan:"Plan bearbeiten",card_plan_switch:"Plan an",card_weekly:"Wochenpläne",card_start:"Starten",card_stop:"Beenden",card_boost:"Einmal schnell",card_override:"Trotzdem laden",card_overrides:"Backend-Pause wird ignoriert",card_end_boost:"Nicht mehr schnell",card_device:"Ladeplatz",card_device_help:"Ein Ladepunkt, oder die Wallbox, wenn sie nur einen hat",card_connector:"Ladepunkt",card_connector_help:"Nur für eine Wallbox mit mehreren Ladepunkten",card_title:"Name statt dem des Geräts",card_show_plan:"Plan zeigen",card_show_forecast:"Preis und Sonne der nächsten Stunden zeigen",card_show_session:"Ladevorgang zeigen"};var I5={sun:"Sonne",grid:"Netz",grid_import:"Aus dem Netz",grid_export:"Ins Netz",battery:"Hausspeicher",battery_charging:"Hausspeicher lädt",battery_discharging:"Hausspeicher entlädt",house:"Haus",charging:"Laden",unknown_source:"Quelle unbekannt",unknown:"Unbekannt",price:"Preis",cost:"Kosten",energy:"Energie",power:"Leistung",solar_share:"Sonnenanteil",now:"Jetzt",flow:"Energiefluss",flow_line:"{name}: {power}",battery_held:"Hausspeicher bleibt dem Haus",timeline:"Preis, Sonne und Plan der nächsten Stunden",planned:"Geplant",prices_told:"Preis von {low} bis {high}",slot_told:"Lädt von {start} bis {end}",no_plan:"Es ist kein Laden geplant",plan_by:"{target} bis {time}",plan_least:"mindestens {least} sofort",plan_below:"unter {price}",plan_sun:"{share} Sonne",plan_ready:"fertig {time}",plan_missing:"{energy} werden fehlen.","shortage.time":"Die Zeit reicht nicht.","shortage.fuse":"Die Hauptsicherung lässt nicht mehr zu.","shortage.circuit":"Der Stromkreis lässt nicht mehr zu.","shortage.ceiling":"Eine Grenze von außen lässt nicht mehr zu.","shortage.peak":"Die Spitzenleistung lässt nicht mehr zu.","shortage.others":"Andere Fahrzeuge brauchen auch etwas.",plan_target:"Wie viel",plan_unit:"Einheit des Ziels",plan_ready_at:"Fertig um",plan_weekdays:"Wochentage",plan_once:"Einmal: {when}",plan_counted:"Die {energy} dieses Ladevorgangs zählen mit.",plan_weekly:"Wochenplan",plan_without_time:"Ohne Uhrzeit: immer wenn es günstig genug ist",plan_needs_time:"Geben Sie eine Uhrzeit ein, oder unter „Mehr“ einen Preis",plan_more:"Mehr",plan_least_field:"Sofort, egal zu welchem Preis",plan_below_field:"Immer wenn günstiger als",plan_reckoning:"Der Plan wird berechnet",plan_save:"Plan setzen",plan_changed_elsewhere:"Der Plan wurde inzwischen woanders geändert.",plan_take_over:"Diesen zeigen",plan_no_mode:"Im Modus „{mode}“ gilt kein Plan.",plan_change_mode:"Zu „{mode}“ wechseln","plan_state.off":"Kein Plan","plan_state.other_mode":"In diesem Lademodus gilt kein Plan.","plan_state.no_target":"Es ist kein Ziel gesetzt","plan_state.no_vehicle":"Beginnt, wenn ein Fahrzeug eingesteckt wird","plan_state.waiting":"Wartet auf die besten Stunden","plan_state.waiting_to_be_started":"Wartet, bis das Laden gestartet wird","plan_state.charging":"Lädt nach Plan","plan_state.sun":"Die Sonne reicht","plan_state.minimum":"Der Mindeststrom reicht","plan_state.too_late":"Wird nicht rechtzeitig fertig","plan_state.vehicle_full":"Das Fahrzeug ist voll","plan_state.done":"Fertig",guest:"Gast",no_vehicle:"Kein Fahrzeug","told.told":"wird gemeldet","told.waiting":"wartet auf die Meldung","told.confirmed":"bestätigt","told.refused":"Karte abgelehnt","told.given_up":"nie bestätigt",limited_by:"Begrenzt von {name}",every_day:"Täglich",once:"Einmal",today:"Heute",tomorrow:"Morgen","state.offline":"Die Wallbox ist nicht verbunden","state.unknown":"Noch nichts gemeldet","state.not_plugged_in":"Nicht eingesteckt","state.reserved":"Reserviert","state.waiting_to_be_started":"Wartet auf den Start","state.waiting_for_sun":"Wartet auf Sonne","state.waiting_for_battery":"Hausspeicher zuerst","state.waiting_for_others":"Andere Wallbox zuerst","state.waiting_for_fuse":"Wartet: Hauptsicherung ausgelastet","state.starting":"Startet","state.charging":"Lädt","state.discharging":"Versorgt das Haus","state.paused":"Pausiert","state.paused_by_charger":"Von der Wallbox pausiert","state.paused_by_backend":"Von einem Backend pausiert","state.paused_by_vehicle":"Vom Fahrzeug pausiert","state.full":"Voll","state.ended":"Beendet, noch eingesteckt","state.out_of_service":"Außer Betrieb","state.fault":"Störung","charging.fast":"Lädt schnell","charging.boost":"Lädt dieses Mal schnell","charging.plan":"Lädt nach Plan","charging.following_sun":"Lädt mit Sonne","charging.minimum_current":"Lädt mit dem Minimum","charging.stop_delay":"Zu wenig Sonne","charging.phase_delay":"Lädt","charging.phase_guard":"Lädt","charging.battery_support":"Lädt, der Hausspeicher hilft","charging.fuse_limit":"Lädt, von der Hauptsicherung begrenzt","charging.circuit_limit":"Lädt, vom Stromkreis begrenzt","charging.ceiling":"Lädt, von außen begrenzt","charging.backend_limit":"Lädt, von einem Backend begrenzt","charging.peak_limit":"Lädt, von der Spitzenleistung begrenzt","charging.house_battery":"Lädt, schont den Hausspeicher","charging.probing_car":"Lädt kurz, um das Fahrzeug zu testen","charging.meter_stale":"Lädt, der Netzzähler schweigt","waiting.pause_time":"Kurze Pause","waiting.meter_stale":"Der Netzzähler schweigt","waiting.waiting_for_car":"Wartet auf das Fahrzeug","waiting.waking_car":"Weckt das Fahrzeug","waiting.circuit_limit":"Wartet: Stromkreis ausgelastet","waiting.ceiling":"Wartet: von außen begrenzt","waiting.backend_limit":"Wartet: ein Backend erlaubt nichts","waiting.peak_limit":"Wartet: Spitzenleistung erreicht","waiting.house_battery":"Wartet: schont den Hausspeicher","waiting.car_reserve":"Hebt die Ladung für die nächste Fahrt auf","until.starts":"startet in {time}","until.starts_at":"startet um {time}","until.pauses":"pausiert in {time}","until.pauses_at":"pausiert um {time}","until.switches":"wechselt die Phasen in {time}","until.switches_at":"wechselt die Phasen um {time}",sentence:"{state}, {until}","mode.manual":"Manuell","mode.off":"Aus","mode.solar":"Sonne","mode.min_solar":"Min + Sonne","mode.fast":"Schnell",charge_mode:"Lademodus",loading:"Wird geladen",no_server:"Die Integration läuft nicht. Richten Sie sie unter Einstellungen > Geräte & Dienste ein.",not_allowed:"Das dürfen Sie nicht sehen.",no_answer:"Home Assistant antwortet nicht: {error}",try_again:"Noch einmal versuchen",close:"Schließen",cancel:"Abbrechen",save:"Speichern"};var U5={dashboard_name:"Charging","board.title":"Charging","board.description":"Where the power goes, plans, sessions and costs, and the health of all chargers","board.plans":"Plans","board.sessions":"Sessions","board.chargers":"Chargers","board.from":"Where the power comes from","board.to":"Where the power goes","board.charging":"{power} go into vehicles","board.charging_all_sun":"{power} go into vehicles, all from the sun","board.charging_sun":"{power} go into vehicles, {share} % from the sun","board.charging_grid":"{power} go into vehicles, without sun","board.supplying":"Vehicles supply {power}","board.vehicles":"Vehicles","board.exporting":"Nothing charges, {power} go to the grid","board.house_sun":"Nothing charges, the house takes {share} % from the sun","board.nothing_charges":"Nothing charges","board.battery_short":"Battery","board.supply":"Power supply","board.sun_share":"{share} % sun","board.no_chargers":"No charger yet","board.first_charger":"Add your charger under Settings > Devices & services. It then appears here by itself.","board.add_charger":"Add charger","board.span":"Period","board.month":"Month","board.year":"Year","board.all":"All","board.all_time":"All sessions","board.earlier":"Earlier","board.later":"Later","board.report":"Report","board.all_chargers":"All chargers","board.all_vehicles":"All vehicles","board.all_tags":"All cards","board.no_vehicle":"No vehicle","board.no_tag":"No card","board.search":"Search","board.all_payers":"Whoever pays","board.no_payer":"No backend pays","board.payer":"Paid by","board.backends":"Reported to","board.told_at":"confirmed {time}","board.told_id":"number there: {id}","board.clear":"Clear filters","board.sessions_count":"{count} sessions","board.sessions_count_one":"{count} session","board.no_prices":"No prices known","board.not_measured":"Not measured","board.duration":"Duration","board.each":"{duration} each on average","board.split_by":"Split by","board.by_source":"Source","board.others":"Others","board.measure":"What is shown","board.group_by":"Group by","board.by_vehicle":"Vehicle","board.by_tag":"Card","board.by_charger":"Charger","board.by_payer":"Payer","board.no_sessions":"No sessions in this period","board.none_match":"No session matches the filter","board.start":"Start","board.end":"End","board.who":"Who","board.charger":"Charger","board.per_kwh":"Per kWh","board.more":"Show {count} more of {total}","board.running":"running","board.offline":"Charged without a connection, reported later","board.session":"Session","board.connector":"Connector {number}","board.time":"Time","board.sources":"Sources","board.discharged":"Discharged","board.worth":"worth {value}","board.total_cost":"Cost less that","board.tag":"Charge card","board.vehicle":"Vehicle","board.soc":"State of charge","board.meter":"Meter","board.ended_by":"Ended by","board.note":"Note","board.curve":"Power and price during the session","board.no_curve":"The recorder has no curve of this session (any more).","board.correct":"Correct","board.strike_out":"Do not count","board.count_again":"Count again","board.is_struck_out":"This session is not counted.","board.changes":"Changes","board.not_counted":"Not counted any more","board.counted_again":"Counted again","board.reason.local":"By hand at the charger","board.reason.remote":"By Home Assistant","board.reason.evdisconnected":"Unplugged","board.reason.deauthorized":"Card refused","board.reason.powerloss":"Power failure","board.reason.emergencystop":"Emergency stop","board.reason.reboot":"Restart of the charger","board.reason.hardreset":"Restart of the charger","board.reason.softreset":"Restart of the charger","board.reason.unlockcommand":"Connector unlocked","board.reason.other":"Other reason","board.report_title":"Charging report","board.still_running":"{count} sessions that still run are not in it.","board.still_running_one":"One session that still runs is not in it.","board.print":"Print or save as PDF","board.date":"Date","board.from_to":"From – to","board.meter_start":"Meter start (kWh)","board.meter_stop":"Meter end (kWh)","board.sum":"Sum","board.place_date":"Place, date","board.signature":"Signature","board.next_hours":"The next hours","board.sun_forecast":"Sun forecast","board.no_plans":"No place to charge has plans. Set up charging from the sun or prices first, in the settings of the server.","board.no_outlook":"No prices and no sun forecast are set up.","board.price_range":"{low} to {high}","board.prices_told":"Prices from {low} to {high}","board.change_plan":"Change the plan of {name}","board.slots_of":"When {name} charges","board.no_plan":"No plan","board.aim":"{amount} by {when}","board.below":"Below {price}","board.ready":"ready {time}","board.missing":"{energy} will be missing","board.all_online_one":"The charger is connected","board.some_online":"{online} of {count} chargers are connected","board.need_attention":"{count} need attention","board.need_attention_one":"{count} needs attention","board.online":"Connected","board.offline_now":"Away","board.since":"since {time}","board.last_seen":"last seen {time}","board.firmware":"Firmware","board.serial":"Serial number","board.version":"Protocol","board.address":"Address","board.protection":"Connection","board.signal":"Signal","board.repairs_count":"{count} repairs","board.repairs_count_one":"{count} repair","board.fine":"Everything works","board.level_0":"Not encrypted","board.level_1":"Password, not encrypted","board.level_2":"Encrypted, with password","board.level_3":"Encrypted, with certificate","board.encrypted":"Encrypted","board.not_encrypted":"Not encrypted"};var G5={card_name:"Place to charge",card_description:"Who charges, how, what it costs, and the plan until the morning",card_choose:"Choose a place to charge in the settings of this card.",card_gone:"This place to charge is not there any more. Choose another one in the settings of this card.",card_details:"Details",card_vehicle:"Vehicle",card_phases:"{amps} A · {phases} ph",card_phases_only:"{count} phases",card_phases_only_one:"{count} phase",card_session:"This session",card_charged:"Charged",card_charged_last:"Last charged",card_last:"Last time: {said}",card_left:"Time left",card_no_plan:"No plan",card_plan_off:"Plan is off",card_plan_hint:"Ready in time, at the cheapest hours",card_edit_plan:"Edit plan",card_plan_switch:"Plan on",card_weekly:"Weekly plans",card_start:"Start",card_stop:"Stop",card_boost:"Fast once",card_override:"Charge anyway",card_overrides:"Backend pause ignored",card_end_boost:"End fast charging",card_device:"Place to charge",card_device_help:"A connector, or the charger if it has only one",card_connector:"Connector",card_connector_help:"Only for a charger with several connectors",card_title:"Name instead of the device’s",card_show_plan:"Show the plan",card_show_forecast:"Show price and sun of the next hours",card_show_session:"Show the session"};var Q5={sun:"Sun",grid:"Grid",grid_import:"From the grid",grid_export:"To the grid",battery:"Home battery",battery_charging:"Home battery charges",battery_discharging:"Home battery discharges",house:"House",charging:"Charging",unknown_source:"Unknown source",unknown:"Unknown",price:"Price",cost:"Cost",energy:"Energy",power:"Power",solar_share:"Share of sun",now:"Now",flow:"Power flow",flow_line:"{name}: {power}",battery_held:"Home battery is kept for the house",timeline:"Price, sun and plan of the next hours",planned:"Planned",prices_told:"Price from {low} to {high}",slot_told:"Charges from {start} to {end}",no_plan:"No charging is planned",plan_by:"{target} by {time}",plan_least:"at least {least} at once",plan_below:"below {price}",plan_sun:"{share} sun",plan_ready:"ready {time}",plan_missing:"{energy} will be missing.","shortage.time":"There is too little time.","shortage.fuse":"The main fuse allows no more.","shortage.circuit":"Its circuit allows no more.","shortage.ceiling":"A limit from outside allows no more.","shortage.peak":"The peak power allows no more.","shortage.others":"Other vehicles need it as well.",plan_target:"How much",plan_unit:"Unit of the target",plan_ready_at:"Ready at",plan_weekdays:"Weekdays",plan_once:"Once: {when}",plan_counted:"The {energy} of this session are part of it.",plan_weekly:"Weekly plan",plan_without_time:"Without a time: whenever it is cheap enough",plan_needs_time:"Enter a time, or a price under More",plan_more:"More",plan_least_field:"At once, whatever the price",plan_below_field:"Whenever cheaper than",plan_reckoning:"Reckoning the plan",plan_save:"Set plan",plan_changed_elsewhere:"The plan has been changed elsewhere meanwhile.",plan_take_over:"Show that one",plan_no_mode:"In “{mode}” nothing follows a plan.",plan_change_mode:"Change to “{mode}”","plan_state.off":"No plan","plan_state.other_mode":"In this charge mode nothing follows a plan.","plan_state.no_target":"No target is set","plan_state.no_vehicle":"Begins when a vehicle is plugged in","plan_state.waiting":"Waits for the best hours","plan_state.waiting_to_be_started":"Waits until charging is started","plan_state.charging":"Charges by plan","plan_state.sun":"The sun will do","plan_state.minimum":"The minimum current will do","plan_state.too_late":"Will not be ready in time","plan_state.vehicle_full":"The vehicle is full","plan_state.done":"Done",guest:"Guest",no_vehicle:"No vehicle","told.told":"being reported","told.waiting":"waiting to be reported","told.confirmed":"confirmed","told.refused":"card refused","told.given_up":"never confirmed",limited_by:"Limited by {name}",every_day:"Daily",once:"Once",today:"Today",tomorrow:"Tomorrow","state.offline":"The charger is away","state.unknown":"Not reported yet","state.not_plugged_in":"Not plugged in","state.reserved":"Reserved","state.waiting_to_be_started":"Waiting to be started","state.waiting_for_sun":"Waiting for sun","state.waiting_for_battery":"Home battery first","state.waiting_for_others":"Other charger first","state.waiting_for_fuse":"Waiting: main fuse in use","state.starting":"Starting","state.charging":"Charging","state.discharging":"Supplies the house","state.paused":"Paused","state.paused_by_charger":"Paused by the charger","state.paused_by_backend":"Paused by a backend","state.paused_by_vehicle":"Paused by the vehicle","state.full":"Full","state.ended":"Ended, still plugged in","state.out_of_service":"Out of service","state.fault":"Fault","charging.fast":"Charging fast","charging.boost":"Charging fast, this once","charging.plan":"Charging by plan","charging.following_sun":"Charging from the sun","charging.minimum_current":"Charging with the minimum","charging.stop_delay":"Too little sun","charging.phase_delay":"Charging","charging.phase_guard":"Charging","charging.battery_support":"Charging, the home battery helps","charging.fuse_limit":"Charging, limited by the main fuse","charging.circuit_limit":"Charging, limited by its circuit","charging.ceiling":"Charging, limited from outside","charging.backend_limit":"Charging, limited by a backend","charging.peak_limit":"Charging, limited by the peak power","charging.house_battery":"Charging, spares the home battery","charging.probing_car":"Charging shortly, to try the vehicle out","charging.meter_stale":"Charging, the grid meter is silent","waiting.pause_time":"Short pause","waiting.meter_stale":"The grid meter is silent","waiting.waiting_for_car":"Waiting for the vehicle","waiting.waking_car":"Waking the vehicle","waiting.circuit_limit":"Waiting: its circuit is in use","waiting.ceiling":"Waiting: limited from outside","waiting.backend_limit":"Waiting: a backend allows nothing","waiting.peak_limit":"Waiting: peak power in use","waiting.house_battery":"Waiting: spares the home battery","waiting.car_reserve":"Keeps its charge for the next trip","until.starts":"starts in {time}","until.starts_at":"starts at {time}","until.pauses":"pauses in {time}","until.pauses_at":"pauses at {time}","until.switches":"switches phases in {time}","until.switches_at":"switches phases at {time}",sentence:"{state}, {until}","mode.manual":"Manual","mode.off":"Off","mode.solar":"Sun","mode.min_solar":"Min + sun","mode.fast":"Fast",charge_mode:"Charge mode",loading:"Loading",no_server:"The integration is not running. Set it up under Settings > Devices & services.",not_allowed:"You may not see this.",no_answer:"Home Assistant does not answer: {error}",try_again:"Try again",close:"Close",cancel:"Cancel",save:"Save"};var C7={...Q5,...G5,...U5},H7={...I5,...N5,...W5},Y2={en:C7,de:H7};function J2(e){let V=e.toLowerCase().split(/[-_]/)[0];return V==="de"||V==="gsw"?"de":"en"}function t1(e){let V=Y2[J2(e)];return(C,H={})=>{let r=((H.count===1?V[`${C}_one`]:void 0)??V[C]??C).replace(/\{(\w+)\}/g,(M,t)=>String(H[t]??""));return document.dir==="rtl"?`⁦${r}⁩`:r}}function $(e){return t1(e.locale?.language??e.language)}function c1(){let e=document.querySelector("home-assistant");return e?.hass?.locale?.language??e?.hass?.language??document.documentElement.lang}function I(e){return e in Y2.en}var R1="ocpp-cs-card",C5="ocpp_cs",V7=new Set(["charging_state","control_state","charge_plan","charge_mode","charging","plugged_in","status","power","session_energy","session_cost","current_limit","ready_in_time","soc","paused"]);function H5(e,V){let C=e.entities[V];return C?.platform!==C5||!C.device_id||!C.translation_key||!V7.has(C.translation_key)?null:{config:{type:`custom:${R1}`,device_id:C.device_id}}}function K5(e){for(let V of Object.keys(e.entities)){let C=H5(e,V);if(C!==null)return C.config}return{type:`custom:${R1}`}}function j5(){let e=t1(c1()),V={device_id:"card_device",connector_id:"card_connector",name:"card_title",show_plan:"card_show_plan",show_forecast:"card_show_forecast",show_session:"card_show_session"},C={device_id:"card_device_help",connector_id:"card_connector_help"},H=L=>({name:L,default:!0,selector:{boolean:{}}});return{schema:[{name:"device_id",required:!0,selector:{device:{filter:[{integration:C5}],entity:[{integration:C5,domain:"binary_sensor"}]}}},{name:"name",selector:{text:{}}},{name:"connector_id",selector:{number:{min:1,max:16,mode:"box"}}},H("show_plan"),H("show_forecast"),H("show_session")],computeLabel:({name:L})=>V[L]===void 0?L:e(V[L]),computeHelper:({name:L})=>C[L]===void 0?void 0:e(C[L])}}var q5="M12,4A4,4 0 0,1 16,8A4,4 0 0,1 12,12A4,4 0 0,1 8,8A4,4 0 0,1 12,4M12,6A2,2 0 0,0 10,8A2,2 0 0,0 12,10A2,2 0 0,0 14,8A2,2 0 0,0 12,6M12,13C14.67,13 20,14.33 20,17V20H4V17C4,14.33 9.33,13 12,13M12,14.9C9.03,14.9 5.9,16.36 5.9,17V18.1H18.1V17C18.1,16.36 14.97,14.9 12,14.9Z";var X5="M11,15H13V17H11V15M11,7H13V13H11V7M12,2C6.47,2 2,6.5 2,12A10,10 0 0,0 12,22A10,10 0 0,0 22,12A10,10 0 0,0 12,2M12,20A8,8 0 0,1 4,12A8,8 0 0,1 12,4A8,8 0 0,1 20,12A8,8 0 0,1 12,20Z";var V5="M16.67,4H15V2H9V4H7.33A1.33,1.33 0 0,0 6,5.33V20.67C6,21.4 6.6,22 7.33,22H16.67A1.33,1.33 0 0,0 18,20.67V5.33C18,4.6 17.4,4 16.67,4Z";var s2="M15,13H16.5V15.82L18.94,17.23L18.19,18.53L15,16.69V13M19,8H5V19H9.67C9.24,18.09 9,17.07 9,16A7,7 0 0,1 16,9C17.07,9 18.09,9.24 19,9.67V8M5,21C3.89,21 3,20.1 3,19V5C3,3.89 3.89,3 5,3H6V1H8V3H16V1H18V3H19A2,2 0 0,1 21,5V11.1C22.24,12.36 23,14.09 23,16A7,7 0 0,1 16,23C14.09,23 12.36,22.24 11.1,21H5M16,11.15A4.85,4.85 0 0,0 11.15,16C11.15,18.68 13.32,20.85 16,20.85A4.85,4.85 0 0,0 20.85,16C20.85,13.32 18.68,11.15 16,11.15Z";var L5="M5,11L6.5,6.5H17.5L19,11M17.5,16A1.5,1.5 0 0,1 16,14.5A1.5,1.5 0 0,1 17.5,13A1.5,1.5 0 0,1 19,14.5A1.5,1.5 0 0,1 17.5,16M6.5,16A1.5,1.5 0 0,1 5,14.5A1.5,1.5 0 0,1 6.5,13A1.5,1.5 0 0,1 8,14.5A1.5,1.5 0 0,1 6.5,16M18.92,6C18.72,5.42 18.16,5 17.5,5H6.5C5.84,5 5.28,5.42 5.08,6L3,12V20A1,1 0 0,0 4,21H5A1,1 0 0,0 6,20V19H18V20A1,1 0 0,0 19,21H20A1,1 0 0,0 21,20V12L18.92,6Z";var Y5="M18.92 2C18.72 1.42 18.16 1 17.5 1H6.5C5.84 1 5.29 1.42 5.08 2L3 8V16C3 16.55 3.45 17 4 17H5C5.55 17 6 16.55 6 16V15H18V16C18 16.55 18.45 17 19 17H20C20.55 17 21 16.55 21 16V8L18.92 2M6.5 12C5.67 12 5 11.33 5 10.5S5.67 9 6.5 9 8 9.67 8 10.5 7.33 12 6.5 12M17.5 12C16.67 12 16 11.33 16 10.5S16.67 9 17.5 9 19 9.67 19 10.5 18.33 12 17.5 12M5 7L6.5 2.5H17.5L19 7H5M7 20H11V18L17 21H13V23L7 20Z";var J5="M12 2C6.5 2 2 6.5 2 12S6.5 22 12 22 22 17.5 22 12 17.5 2 12 2M12 20C7.59 20 4 16.41 4 12S7.59 4 12 4 20 7.59 20 12 16.41 20 12 20M16.59 7.58L10 14.17L7.41 11.59L6 13L10 17L18 9L16.59 7.58Z";var C3="M7.41,8.58L12,13.17L16.59,8.58L18,10L12,16L6,10L7.41,8.58Z";var H3="M15.41,16.58L10.83,12L15.41,7.41L14,6L8,12L14,18L15.41,16.58Z";var v2="M8.59,16.58L13.17,12L8.59,7.41L10,6L16,12L10,18L8.59,16.58Z";var x2="M19,6.41L17.59,5L12,10.59L6.41,5L5,6.41L10.59,12L5,17.59L6.41,19L12,13.41L17.59,19L19,17.59L13.41,12L19,6.41Z";var V3="M21.86 12.5C21.1 11.63 20.15 11.13 19 11C19 9.05 18.32 7.4 16.96 6.04C15.6 4.68 13.95 4 12 4C10.42 4 9 4.47 7.75 5.43S5.67 7.62 5.25 9.15C4 9.43 2.96 10.08 2.17 11.1S1 13.28 1 14.58C1 16.09 1.54 17.38 2.61 18.43C3.69 19.5 5 20 6.5 20H18.5C19.75 20 20.81 19.56 21.69 18.69C22.56 17.81 23 16.75 23 15.5C23 14.35 22.62 13.35 21.86 12.5M20.27 17.27C19.79 17.76 19.2 18 18.5 18H6.5C5.53 18 4.71 17.66 4.03 17C3.34 16.29 3 15.47 3 14.5S3.34 12.71 4.03 12.03C4.71 11.34 5.53 11 6.5 11H7C7 9.62 7.5 8.44 8.46 7.46C9.44 6.5 10.62 6 12 6S14.56 6.5 15.54 7.46C16.5 8.44 17 9.62 17 11V13H18.5C19.2 13 19.79 13.24 20.27 13.73S21 14.8 21 15.5 20.76 16.79 20.27 17.27M11 15H13V17H11V15M11 7H13V13H11V7Z";var L3="M12 18.5C12 19 12.07 19.5 12.18 20H6.5C5 20 3.69 19.5 2.61 18.43C1.54 17.38 1 16.09 1 14.58C1 13.28 1.39 12.12 2.17 11.1S4 9.43 5.25 9.15C5.67 7.62 6.5 6.38 7.75 5.43S10.42 4 12 4C13.95 4 15.6 4.68 16.96 6.04C18.32 7.4 19 9.05 19 11C20.15 11.13 21.1 11.63 21.86 12.5C22.1 12.76 22.29 13.05 22.46 13.36C21.36 12.5 20 12 18.5 12C18 12 17.5 12.07 17 12.18V11C17 9.62 16.5 8.44 15.54 7.46C14.56 6.5 13.38 6 12 6S9.44 6.5 8.46 7.46C7.5 8.44 7 9.62 7 11H6.5C5.53 11 4.71 11.34 4.03 12.03C3.34 12.71 3 13.53 3 14.5S3.34 16.29 4.03 17C4.71 17.66 5.53 18 6.5 18H12.03C12 18.17 12 18.33 12 18.5M23 18.5C23 21 21 23 18.5 23S14 21 14 18.5 16 14 18.5 14 23 16 23 18.5M20 21.08L15.92 17C15.65 17.42 15.5 17.94 15.5 18.5C15.5 20.16 16.84 21.5 18.5 21.5C19.06 21.5 19.58 21.35 20 21.08M21.5 18.5C21.5 16.84 20.16 15.5 18.5 15.5C17.94 15.5 17.42 15.65 17 15.92L21.08 20C21.35 19.58 21.5 19.06 21.5 18.5Z";var e3="M13 19C13 19.34 13.04 19.67 13.09 20H6.5C5 20 3.69 19.5 2.61 18.43C1.54 17.38 1 16.09 1 14.58C1 13.28 1.39 12.12 2.17 11.1S4 9.43 5.25 9.15C5.67 7.62 6.5 6.38 7.75 5.43S10.42 4 12 4C13.95 4 15.6 4.68 16.96 6.04C18.32 7.4 19 9.05 19 11C20.15 11.13 21.1 11.63 21.86 12.5C22.37 13.07 22.7 13.71 22.86 14.42C21.82 13.54 20.5 13 19 13C18.89 13 18.79 13 18.68 13C18.62 13 18.56 13 18.5 13H17V11C17 9.62 16.5 8.44 15.54 7.46C14.56 6.5 13.38 6 12 6S9.44 6.5 8.46 7.46C7.5 8.44 7 9.62 7 11H6.5C5.53 11 4.71 11.34 4.03 12.03C3.34 12.71 3 13.53 3 14.5S3.34 16.29 4.03 17C4.71 17.66 5.53 18 6.5 18H13.09C13.04 18.33 13 18.66 13 19M17.75 19.43L16.16 17.84L15 19L17.75 22L22.5 17.25L21.34 15.84L17.75 19.43Z";var r3="M23 15.5C23 14.79 22.84 14.14 22.55 13.54C21.89 11.79 20.56 10.38 18.86 9.62C18.61 8.26 18 7.06 16.96 6.04C15.6 4.68 13.95 4 12 4C10.42 4 9 4.47 7.75 5.43S5.67 7.62 5.25 9.15C4 9.43 2.96 10.08 2.17 11.1S1 13.28 1 14.58C1 16.09 1.54 17.38 2.61 18.43C3.69 19.5 5 20 6.5 20H10.26C11.53 21.81 13.62 23 16 23C19.87 23 23 19.87 23 16C23 15.89 23 15.79 23 15.68C23 15.62 23 15.56 23 15.5M6.5 18C5.53 18 4.71 17.66 4.03 17C3.34 16.29 3 15.47 3 14.5S3.34 12.71 4.03 12.03C4.71 11.34 5.53 11 6.5 11H7C7 9.62 7.5 8.44 8.46 7.46C9.44 6.5 10.62 6 12 6S14.56 6.5 15.54 7.46C16 7.93 16.35 8.46 16.59 9.03C16.4 9 16.2 9 16 9C12.13 9 9 12.13 9 16C9 16.7 9.11 17.37 9.29 18H6.5M16 21C13.24 21 11 18.76 11 16S13.24 11 16 11 21 13.24 21 16 18.76 21 16 21M16.5 16.25L19.36 17.94L18.61 19.16L15 17V12H16.5V16.25Z";var M3="M6.5 18H13V20H6.5C5 20 3.69 19.5 2.61 18.43C1.54 17.38 1 16.09 1 14.58C1 13.28 1.39 12.12 2.17 11.1S4 9.43 5.25 9.15C5.67 7.62 6.5 6.38 7.75 5.43S10.42 4 12 4C13.95 4 15.6 4.68 16.96 6.04C18.08 7.16 18.73 8.5 18.93 10C18.23 10 17.56 10.19 16.95 10.46C16.84 9.31 16.38 8.31 15.54 7.46C14.56 6.5 13.38 6 12 6S9.44 6.5 8.46 7.46C7.5 8.44 7 9.62 7 11H6.5C5.53 11 4.71 11.34 4.03 12.03C3.34 12.71 3 13.53 3 14.5S3.34 16.29 4.03 17C4.71 17.66 5.53 18 6.5 18M23 17.3V20.8C23 21.4 22.4 22 21.7 22H16.2C15.6 22 15 21.4 15 20.7V17.2C15 16.6 15.6 16 16.2 16V14.5C16.2 13.1 17.6 12 19 12S21.8 13.1 21.8 14.5V16C22.4 16 23 16.6 23 17.3M20.5 14.5C20.5 13.7 19.8 13.2 19 13.2S17.5 13.7 17.5 14.5V16H20.5V14.5Z";var t3="M6.5 20Q4.22 20 2.61 18.43 1 16.85 1 14.58 1 12.63 2.17 11.1 3.35 9.57 5.25 9.15 5.88 6.85 7.75 5.43 9.63 4 12 4 14.93 4 16.96 6.04 19 8.07 19 11 20.73 11.2 21.86 12.5 23 13.78 23 15.5 23 17.38 21.69 18.69 20.38 20 18.5 20H13Q12.18 20 11.59 19.41 11 18.83 11 18V12.85L9.4 14.4L8 13L12 9L16 13L14.6 14.4L13 12.85V18H18.5Q19.55 18 20.27 17.27 21 16.55 21 15.5 21 14.45 20.27 13.73 19.55 13 18.5 13H17V11Q17 8.93 15.54 7.46 14.08 6 12 6 9.93 6 8.46 7.46 7 8.93 7 11H6.5Q5.05 11 4.03 12.03 3 13.05 3 14.5 3 15.95 4.03 17 5.05 18 6.5 18H9V20M12 13Z";var i3="M12,16A2,2 0 0,1 14,18A2,2 0 0,1 12,20A2,2 0 0,1 10,18A2,2 0 0,1 12,16M12,10A2,2 0 0,1 14,12A2,2 0 0,1 12,14A2,2 0 0,1 10,12A2,2 0 0,1 12,10M12,4A2,2 0 0,1 14,6A2,2 0 0,1 12,8A2,2 0 0,1 10,6A2,2 0 0,1 12,4Z";var o3="M5,20H19V18H5M19,9H15V3H9V9H5L12,16L19,9Z";var a3="M17.3 5C19 6.5 20 8.6 20 11C20 15.4 16.4 19 12 19S4 15.4 4 11C4 8.6 5.1 6.5 6.7 5H17.3M18 3H6L5.4 3.5C3.2 5.4 2 8.1 2 11C2 16.5 6.5 21 12 21S22 16.5 22 11C22 8.1 20.8 5.4 18.6 3.5L18 3M13 7.5C13 8.3 13.7 9 14.5 9S16 8.3 16 7.5 15.3 6 14.5 6 13 6.7 13 7.5M8 7.5C8 8.3 8.7 9 9.5 9S11 8.3 11 7.5 10.3 6 9.5 6 8 6.7 8 7.5M7 13C8.1 13 9 12.1 9 11C9 9.9 8.1 9 7 9S5 9.9 5 11C5 12.1 5.9 13 7 13M11.5 15C11.5 13.9 10.6 13 9.5 13S7.5 13.9 7.5 15C7.5 16.1 8.4 17 9.5 17S11.5 16.1 11.5 15M12 13C13.1 13 14 12.1 14 11C14 9.9 13.1 9 12 9S10 9.9 10 11C10 12.1 10.9 13 12 13M16.5 15C16.5 13.9 15.6 13 14.5 13S12.5 13.9 12.5 15C12.5 16.1 13.4 17 14.5 17S16.5 16.1 16.5 15M19 11C19 9.9 18.1 9 17 9S15 9.9 15 11C15 12.1 15.9 13 17 13S19 12.1 19 11",q1="M19.77,7.23L19.78,7.22L16.06,3.5L15,4.56L17.11,6.67C16.17,7.03 15.5,7.93 15.5,9A2.5,2.5 0 0,0 18,11.5C18.36,11.5 18.69,11.42 19,11.29V18.5A1,1 0 0,1 18,19.5A1,1 0 0,1 17,18.5V14A2,2 0 0,0 15,12H14V5A2,2 0 0,0 12,3H6A2,2 0 0,0 4,5V21H14V13.5H15.5V18.5A2.5,2.5 0 0,0 18,21A2.5,2.5 0 0,0 20.5,18.5V9C20.5,8.31 20.22,7.68 19.77,7.23M18,10A1,1 0 0,1 17,9A1,1 0 0,1 18,8A1,1 0 0,1 19,9A1,1 0 0,1 18,10M8,18V13.5H6L10,6V11H12L8,18Z";var n3="M6,2A2,2 0 0,0 4,4V20A2,2 0 0,0 6,22H18A2,2 0 0,0 20,20V8L14,2H6M6,4H13V9H18V20H6V4M8,12V14H16V12H8M8,16V18H13V16H8Z";var A3="M14.4,6H20V16H13L12.6,14H7V21H5V4H14L14.4,6M14,14H16V12H18V10H16V8H14V10L13,8V6H11V8H9V6H7V8H9V10H7V12H9V10H11V12H13V10L14,12V14M11,10V8H13V10H11M14,10H16V12H14V10Z";var e5="M7,2V13H10V22L17,10H13L17,2H7Z";var d3="M13 24C9.74 24 6.81 22 5.6 19L2.57 11.37C2.26 10.58 3 9.79 3.81 10.05L4.6 10.31C5.16 10.5 5.62 10.92 5.84 11.47L7.25 15H8V3.25C8 2.56 8.56 2 9.25 2S10.5 2.56 10.5 3.25V12H11.5V1.25C11.5 .56 12.06 0 12.75 0S14 .56 14 1.25V12H15V2.75C15 2.06 15.56 1.5 16.25 1.5C16.94 1.5 17.5 2.06 17.5 2.75V12H18.5V5.75C18.5 5.06 19.06 4.5 19.75 4.5S21 5.06 21 5.75V16C21 20.42 17.42 24 13 24Z";var p3="M11,18H13V16H11V18M12,2A10,10 0 0,0 2,12A10,10 0 0,0 12,22A10,10 0 0,0 22,12A10,10 0 0,0 12,2M12,20C7.59,20 4,16.41 4,12C4,7.59 7.59,4 12,4C16.41,4 20,7.59 20,12C20,16.41 16.41,20 12,20M12,6A4,4 0 0,0 8,10H10A2,2 0 0,1 12,8A2,2 0 0,1 14,10C14,12 11,11.75 11,15H13C13,12.75 16,12.5 16,10A4,4 0 0,0 12,6Z";var l3="M10,20V14H14V20H19V12H22L12,3L2,12H5V20H10Z";var m3="M10 13C11.1 13 12 13.89 12 15C12 16.11 11.11 17 10 17S8 16.11 8 15 8.9 13 10 13M18 1C15.24 1 13 3.24 13 6V8H4C2.9 8 2 8.9 2 10V20C2 21.1 2.9 22 4 22H16C17.1 22 18 21.1 18 20V10C18 8.9 17.1 8 16 8H15V6C15 4.34 16.34 3 18 3S21 4.34 21 6V8H23V6C23 3.24 20.76 1 18 1M16 10V20H4V10H16Z",s3="M12,17C10.89,17 10,16.1 10,15C10,13.89 10.89,13 12,13A2,2 0 0,1 14,15A2,2 0 0,1 12,17M18,20V10H6V20H18M18,8A2,2 0 0,1 20,10V20A2,2 0 0,1 18,22H6C4.89,22 4,21.1 4,20V10C4,8.89 4.89,8 6,8H7V6A5,5 0 0,1 12,1A5,5 0 0,1 17,6V8H18M12,3A3,3 0 0,0 9,6V8H15V6A3,3 0 0,0 12,3Z";var v3="M9.5,3A6.5,6.5 0 0,1 16,9.5C16,11.11 15.41,12.59 14.44,13.73L14.71,14H15.5L20.5,19L19,20.5L14,15.5V14.71L13.73,14.44C12.59,15.41 11.11,16 9.5,16A6.5,6.5 0 0,1 3,9.5A6.5,6.5 0 0,1 9.5,3M9.5,5C7,5 5,7 5,9.5C5,12 7,14 9.5,14C12,14 14,12 14,9.5C14,7 12,5 9.5,5Z";var x3="M20.71,7.04C21.1,6.65 21.1,6 20.71,5.63L18.37,3.29C18,2.9 17.35,2.9 16.96,3.29L15.12,5.12L18.87,8.87M3,17.25V21H6.75L17.81,9.93L14.06,6.18L3,17.25Z";var u3="M14.06,9L15,9.94L5.92,19H5V18.08L14.06,9M17.66,3C17.41,3 17.15,3.1 16.96,3.29L15.13,5.12L18.88,8.87L20.71,7.04C21.1,6.65 21.1,6 20.71,5.63L18.37,3.29C18.17,3.09 17.92,3 17.66,3M14.06,6.19L3,17.25V21H6.75L17.81,9.94L14.06,6.19Z";var c3="M8,5.14V19.14L19,12.14L8,5.14Z";var u2="M19,13H13V19H11V13H5V11H11V5H13V11H19V13Z";var Z3="M16.56,5.44L15.11,6.89C16.84,7.94 18,9.83 18,12A6,6 0 0,1 12,18A6,6 0 0,1 6,12C6,9.83 7.16,7.94 8.88,6.88L7.44,5.44C5.36,6.88 4,9.28 4,12A8,8 0 0,0 12,20A8,8 0 0,0 20,12C20,9.28 18.64,6.88 16.56,5.44M13,3H11V13H13";var S3="M22.11 21.46L2.39 1.73L1.11 3L6.25 8.14C6.1 8.41 6 8.7 6 9V14.5L9.5 18V21H14.5V18L15.31 17.2L20.84 22.73L22.11 21.46M13.09 16.59L12.67 17H11.33L10.92 16.59L8 13.67V9.89L13.89 15.78L13.09 16.59M12.2 9L10.2 7H14V3H16V7C17 7 18 8 18 9V14.5L17.85 14.65L16 12.8V9.09C16 9.06 15.95 9 15.92 9H12.2M10 6.8L8 4.8V3H10V6.8Z";var h3="M18,3H6V7H18M19,12A1,1 0 0,1 18,11A1,1 0 0,1 19,10A1,1 0 0,1 20,11A1,1 0 0,1 19,12M16,19H8V14H16M19,8H5A3,3 0 0,0 2,11V17H6V21H18V17H22V11A3,3 0 0,0 19,8Z";var g3="M13.13 22.19L11.5 18.36C13.07 17.78 14.54 17 15.9 16.09L13.13 22.19M5.64 12.5L1.81 10.87L7.91 8.1C7 9.46 6.22 10.93 5.64 12.5M21.61 2.39C21.61 2.39 16.66 .269 11 5.93C8.81 8.12 7.5 10.53 6.65 12.64C6.37 13.39 6.56 14.21 7.11 14.77L9.24 16.89C9.79 17.45 10.61 17.63 11.36 17.35C13.5 16.53 15.88 15.19 18.07 13C23.73 7.34 21.61 2.39 21.61 2.39M14.54 9.46C13.76 8.68 13.76 7.41 14.54 6.63S16.59 5.85 17.37 6.63C18.14 7.41 18.15 8.68 17.37 9.46C16.59 10.24 15.32 10.24 14.54 9.46M8.88 16.53L7.47 15.12L8.88 16.53M6.24 22L9.88 18.36C9.54 18.27 9.21 18.12 8.91 17.91L4.83 22H6.24M2 22H3.41L8.18 17.24L6.76 15.83L2 20.59V22M2 19.17L6.09 15.09C5.88 14.79 5.73 14.47 5.64 14.12L2 17.76V19.17Z";var f3="M21,11C21,16.55 17.16,21.74 12,23C6.84,21.74 3,16.55 3,11V5L12,1L21,5V11M12,21C15.75,20 19,15.54 19,11.22V6.3L12,3.18L5,6.3V11.22C5,15.54 8.25,20 12,21M10,17L6,13L7.41,11.59L10,14.17L16.59,7.58L18,9";var b3="M19.5,5.5V18.5H17.5V5.5H19.5M12.5,10.5V18.5H10.5V10.5H12.5M21,4H16V20H21V4M14,9H9V20H14V9M7,14H2V20H7V14Z",O3="M19.5,5.5V18.5H17.5V5.5H19.5M21,4H16V20H21V4M14,9H9V20H14V9M7,14H2V20H7V14Z",y3="M21,4H16V20H21V4M14,9H9V20H14V9M7,14H2V20H7V14Z",k3="M19.5,5.5V18.5H17.5V5.5H19.5M12.5,10.5V18.5H10.5V10.5H12.5M5.5,15.5V18.5H3.5V15.5H5.5M21,4H16V20H21V4M14,9H9V20H14V9M7,14H2V20H7V14Z";var w3="M18,18H6V6H18V18Z";var r5="M8.28,5.45L6.5,4.55L7.76,2H16.23L17.5,4.55L15.72,5.44L15,4H9L8.28,5.45M18.62,8H14.09L13.3,5H10.7L9.91,8H5.38L4.1,10.55L5.89,11.44L6.62,10H17.38L18.1,11.45L19.89,10.56L18.62,8M17.77,22H15.7L15.46,21.1L12,15.9L8.53,21.1L8.3,22H6.23L9.12,11H11.19L10.83,12.35L12,14.1L13.16,12.35L12.81,11H14.88L17.77,22M11.4,15L10.5,13.65L9.32,18.13L11.4,15M14.68,18.12L13.5,13.64L12.6,15L14.68,18.12Z";var _3="M12.74,5.47C15.1,6.5 16.35,9.03 15.92,11.46C17.19,12.56 18,14.19 18,16V16.17C18.31,16.06 18.65,16 19,16A3,3 0 0,1 22,19A3,3 0 0,1 19,22H6A4,4 0 0,1 2,18A4,4 0 0,1 6,14H6.27C5,12.45 4.6,10.24 5.5,8.26C6.72,5.5 9.97,4.24 12.74,5.47M11.93,7.3C10.16,6.5 8.09,7.31 7.31,9.07C6.85,10.09 6.93,11.22 7.41,12.13C8.5,10.83 10.16,10 12,10C12.7,10 13.38,10.12 14,10.34C13.94,9.06 13.18,7.86 11.93,7.3M13.55,3.64C13,3.4 12.45,3.23 11.88,3.12L14.37,1.82L15.27,4.71C14.76,4.29 14.19,3.93 13.55,3.64M6.09,4.44C5.6,4.79 5.17,5.19 4.8,5.63L4.91,2.82L7.87,3.5C7.25,3.71 6.65,4.03 6.09,4.44M18,9.71C17.91,9.12 17.78,8.55 17.59,8L19.97,9.5L17.92,11.73C18.03,11.08 18.05,10.4 18,9.71M3.04,11.3C3.11,11.9 3.24,12.47 3.43,13L1.06,11.5L3.1,9.28C3,9.93 2.97,10.61 3.04,11.3M19,18H16V16A4,4 0 0,0 12,12A4,4 0 0,0 8,16H6A2,2 0 0,0 4,18A2,2 0 0,0 6,20H19A1,1 0 0,0 20,19A1,1 0 0,0 19,18Z";var c2="M3.55 19.09L4.96 20.5L6.76 18.71L5.34 17.29M12 6C8.69 6 6 8.69 6 12S8.69 18 12 18 18 15.31 18 12C18 8.68 15.31 6 12 6M20 13H23V11H20M17.24 18.71L19.04 20.5L20.45 19.09L18.66 17.29M20.45 5L19.04 3.6L17.24 5.39L18.66 6.81M13 1H11V4H13M6.76 5.39L4.96 3.6L3.55 5L5.34 6.81L6.76 5.39M1 13H4V11H1M13 20H11V23H13";var P3="M2.28,3L1,4.27L2.47,5.74C2.04,6 1.61,6.29 1.2,6.6L3,9C3.53,8.6 4.08,8.25 4.66,7.93L6.89,10.16C6.15,10.5 5.44,10.91 4.8,11.4L6.6,13.8C7.38,13.22 8.26,12.77 9.2,12.47L11.75,15C10.5,15.07 9.34,15.5 8.4,16.2L12,21L14.46,17.73L17.74,21L19,19.72M12,3C9.85,3 7.8,3.38 5.9,4.07L8.29,6.47C9.5,6.16 10.72,6 12,6C15.38,6 18.5,7.11 21,9L22.8,6.6C19.79,4.34 16.06,3 12,3M12,9C11.62,9 11.25,9 10.88,9.05L14.07,12.25C15.29,12.53 16.43,13.07 17.4,13.8L19.2,11.4C17.2,9.89 14.7,9 12,9Z";var T3="M22.61,19L13.53,9.91C14.46,7.57 14,4.81 12.09,2.91C9.79,0.61 6.21,0.4 3.66,2.26L7.5,6.11L6.08,7.5L2.25,3.69C0.39,6.23 0.6,9.82 2.9,12.11C4.76,13.97 7.47,14.46 9.79,13.59L18.9,22.7C19.29,23.09 19.92,23.09 20.31,22.7L22.61,20.4C23,20 23,19.39 22.61,19M19.61,20.59L10.15,11.13C9.54,11.58 8.86,11.85 8.15,11.95C6.79,12.15 5.36,11.74 4.32,10.7C3.37,9.76 2.93,8.5 3,7.26L6.09,10.35L10.33,6.11L7.24,3C8.5,2.95 9.73,3.39 10.68,4.33C11.76,5.41 12.17,6.9 11.92,8.29C11.8,9 11.5,9.66 11.04,10.25L20.5,19.7L19.61,20.59Z";var Z2=globalThis,S2=Z2.ShadowRoot&&(Z2.ShadyCSS===void 0||Z2.ShadyCSS.nativeShadow)&&"adoptedStyleSheets"in Document.prototype&&"replace"in CSSStyleSheet.prototype,M5=Symbol(),B3=new WeakMap,X1=class{constructor(V,C,H){if(this._$cssResult$=!0,H!==M5)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=V,this.t=C}get styleSheet(){let V=this.o,C=this.t;if(S2&&V===void 0){let H=C!==void 0&&C.length===1;H&&(V=B3.get(C)),V===void 0&&((this.o=V=new CSSStyleSheet).replaceSync(this.cssText),H&&B3.set(C,V))}return V}toString(){return this.cssText}},$3=e=>new X1(typeof e=="string"?e:e+"",void 0,M5),f=(e,...V)=>{let C=e.length===1?e[0]:V.reduce((H,L,r)=>H+(M=>{if(M._$cssResult$===!0)return M.cssText;if(typeof M=="number")return M;throw Error("Value passed to 'css' function must be a 'css' function result: "+M+". Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.")})(L)+e[r+1],e[0]);return new X1(C,e,M5)},R3=(e,V)=>{if(S2)e.adoptedStyleSheets=V.map(C=>C instanceof CSSStyleSheet?C:C.styleSheet);else for(let C of V){let H=document.createElement("style"),L=Z2.litNonce;L!==void 0&&H.setAttribute("nonce",L),H.textContent=C.cssText,e.appendChild(H)}},t5=S2?e=>e:e=>e instanceof CSSStyleSheet?(V=>{let C="";for(let H of V.cssRules)C+=H.cssText;return $3(C)})(e):e;var{is:L7,defineProperty:e7,getOwnPropertyDescriptor:r7,getOwnPropertyNames:M7,getOwnPropertySymbols:t7,getPrototypeOf:i7}=Object,h2=globalThis,F3=h2.trustedTypes,o7=F3?F3.emptyScript:"",a7=h2.reactiveElementPolyfillSupport,Y1=(e,V)=>e,J1={toAttribute(e,V){switch(V){case Boolean:e=e?o7:null;break;case Object:case Array:e=e==null?e:JSON.stringify(e)}return e},fromAttribute(e,V){let C=e;switch(V){case Boolean:C=e!==null;break;case Number:C=e===null?null:Number(e);break;case Object:case Array:try{C=JSON.parse(e)}catch{C=null}}return C}},g2=(e,V)=>!L7(e,V),D3={attribute:!0,type:String,converter:J1,reflect:!1,useDefault:!1,hasChanged:g2};Symbol.metadata??=Symbol("metadata"),h2.litPropertyMetadata??=new WeakMap;var i1=class extends HTMLElement{static addInitializer(V){this._$Ei(),(this.l??=[]).push(V)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(V,C=D3){if(C.state&&(C.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(V)&&((C=Object.create(C)).wrapped=!0),this.elementProperties.set(V,C),!C.noAccessor){let H=Symbol(),L=this.getPropertyDescriptor(V,H,C);L!==void 0&&e7(this.prototype,V,L)}}static getPropertyDescriptor(V,C,H){let{get:L,set:r}=r7(this.prototype,V)??{get(){return this[C]},set(M){this[C]=M}};return{get:L,set(M){let t=L?.call(this);r?.call(this,M),this.requestUpdate(V,t,H)},configurable:!0,enumerable:!0}}static getPropertyOptions(V){return this.elementProperties.get(V)??D3}static _$Ei(){if(this.hasOwnProperty(Y1("elementProperties")))return;let V=i7(this);V.finalize(),V.l!==void 0&&(this.l=[...V.l]),this.elementProperties=new Map(V.elementProperties)}static finalize(){if(this.hasOwnProperty(Y1("finalized")))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(Y1("properties"))){let C=this.properties,H=[...M7(C),...t7(C)];for(let L of H)this.createProperty(L,C[L])}let V=this[Symbol.metadata];if(V!==null){let C=litPropertyMetadata.get(V);if(C!==void 0)for(let[H,L]of C)this.elementProperties.set(H,L)}this._$Eh=new Map;for(let[C,H]of this.elementProperties){let L=this._$Eu(C,H);L!==void 0&&this._$Eh.set(L,C)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(V){let C=[];if(Array.isArray(V)){let H=new Set(V.flat(1/0).reverse());for(let L of H)C.unshift(t5(L))}else V!==void 0&&C.push(t5(V));return C}static _$Eu(V,C){let H=C.attribute;return H===!1?void 0:typeof H=="string"?H:typeof V=="string"?V.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(V=>this.enableUpdating=V),this._$AL=new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(V=>V(this))}addController(V){(this._$EO??=new Set).add(V),this.renderRoot!==void 0&&this.isConnected&&V.hostConnected?.()}removeController(V){this._$EO?.delete(V)}_$E_(){let V=new Map,C=this.constructor.elementProperties;for(let H of C.keys())this.hasOwnProperty(H)&&(V.set(H,this[H]),delete this[H]);V.size>0&&(this._$Ep=V)}createRenderRoot(){let V=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return R3(V,this.constructor.elementStyles),V}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(V=>V.hostConnected?.())}enableUpdating(V){}disconnectedCallback(){this._$EO?.forEach(V=>V.hostDisconnected?.())}attributeChangedCallback(V,C,H){this._$AK(V,H)}_$ET(V,C){let H=this.constructor.elementProperties.get(V),L=this.constructor._$Eu(V,H);if(L!==void 0&&H.reflect===!0){let r=(H.converter?.toAttribute!==void 0?H.converter:J1).toAttribute(C,H.type);this._$Em=V,r==null?this.removeAttribute(L):this.setAttribute(L,r),this._$Em=null}}_$AK(V,C){let H=this.constructor,L=H._$Eh.get(V);if(L!==void 0&&this._$Em!==L){let r=H.getPropertyOptions(L),M=typeof r.converter=="function"?{fromAttribute:r.converter}:r.converter?.fromAttribute!==void 0?r.converter:J1;this._$Em=L;let t=M.fromAttribute(C,r.type);this[L]=t??this._$Ej?.get(L)??t,this._$Em=null}}requestUpdate(V,C,H,L=!1,r){if(V!==void 0){let M=this.constructor;if(L===!1&&(r=this[V]),H??=M.getPropertyOptions(V),!((H.hasChanged??g2)(r,C)||H.useDefault&&H.reflect&&r===this._$Ej?.get(V)&&!this.hasAttribute(M._$Eu(V,H))))return;this.C(V,C,H)}this.isUpdatePending===!1&&(this._$ES=this._$EP())}C(V,C,{useDefault:H,reflect:L,wrapped:r},M){H&&!(this._$Ej??=new Map).has(V)&&(this._$Ej.set(V,M??C??this[V]),r!==!0||M!==void 0)||(this._$AL.has(V)||(this.hasUpdated||H||(C=void 0),this._$AL.set(V,C)),L===!0&&this._$Em!==V&&(this._$Eq??=new Set).add(V))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(C){Promise.reject(C)}let V=this.scheduleUpdate();return V!=null&&await V,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[L,r]of this._$Ep)this[L]=r;this._$Ep=void 0}let H=this.constructor.elementProperties;if(H.size>0)for(let[L,r]of H){let{wrapped:M}=r,t=this[L];M!==!0||this._$AL.has(L)||t===void 0||this.C(L,void 0,r,t)}}let V=!1,C=this._$AL;try{V=this.shouldUpdate(C),V?(this.willUpdate(C),this._$EO?.forEach(H=>H.hostUpdate?.()),this.update(C)):this._$EM()}catch(H){throw V=!1,this._$EM(),H}V&&this._$AE(C)}willUpdate(V){}_$AE(V){this._$EO?.forEach(C=>C.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(V)),this.updated(V)}_$EM(){this._$AL=new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(V){return!0}update(V){this._$Eq&&=this._$Eq.forEach(C=>this._$ET(C,this[C])),this._$EM()}updated(V){}firstUpdated(V){}};i1.elementStyles=[],i1.shadowRootOptions={mode:"open"},i1[Y1("elementProperties")]=new Map,i1[Y1("finalized")]=new Map,a7?.({ReactiveElement:i1}),(h2.reactiveElementVersions??=[]).push("2.1.2");var o5=globalThis,E3=e=>e,f2=o5.trustedTypes,z3=f2?f2.createPolicy("lit-html",{createHTML:e=>e}):void 0,a5="$lit$",o1=`lit$${Math.random().toFixed(9).slice(2)}$`,n5="?"+o1,n7=`<${n5}>`,h1=document,H2=()=>h1.createComment(""),V2=e=>e===null||typeof e!="object"&&typeof e!="function",A5=Array.isArray,Q3=e=>A5(e)||typeof e?.[Symbol.iterator]=="function",i5=`[ 	
\f\r]`,C2=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,W3=/-->/g,N3=/>/g,Z1=RegExp(`>|${i5}(?:([^\\s"'>=/]+)(${i5}*=${i5}*(?:[^ 	
\f\r"'\`<>=]|("|')|))|$)`,"g"),I3=/'/g,U3=/"/g,K3=/^(?:script|style|textarea|title)$/i,d5=e=>(V,...C)=>({_$litType$:e,strings:V,values:C}),a=d5(1),g=d5(2),d9=d5(3),R=Symbol.for("lit-noChange"),p=Symbol.for("lit-nothing"),G3=new WeakMap,S1=h1.createTreeWalker(h1,129);function j3(e,V){if(!A5(e)||!e.hasOwnProperty("raw"))throw Error("invalid template strings array");return z3!==void 0?z3.createHTML(V):V}var q3=(e,V)=>{let C=e.length-1,H=[],L,r=V===2?"<svg>":V===3?"<math>":"",M=C2;for(let t=0;t<C;t++){let i=e[t],o,n,A=-1,d=0;for(;d<i.length&&(M.lastIndex=d,n=M.exec(i),n!==null);)d=M.lastIndex,M===C2?n[1]==="!--"?M=W3:n[1]!==void 0?M=N3:n[2]!==void 0?(K3.test(n[2])&&(L=RegExp("</"+n[2],"g")),M=Z1):n[3]!==void 0&&(M=Z1):M===Z1?n[0]===">"?(M=L??C2,A=-1):n[1]===void 0?A=-2:(A=M.lastIndex-n[2].length,o=n[1],M=n[3]===void 0?Z1:n[3]==='"'?U3:I3):M===U3||M===I3?M=Z1:M===W3||M===N3?M=C2:(M=Z1,L=void 0);let l=M===Z1&&e[t+1].startsWith("/>")?" ":"";r+=M===C2?i+n7:A>=0?(H.push(o),i.slice(0,A)+a5+i.slice(A)+o1+l):i+o1+(A===-2?t:l)}return[j3(e,r+(e[C]||"<?>")+(V===2?"</svg>":V===3?"</math>":"")),H]},L2=class e{constructor({strings:V,_$litType$:C},H){let L;this.parts=[];let r=0,M=0,t=V.length-1,i=this.parts,[o,n]=q3(V,C);if(this.el=e.createElement(o,H),S1.currentNode=this.el.content,C===2||C===3){let A=this.el.content.firstChild;A.replaceWith(...A.childNodes)}for(;(L=S1.nextNode())!==null&&i.length<t;){if(L.nodeType===1){if(L.hasAttributes())for(let A of L.getAttributeNames())if(A.endsWith(a5)){let d=n[M++],l=L.getAttribute(A).split(o1),v=/([.?@])?(.*)/.exec(d);i.push({type:1,index:r,name:v[2],strings:l,ctor:v[1]==="."?O2:v[1]==="?"?y2:v[1]==="@"?k2:f1}),L.removeAttribute(A)}else A.startsWith(o1)&&(i.push({type:6,index:r}),L.removeAttribute(A));if(K3.test(L.tagName)){let A=L.textContent.split(o1),d=A.length-1;if(d>0){L.textContent=f2?f2.emptyScript:"";for(let l=0;l<d;l++)L.append(A[l],H2()),S1.nextNode(),i.push({type:2,index:++r});L.append(A[d],H2())}}}else if(L.nodeType===8)if(L.data===n5)i.push({type:2,index:r});else{let A=-1;for(;(A=L.data.indexOf(o1,A+1))!==-1;)i.push({type:7,index:r}),A+=o1.length-1}r++}}static createElement(V,C){let H=h1.createElement("template");return H.innerHTML=V,H}};function g1(e,V,C=e,H){if(V===R)return V;let L=H!==void 0?C._$Co?.[H]:C._$Cl,r=V2(V)?void 0:V._$litDirective$;return L?.constructor!==r&&(L?._$AO?.(!1),r===void 0?L=void 0:(L=new r(e),L._$AT(e,C,H)),H!==void 0?(C._$Co??=[])[H]=L:C._$Cl=L),L!==void 0&&(V=g1(e,L._$AS(e,V.values),L,H)),V}var b2=class{constructor(V,C){this._$AV=[],this._$AN=void 0,this._$AD=V,this._$AM=C}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(V){let{el:{content:C},parts:H}=this._$AD,L=(V?.creationScope??h1).importNode(C,!0);S1.currentNode=L;let r=S1.nextNode(),M=0,t=0,i=H[0];for(;i!==void 0;){if(M===i.index){let o;i.type===2?o=new F1(r,r.nextSibling,this,V):i.type===1?o=new i.ctor(r,i.name,i.strings,this,V):i.type===6&&(o=new w2(r,this,V)),this._$AV.push(o),i=H[++t]}M!==i?.index&&(r=S1.nextNode(),M++)}return S1.currentNode=h1,L}p(V){let C=0;for(let H of this._$AV)H!==void 0&&(H.strings!==void 0?(H._$AI(V,H,C),C+=H.strings.length-2):H._$AI(V[C])),C++}},F1=class e{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(V,C,H,L){this.type=2,this._$AH=p,this._$AN=void 0,this._$AA=V,this._$AB=C,this._$AM=H,this.options=L,this._$Cv=L?.isConnected??!0}get parentNode(){let V=this._$AA.parentNode,C=this._$AM;return C!==void 0&&V?.nodeType===11&&(V=C.parentNode),V}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(V,C=this){V=g1(this,V,C),V2(V)?V===p||V==null||V===""?(this._$AH!==p&&this._$AR(),this._$AH=p):V!==this._$AH&&V!==R&&this._(V):V._$litType$!==void 0?this.$(V):V.nodeType!==void 0?this.T(V):Q3(V)?this.k(V):this._(V)}O(V){return this._$AA.parentNode.insertBefore(V,this._$AB)}T(V){this._$AH!==V&&(this._$AR(),this._$AH=this.O(V))}_(V){this._$AH!==p&&V2(this._$AH)?this._$AA.nextSibling.data=V:this.T(h1.createTextNode(V)),this._$AH=V}$(V){let{values:C,_$litType$:H}=V,L=typeof H=="number"?this._$AC(V):(H.el===void 0&&(H.el=L2.createElement(j3(H.h,H.h[0]),this.options)),H);if(this._$AH?._$AD===L)this._$AH.p(C);else{let r=new b2(L,this),M=r.u(this.options);r.p(C),this.T(M),this._$AH=r}}_$AC(V){let C=G3.get(V.strings);return C===void 0&&G3.set(V.strings,C=new L2(V)),C}k(V){A5(this._$AH)||(this._$AH=[],this._$AR());let C=this._$AH,H,L=0;for(let r of V)L===C.length?C.push(H=new e(this.O(H2()),this.O(H2()),this,this.options)):H=C[L],H._$AI(r),L++;L<C.length&&(this._$AR(H&&H._$AB.nextSibling,L),C.length=L)}_$AR(V=this._$AA.nextSibling,C){for(this._$AP?.(!1,!0,C);V!==this._$AB;){let H=E3(V).nextSibling;E3(V).remove(),V=H}}setConnected(V){this._$AM===void 0&&(this._$Cv=V,this._$AP?.(V))}},f1=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(V,C,H,L,r){this.type=1,this._$AH=p,this._$AN=void 0,this.element=V,this.name=C,this._$AM=L,this.options=r,H.length>2||H[0]!==""||H[1]!==""?(this._$AH=Array(H.length-1).fill(new String),this.strings=H):this._$AH=p}_$AI(V,C=this,H,L){let r=this.strings,M=!1;if(r===void 0)V=g1(this,V,C,0),M=!V2(V)||V!==this._$AH&&V!==R,M&&(this._$AH=V);else{let t=V,i,o;for(V=r[0],i=0;i<r.length-1;i++)o=g1(this,t[H+i],C,i),o===R&&(o=this._$AH[i]),M||=!V2(o)||o!==this._$AH[i],o===p?V=p:V!==p&&(V+=(o??"")+r[i+1]),this._$AH[i]=o}M&&!L&&this.j(V)}j(V){V===p?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,V??"")}},O2=class extends f1{constructor(){super(...arguments),this.type=3}j(V){this.element[this.name]=V===p?void 0:V}},y2=class extends f1{constructor(){super(...arguments),this.type=4}j(V){this.element.toggleAttribute(this.name,!!V&&V!==p)}},k2=class extends f1{constructor(V,C,H,L,r){super(V,C,H,L,r),this.type=5}_$AI(V,C=this){if((V=g1(this,V,C,0)??p)===R)return;let H=this._$AH,L=V===p&&H!==p||V.capture!==H.capture||V.once!==H.once||V.passive!==H.passive,r=V!==p&&(H===p||L);L&&this.element.removeEventListener(this.name,this,H),r&&this.element.addEventListener(this.name,this,V),this._$AH=V}handleEvent(V){typeof this._$AH=="function"?this._$AH.call(this.options?.host??this.element,V):this._$AH.handleEvent(V)}},w2=class{constructor(V,C,H){this.element=V,this.type=6,this._$AN=void 0,this._$AM=C,this.options=H}get _$AU(){return this._$AM._$AU}_$AI(V){g1(this,V)}},X3={M:a5,P:o1,A:n5,C:1,L:q3,R:b2,D:Q3,V:g1,I:F1,H:f1,N:y2,U:k2,B:O2,F:w2},A7=o5.litHtmlPolyfillSupport;A7?.(L2,F1),(o5.litHtmlVersions??=[]).push("3.3.3");var Y3=(e,V,C)=>{let H=C?.renderBefore??V,L=H._$litPart$;if(L===void 0){let r=C?.renderBefore??null;H._$litPart$=L=new F1(V.insertBefore(H2(),r),r,void 0,C??{})}return L._$AI(e),L};var p5=globalThis,F=class extends i1{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let V=super.createRenderRoot();return this.renderOptions.renderBefore??=V.firstChild,V}update(V){let C=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(V),this._$Do=Y3(C,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return R}};F._$litElement$=!0,F.finalized=!0,p5.litElementHydrateSupport?.({LitElement:F});var d7=p5.litElementPolyfillSupport;d7?.({LitElement:F});(p5.litElementVersions??=[]).push("4.2.2");var y=e=>(V,C)=>{C!==void 0?C.addInitializer(()=>{customElements.define(e,V)}):customElements.define(e,V)};var p7={attribute:!0,type:String,converter:J1,reflect:!1,hasChanged:g2},l7=(e=p7,V,C)=>{let{kind:H,metadata:L}=C,r=globalThis.litPropertyMetadata.get(L);if(r===void 0&&globalThis.litPropertyMetadata.set(L,r=new Map),H==="setter"&&((e=Object.create(e)).wrapped=!0),r.set(C.name,e),H==="accessor"){let{name:M}=C;return{set(t){let i=V.get.call(this);V.set.call(this,t),this.requestUpdate(M,i,e,!0,t)},init(t){return t!==void 0&&this.C(M,void 0,e,t),t}}}if(H==="setter"){let{name:M}=C;return function(t){let i=this[M];V.call(this,t),this.requestUpdate(M,i,e,!0,t)}}throw Error("Unsupported decorator location: "+H)};function Z(e){return(V,C)=>typeof C=="object"?l7(e,V,C):((H,L,r)=>{let M=L.hasOwnProperty(r);return L.constructor.createProperty(r,H),M?Object.getOwnPropertyDescriptor(L,r):void 0})(e,V,C)}function u(e){return Z({...e,state:!0,attribute:!1})}var b1=(e,V,C)=>(C.configurable=!0,C.enumerable=!0,Reflect.decorate&&typeof V!="object"&&Object.defineProperty(e,V,C),C);function e2(e,V){return(C,H,L)=>{let r=M=>M.renderRoot?.querySelector(e)??null;if(V){let{get:M,set:t}=typeof H=="object"?C:L??(()=>{let i=Symbol();return{get(){return this[i]},set(o){this[i]=o}}})();return b1(C,H,{get(){let i=M.call(this);return i===void 0&&(i=r(this),(i!==null||this.hasUpdated)&&t.call(this,i)),i}})}return b1(C,H,{get(){return r(this)}})}}var m7=new Map,s7=new Map;function l5(e,V){return J3(m7,e,V,()=>new Intl.NumberFormat(e,V))}function E(e,V){return J3(s7,e,V,()=>new Intl.DateTimeFormat(e,V))}function J3(e,V,C,H){let L=`${V??""} ${JSON.stringify(C)}`,r=e.get(L);return r===void 0&&(r=H(),e.set(L,r)),r}var s5=1440*6e4,_2=15*6e4,m5=["mon","tue","wed","thu","fri","sat","sun"];function D1({locale:e,config:V}){return e?.time_zone==="local"?v7()??V.time_zone:V.time_zone}function E1(e){return{user:D1(e),server:e.config.time_zone}}function v7(){let e=globalThis.__haNativeTimeZone;return typeof e=="string"&&x7(e)?e:E(void 0,{}).resolvedOptions().timeZone}function x7(e){try{return E("en-GB",{timeZone:e}),!0}catch{return!1}}function V1(e,V){return E("sv-SE",{year:"numeric",month:"2-digit",day:"2-digit",timeZone:V}).format(e)}function z1(e,V){return E("en-GB",{hour:"2-digit",minute:"2-digit",hourCycle:"h23",timeZone:V}).format(e)}function K(e,V,C,H,L=0,r=0){let M=Date.UTC(e,V-1,C,L,r),t=A=>M-C0(A,H),[i,o]=[t(M-s5),t(M+s5)],n=[i,o].find(A=>A+C0(A,H)===M);return new Date(n??i)}function C0(e,V){let C=E("en-GB",{timeZone:V,hourCycle:"h23",year:"numeric",month:"numeric",day:"numeric",hour:"numeric",minute:"numeric",second:"numeric"}).formatToParts(e),H=r=>Number(C.find(M=>M.type===r)?.value??0);return Date.UTC(H("year"),H("month")-1,H("day"),H("hour"),H("minute"),H("second"))-Math.floor(e/1e3)*1e3}function v5(e,V,C){let[,H,L]=/^(\d{1,2}):(\d{2})/.exec(e)??[];if(H===void 0||L===void 0)return null;let[r=0,M=1,t=1]=V1(C,V).split("-").map(Number);return[0,1,2].map(o=>K(r,M,t+o,V,Number(H),Number(L))).find(o=>o>C)??null}function x5({clock:e,weekdays:V},C,H,L){let r=C===H?null:v5(e,C,L);if(r===null)return{clock:e.slice(0,5),weekdays:V};let M=(Date.parse(V1(r,H))-Date.parse(V1(r,C)))/s5,t=V.map(i=>{let o=m5.indexOf(i);return o<0?i:m5[(o+M+7)%7]??i});return{clock:z1(r,H),weekdays:m5.filter(i=>t.includes(i))}}function P2(e,V,C){let H=[];for(let L=Math.ceil(e/_2)*_2;L<V;){let[r=0,M]=z1(new Date(L),C).split(":").map(Number);M===0&&H.push({time:L,hour:r}),L+=M===0?4*_2:_2}return H}var u7={comma_decimal:"en-US",decimal_comma:"de",space_comma:"fr",quote_decimal:"de-CH"},j="–",u5=class{constructor(V){let{locale:C}=V;this.text=$(V),this.language=Z7(C?.language??V.language);let H=C?.number_format??"language";this.numbers=H==="system"?void 0:u7[H]??this.language,this.grouping=H!=="none",this.hour12=c7(this.language,C?.time_format),this.zones=E1(V)}number(V,C=0){return A1(V)?l5(this.numbers,{minimumFractionDigits:C,maximumFractionDigits:C,useGrouping:this.grouping}).format(T2(V,C)):j}powerParts(V){return A1(V)?Math.abs(V)<995?{value:this.number(Math.round(V/10)*10),unit:"W"}:{value:this.number(V/1e3,1),unit:"kW"}:{value:j,unit:"kW"}}power(V){return V0(this.powerParts(V))}energyParts(V){return{value:this.number(V,A1(V)&&Math.abs(V)>=99.95?0:1),unit:"kWh"}}energy(V){return V0(this.energyParts(V))}percent(V){return A1(V)?`${this.number(V*100)} %`:j}money(V,C){return A1(V)?this.amount(V,C,2):j}price(V,C){return A1(V)?`${this.amount(V,C,Math.abs(V)<10?3:2)}/kWh`:j}priceRange(V,C,H){let L=C<10?2:0,[r,M]=[T2(V,L),T2(C,L)];if(r===M)return`${this.amount(C,H,L)}/kWh`;let t=this.currency(H,L);return`${t===null?`${this.number(V,L)} – ${this.amount(C,H,L)}`:t.formatRange(r,M)}/kWh`}amount(V,C,H){let L=this.currency(C,H);return L===null?`${this.number(V,H)} ${C??""}`.trim():L.format(T2(V,H))}currency(V,C){try{return l5(this.numbers,{style:"currency",currency:V??"",currencyDisplay:"narrowSymbol",minimumFractionDigits:C,maximumFractionDigits:C,useGrouping:this.grouping})}catch{return null}}time(V){return this.date(V,{hour:this.hour12?"numeric":"2-digit",minute:"2-digit"})}clock(V){let[C,H]=(V??"").split(":").map(Number);return C===void 0||H===void 0||Number.isNaN(C)||Number.isNaN(H)?j:E(this.language,{hour:this.hour12?"numeric":"2-digit",minute:"2-digit",hour12:this.hour12,timeZone:"UTC"}).format(Date.UTC(2e3,0,1,C,H))}day(V){let C=this.yearOf(V)===this.yearOf(new Date)?void 0:"numeric";return this.date(V,{weekday:"short",day:"numeric",month:"short",year:C})}yearOf(V){return this.dayKey(V??"").slice(0,4)}dayAndTime(V){return z(V)===null?j:`${this.day(V)}, ${this.time(V)}`}soon(V,C=new Date){let H=z(V);return H===null?j:this.dayKey(H)===this.dayKey(C)?this.time(H):`${this.date(H,{weekday:"short"})} ${this.time(H)}`}fullHour(V){return this.hour12?this.date(V,{hour:"numeric"}):this.time(V)}axisHour(V){return this.hour12?this.fullHour(V):String(Number(z1(V,this.zones.user).slice(0,2)))}date(V,C){let H=z(V);return H===null?j:E(this.language,{...C,...C.hour===void 0?{}:{hour12:this.hour12},timeZone:this.zones.user}).format(H)}dayKey(V){let C=z(V);return C===null?"":V1(C,this.zones.user)}duration(V){if(!A1(V))return j;let C=Math.max(0,Math.round(V/60)),H=Math.floor(C/60);return H===0?`${C} min`:C%60===0||H>=100?`${H} h`:`${H} h ${C%60} min`}durationParts(V){if(!A1(V))return{value:j,unit:"min"};let C=Math.max(0,Math.round(V/60));return C<60?{value:String(C),unit:"min"}:{value:`${Math.floor(C/60)}:${String(C%60).padStart(2,"0")}`,unit:"h"}}countdown(V){let C=Math.max(0,Math.ceil(V));return C<100?`${C} s`:this.duration(C)}weekday(V,C="short"){let H=O1.indexOf(V);return H<0?V:E(this.language,{weekday:C,timeZone:"UTC"}).format(Date.UTC(2e3,0,3+H))}weekdays(V){let C=O1.filter(M=>V.includes(M));if(C.length===7)return this.text("every_day");let[H,L]=[C[0],C.at(-1)];if(H===void 0||L===void 0)return this.text("once");let r=O1.indexOf(L)-O1.indexOf(H)+1;return C.length>2&&r===C.length?`${this.weekday(H)} – ${this.weekday(L)}`:C.map(M=>this.weekday(M)).join(", ")}},O1=["mon","tue","wed","thu","fri","sat","sun"],H0=new WeakMap;function d1(e){let{config:V}=e,C=e.locale??V,H=H0.get(C);return H?.config!==V&&(H={config:V,format:new u5(e)},H0.set(C,H)),H.format}function A1(e){return typeof e=="number"&&Number.isFinite(e)}function c7(e,V){return V==="12"||V==="24"?V==="12":E(V==="system"?void 0:e,{hour:"numeric"}).resolvedOptions().hour12===!0}function T2(e,V){let C=10**V;return Math.round(e*C)/C+0}function V0({value:e,unit:V}){return e===j?e:`${e} ${V}`}function z(e){if(e==null||e==="")return null;let V=e instanceof Date?e:new Date(e);return Number.isNaN(V.getTime())?null:V}function Z7(e){try{return Intl.getCanonicalLocales(e)[0]??"en"}catch{return"en"}}function c(e){return a`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${e}></path></svg>`}function B2(e,V){let C=e.map(H=>({place:H,key:S7(H,V.areas)}));return C.sort((H,L)=>{for(let[r,M]of H.key.entries()){let t=M.localeCompare(L.key[r]??"",V.language);if(t!==0)return t}return 0}),C.map(({place:H})=>H)}function S7({area_id:e,charge_point_id:V,charger_name:C,name:H,connector_id:L},r){return[e===null?"￿":r?.[e]?.name??e,C??H,V,String(L??0).padStart(4,"0")]}var h7=5e3,L0=[1e3,2e3,5e3,1e4,3e4],c5=class{constructor(V){this.connection=V;this.servers=null;this.error=null;this.listeners=new Set;this.unsubscribe=null;this.state="idle";this.failures=0;this.turn=0;V.addEventListener("ready",()=>{this.begin()})}listen(V){return this.listeners.add(V),this.state==="idle"&&this.subscribe(),()=>{this.listeners.delete(V),setTimeout(()=>{this.stop()},h7)}}take(V){this.error=null;let C=V.servers??this.servers??[];if(V.connectors?.length||V.houses?.length){let H=new Map(V.connectors?.map(r=>[Z5(r),r])),L=new Map(V.houses?.map(r=>[r.entry_id,r]));C=C.map(r=>g7(r,H,L))}this.servers=C,this.tell()}begin(){this.turn+=1,this.unsubscribe=null,this.state="idle",this.failures=0,this.listeners.size>0&&this.subscribe()}async subscribe(){let V=++this.turn;this.state="subscribing";try{let C=await this.connection.subscribeMessage(H=>{V===this.turn&&this.take(H)},{type:"ocpp_cs/live"},{resubscribe:!1});if(V!==this.turn)return;this.unsubscribe=C}catch(C){if(V!==this.turn)return;this.state="idle",this.error=L1(C),this.tell(),this.retry();return}this.state="subscribed",this.failures=0,this.listeners.size===0&&this.stop()}retry(){let V=L0[Math.min(this.failures,L0.length-1)];this.failures+=1,setTimeout(()=>{this.listeners.size>0&&this.state==="idle"&&this.subscribe()},V)}stop(){if(this.listeners.size>0||this.state!=="subscribed")return;let V=this.unsubscribe;this.unsubscribe=null,this.state="idle",V?.().catch(()=>{})}tell(){for(let V of[...this.listeners])V()}},e0=new WeakMap;function S5(e){let V=e0.get(e);return V===void 0&&(V=new c5(e),e0.set(e,V)),V}var W=class{constructor(V,C){this.host=V;this.hass=C;this.connected=!1;V.addController(this)}get servers(){let V=this.store?.servers??null,C=this.hass();if(V===null||C===void 0)return V;let{areas:H,language:L}=C;if(this.sorted?.told!==V||this.sorted.areas!==H||this.sorted.language!==L){let r=V.map(M=>({...M,connectors:B2(M.connectors,C)}));this.sorted={told:V,areas:H,language:L,servers:r}}return this.sorted.servers}get error(){return this.store?.error??null}get connectors(){return this.servers?.flatMap(V=>V.connectors)??[]}connector(V,C){let H=this.connectors;return H.find(L=>L.device_id===V)??H.find(L=>L.charger_device_id===V&&(C===void 0||L.connector_id===C))}server(V){return this.servers?.find(C=>C.entry_id===V)}hostConnected(){this.connected=!0,this.follow()}hostUpdate(){this.follow()}hostDisconnected(){this.connected=!1,this.stop?.(),this.stop=void 0,this.store=void 0}follow(){let V=this.connected?this.hass()?.connection:void 0;if(V===void 0)return;let C=S5(V);C!==this.store&&(this.stop?.(),this.store=C,this.stop=C.listen(()=>{this.host.requestUpdate()}))}},r2=class{constructor(V,C,H=1e3){this.host=V;this.isNeeded=C;this.everyMs=H;V.addController(this)}hostConnected(){this.timer??=setInterval(()=>{!document.hidden&&this.isNeeded()&&this.host.requestUpdate()},this.everyMs)}hostDisconnected(){clearInterval(this.timer),this.timer=void 0}};function g7(e,V,C){let H=C.get(e.entry_id),L=e.connectors.some(r=>V.has(Z5(r)));return H===void 0&&!L?e:{...e,house:H??e.house,connectors:L?e.connectors.map(r=>V.get(Z5(r))??r):e.connectors}}function Z5({entry_id:e,charge_point_id:V,connector_id:C}){return JSON.stringify([e,V,C])}function L1(e){return typeof e=="object"&&e!==null&&"code"in e?String(e.code):typeof e=="number"?String(e):"unknown_error"}function T(e){return typeof e=="object"&&e!==null&&"message"in e&&typeof e.message=="string"?e.message:L1(e)}var h5=1,r0=100,f7=["solar","min_solar"];function p1({mode:e}){return e===null||f7.includes(e)}function M0({mode:e},V){let C=`mode.${e??""}`;return I(C)?V("plan_no_mode",{mode:V(C)}):V("plan_state.other_mode")}function $2({mode:e,plan:V},C){if(V===null||!p1({mode:e}))return null;let H=`plan_state.${V.state}`;return I(H)?C(H):V.state}function l1({ready_at:e,ready_by:V,weekdays:C},{user:H,server:L},r){let M=z(V);return e===null?{clock:M===null?null:z1(M,H),weekdays:C}:x5({clock:e,weekdays:C},L,H,M===null?r:new Date(M.getTime()-6e4))}function t0(e,V,C){let{clock:H,weekdays:L}=l1(e,V,C);return{bySoc:e.tells_soc&&(e.target_soc!==null||e.target_kwh===null),soc:e.target_soc??80,kWh:e.target_kwh??20,readyAt:H??(e.armed?"":"07:00"),weekdays:[...L],leastSoc:e.least_soc??0,leastKWh:e.least_kwh??0,belowPrice:e.below_price}}function g5(e,{user:V,server:C},H){if(e.readyAt==="")return e;let{clock:L,weekdays:r}=x5({clock:e.readyAt,weekdays:e.weekdays},V,C,H);return{...e,readyAt:L,weekdays:[...r]}}function f5(e){let{target_soc:V,target_kwh:C,ready_at:H,weekdays:L,least_soc:r,least_kwh:M,below_price:t}=e;return JSON.stringify([V,C,H,[...L].sort(),r,M,t])}function M2(e){return e.readyAt!==""||e.belowPrice!==null||(e.bySoc?e.leastSoc:e.leastKWh)>0}function i0(e,V){let C=e.readyAt!=="",H=e.bySoc?e.leastSoc:e.leastKWh;return[["energy_target","energy_kwh",e.bySoc?null:e.kWh],["soc_target","soc",e.bySoc?e.soc:null],["ready_by","ready_at",C?`${e.readyAt}:00`:null],["weekdays","weekdays",C&&e.weekdays.length>0?e.weekdays:null],["least_soc","least_soc",e.bySoc&&H>0?H:null],["least_energy","least_kwh",!e.bySoc&&H>0?H:null],["below_price","below_price",e.belowPrice]].filter(([r])=>V||!r.includes("soc"))}function o0(e,V){let C=i0(e,V).map(([,H,L])=>[H,L]);return{...Object.fromEntries(C),weekdays:e.readyAt===""?[]:e.weekdays}}function a0(e,V){let C=i0(e,V);return{...Object.fromEntries(C.filter(([,,H])=>H!==null).map(([H,,L])=>[H,L])),clear:C.filter(([,,H])=>H===null).map(([H])=>H),armed:!0}}function n0(e,V,C,H,L=new Date){let r=R2(e,H),{clock:M}=l1(e,H.zones,L),t=e.ready_at!==null?H.clock(M):z(e.ready_by)===null?null:H.soon(e.ready_by),i=[];r!==null&&t!==null?i.push(C("plan_by",{target:r,time:t})):r!==null&&i.push(r);let o=e.least_soc!==null&&e.least_soc>0?H.percent(e.least_soc/100):e.least_kwh?d0(e.least_kwh,H):null;return o!==null&&i.push(C("plan_least",{least:o})),e.below_price!==null&&i.push(C("plan_below",{price:H.price(e.below_price,V)})),i.length>0?i.join(" · "):null}function R2({target_soc:e,target_kwh:V},C){return e!==null?C.percent(e/100):V?d0(V,C):null}function A0(e,V,C){let H=R2(e,C),L=C.soon(e.when);return H===null?L:V("plan_by",{target:H,time:L})}function F2(e,V,C){let H=[];return e.cost!==null&&H.push(C.money(e.cost,e.currency)),e.solar_share!==null&&e.solar_share>=.005&&H.push(V("plan_sun",{share:C.percent(e.solar_share)})),z(e.ready_at_time)!==null&&H.push(V("plan_ready",{time:C.soon(e.ready_at_time)})),H.length>0?H.join(", "):null}function D2(e,V,C){if(e.missing_kwh<.05)return null;let H=`shortage.${e.shortage??"unknown"}`,L=V("plan_missing",{energy:C.energy(e.missing_kwh)});return I(H)?`${L} ${V(H)}`:L}function d0(e,V){return`${V.number(e,Number.isInteger(e)?0:1)} kWh`}var b7={not_plugged_in:"idle",reserved:"idle",charging:"charging",starting:"charging",discharging:"charging",paused:"idle",full:"done",ended:"done",out_of_service:"problem",fault:"problem"},O7={start_delay:"starts",pause_time:"starts",waiting_for_sun:"starts",stop_delay:"pauses",phase_delay:"switches",phase_guard:"switches"},y7={charging:"charging",starting:"waiting",waiting_for_sun:"waiting",paused_by_charger:"waiting",paused_by_vehicle:"waiting"},k7=["fuse_limit","circuit_limit","ceiling","backend_limit","peak_limit"],w7=.85,_7=.7,P7=230;function T7({power_w:e,current_a:V,current_limit_a:C,phases:H}){return C===null?!1:V!==null?V<C*w7:e===null||H===null?!1:e<C*H*P7*_7}function E2(e,V,C,H){let{online:L,state:r,until:M}=e,i=r!=="charging"||!k7.includes(e.reason??"")||!T7(e)?e.reason:null;if(!L)return{state:V("state.offline"),until:null,untilAt:null,tone:"problem"};if(r===null)return{state:V("state.unknown"),until:null,untilAt:null,tone:"idle"};let o=y7[r],n=[o===void 0||i===null?"":`${o}.${i}`,`state.${r}`].find(I),A=z(M),d=o===void 0||i===null?void 0:O7[i],l=d!==void 0&&A!==null&&A>H;return{state:n===void 0?r:V(n),until:l?V(`until.${d}`,{time:C.countdown((A.getTime()-H.getTime())/1e3)}):null,untilAt:l?V(`until.${d}_at`,{time:C.time(A)}):null,tone:b7[r]??"waiting"}}var B7={told:t3,waiting:r3,confirmed:e3},$7=["refused","given_up","waiting","told","confirmed"];function z2(e){let V=e.map(({state:H})=>H),C=$7.find(H=>V.includes(H))??"";return B7[C]??V3}function m1({name:e,state:V},C){let H=`told.${V}`;return`${e}: ${I(H)?C(H):V}`}var R7=f`
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
`,_=[R7,f`
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
  `],D=f`
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
`;var a1=class extends F{constructor(){super(...arguments);this.waits=!1;this.error=null}render(){let{hass:C,connector:H}=this;if(C===void 0||H===void 0||p1(H))return p;let L=$(C),r=H.hidden.includes("select.charge_mode")?void 0:H.entities["select.charge_mode"];return a`<p role="status">
      <span>${M0(H,L)}</span>
      ${r===void 0||!H.modes.includes("solar")?p:a`<button
              type="button"
              class="button"
              ?disabled=${this.waits}
              @click=${()=>{this.change(C,r)}}
            >
              ${L("plan_change_mode",{mode:L("mode.solar")})}
            </button>`}
      ${this.error===null?p:a`<span role="alert">${this.error}</span>`}
    </p>`}async change(C,H){this.waits=!0,this.error=null;try{await C.callService("select","select_option",{entity_id:H,option:"solar"})}catch(L){this.error=T(L)}finally{this.waits=!1}}};a1.styles=[..._,D,f`
      p {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 8px 12px;
        margin: 0;
        padding: 8px 12px;
        border-radius: 10px;
        color: var(--primary-text-color, #212121);
        background: color-mix(in srgb, var(--warning-color, #ffa600) 20%, transparent);
      }
    `],m([Z({attribute:!1})],a1.prototype,"hass",2),m([Z({attribute:!1})],a1.prototype,"connector",2),m([u()],a1.prototype,"waits",2),m([u()],a1.prototype,"error",2),a1=m([y("ocpp-cs-mode-hint")],a1);var W2=class{constructor(V){this.host=V;this.width=0;V.addController(this)}hostConnected(){this.observer??=new ResizeObserver(([V])=>{let C=Math.round(V?.contentRect.width??0);C===this.width||C===0||(this.width=C,this.host.requestUpdate())}),this.observer.observe(this.host)}hostDisconnected(){this.observer?.disconnect()}};var F7=128,i2=16,v1=24,t2=7,D7=64,O5=50,s1=15*6e4,N2=60*6e4,E7=48;function p0(e,V,C){let H=Math.floor(C.getTime()/s1)*s1,L=z(e.ready_by)?.getTime()??0,r=Math.max(0,...[e.prices.at(-1)?.end,e.sun.at(-1)?.end,e.slots.at(-1)?.end].map(i=>z(i)?.getTime()??0)),M=Math.max(H+V*N2,L),t=Math.min(M,Math.max(r,L,H+12*N2),H+E7*N2);return{from:H,to:t}}function b5(e,V){return e.find(({start:C,end:H})=>Date.parse(C)<=V&&V<Date.parse(H))}var n1=class extends F{constructor(){super(...arguments);this.hours=24;this.pointed=null;this.sized=new W2(this);this.point=C=>{let H=C.currentTarget.getBoundingClientRect(),{plan:L}=this;if(L==null||H.width===0)return;let r=p0(L,this.hours,new Date),M=Math.min(.9999,Math.max(0,(C.clientX-H.left)/H.width));this.pointed=Math.floor(M*(r.to-r.from)/s1)};this.leave=()=>{this.pointed=null}}render(){let{hass:C,plan:H}=this;if(C===void 0||H===void 0||H===null)return p;if(H.prices.length+H.sun.length+H.slots.length===0)return p;let L=d1(C),r=$(C),M=new Date,t=p0(H,this.hours,M),i=Math.max(this.sized.width,160),o=Math.ceil((t.to-t.from)/s1),n=l=>(Math.min(t.to,Math.max(t.from,l))-t.from)/(t.to-t.from)*i,A=H.prices.length+H.sun.length>0?F7:D7,d=this.pointed===null?null:t.from+Math.min(this.pointed,o-1)*s1;return a`
      <div
        class="timeline"
        role="slider"
        tabindex="0"
        aria-label=${r("timeline")}
        aria-valuemin="0"
        aria-valuemax=${o-1}
        aria-valuenow=${this.pointed??0}
        aria-valuetext=${d===null?Q7(H,t,r,L):G7(H,d,r,L)}
        @pointermove=${this.point}
        @pointerdown=${this.point}
        @pointerleave=${this.leave}
        @blur=${this.leave}
        @keydown=${l=>{this.key(l,o)}}
      >
        <svg width=${i} height=${A} viewBox="0 0 ${i} ${A}" aria-hidden="true">
          ${z7(H.slots,n,A)} ${l0(H,t,n,A,"area")}
          ${W7(H,t,n,A)} ${l0(H,t,n,A,"line")}
          ${N7(t,n,A,i,L)} ${I7(H,t,n,A)}
          ${d===null?p:g`<line class="pointer" x1=${n(d+s1/2)} x2=${n(d+s1/2)} y1=${i2-8} y2=${A-v1}></line>`}
        </svg>
        ${d===null?p:this.renderTip(H,d,n(d+s1/2),i,r,L)}
      </div>
      ${U7(H,t,r,L)}
    `}renderTip(C,H,L,r,M,t){let i=Math.max(66,Math.min(r-66,L));return a`<div class="tip" style="left: ${i}px" aria-hidden="true">
      <b class="number">${t.soon(new Date(H))}</b>
      ${m0(C,H,M,t).map(([o,n])=>a`<div><span>${o}</span><span class="number">${n}</span></div>`)}
    </div>`}key(C,H){let L=this.pointed??-1,r={ArrowRight:L+1,ArrowUp:L+1,ArrowLeft:L-1,ArrowDown:L-1,PageUp:L+4,PageDown:L-4,Home:0,End:H-1}[C.key];C.key==="Escape"&&(this.pointed=null),r!==void 0&&(C.preventDefault(),this.pointed=Math.max(0,Math.min(H-1,r)))}};n1.styles=[..._,f`
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
    `],m([Z({attribute:!1})],n1.prototype,"hass",2),m([Z({attribute:!1})],n1.prototype,"plan",2),m([Z({type:Number})],n1.prototype,"hours",2),m([u()],n1.prototype,"pointed",2),n1=m([y("ocpp-cs-timeline")],n1);function z7(e,V,C){return e.map(H=>{let L=V(Date.parse(H.start)),r=Math.max(0,V(Date.parse(H.end))-L),M=y5(H),t=M<=0?0:M>=1?t2:Math.min(t2-1.5,Math.max(1.5,M*t2)),i=C-v1+1;return g`
      <rect class="slot" x=${L} y=${i2-6} width=${r} height=${C-i2-v1+6}></rect>
      ${t<t2?g`<rect class="slot-mark" x=${L} y=${i+t} width=${r} height=${t2-t}></rect>`:p}
      ${t>0?g`<rect class="slot-sun" x=${L} y=${i} width=${r} height=${t}></rect>`:p}
    `})}function y5({power_w:e,sun_w:V}){let C=e>0?V/e:0;return C>.02?C>.98?1:C:0}function l0({sun:e},V,C,H,L){let r=e.filter(({start:d,end:l})=>Date.parse(l)>V.from&&Date.parse(d)<V.to),M=Math.max(0,...r.map(({power_w:d})=>d));if(M<O5)return p;let t=H-v1,i=r.map(({start:d,end:l,power_w:v})=>{let s=t-Math.max(0,v)/M*(t-i2)*.92;return`${C((Date.parse(d)+Date.parse(l))/2).toFixed(1)} ${s.toFixed(1)}`}),o=`M${i.join("L")}`;if(L==="line")return g`<path class="sun-line" d=${o}></path>`;let[n,A]=[i[0]?.split(" ")[0]??"0",i.at(-1)?.split(" ")[0]??"0"];return g`<path class="sun" d=${`${o}L${A} ${t}L${n} ${t}z`}></path>`}function W7({prices:e,slots:V},C,H,L){let r=e.filter(({start:d,end:l})=>Date.parse(l)>C.from&&Date.parse(d)<C.to);if(r.length===0)return p;let M=r.map(({price:d})=>d),t=Math.min(0,...M),i=Math.max(t+1e-6,...M),o=L-v1,n=d=>o-(d-t)/(i-t)*(o-i2),A=(d,l,v,s)=>{let h=H(d),S=Math.max(.5,H(l)-h-.6),[w,b]=[n(Math.max(0,v)),n(Math.min(0,v))];return g`<rect class="price ${s?"used":""}" x=${h} y=${w} width=${S} height=${Math.max(1,b-w)} rx="1"></rect>`};return g`
    ${r.map(({start:d,end:l,price:v})=>A(Date.parse(d),Date.parse(l),v,!1))}
    ${r.flatMap(({start:d,end:l,price:v})=>V.flatMap(s=>{let h=Math.max(Date.parse(d),Date.parse(s.start)),S=Math.min(Date.parse(l),Date.parse(s.end));return h<S?[A(h,S,v,!0)]:[]}))}
  `}function N7(e,V,C,H,L){let r=(e.to-e.from)/N2,M=[1,2,3,6,12].find(i=>r/i*46<=H)??12,t=[];for(let{time:i,hour:o}of P2(e.from,e.to,L.zones.user))o%M===0&&V(i)>16&&V(i)<H-16&&t.push(i);return g`
    <line class="axis" x1="0" x2=${H} y1=${C-v1+.5} y2=${C-v1+.5}></line>
    ${t.map(i=>g`<text x=${V(i)} y=${C-4} text-anchor="middle">${L.fullHour(new Date(i))}</text>`)}
  `}function I7({ready_by:e},V,C,H){let L=z(e)?.getTime()??0;if(L<=V.from||L>V.to)return p;let r=Math.max(1,C(L)-1);return g`
    <line class="ready" x1=${r} x2=${r} y1="2" y2=${H-v1}></line>
    <path class="flag" d="M${r} 2h-11l3 4l-3 4h11z"></path>
  `}function U7({prices:e,sun:V,slots:C,currency:H},L,r,M){let t=e.filter(({end:o})=>Date.parse(o)>L.from).map(({price:o})=>o),i=(o,n)=>a`<span class="number"><i style="background: ${o}"></i>${n}</span>`;return a`<div class="legend" aria-hidden="true">
    ${t.length>0?i("color-mix(in srgb, var(--ocpp-cs-grid) 60%, transparent)",M.priceRange(Math.min(...t),Math.max(...t),H)):p}
    ${V.some(({power_w:o})=>o>=O5)||C.some(o=>y5(o)>0)?i("var(--ocpp-cs-sun)",r("sun")):p}
    ${C.length>0?i("var(--ocpp-cs-charging)",r("planned")):p}
  </div>`}function m0(e,V,C,H){let L=[],r=b5(e.prices,V),M=b5(e.sun,V),t=b5(e.slots,V);if(r!==void 0&&L.push([C("price"),H.price(r.price,e.currency)]),M!==void 0&&M.power_w>=O5&&L.push([C("sun"),H.power(M.power_w)]),t!==void 0){let i=y5(t),o=i>0?`, ${C("plan_sun",{share:H.percent(i)})}`:"";L.push([C("charging"),`${H.power(t.power_w)}${o}`])}return L}function G7(e,V,C,H){return[H.soon(new Date(V)),...m0(e,V,C,H).map(L=>L.join(" "))].join(", ")}function Q7({prices:e,slots:V,currency:C},H,L,r){let M=e.filter(({end:i})=>Date.parse(i)>H.from).map(({price:i})=>i),t=[];M.length>0&&t.push(L("prices_told",{low:r.price(Math.min(...M),C),high:r.price(Math.max(...M),C)}));for(let{start:i,end:o}of V.slice(0,6))t.push(L("slot_told",{start:r.soon(i),end:r.soon(o)}));return t.length>0?t.join(". "):L("no_plan")}var K7=250,U=class extends F{constructor(){super(...arguments);this.capacity=null;this.currency="";this.draft=null;this.preview=null;this.error=null;this.saving=!1;this.edited="";this.asked=0}disconnectedCallback(){super.disconnectedCallback(),clearTimeout(this.previewTimer),this.asked+=1}willUpdate(C){let H=C.get("connector"),L=H!==void 0&&H.device_id!==this.connector?.device_id;this.draft===null||L?this.begin():H!==void 0&&H.mode!==this.connector?.mode&&this.askPreview(0)}render(){let{hass:C,connector:H,draft:L}=this;if(C===void 0||H?.plan==null||L===null)return p;let r=$(C),M=d1(C),t=f5(H.plan)!==this.edited,i=Math.max(h5,Math.round(this.capacity??r0));return a`
      <form
        @submit=${o=>{o.preventDefault(),this.save()}}
      >
        <div class="target">
          ${H.plan.tells_soc?this.renderUnits(L,r):p}
          <input
            type="range"
            aria-label=${r("plan_target")}
            aria-valuetext=${L.bySoc?M.percent(L.soc/100):`${L.kWh} kWh`}
            min=${L.bySoc?10:h5}
            max=${L.bySoc?100:Math.max(i,L.kWh)}
            step=${L.bySoc?5:1}
            .value=${String(L.bySoc?L.soc:L.kWh)}
            @input=${o=>{let n=Number(o.target.value);this.change(L.bySoc?{soc:n}:{kWh:n})}}
          />
          <output class="number"
            >${L.bySoc?M.percent(L.soc/100):`${M.number(L.kWh)} kWh`}</output
          >
        </div>
        <div class="when">
          <label>
            <span>${r("plan_ready_at")}</span>
            <input
              type="time"
              .value=${L.readyAt}
              @change=${o=>{this.change({readyAt:o.target.value})}}
            />
          </label>
          <div class="days" role="group" aria-label=${r("plan_weekdays")}>
            ${O1.map(o=>a`
                <button
                  type="button"
                  aria-pressed=${L.weekdays.includes(o)}
                  aria-label=${M.weekday(o,"long")}
                  ?disabled=${L.readyAt===""}
                  @click=${()=>{this.change({weekdays:O1.filter(n=>L.weekdays.includes(n)!==(n===o))})}}
                >
                  ${M.weekday(o,"short").slice(0,2)}
                </button>
              `)}
          </div>
        </div>
        <p class="weak small">${this.explained(L,r,M)}<br />${this.counted(L,H,r,M)}</p>
        ${this.renderMore(L,r)}
        <ocpp-cs-timeline .hass=${C} .plan=${this.preview}></ocpp-cs-timeline>
        <ocpp-cs-mode-hint .hass=${C} .connector=${H}></ocpp-cs-mode-hint>
        <p class="result" aria-live="polite">${this.renderResult(r,M)}</p>
        ${t?a`<p class="notice" role="status">
                ${r("plan_changed_elsewhere")}
                <button
                  type="button"
                  class="link"
                  @click=${()=>{this.begin()}}
                >
                  ${r("plan_take_over")}
                </button>
              </p>`:p}
        ${this.error===null?p:a`<p class="notice problem" role="alert">${this.error}</p>`}
        <div class="buttons">
          <button
            type="button"
            class="button"
            @click=${()=>{this.close()}}
          >
            ${r("cancel")}
          </button>
          <button class="button primary" ?disabled=${this.saving||!M2(L)}>${r("plan_save")}</button>
        </div>
      </form>
    `}renderUnits(C,H){let L=(r,M)=>a`
      <button
        type="button"
        aria-pressed=${C.bySoc===r}
        @click=${()=>{this.change({bySoc:r})}}
      >
        ${M}
      </button>
    `;return a`<div class="segments units" role="group" aria-label=${H("plan_unit")}>
      ${L(!0,"%")}${L(!1,"kWh")}
    </div>`}renderMore(C,H){let L=C.bySoc?C.leastSoc:C.leastKWh,r=M=>{let{value:t}=M.target;return t===""||Number.isNaN(Number(t))?null:Number(t)};return a`
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
                @change=${M=>{let t=Math.max(0,r(M)??0);this.change(C.bySoc?{leastSoc:Math.min(100,t)}:{leastKWh:Math.min(200,t)})}}
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
                @change=${M=>{this.change({belowPrice:r(M)})}}
              />
              ${this.currency}/kWh
            </span>
          </label>
        </div>
      </details>
    `}renderResult(C,H){let{preview:L}=this;if(L===null)return a`<span class="weak">${C("plan_reckoning")}</span>`;let r=D2(L,C,H);return a`
      <span class="number">${F2(L,C,H)??p}</span>
      ${r===null?p:a`<span class="short">${r}</span>`}
    `}explained(C,H,L){if(C.readyAt==="")return H(M2(C)?"plan_without_time":"plan_needs_time");if(C.weekdays.length>0)return L.weekdays(C.weekdays);let r=v5(C.readyAt,L.zones.user,new Date);return H("plan_once",{when:r===null?C.readyAt:L.dayAndTime(r)})}counted(C,{session:H},L,r){let M=H?.energy_kwh??0;return C.bySoc||M<.05?"":L("plan_counted",{energy:r.energy(M)})}begin(){let C=this.connector?.plan,{hass:H}=this;H===void 0||C==null||(this.edited=f5(C),this.draft=t0(C,E1(H),new Date),this.error=null,this.askPreview(0))}change(C){this.draft!==null&&(this.draft={...this.draft,...C},this.error=null,this.askPreview(K7))}askPreview(C){clearTimeout(this.previewTimer),this.previewTimer=setTimeout(()=>{this.fetchPreview()},C)}async fetchPreview(){let{hass:C,connector:H,draft:L}=this;if(C===void 0||H===void 0||L===null||!M2(L))return;let r=++this.asked;try{let M=await C.callWS({type:"ocpp_cs/plan/preview",device_id:H.device_id,...o0(g5(L,E1(C),new Date),H.plan?.tells_soc??!1)});r===this.asked&&(this.preview=M)}catch(M){r===this.asked&&(this.error=L1(M)==="unknown_command"?null:T(M))}}async save(){let{hass:C,connector:H,draft:L}=this;if(!(C===void 0||H?.plan==null||L===null||this.saving||!M2(L))){this.saving=!0,this.error=null;try{await C.callService("ocpp_cs","set_charge_plan",{device_id:H.device_id,connector_id:H.connector_id,...a0(g5(L,E1(C),new Date),H.plan.tells_soc)}),this.dispatchEvent(new CustomEvent("ocpp-cs-plan-saved",{bubbles:!0,composed:!0})),this.close()}catch(r){this.error=T(r)}finally{this.saving=!1}}}close(){this.dispatchEvent(new CustomEvent("ocpp-cs-plan-closed",{bubbles:!0,composed:!0}))}};U.styles=[..._,D,f`
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
    `],m([Z({attribute:!1})],U.prototype,"hass",2),m([Z({attribute:!1})],U.prototype,"connector",2),m([Z({attribute:!1})],U.prototype,"capacity",2),m([Z({attribute:!1})],U.prototype,"currency",2),m([u()],U.prototype,"draft",2),m([u()],U.prototype,"preview",2),m([u()],U.prototype,"error",2),m([u()],U.prototype,"saving",2),U=m([y("ocpp-cs-plan-editor")],U);var C1={ATTRIBUTE:1,CHILD:2,PROPERTY:3,BOOLEAN_ATTRIBUTE:4,EVENT:5,ELEMENT:6},W1=e=>(...V)=>({_$litDirective$:e,values:V}),x1=class{constructor(V){}get _$AU(){return this._$AM._$AU}_$AT(V,C,H){this._$Ct=V,this._$AM=C,this._$Ci=H}_$AS(V,C){return this.update(V,C)}update(V,C){return this.render(...C)}};var s0="important",j7=" !"+s0,k=W1(class extends x1{constructor(e){if(super(e),e.type!==C1.ATTRIBUTE||e.name!=="style"||e.strings?.length>2)throw Error("The `styleMap` directive must be used in the `style` attribute and must be the only part in the attribute.")}render(e){return Object.keys(e).reduce((V,C)=>{let H=e[C];return H==null?V:V+`${C=C.includes("-")?C:C.replace(/(?:^(webkit|moz|ms|o)|)(?=[A-Z])/g,"-$&").toLowerCase()}:${H};`},"")}update(e,[V]){let{style:C}=e.element;if(this.ft===void 0)return this.ft=new Set(Object.keys(V)),this.render(V);for(let H of this.ft)V[H]==null&&(this.ft.delete(H),H.includes("-")?C.removeProperty(H):C[H]=null);for(let H in V){let L=V[H];if(L!=null){this.ft.add(H);let r=typeof L=="string"&&L.endsWith(j7);H.includes("-")||r?C.setProperty(H,r?L.slice(0,-11):L,r?s0:""):C[H]=L}}return R}});var q=132,a2=58,o2=2*Math.PI*a2,v0=.16;function x0({soc:e,session:V,plan:C}){let H=C?.armed===!0?C:null;return e!==null?{share:k5(e,100),target:H?.target_soc==null?null:k5(H.target_soc,100),kind:"soc"}:H?.target_kwh&&V?.energy_kwh!=null?{share:k5(V.energy_kwh,H.target_kwh),target:1,kind:"energy"}:{share:null,target:null,kind:"none"}}function k5(e,V){return Math.max(0,Math.min(1,e/V))}function u0(e,V,C,H){let L=o2*(1-v0),r=e.share??0,M=e.kind==="energy"&&C!==null?r*C:0,t=(i,o,n)=>o-i<=.001?p:g`<circle class="arc ${n}" cx=${q/2} cy=${q/2} r=${a2}
          style=${k({"stroke-dasharray":`${(o-i)*L} ${o2}`,"stroke-dashoffset":String(-i*L)})}></circle>`;return a`
    <div class="ring ${V?"charging":""}">
      <svg viewBox="0 0 ${q} ${q}" aria-hidden="true">
        <g transform="rotate(${90+v0*180} ${q/2} ${q/2})">
          <circle
            class="track"
            cx=${q/2}
            cy=${q/2}
            r=${a2}
            style="stroke-dasharray: ${L} ${o2}"
          ></circle>
          ${t(0,M,"sun")} ${t(M,r,M>0?"grid":"filled")}
          ${V?g`<circle class="pulse" cx=${q/2} cy=${q/2} r=${a2} style="stroke-dasharray: ${L*.12} ${o2}; --whole: ${-L*.88}px"></circle>`:p}
          ${e.target===null||e.target>=1?p:g`<circle class="target" cx=${q/2} cy=${q/2} r=${a2}
                  style="stroke-dasharray: 3 ${o2}; stroke-dashoffset: ${-e.target*L+1.5}"></circle>`}
        </g>
      </svg>
      <div class="inside">${H}</div>
    </div>
  `}var c0=[..._,D,f`
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
    .told {
      display: flex;
      flex-wrap: wrap;
      gap: 2px 12px;
      margin: 0;
      padding: 0;
      list-style: none;
    }
    .limited,
    .told li {
      display: flex;
      align-items: center;
      gap: 4px;
      margin: 0;
      font-size: 12px;
      color: var(--ocpp-cs-weak);
    }
    .limited .icon,
    .told .icon {
      flex: none;
      inline-size: 16px;
      block-size: 16px;
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

    @container (max-width: 350px) {
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
  `];var q7=["off","solar","min_solar","fast","manual"],X7={off:Z3,solar:c2,min_solar:_3,fast:e5,manual:d3},Y7=8e3,Z0=6e4,J7=100,C4=3,X=class extends F{constructor(){super();this.plan=null;this.editing=!1;this.error=null;this.pending={};this.resting=[];this.live=new W(this,()=>this.hass);this.planKey="";this.planTime=0;new r2(this,()=>this.connector?.until!=null),new r2(this,()=>!0,Z0)}setConfig(C){if(typeof C!="object")throw new Error("No configuration");C.device_id!==this.config?.device_id&&(this.plan=null,this.planKey="",this.editing=!1,this.resting=[]),this.config=C}getCardSize(){return 9}getGridOptions(){return{columns:12,min_columns:6,rows:"auto"}}static getConfigForm(){return j5()}static getStubConfig(C){return K5(C)}get connector(){let{device_id:C,connector_id:H}=this.config??{};return C===void 0?void 0:this.live.connector(C,H)}updated(C){super.updated(C),this.refreshPlan()}render(){let{hass:C,config:H}=this;if(C===void 0||H===void 0)return p;let L=$(C),{connector:r}=this;if(r===void 0)return a`<ha-card>${this.renderNothing(L)}</ha-card>`;let M=d1(C),t=this.live.server(r.entry_id);return a`
      <ha-card>
        <article aria-label=${H.name??r.place_name}>
          ${this.renderHead(r,t,C,L)} ${this.renderNow(r,t,L,M)}
          ${this.renderModes(r,L)}
          ${H.show_plan===!1?p:this.renderPlan(r,t,C,L,M)}
          ${this.error===null?p:a`<p class="notice" role="alert">${this.error}</p>`}
          ${this.renderButtons(r,L)}
        </article>
      </ha-card>
    `}renderNothing(C){let{servers:H,error:L}=this.live;return L==="unknown_command"?a`<p class="empty">${C("no_server")}</p>`:L!==null?a`<p class="empty">${C("no_answer",{error:L})}</p>`:H===null?a`<p class="empty" role="status">${C("loading")}</p>`:a`<p class="empty">
      ${c(q1)} ${C(this.config?.device_id===void 0?"card_choose":"card_gone")}
    </p>`}renderHead(C,H,L,r){let M=H?.vehicles.find(({id:i})=>i===C.vehicle_id),t=C.entities["sensor.charging_state"]??C.entities["sensor.status"];return a`
      <header>
        <div class="avatar" aria-hidden="true">${L4(M,C)}</div>
        <div class="names">
          <h2>${this.config?.name??C.place_name}</h2>
          <div class="who">${this.renderWho(C,L,r)}</div>
        </div>
        ${t===void 0?p:a`<button
                class="round"
                aria-label=${r("card_details")}
                title=${r("card_details")}
                @click=${()=>{this.fire("hass-more-info",{entityId:t})}}
              >
                ${c(i3)}
              </button>`}
      </header>
    `}renderWho(C,H,L){let{who:r}=C,M=N1(C,"select.vehicle"),t=M===void 0?void 0:H.states[M],i=Array.isArray(t?.attributes.options)?t.attributes.options:[],o=r.tag!==null&&r.tag!==r.vehicle?a`<span class="tag">${r.tag}</span>`:p;if(M===void 0||t===void 0||i.length===0||t.state==="unavailable")return a`${o}${r.vehicle===null?p:a`<span>${r.vehicle}</span>`} `;let n=this.pending.vehicle??t.state,A=d=>H.formatEntityState?.(t,d)??(d==="guest"?L("guest"):d);return a`
      ${o}
      <label class="vehicle">
        <span class="heard">${L("card_vehicle")}</span>
        <select
          @change=${d=>{let l=d.target.value;this.act("vehicle",l,"select","select_option",{entity_id:M,option:l})}}
        >
          ${i.includes(n)?p:a`<option value="" selected disabled>${L("no_vehicle")}</option>`}
          ${i.map(d=>a`<option value=${d} ?selected=${d===n}>${A(d)}</option>`)}
        </select>
        ${c(C3)}
      </label>
    `}renderNow(C,H,L,r){let M=E2(C,L,r,new Date),t=x0(C),{session:i,soc:o,plan:n}=C,A=r.powerParts(C.power_w??(C.online?0:null)),d=(C.power_w??0)>=J7,l=o!==null?r.percent(o/100):t.kind==="energy"&&n?.target_kwh!=null?`${r.number(i?.energy_kwh??0,1)} / ${r.number(n.target_kwh)} kWh`:null;return a`
      <section class="now ${M.tone}">
        ${u0(t,d,i?.solar_share??null,C.state==="not_plugged_in"&&!d?c(S3):a`
                <span class="power number"><b>${A.value}</b> ${A.unit}</span>
                ${l===null?p:a`<span class="below number">${l}</span>`}
                ${d&&C.phases!==null?a`<span class="phases number">
                        ${C.current_a===null?L("card_phases_only",{count:C.phases}):L("card_phases",{amps:r.number(C.current_a),phases:C.phases})}
                      </span>`:p}
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
          ${C.limited_by===null?this.overrides(C)?a`<p class="limited">${c(L3)}<span>${L("card_overrides")}</span></p>`:p:a`<p class="limited">
                  ${c(M3)}<span>${L("limited_by",{name:C.limited_by})}</span>
                </p>`}
          ${this.config?.show_session===!1?p:i===null?this.renderLast(C,L,r):this.renderSession(i,H,L,r)}
        </div>
      </section>
    `}renderSession(C,H,L,r){let M=(d,l,v)=>a`
      <div title=${v??p}>
        <dt>${d}</dt>
        <dd class="number">${typeof l=="string"?l:a`${l.value}<small> ${l.unit}</small>`}</dd>
      </div>
    `,{cost:t,solar_share:i,time_remaining_s:o,average_price:n}=C,A=C.currency??H?.currency??null;return a`
      <dl class="facts" aria-label=${L("card_session")}>
        ${M(L(C.end===null?"card_charged":"card_charged_last"),r.energyParts(C.energy_kwh))}
        ${(C.discharged_kwh??0)>0?M(L("board.discharged"),r.energyParts(C.discharged_kwh)):p}
        ${o===null?p:M(L("card_left"),r.durationParts(o))}
        ${t===null?p:M(L("cost"),r.money(t,A),n===null?void 0:r.price(n,A))}
        ${i===null?p:M(L("sun"),r.percent(i))}
      </dl>
      ${C.backends.length===0?p:a`<ul class="told">
              ${C.backends.map(d=>a`<li>${c(z2([d]))}<span>${m1(d,L)}</span></li>`)}
            </ul>`}
    `}renderLast(C,H,L){let r=this.hass?.states[C.entities["sensor.last_session"]??""],M=Number(r?.state);if(r===void 0||r.state===""||Number.isNaN(M))return p;let{cost:t,currency:i,who:o}=r.attributes,n=[L.energy(M),...typeof t=="number"?[L.money(t,typeof i=="string"?i:null)]:[],...typeof o=="string"&&o!==""?[o]:[]];return a`<p class="last number">${H("card_last",{said:n.join(", ")})}</p>`}renderModes(C,H){let L=N1(C,"select.charge_mode");if(C.mode===null||L===void 0)return p;let r=q7.filter(t=>C.modes.includes(t)&&(t!=="manual"||C.mode==="manual")),M=this.pending.mode??C.mode;return a`
      <div class="segments modes" role="group" aria-label=${H("charge_mode")}>
        ${r.map(t=>a`
            <button
              class=${t}
              aria-pressed=${t===M}
              ?disabled=${!C.online&&t===M}
              @click=${()=>{this.act("mode",t,"select","select_option",{entity_id:L,option:t})}}
            >
              ${c(X7[t]??e5)}
              <span>${H(`mode.${t}`)}</span>
            </button>
          `)}
      </div>
    `}renderPlan(C,H,L,r,M){let t=C.plan;if(t===null)return p;let i=H?.currency??"";if(this.editing)return a`
        <section class="plan">
          <ocpp-cs-plan-editor
            .hass=${L}
            .connector=${C}
            .currency=${i}
            .capacity=${H?.vehicles.find(({id:s})=>s===C.vehicle_id)?.capacity_kwh??null}
            @ocpp-cs-plan-saved=${()=>{this.planKey=""}}
            @ocpp-cs-plan-closed=${()=>{this.edit(!1)}}
          ></ocpp-cs-plan-editor>
        </section>
      `;let o=this.pending.armed===void 0?t.armed:this.pending.armed==="on",n=n0(t,i,r,M),{weekdays:A}=l1(t,M.zones,new Date),d=t.coming.find(({id:s})=>s===t.weekly?.id),l=t.weekly!==null?[r("plan_weekly"),...d===void 0?[]:[M.weekdays(l1(d,M.zones,new Date).weekdays)]].join(", "):A.length>0?M.weekdays(A):null,v=N1(C,"switch.ready_in_time");return a`
      <section class="plan">
        <div class="plan-head">
          <button
            class="plan-title"
            aria-expanded="false"
            @click=${()=>{this.edit(!0)}}
          >
            ${c(s2)}
            <span>
              <b>${n!==null&&o?n:r(n===null?"card_no_plan":"card_plan_off")}</b>
              <small>${n!==null&&!o?n:l??r(o?"once":"card_plan_hint")}</small>
            </span>
            <span class="heard">${r("card_edit_plan")}</span>
            ${c(x3)}
          </button>
          ${v===void 0?p:a`<button
                  class="switch"
                  role="switch"
                  aria-checked=${o}
                  aria-label=${r("card_plan_switch")}
                  @click=${()=>{!o&&n===null?this.edit(!0):this.act("armed",o?"off":"on","switch",o?"turn_off":"turn_on",{entity_id:v})}}
                ></button>`}
        </div>
        ${this.renderWeekly(t.coming,L,r,M)}
        ${this.config?.show_forecast===!1?p:a`<ocpp-cs-timeline .hass=${L} .plan=${this.plan}></ocpp-cs-timeline>`}
        ${o?this.renderResult(C,L,r,M):p}
      </section>
    `}renderWeekly(C,H,L,r){let M=this.resting.filter(({id:i})=>C.every(o=>o.id!==i)),t=[...C,...M].sort((i,o)=>Date.parse(i.when)-Date.parse(o.when)).slice(0,C4);return t.length===0?p:a`<ul class="weekly" aria-label=${L("card_weekly")}>
      ${t.map(i=>{let o=A0(i,L,r),n=r.weekdays(l1({...i,ready_by:i.when},r.zones,new Date).weekdays),A=V4(i,H),d=A===void 0?!M.includes(i):H.states[A]?.state==="on";return a`<li>
          <span><b class="number">${o}</b><small>${n}</small></span>
          ${A===void 0?p:a`<button
                  class="switch"
                  role="switch"
                  aria-checked=${d}
                  aria-label=${`${o}, ${n}`}
                  @click=${()=>{this.resting=[...this.resting.filter(({id:l})=>l!==i.id),i],this.call("switch",d?"turn_off":"turn_on",A)}}
                ></button>`}
        </li>`})}
    </ul>`}async call(C,H,L){this.error=null;try{await this.hass?.callService(C,H,{entity_id:L})}catch(r){this.error=T(r)}}renderResult(C,H,L,r){if(!p1(C))return a`<ocpp-cs-mode-hint .hass=${H} .connector=${C}></ocpp-cs-mode-hint>`;let{plan:M}=this,t=$2(C,L),i=M===null?null:F2(M,L,r),o=M===null?null:D2(M,L,r);return a`<p class="result">
      ${i===null?p:a`<b class="number">${i}</b>`}<span class="weak">${t}</span>
      ${o===null?p:a`<span class="short">${o}</span>`}
    </p>`}renderButtons(C,H){let L=N1(C,"switch.charging"),r=N1(C,C.boosted?"button.end_boost":"button.boost"),M=this.pending.charging!==void 0,t=C.can_start&&!C.can_stop,i=L!==void 0&&(C.can_start||C.can_stop),o=H4(C)?N1(C,"switch.override_backend"):void 0;return!i&&o===void 0&&(r===void 0||!C.boosted)?p:a`
      <footer>
        ${o!==void 0?a`<button
                class="button"
                ?disabled=${this.pending.override!==void 0}
                @click=${()=>{this.act("override","on","switch","turn_on",{entity_id:o})}}
              >
                ${H("card_override")}
              </button>`:p}
        ${o===void 0&&r!==void 0&&(C.boosted||C.mode==="solar"||C.mode==="min_solar")?a`<button
                class="button"
                ?disabled=${this.pending.boost!==void 0}
                @click=${()=>{this.act("boost",String(!C.boosted),"button","press",{entity_id:r})}}
              >
                ${c(g3)} ${H(C.boosted?"card_end_boost":"card_boost")}
              </button>`:p}
        ${i?a`<button
                class="button ${t?"primary":""}"
                ?disabled=${M}
                @click=${()=>{this.act("charging",t?"on":"off","switch",t?"turn_on":"turn_off",{entity_id:L})}}
              >
                ${c(t?c3:w3)} ${H(t?"card_start":"card_stop")}
              </button>`:p}
      </footer>
    `}overrides({entities:C}){return this.hass?.states[C["switch.override_backend"]??""]?.state==="on"}edit(C){this.editing=C}async act(C,H,L,r,M){this.error=null,this.pending={...this.pending,[C]:H};let t=()=>{this.pending[C]===H&&(this.pending=Object.fromEntries(Object.entries(this.pending).filter(([i])=>i!==C)))};try{await this.hass?.callService(L,r,M),setTimeout(t,this.isDone(C,H)?0:Y7)}catch(i){this.error=T(i),t()}}isDone(C,H){let{connector:L}=this;if(L===void 0)return!0;switch(C){case"mode":return L.mode===H;case"armed":return L.plan?.armed===(H==="on");case"charging":return H==="on"?L.can_stop:L.can_start;case"boost":return L.boosted===(H==="true");case"override":return this.overrides(L);case"vehicle":return this.hass?.states[L.entities["select.vehicle"]??""]?.state===H}}willUpdate(){let C=Object.entries(this.pending),H=C.filter(([L,r])=>!this.isDone(L,r));H.length!==C.length&&(this.pending=Object.fromEntries(H))}async refreshPlan(){let{hass:C,connector:H}=this;if(C===void 0||H?.plan==null||this.config?.show_plan===!1)return;let L=C.states[H.entities["sensor.charge_plan"]??""],r=JSON.stringify([H.device_id,H.plan,H.mode,L?.state,L?.attributes]),M=Date.now()-this.planTime>=Z0-1e3;if(!(r===this.planKey&&!M)){this.planKey=r,this.planTime=Date.now();try{let t=await C.callWS({type:"ocpp_cs/plan",device_id:H.device_id});this.planKey===r&&(this.plan=t)}catch{this.plan=null}}}fire(C,H){this.dispatchEvent(new CustomEvent(C,{detail:H,bubbles:!0,composed:!0}))}};X.styles=c0,m([Z({attribute:!1})],X.prototype,"hass",2),m([u()],X.prototype,"config",2),m([u()],X.prototype,"plan",2),m([u()],X.prototype,"editing",2),m([u()],X.prototype,"error",2),m([u()],X.prototype,"pending",2),m([u()],X.prototype,"resting",2),X=m([y(R1)],X);function H4({limited_by:e,state:V}){return e!==null&&V!==null&&V!=="charging"&&V!=="not_plugged_in"}function N1({entities:e,hidden:V},C){return V.includes(C)?void 0:e[C]}function V4({id:e},V){let C=Object.values(V.devices).find(L=>L?.identifiers.some(([,r])=>r===e));return Object.values(V.entities).find(L=>L?.device_id===C?.id&&C!==void 0&&L?.entity_id.startsWith("switch."))?.entity_id}function L4(e,V){return e?.picture?a`<img src=${e.picture} alt="" />`:e?.icon?a`<ha-icon .icon=${e.icon}></ha-icon>`:c(V.session===null&&V.vehicle_id===null?q1:Y5)}window.customCards??=[];window.customCards.push({type:R1,get name(){return t1(c1())("card_name")},get description(){return t1(c1())("card_description")},preview:!0,documentationURL:"https://github.com/ocpp-cs/ocpp_cs/blob/main/docs/dashboard.md",getEntitySuggestion:H5});var e4="ocpp_cs",S0=3;function h0(e,V,C){let H=$(V),L=e.filter(({entry_id:t})=>(C.entry_id??t)===t),r=C.entry_id===void 0?{}:{entry_id:C.entry_id},M=t=>({title:H(`board.${t}`),path:t,type:"sections",max_columns:S0,sections:[{type:"grid",column_span:S0,cards:[{type:`custom:ocpp-cs-${t}-card`,...r}]}]});return{title:H("board.title"),views:[r4(L,H,V,r),M("plans"),M("sessions"),M("chargers")]}}function r4(e,V,C,H){let L=e.flatMap(t=>t.connectors),r=Math.min(Math.max(L.length,2),4),M=L.length>0?{type:"custom:ocpp-cs-flow-card",...H}:{type:"custom:ocpp-cs-empty-card",...H};return{title:V("now"),path:"now",type:"sections",max_columns:r,sections:[{type:"grid",column_span:L.length===1?1:r,cards:[M]},...B2(L,C).map(M4)]}}function M4(e){return{type:"grid",cards:[{type:"custom:ocpp-cs-card",device_id:e.device_id}]}}function w5(e){return Object.values(e.devices).filter(V=>V?.identifiers.some(([C])=>C===e4)??!1).map(({id:V,area_id:C})=>`${V} ${C??""}`).sort().join(`
`)}var t4=1e4;async function i4(e){let V=S5(e.connection);return new Promise(C=>{let H,L=()=>{V.servers===null&&V.error===null||M()},r=setTimeout(()=>{M()},t4),M=()=>{clearTimeout(r),H?.(),H=void 0,C(V.servers??[])};H=V.listen(L),L()})}var _5=class extends HTMLElement{static async generate(V,C){return h0(await i4(C),C,V)}static shouldRegenerate(V,C,H){return C.devices===H.devices&&C.areas===H.areas&&C.language===H.language?!1:C.language!==H.language||w5(C)!==w5(H)}static getCreateSuggestions(V){return{title:$(V)("board.title"),icon:"mdi:ev-station"}}};function o4(e){window.customStrategies??=[],!window.customStrategies.some(({type:V})=>V==="ocpp-cs")&&window.customStrategies.push({type:"ocpp-cs",strategyType:"dashboard",get name(){return t1(e())("board.title")},get description(){return t1(e())("board.description")},documentationURL:"https://github.com/ocpp-cs/ocpp_cs/blob/main/docs/dashboard.md"})}customElements.define("ll-strategy-dashboard-ocpp-cs",_5);o4(c1);function a4(e,V){return e===void 0||V===void 0?e!==V:["connection","language","locale","config","areas","user"].some(C=>e[C]!==V[C])}var e1=class extends F{get text(){return $(this.hass??{language:"en"})}get format(){return d1(this.hass??{language:"en",config:{time_zone:"UTC"}})}};m([Z({attribute:!1,hasChanged:a4})],e1.prototype,"hass",2);var Y=class extends e1{setConfig(V){this.config=V}getCardSize(){return 8}getGridOptions(){return{columns:"full",rows:"auto"}}};function g0(e,V){e.dispatchEvent(new CustomEvent("hass-more-info",{detail:{entityId:V},bubbles:!0,composed:!0}))}function n4(e){history.pushState(null,"",e),window.dispatchEvent(new CustomEvent("location-changed",{detail:{replace:!1}}))}function I1(e){let{currentTarget:V}=e;V instanceof HTMLAnchorElement&&(e.defaultPrevented||e.button!==0||e.metaKey||e.ctrlKey||e.shiftKey||(e.preventDefault(),n4(V.pathname+V.search)))}var A4=3e4,d4="/config/integrations/integration/ocpp_cs",y1=class extends Y{constructor(){super(...arguments);this.error=null;this.live=new W(this,()=>this.hass)}connectedCallback(){super.connectedCallback(),this.timer=setInterval(()=>{document.hidden||this.load()},A4)}disconnectedCallback(){super.disconnectedCallback(),clearInterval(this.timer)}willUpdate(){if(this.hass===void 0)return;let C=this.live.connectors.map(({device_id:H,online:L,state:r})=>`${H} ${L} ${r}`).join();C!==this.seen&&(this.seen=C,this.load())}async load(){if(this.hass!==void 0)try{let{chargers:C}=await this.hass.callWS({type:"ocpp_cs/chargers"});this.chargers=C.filter(({entry_id:H})=>(this.config?.entry_id??H)===H),this.error=null}catch(C){this.error=L1(C)==="unknown_command"?this.text("no_server"):L1(C)==="unauthorized"?this.text("not_allowed"):this.text("no_answer",{error:T(C)})}}render(){let{chargers:C,error:H}=this;if(H!==null)return a`<div class="page"><ha-card class="message" role="alert">${H}</ha-card></div>`;if(C===void 0)return a`<div class="page" aria-busy="true"><ha-card class="message"></ha-card></div>`;let L=this.hass?.user?.is_admin===!0;return a`<div class="page">
      <header>
        <h2>${this.summary(C)}</h2>
        ${L?a`<a class="button" href=${d4} @click=${I1}
                >${c(u2)}${this.text("board.add_charger")}</a
              >`:p}
      </header>
      <div class="chargers">${C.map(r=>this.renderCharger(r,L))}</div>
    </div>`}summary(C){if(C.length===0)return this.text("board.no_chargers");let H=C.filter(M=>M.online).length,L=C.filter(({problems:M,issues:t})=>M.length>0||t.length>0).length,r=H===C.length?this.text(H>1?"board.some_online":"board.all_online_one",{online:H,count:H}):this.text("board.some_online",{online:H,count:C.length});return L===0?r:`${r}, ${this.text("board.need_attention",{count:L})}`}renderCharger(C,H){let L=C.area_id===null?void 0:this.hass?.areas?.[C.area_id]?.name,r=[C.vendor,C.model].filter(i=>i!==null&&i!=="").join(" "),M=[[this.text("board.firmware"),C.firmware],[this.text("board.serial"),C.serial_number],[this.text("board.version"),C.ocpp_version===null?null:`OCPP ${C.ocpp_version}`],[this.text("board.address"),C.address],[this.text("board.protection"),this.renderProtection(C)],[this.text("board.signal"),C.signal_dbm===null?null:this.renderSignal(C.signal_dbm)]],t=a`<span class="disc">${c(q1)}<i></i></span>
      <span class="words">
        <span class="name">${C.name}</span>
        <span class="weak">${[r,L].filter(i=>i!==void 0&&i!=="").join(" · ")}</span>
      </span>`;return a`<ha-card class=${C.online?"online":"offline"}>
      ${H?a`<a class="head" href=${`/config/devices/device/${C.device_id}`} @click=${I1}
              >${t}${c(v2)}</a
            >`:a`<div class="head">${t}</div>`}
      <p class="state">
        <b>${this.text(C.online?"board.online":"board.offline_now")}</b>${C.since===null?p:a`<span class="weak">
                ${this.text(C.online?"board.since":"board.last_seen",{time:this.format.dayAndTime(C.since)})}</span
              >`}
      </p>
      <ul class="connectors">
        ${C.connectors.map(({connector_id:i,state:o})=>{let n=`state.${o??"unknown"}`;return a`<li>
            ${C.connectors.length>1?a`<span class="weak">${i}</span>`:p}
            ${I(n)?this.text(n):o??"–"}
          </li>`})}
      </ul>
      ${C.problems.map(({connector_id:i,error:o})=>a`<p class="alert error">
            ${c(X5)}${C.connectors.length>1?`${this.text("board.connector",{number:i})}: `:""}${o}
          </p>`)}
      ${C.issues.length===0?p:a`<p class="alert">
              ${c(T3)}${H?a`<a href="/config/repairs" @click=${I1}
                      >${this.text("board.repairs_count",{count:C.issues.length})}</a
                    >`:this.text("board.repairs_count",{count:C.issues.length})}
            </p>`}
      ${C.problems.length===0&&C.issues.length===0&&C.online?a`<p class="fine">${c(J5)}${this.text("board.fine")}</p>`:p}
      <dl>
        ${M.map(([i,o])=>o===null||o===""?p:a`<div>
                <dt>${i}</dt>
                <dd>${o}</dd>
              </div>`)}
      </dl>
    </ha-card>`}renderProtection({security_level:C,encrypted:H}){let L=H?C===3?f3:s3:m3,r=C===null?null:`board.level_${C}`;return a`<span class="with"
      >${c(L)}${r!==null&&I(r)?this.text(r):this.text(H?"board.encrypted":"board.not_encrypted")}</span
    >`}renderSignal(C){let H=C>=-60?y3:C>=-70?O3:C>=-80?b3:k3;return a`<span class="with">${c(H)}${this.format.number(C)} dBm</span>`}};y1.styles=[..._,D,f`
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
    `],m([u()],y1.prototype,"chargers",2),m([u()],y1.prototype,"error",2),y1=m([y("ocpp-cs-chargers-card")],y1);var n2=class extends Y{constructor(){super(...arguments);this.live=new W(this,()=>this.hass)}render(){let C=this.live.error==="unknown_command";return a`<ha-card>
      ${c(a3)}
      <h2>${this.text("board.no_chargers")}</h2>
      <p class="weak">${this.text(C?"no_server":"board.first_charger")}</p>
      ${this.hass?.user?.is_admin===!0?a`<a class="button primary" href="/config/integrations/integration/ocpp_cs" @click=${I1}
              >${c(u2)}${this.text("board.add_charger")}</a
            >`:p}
    </ha-card>`}};n2.styles=[..._,D,f`
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
    `],n2=m([y("ocpp-cs-empty-card")],n2);var{I:p4}=X3,f0=e=>e;var O0=e=>e.strings===void 0,b0=()=>document.createComment(""),U1=(e,V,C)=>{let H=e._$AA.parentNode,L=V===void 0?e._$AB:V._$AA;if(C===void 0){let r=H.insertBefore(b0(),L),M=H.insertBefore(b0(),L);C=new p4(r,M,e,e.options)}else{let r=C._$AB.nextSibling,M=C._$AM,t=M!==e;if(t){let i;C._$AQ?.(e),C._$AM=e,C._$AP!==void 0&&(i=e._$AU)!==M._$AU&&C._$AP(i)}if(r!==L||t){let i=C._$AA;for(;i!==r;){let o=f0(i).nextSibling;f0(H).insertBefore(i,L),i=o}}}return C},u1=(e,V,C=e)=>(e._$AI(V,C),e),l4={},I2=(e,V=l4)=>e._$AH=V,y0=e=>e._$AH,U2=e=>{e._$AR(),e._$AA.remove()};var k0=(e,V,C)=>{let H=new Map;for(let L=V;L<=C;L++)H.set(e[L],L);return H},w0=W1(class extends x1{constructor(e){if(super(e),e.type!==C1.CHILD)throw Error("repeat() can only be used in text expressions")}dt(e,V,C){let H;C===void 0?C=V:V!==void 0&&(H=V);let L=[],r=[],M=0;for(let t of e)L[M]=H?H(t,M):M,r[M]=C(t,M),M++;return{values:r,keys:L}}render(e,V,C){return this.dt(e,V,C).values}update(e,[V,C,H]){let L=y0(e),{values:r,keys:M}=this.dt(V,C,H);if(!Array.isArray(L))return this.ut=M,r;let t=this.ut??=[],i=[],o,n,A=0,d=L.length-1,l=0,v=r.length-1;for(;A<=d&&l<=v;)if(L[A]===null)A++;else if(L[d]===null)d--;else if(t[A]===M[l])i[l]=u1(L[A],r[l]),A++,l++;else if(t[d]===M[v])i[v]=u1(L[d],r[v]),d--,v--;else if(t[A]===M[v])i[v]=u1(L[A],r[v]),U1(e,i[v+1],L[A]),A++,v--;else if(t[d]===M[l])i[l]=u1(L[d],r[l]),U1(e,L[A],L[d]),d--,l++;else if(o===void 0&&(o=k0(M,l,v),n=k0(t,A,d)),o.has(t[A]))if(o.has(t[d])){let s=n.get(M[l]),h=s!==void 0?L[s]:null;if(h===null){let S=U1(e,L[A]);u1(S,r[l]),i[l]=S}else i[l]=u1(h,r[l]),U1(e,L[A],h),L[s]=null;l++}else U2(L[d]),d--;else U2(L[A]),A++;for(;l<=v;){let s=U1(e,i[v+1]);u1(s,r[l]),i[l++]=s}for(;A<=d;){let s=L[A++];s!==null&&U2(s)}return this.ut=M,I2(e,i),R}});function P5(e,V){let C=e.battery_w??0,H=e.grid_w??0,L=V.filter(s=>(s.power_w??0)>0).map(s=>({key:A2(s),kind:"car",watts:s.power_w??0,connector:s})),r=V.reduce((s,{power_w:h})=>s+Math.max(-(h??0),0),0),M=[],t=s4(e,G1(L)-r);t!==null&&M.push({key:"home",kind:"home",watts:t,connector:null}),M.push(...L),C<0&&M.push({key:"battery",kind:"battery",watts:-C,connector:null}),H<0&&M.push({key:"grid",kind:"grid",watts:-H,connector:null});let i=Math.max(e.solar_w??v4(e,M,r),0),o=new Map(M.map(s=>[s.key,s.watts])),n=[],A=(s,h,S)=>{let w=M.filter(O=>S.includes(O.kind)&&(o.get(O.key)??0)>0),b=w.reduce((O,Q)=>O+(o.get(Q.key)??0),0),x=Math.min(h,b);if(x<=0)return h;for(let O of w){let Q=o.get(O.key)??0,$1=x*Q/b;o.set(O.key,Q-$1),n.push({from:s,to:O.key,watts:$1})}return h-x},d=A("sun",i,["home","car"]);d=A("sun",d,["battery"]),A("sun",d,["grid"]),d=A("car",r,["home","car"]),d=A("car",d,["battery"]),A("car",d,["grid"]),d=A("battery",Math.max(C,0),["home","car"]),A("battery",d,["grid"]),d=A("grid",Math.max(H,0),["home","car"]),A("grid",d,["battery"]);let l=[];(e.solar_w!==null||i>0)&&l.push({key:"sun",watts:i}),r>0&&l.push({key:"car",watts:r}),e.battery_w!==null&&C>=0&&l.push({key:"battery",watts:C}),e.grid_w!==null&&H>=0&&l.push({key:"grid",watts:H});let v=[...o.values()].reduce((s,h)=>s+h,0);return(e.grid_w===null?v>0:v>Math.max(60,.05*G1(M)))&&(A("unknown",v,["home","car","battery","grid"]),l.push({key:"unknown",watts:v})),{sources:l,uses:M,flows:n,...m4(e,M,n)}}function m4(e,V,C){if(e.grid_w===null)return{sunShare:null,carSunShare:null};let H=L=>{let r=V.filter(o=>L.includes(o.kind)),M=G1(r);if(M<=0)return null;let t=new Set(r.map(o=>o.key)),i=C.filter(o=>(o.from==="sun"||o.from==="battery")&&t.has(o.to));return G1(i)/M};return{sunShare:H(["home","car"]),carSunShare:H(["car"])}}function s4(e,V){if(e.grid_w===null&&e.home_w===null)return null;let C=e.home_w??(e.solar_w??0)+(e.battery_w??0)+(e.grid_w??0)-V;return C<=0&&e.solar_w===null?null:Math.max(C,0)}function v4({grid_w:e,battery_w:V},C,H){if(e===null)return 0;let L=G1(C)-Math.max(e,0)-Math.max(V??0,0)-H;return L>Math.max(60,.05*G1(C))?L:0}function A2(e){return`${e.charge_point_id}/${e.connector_id}`}function G1(e){return e.reduce((V,{watts:C})=>V+C,0)}function _0(e){let{name:V,charger_name:C,place_name:H,connector_id:L}=e,r=V.endsWith(String(L));return H!==V&&r?`${C} ${L}`:V}function P0(e,V,C,{width:H,row:L,most:r,bar:M}){let t=Math.max(C.reduce((S,w)=>S+w.watts,0),1),i=S=>S>0?Math.max(S/t*r,3):0,o=(S,w)=>{let b=0;return{placed:S.map(O=>{let $1=C.filter(X2=>X2[w]===O.key).reduce((X2,X0)=>X2+i(X0.watts),0),E5=Math.max(L,$1+14),z5=b+E5/2;return b+=E5,{...O,y:z5,top:z5-$1/2,height:$1}}),height:b}},n=o(e,"from"),A=o(V,"to"),d=Math.max(n.height,A.height,L);for(let S of[n,A]){let w=(d-S.height)/2;for(let b of S.placed)b.y+=w,b.top+=w}let l=new Map(n.placed.map(S=>[S.key,S.top])),v=new Map(A.placed.map(S=>[S.key,S.top])),s=new Map(V.map((S,w)=>[S.key,w])),h=[];for(let S of e){let w=C.filter(b=>b.from===S.key&&b.watts>0).sort((b,x)=>(s.get(b.to)??0)-(s.get(x.to)??0));for(let b of w){let x=l.get(b.from),O=v.get(b.to);if(x===void 0||O===void 0)continue;let Q=i(b.watts);l.set(b.from,x+Q),v.set(b.to,O+Q),h.push({...b,thickness:Q,...x4(M,H-M,x,O,Q)})}}return{height:d,sources:n.placed,uses:A.placed,bands:h}}function x4(e,V,C,H,L){let r=(e+V)/2,M=o=>o.toFixed(1),t=(o,n,A)=>`C${M(r)} ${M(o)} ${M(r)} ${M(A)} ${M(n)} ${M(A)}`,i=L/2;return{path:`M${M(e)} ${M(C)}${t(C,V,H)}L${M(V)} ${M(H+L)}${t(H+L,e,C+L)}Z`,middle:`M${M(e)} ${M(C+i)}${t(C+i,V,H+i)}`}}var u4=52,c4=190,T5=6,B5=520,Z4={sun:c2,car:L5,battery:V5,grid:r5,unknown:p3},S4={home:l3,car:L5,battery:V5,grid:r5},T0={sun:"var(--ocpp-cs-sun)",car:"var(--ocpp-cs-charging)",battery:"var(--ocpp-cs-battery)",grid:"var(--ocpp-cs-grid)",unknown:"var(--ocpp-cs-unknown)"},h4={home:"var(--ocpp-cs-home)",car:"var(--ocpp-cs-charging)",battery:"var(--ocpp-cs-battery-in)",grid:"var(--ocpp-cs-export)"},k1=class extends e1{constructor(){super(...arguments);this.width=0;this.observer=new ResizeObserver(([C])=>{C&&(this.width=Math.round(C.contentRect.width))})}connectedCallback(){super.connectedCallback(),this.observer.observe(this)}disconnectedCallback(){super.disconnectedCallback(),this.observer.disconnect()}render(){let{server:C}=this;if(C===void 0||this.width===0)return p;let H=P5(C.house,C.connectors);if(H.sources.length===0&&H.uses.length===0)return p;let L=this.width<B5,[r,M]=L?[96,104]:[150,190],t=Math.max(this.width-r-M,60),i=P0(H.sources,H.uses,H.flows,{width:t,row:u4,most:Math.min(c4,this.width/3),bar:T5}),o=new Map(H.uses.map(n=>[n.key,n]));return a`
      <div class="flow ${L?"narrow":""}" style=${k({blockSize:`${i.height}px`})}>
        <ul class="left" style=${k({inlineSize:`${r}px`})} aria-label=${this.text("board.from")}>
          ${i.sources.map((n,A)=>this.renderSource(n,H.sources[A]))}
        </ul>
        <svg
          class="bands"
          style=${k({insetInlineStart:`${r}px`,inlineSize:`${t}px`})}
          viewBox="0 0 ${t} ${i.height}"
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          ${w0(i.bands,n=>`${n.from} ${n.to}`,n=>this.renderBand(n,o.get(n.to),t))}
          ${i.sources.map(n=>this.renderBar(n,0,Q1(n.key)))}
          ${i.uses.map(n=>this.renderBar(n,t-T5,Q1(o.get(n.key))))}
        </svg>
        <ul class="right" style=${k({inlineSize:`${M}px`})} aria-label=${this.text("board.to")}>
          ${i.uses.map(n=>this.renderUse(n,o.get(n.key)))}
        </ul>
      </div>
    `}renderBar(C,H,L){return C.height<=0?p:g`<rect
      x=${H} y=${C.top} width=${T5} height=${C.height} rx="3" style=${`fill: ${L}`}
    ></rect>`}renderBand(C,H,L){let r=`${C.from}-${(H?.key??"").replaceAll(/[^\w-]/g,"_")}`,M=Math.max(1.2,Math.min(7,4.6-.28*(C.watts/1e3)));return g`
      <linearGradient id=${r} gradientUnits="userSpaceOnUse" x1="0" y1="0" x2=${L} y2="0">
        <stop offset="0" style=${`stop-color: ${Q1(C.from)}`}></stop>
        <stop offset="1" style=${`stop-color: ${Q1(H)}`}></stop>
      </linearGradient>
      <path class="band" d=${C.path} fill="url(#${r})"></path>
      <path
        class="pulse"
        d=${C.middle}
        pathLength="100"
        stroke="url(#${r})"
        stroke-width=${Math.min(Math.max(C.thickness*.45,2),9)}
        style=${`animation-duration: ${M.toFixed(2)}s`}
      ></path>
    `}renderSource(C,H){if(H===void 0)return p;let L=this.server?.house,r=H.key==="battery"?L?.battery_soc??null:null,M={sun:this.text("sun"),car:this.text("board.vehicles"),battery:this.batteryName,grid:this.text("grid"),unknown:this.text(L?.grid_w===null?"board.supply":"unknown")};return this.renderNode({node:C,idle:H.watts<1,color:Q1(H.key),path:Z4[H.key==="unknown"&&L?.grid_w===null?"grid":H.key],name:M[H.key],detail:r===null?null:this.format.percent(r/100)})}renderUse(C,H){if(H===void 0)return p;let{connector:L}=H,r=this.server?.house,M={home:this.text("house"),car:"",battery:this.batteryName,grid:this.text("grid_export")};return this.renderNode({node:C,idle:H.watts<1,color:Q1(H),path:S4[H.kind],name:L===null?M[H.kind]:this.width<B5?_0(L):L.place_name,detail:L!==null?L.who.name:H.kind==="battery"&&r&&r.battery_soc!==null?this.format.percent(r.battery_soc/100):null,connector:L})}get batteryName(){return this.text(this.width<B5?"board.battery_short":"battery")}renderNode({node:C,idle:H,color:L,path:r,name:M,detail:t,connector:i=null}){let{value:o,unit:n}=this.format.powerParts(C.watts),A=a`
      <span class="disc" style=${k({"--color":L})}>${c(r)}</span>
      <span class="words">
        <span class="name">${M}</span>
        <span class="power number">${o}<small> ${n}</small></span>
        ${t===null?p:a`<span class="detail">${t}</span>`}
      </span>
    `,d=i?.entities["sensor.power"];return a`<li class=${H?"idle":""} style=${k({insetBlockStart:`${C.y}px`})}>
      ${d===void 0?a`<div class="node">${A}</div>`:a`<button
              class="node"
              type="button"
              @click=${()=>{g0(this,d)}}
            >
              ${A}
            </button>`}
    </li>`}};k1.styles=[..._,f`
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
    `],m([Z({attribute:!1})],k1.prototype,"server",2),m([u()],k1.prototype,"width",2),k1=m([y("ocpp-cs-flow")],k1);function Q1(e){return typeof e=="object"?h4[e.kind]:T0[e??""]??T0.unknown}var d2=class extends Y{constructor(){super(...arguments);this.live=new W(this,()=>this.hass)}render(){let{servers:C,error:H}=this.live;if(C===null)return H===null?a`<ha-card><p class="weak">${this.text("loading")}…</p></ha-card>`:p;let L=C.filter(({entry_id:r})=>(this.config?.entry_id??r)===r);return a`${L.filter(r=>r.connectors.length>0).map(r=>this.renderServer(r,L.length>1))}`}renderServer(C,H){let L=P5(C.house,C.connectors);return a`<ha-card>
      <header>
        <h2>${this.headline(C,L)}</h2>
        ${H?a`<span class="weak">${C.title}</span>`:p}
        <ul class="chips">
          ${this.renderChips(C,L).map(r=>a`<li>${r}</li>`)}
        </ul>
      </header>
      <ocpp-cs-flow .hass=${this.hass} .server=${C}></ocpp-cs-flow>
    </ha-card>`}headline({house:C,connectors:H},L){let r=H.filter(o=>(o.power_w??0)>0).length,M=$5(H,-1),t=M>0?$5(H,1):C.chargers_w??$5(H,1),i=this.format.power(t);if(r>0&&L.carSunShare!==null){let o=Math.round(L.carSunShare*100),n=o>=99?"board.charging_all_sun":o>0?"board.charging_sun":"board.charging_grid";return this.text(n,{power:i,share:o})}return r>0?this.text("board.charging",{power:i}):M>0?this.text("board.supplying",{power:this.format.power(M)}):(C.grid_w??0)<-100?this.text("board.exporting",{power:this.format.power(-(C.grid_w??0))}):L.sunShare!==null&&L.sunShare>.01?this.text("board.house_sun",{share:Math.round(L.sunShare*100)}):this.text("board.nothing_charges")}renderChips({house:C,currency:H},L){let r=[];return C.price!==null&&r.push(this.format.price(C.price,H)),L.sunShare!==null&&r.push(this.text("board.sun_share",{share:Math.round(L.sunShare*100)})),C.hold_battery===!0&&r.push(this.text("battery_held")),r}};d2.styles=[..._,f`
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
    `],d2=m([y("ocpp-cs-flow-card")],d2);function $5(e,V){return e.reduce((C,{power_w:H})=>C+Math.max(V*(H??0),0),0)}var G=class extends e1{firstUpdated(){this.dialog?.showModal(),this.dialog?.addEventListener("click",V=>{V.target===V.currentTarget&&this.close()}),this.heading?.focus()}close(){this.dialog?.close()}renderDialog(V,C){return a`<dialog
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
            ${c(x2)}
          </button>
        </header>
        ${C}
      </div>
    </dialog>`}static{this.dialogStyles=[..._,D,f`
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
      }
      /* It has the focus on opening, and is no field. */
      h2:focus-visible {
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
    `]}};m([e2("dialog")],G.prototype,"dialog",2),m([e2("#title")],G.prototype,"heading",2);var w1=class extends G{constructor(){super(...arguments);this.done=()=>{this.close()}}render(){let{connector:C}=this;return C===void 0?p:this.renderDialog(C.place_name,a`<ocpp-cs-plan-editor
        .hass=${this.hass}
        .connector=${C}
        .currency=${this.server?.currency??""}
        .capacity=${this.server?.vehicles.find(({id:H})=>H===C.vehicle_id)?.capacity_kwh??null}
        @ocpp-cs-plan-saved=${this.done}
        @ocpp-cs-plan-closed=${this.done}
      ></ocpp-cs-plan-editor>`)}};w1.styles=G.dialogStyles,m([Z({attribute:!1})],w1.prototype,"connector",2),m([Z({attribute:!1})],w1.prototype,"server",2),w1=m([y("ocpp-cs-plan-dialog")],w1);function _1(e,V){let C=Math.max(V-e,1e-9),H=V===0&&e===0?.25:C/4,L=10**Math.floor(Math.log10(H)),r=([1,2,2.5,5,10].find(n=>n*L>=H)??10)*L,[M,t]=[Math.floor(e/r),Math.max(Math.ceil(V/r),Math.floor(e/r)+1)],i=Array.from({length:t-M+1},(n,A)=>(M+A)*r),o=[0,1].find(n=>Number.isInteger(Number((r*10**n).toFixed(6))))??2;return{ticks:i,low:M*r,high:t*r,digits:o}}var T1=36e5,R5=84,K1=40,g4=6e4,f4=100,P1=class extends Y{constructor(){super(...arguments);this.views=new Map;this.asked=new Map;this.live=new W(this,()=>this.hass);this.closed=()=>{this.edited=void 0,this.asked.clear(),this.requestUpdate()}}connectedCallback(){super.connectedCallback(),this.timer=setInterval(()=>{this.asked.clear(),this.requestUpdate()},g4)}disconnectedCallback(){super.disconnectedCallback(),clearInterval(this.timer)}get connectors(){let{entry_id:C}=this.config??{};return this.live.connectors.filter(H=>H.plan!==null&&(C??H.entry_id)===H.entry_id)}willUpdate(){for(let C of this.connectors){let H=A2(C),L=JSON.stringify([C.plan,C.vehicle_id,C.soc]);this.asked.get(H)!==L&&(this.asked.set(H,L),this.ask(C))}}async ask(C){let H=null;try{H=await this.hass?.callWS({type:"ocpp_cs/plan",device_id:C.device_id})??null}catch{}this.views=new Map(this.views).set(A2(C),H)}render(){let{servers:C,error:H}=this.live;if(C===null&&H===null)return a`<div class="page"><ha-card class="wait"></ha-card></div>`;let L=this.connectors.map(d=>({connector:d,view:this.views.get(A2(d))}));if(L.length===0)return a`<div class="page">
        <ha-card class="empty"
          >${c(s2)}
          <p>${this.text(H===null?"board.no_plans":"no_server")}</p></ha-card
        >
      </div>`;let r=b4(L,Date.now()),M=L.flatMap(({view:d})=>d?[d]:[]),t=B0(M.map(d=>d.prices)),i=B0(M.map(d=>d.sun)),o=M[0]?.currency??null,n=t.map(({price:d})=>d),A=this.text("board.price_range",{low:this.format.money(Math.min(...n),o),high:this.format.price(Math.max(...n),o)});return a`
      <div class="page">
        <ha-card>
          <div class="lanes" style=${k({"--now":`${r1(Date.now(),r)}%`})}>
            <div class="label head">
              <h2>${this.text("board.next_hours")}</h2>
              <ul class="legend">
                ${t.length>0?a`<li>
                        <i class="price"></i><span>${this.text("price")} <span class="number">${A}</span></span>
                      </li>`:p}
                ${i.length>0?a`<li><i class="sun"></i>${this.text("board.sun_forecast")}</li>`:p}
                <li><i class="slot"></i>${this.text("charging")}</li>
              </ul>
            </div>
            <div class="track">${this.renderOutlook(r,t,i,o)}${this.renderHours(r)}</div>
            ${L.map(d=>this.renderPlace(d,r))}
          </div>
        </ha-card>
      </div>
      ${this.edited===void 0?p:a`<ocpp-cs-plan-dialog
              .hass=${this.hass}
              .connector=${this.live.connector(this.edited.device_id,this.edited.connector_id)??this.edited}
              .server=${this.live.server(this.edited.entry_id)}
              @ocpp-cs-closed=${this.closed}
            ></ocpp-cs-plan-dialog>`}
    `}renderOutlook(C,H,L,r){if(H.length===0&&L.length===0)return a`<p class="weak nothing">${this.text("board.no_outlook")}</p>`;let M=H.filter(({start:l,end:v})=>Date.parse(v)>C.from&&Date.parse(l)<C.to),t=M.map(({price:l})=>l),[i,o]=[Math.min(...t),Math.max(...t)],n=_1(Math.min(0,i),Math.max(o,.01)),A=l=>(n.high-l)/(n.high-n.low)*R5,d=M.length===0?this.text("board.sun_forecast"):this.text("board.prices_told",{low:this.format.price(i,r),high:this.format.price(o,r)});return a`${M.length===0?p:a`<svg
            class="outlook"
            viewBox="0 0 1000 ${R5}"
            preserveAspectRatio="none"
            role="img"
            aria-label=${d}
          >
            ${M.map(({start:l,end:v,price:s})=>{let[h,S]=[r1(l,C)*10,r1(v,C)*10],w=o>i?(s-i)/(o-i):.5,[b,x]=[Math.min(A(s),A(0)),Math.max(A(s),A(0))];return g`<rect
                class="bar" x=${h+.8} y=${b} width=${Math.max(S-h-1.6,.5)} height=${Math.max(x-b,1)}
                style=${`fill: ${O4(w)}`}
              ><title>${this.format.soon(l)}: ${this.format.price(s,r)}</title></rect>`})}
          </svg>`}
    ${L.length===0?p:a`<svg class="outlook forecast" viewBox="0 0 1000 ${K1}" preserveAspectRatio="none" aria-hidden="true">
            ${this.renderSun(C,L)}
          </svg>`}`}renderSun(C,H){let L=Math.max(...H.map(({power_w:i})=>i),1e3),r=H.filter(({start:i,end:o})=>Date.parse(o)>C.from&&Date.parse(i)<C.to).map(({start:i,end:o,power_w:n})=>`${((r1(i,C)+r1(o,C))*5).toFixed(1)} ${(K1-n/L*(K1-4)).toFixed(1)}`),[M,t]=[r[0]?.split(" ")[0],r.at(-1)?.split(" ")[0]];return M===void 0||t===void 0?p:g`<path class="sun" d="M${M} ${K1}L${r.join("L")}L${t} ${K1}Z"></path>`}renderHours(C){let H=[],r=(C.to-C.from)/T1>30?6:3;for(let{time:M,hour:t}of P2(C.from,C.to,this.format.zones.user)){let i=`${r1(M,C)}%`;t===0?H.push(a`<span class="day" style=${k({insetInlineStart:i})}
            >${this.format.date(new Date(M),{weekday:"short"})}</span
          >`):t%r===0&&r1(M,C)<98&&H.push(a`<span style=${k({insetInlineStart:i})}>${this.format.axisHour(new Date(M))}</span>`)}return a`<div class="hours" aria-hidden="true">${H}</div>`}renderPlace({connector:C,view:H},L){let r=C.plan,M=r?.armed===!0&&p1(C),t=M?(H?.slots??[]).filter(({end:A})=>Date.parse(A)>L.from):[],i=Math.max(...t.map(({power_w:A})=>A),1),o=H?.ready_by??r?.ready_by??null,n=C.who.name;return a`
      <div class="label">
        <div class="words">
          <h3>${C.place_name}</h3>
          <span class="weak">${this.aimOf(C)}${n===null?"":` · ${n}`}</span>
        </div>
        <button
          class="round"
          type="button"
          aria-label=${this.text("board.change_plan",{name:C.place_name})}
          title=${this.text("board.change_plan",{name:C.place_name})}
          @click=${()=>{this.change(C)}}
        >
          ${c(u3)}
        </button>
      </div>
      <div class="track lane">
        <div
          class="line"
          role=${t.length>0?"list":p}
          aria-label=${t.length>0?this.text("board.slots_of",{name:C.place_name}):p}
        >
          ${M?p:this.renderNow(C)}
          ${t.map(({start:A,end:d,power_w:l,sun_w:v,price:s})=>{let[h,S]=[r1(A,L),r1(d,L)],w=[`${this.format.soon(A)} – ${this.format.time(d)}`,this.format.power(l),...s===null?[]:[this.format.price(s,H?.currency??null)]].join(", ");return a`<span
              class="slot"
              role="listitem"
              title=${w}
              aria-label=${w}
              style=${k({insetInlineStart:`${h}%`,inlineSize:`calc(${Math.max(S-h,.3)}% + 0.5px)`,blockSize:`${Math.max(l/i*100,30)}%`,"--sun":`${Math.round(Math.min(v,l)/Math.max(l,1)*100)}%`})}
            ></span>`})}
          ${o===null||r?.armed!==!0||Date.parse(o)>L.to||Date.parse(o)<L.from?p:a`<span
                  class="deadline"
                  style=${k({insetInlineStart:`${r1(o,L)}%`})}
                  title=${this.format.soon(o)}
                  >${c(A3)}</span
                >`}
        </div>
        ${r?.armed!==!0?p:p1(C)?a`<p class="outcome">${this.renderOutcome(C,H)}</p>`:a`<ocpp-cs-mode-hint class="outcome" .hass=${this.hass} .connector=${C}></ocpp-cs-mode-hint>`}
      </div>
    `}renderNow(C){let{state:H}=E2(C,this.text,this.format,new Date),L=C.power_w??0;return a`<span class="happens"
      >${H}${L<f4?p:a` · <b class="number">${this.format.power(L)}</b>`}</span
    >`}change(C){this.edited=C}aimOf({plan:C}){if(C?.armed!==!0)return this.text("board.no_plan");let H=R2(C,this.format),L=l1(C,this.format.zones,new Date),r=L.weekdays.length>0&&L.clock!==null?`${this.format.clock(L.clock)}, ${this.format.weekdays(L.weekdays)}`:C.ready_by!==null?this.format.soon(C.ready_by):null;return H!==null&&r!==null?this.text("board.aim",{amount:H,when:r}):H!==null?H:C.below_price!==null?this.text("board.below",{price:this.format.price(C.below_price,null)}):r??this.text("board.no_plan")}renderOutcome(C,H){if(H===void 0)return"";let L=[$2(C,this.text)];H!==null&&(H.energy_kwh!==null&&L.push(this.format.energy(H.energy_kwh)),H.cost!==null&&L.push(this.format.money(H.cost,H.currency)),H.solar_share!==null&&L.push(this.text("board.sun_share",{share:Math.round(H.solar_share*100)})),H.ready_at_time!==null&&L.push(this.text("board.ready",{time:this.format.soon(H.ready_at_time)})));let r=H!==null&&H.missing_kwh>.05?this.format.energy(H.missing_kwh):null;return a`${L.filter(M=>M!==null).join(" · ")}
    ${r===null?p:a`<strong class="missing">${this.text("board.missing",{energy:r})}</strong>`}`}};P1.styles=[..._,D,f`
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
        block-size: ${R5}px;
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
        block-size: ${K1}px;
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
        /* From the bottom, what the sun is expected to give of it. */
        background: linear-gradient(to top, var(--ocpp-cs-sun) var(--sun), var(--ocpp-cs-charging) var(--sun));
      }
      .happens {
        position: absolute;
        inset: 0;
        padding-inline: 12px;
        line-height: 34px;
        font-size: 13px;
        overflow: hidden;
        white-space: nowrap;
        text-overflow: ellipsis;
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
        display: block;
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
    `],m([u()],P1.prototype,"views",2),m([u()],P1.prototype,"edited",2),P1=m([y("ocpp-cs-plans-card")],P1);function r1(e,{from:V,to:C}){let H=typeof e=="number"?e:Date.parse(e);return Math.min(Math.max((H-V)/(C-V)*100,0),100)}function b4(e,V){let C=Math.floor(V/T1)*T1,H=e.flatMap(({connector:M,view:t})=>[...(t?.prices??[]).slice(-1).map(({end:i})=>i),...(t?.slots??[]).slice(-1).map(({end:i})=>i),...M.plan?.armed===!0&&M.plan.ready_by!==null?[M.plan.ready_by]:[]]),L=Math.max(...H.map(M=>Date.parse(M)).filter(M=>!Number.isNaN(M)),0),r=Math.min(Math.max(L,C+24*T1),C+48*T1);return{from:C,to:Math.ceil(r/T1)*T1}}function B0(e){return e.reduce((V,C)=>C.length>V.length?C:V,[])}function O4(e){return`color-mix(in srgb, var(--ocpp-cs-dear) ${Math.round(e*100)}%, var(--ocpp-cs-cheap))`}var p2=216,$0=12,y4=24,G2=44,J=class extends e1{constructor(){super(...arguments);this.bars=[];this.label="";this.selected=null;this.write=String;this.choosable=!1;this.width=0;this.at=null;this.observer=new ResizeObserver(([C])=>{C&&(this.width=Math.round(C.contentRect.width))});this.enter=()=>{this.at??=this.bars.length-1};this.leave=()=>{this.at=null};this.onKey=C=>{let H=this.bars.length-1,L=this.at??H,r={ArrowLeft:L-1,ArrowRight:L+1,Home:0,End:H}[C.key];if(r!==void 0)this.at=Math.min(Math.max(r,0),H);else if((C.key==="Enter"||C.key===" ")&&this.choosable)this.choose(L);else return;C.preventDefault()}}connectedCallback(){super.connectedCallback(),this.observer.observe(this)}disconnectedCallback(){super.disconnectedCallback(),this.observer.disconnect()}render(){let{bars:C,width:H}=this;if(H===0)return a`<div style=${`block-size: ${p2}px`}></div>`;let L=C.map(({parts:s})=>[R0(s,1),R0(s,-1)]),{ticks:r,low:M,high:t,digits:i}=_1(Math.min(0,...L.map(([,s])=>s)),Math.max(0,...L.map(([s])=>s))),o=s=>$0+(t-s)/(t-M)*(p2-$0-y4),n=(H-G2)/Math.max(C.length,1),A=Math.max(Math.min(n*.68,46),2),d=Math.max(...C.map(({label:s})=>s.length),0),l=Math.max(1,Math.ceil(Math.max(30,d*6.5+8)/n)),v=s=>G2+n*(s+.5);return a`
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
        <svg width=${H} height=${p2} aria-hidden="true">
          ${r.map(s=>g`
              <line class=${s===0?"zero":"tick"} x1=${G2} x2=${H} y1=${o(s)} y2=${o(s)}></line>
              <text class="axis" x=${G2-8} y=${o(s)+4} text-anchor="end">${this.format.number(s,i)}</text>`)}
          ${C.map((s,h)=>g`
              <g class=${this.classOf(s,h)}>
                <rect
                  class="slot" x=${v(h)-n/2} y="0" width=${n} height=${p2}
                  @pointerenter=${()=>{this.point(h)}}
                  @click=${()=>{this.choose(h)}}
                ></rect>
                ${this.renderParts(s,v(h)-A/2,A,o)}
                ${h%l===(C.length-1)%l?g`<text class="axis" x=${v(h)} y=${p2-6} text-anchor="middle">${s.label}</text>`:p}
              </g>`)}
        </svg>
        ${this.renderTip(v,o,L)} ${this.renderTable()}
        <div class="heard" aria-live="polite">${this.at===null?"":this.told(C[this.at])}</div>
      </div>
    `}renderTable(){let C=this.bars.filter(({parts:L})=>L.some(({value:r})=>r!==0)),H=[...new Set(C.flatMap(({parts:L})=>L.map(({label:r})=>r)))];return C.length===0?p:a`<table class="heard">
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
        ${C.map(({title:L,parts:r})=>a`<tr>
              <th scope="row">${L}</th>
              ${H.map(M=>{let t=r.filter(({label:i})=>i===M);return a`<td>${this.write(t.reduce((i,{value:o})=>i+o,0))}</td>`})}
            </tr>`)}
      </tbody>
    </table>`}renderParts(C,H,L,r){let[M,t]=[0,0];return C.parts.filter(({value:i})=>i!==0).map(({value:i,color:o})=>{let n=i>0?M:t;i>0?M+=i:t+=i;let[A,d]=[r(Math.max(n,n+i)),r(Math.min(n,n+i))],l=Math.max(d-A-1,1);return g`<rect
          class="part" x=${H} y=${A} width=${L} height=${l}
          rx=${Math.min(3,L/2,l/2)} style=${`fill: ${o}`}
        ></rect>`})}renderTip(C,H,L){let r=this.at===null?void 0:this.bars[this.at];if(r===void 0||this.at===null)return p;let M=84,t=Math.min(Math.max(C(this.at),M),Math.max(this.width-M,M)),i=r.parts.filter(({value:n})=>n!==0),o=Math.max(H(L[this.at]?.[0]??0)-8,56);return a`<div class="tip" style=${k({left:`${t}px`,top:`${o}px`})} aria-hidden="true">
      <b>${r.title}</b>
      ${i.map(({value:n,color:A,label:d})=>a`<span class="line"
            ><i style=${k({background:A})}></i>${d}<span class="number"
              >${this.write(n)}</span
            ></span
          >`)}
      ${i.length===1?p:a`<span class="line total">${this.write(F0(r))}</span>`}
    </div>`}classOf({key:C},H){return`bar${this.selected!==null&&this.selected!==C?" dim":""}${this.at===H?" at":""}${this.choosable?" choosable":""}`}told(C){if(C===void 0)return"";let H=C.parts.filter(({value:L})=>L!==0).map(({value:L,label:r})=>`${r} ${this.write(L)}`);return[`${C.title}: ${this.write(F0(C))}`,...H].join(", ")}point(C){this.at=C}choose(C){let H=this.bars[C];H===void 0||!this.choosable||this.dispatchEvent(new CustomEvent("ocpp-cs-bar",{detail:{key:H.key}}))}};J.styles=[..._,f`
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
    `],m([Z({attribute:!1})],J.prototype,"bars",2),m([Z()],J.prototype,"label",2),m([Z()],J.prototype,"selected",2),m([Z({attribute:!1})],J.prototype,"write",2),m([Z({type:Boolean})],J.prototype,"choosable",2),m([u()],J.prototype,"width",2),m([u()],J.prototype,"at",2),J=m([y("ocpp-cs-bars")],J);function R0(e,V){return e.reduce((C,{value:H})=>C+(Math.sign(H)===V?H:0),0)}function F0({parts:e}){return e.reduce((V,{value:C})=>V+C,0)}var D0=W1(class extends x1{constructor(e){if(super(e),e.type!==C1.PROPERTY&&e.type!==C1.ATTRIBUTE&&e.type!==C1.BOOLEAN_ATTRIBUTE)throw Error("The `live` directive is not allowed on child or event bindings");if(!O0(e))throw Error("`live` bindings can only contain a single expression")}render(e){return e}update(e,[V]){if(V===R||V===p)return V;let C=e.element,H=e.name;if(e.type===C1.PROPERTY){if(V===C[H])return R}else if(e.type===C1.BOOLEAN_ATTRIBUTE){if(!!V===C.hasAttribute(H))return R}else if(e.type===C1.ATTRIBUTE&&C.getAttribute(H)===V+"")return R;return I2(e),V}});function z0({title:e,month:V,name:C,payer:H,sessions:L,running:r,text:M,format:t,language:i}){let o=new Map;for(let{cost:x,currency:O}of L)x!==null&&o.set(O??"",(o.get(O??"")??0)+x);let n=L.reduce((x,{energy_kwh:O})=>x+(O??0),0),A=L.some(({meter_start_kwh:x})=>x!==null),d=L.some(({backends:x})=>x.length>0),l=(x,O=2)=>t.number(x,O),v=[[M("board.date"),x=>t.date(x.start,{day:"2-digit",month:"2-digit",year:"numeric"}),!1],[M("board.from_to"),x=>`${E0(`${t.time(x.start)} –`)} ${E0(t.time(x.end))}`,!1],[M("board.charger"),x=>x.place_name,!1],[M("board.vehicle"),x=>x.vehicle_name??"",!1],...d?[[M("board.backends"),x=>k4(x,M),!1]]:[],...A?[[M("board.meter_start"),x=>l(x.meter_start_kwh,3),!0],[M("board.meter_stop"),x=>l(x.meter_stop_kwh,3),!0]]:[],["kWh",x=>l(x.energy_kwh),!0],[M("board.per_kwh"),x=>t.price(x.average_price,x.currency).replace("/kWh",""),!0],[M("cost"),x=>t.money(x.cost,x.currency),!0]],s=v.map(([x,,O])=>`<th${O?' class="r"':""}>${P(x)}</th>`).join(""),h=L.map(x=>`<tr>${v.map(([,O,Q])=>`<td${Q?' class="r"':""}>${P(O(x))}</td>`).join("")}</tr>`).join(""),S=[...o].map(([x,O])=>t.money(O,x)).join(" + "),w=H===null?"":`<div><dt>${P(M("board.payer"))}</dt><dd>${P(H)}</dd></div>`,b=v.length-4;return`<!doctype html><html lang="${P(i)}"><head><meta charset="utf-8"><title>${P(`${e} ${V} ${C}`)}</title><style>
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
.r{text-align:right}td.r{white-space:nowrap}
footer{display:flex;gap:40px;margin-top:56px;break-inside:avoid}
footer span{flex:1;border-top:1px solid #111;padding-top:4px;font-size:11px;color:#555}
</style></head><body><h1>${P(e)}</h1><p>${P(V)}</p>
<dl><div><dt>${P(M("board.tag"))}</dt><dd>${P(C)}</dd></div>${w}<div><dt>${P(M("board.sessions"))}</dt><dd>${L.length}</dd></div><div><dt>${P(M("energy"))}</dt><dd>${P(`${l(n)} kWh`)}</dd></div><div><dt>${P(M("cost"))}</dt><dd>${P(S===""?"–":S)}</dd></div></dl>
<table><thead><tr>${s}</tr></thead><tbody>${h}</tbody><tfoot><tr><td colspan="${b+1}">${P(M("board.sum"))}</td><td class="r">${P(l(n))}</td><td></td><td class="r">${P(S)}</td></tr></tfoot></table>
${r===0?"":`<p>${P(M("board.still_running",{count:r}))}</p>`}
<footer><span>${P(M("board.place_date"))}</span><span>${P(M("board.signature"))}</span></footer></body></html>`}function k4({backends:e,payer_name:V},C){let H=e.map(L=>L.state==="confirmed"?L.name:m1(L,C));return V===null||e.some(({name:L})=>L===V)?H.join(", "):[V,...H].join(", ")}function E0(e){return e.replaceAll(/\s/g," ")}function P(e){return e.replaceAll("&","&amp;").replaceAll("<","&lt;").replaceAll(">","&gt;").replaceAll('"',"&quot;")}function j1(e,V,C){let[H=0,L=1]=V1(V,C).split("-").map(Number);return{kind:e,year:H,month:L}}function l2(e,V){if(e.kind==="year")return{...e,year:e.year+V};if(e.kind==="all")return e;let C=e.year*12+e.month-1+V;return{...e,year:Math.floor(C/12),month:C%12+1}}function B1({kind:e,year:V,month:C},H){if(e==="all")return{};let[L,r]=e==="year"?[K(V,1,1,H),K(V+1,1,1,H)]:[K(V,C,1,H),K(V,C+1,1,H)];return{start:L.toISOString(),end:r.toISOString()}}function K2(e,V){let[C=0,H,L]=e.split("-").map(Number),[r,M]=H===void 0?[K(C,1,1,V),K(C+1,1,1,V)]:L===void 0?[K(C,H,1,V),K(C,H+1,1,V)]:[K(C,H,L,V),K(C,H,L+1,V)];return{start:r.toISOString(),end:M.toISOString()}}function W0(e,V){if(e.kind==="month"){let r=new Date(Date.UTC(e.year,e.month,0)).getUTCDate();return Array.from({length:r},(M,t)=>`${e.year}-${Q2(e.month)}-${Q2(t+1)}`)}if(e.kind==="year")return Array.from({length:12},(r,M)=>`${e.year}-${Q2(M+1)}`);let[C,H]=[V[0],V.at(-1)];if(C===void 0||H===void 0)return[];let L=[];for(let r=C;r<=H&&L.length<400;r=w4(r))L.push(r);return L}function w4(e){let[V=0,C,H]=e.split("-").map(Number);return C===void 0?String(V+1):H===void 0?C===12?`${V+1}-01`:`${V}-${Q2(C+1)}`:new Date(Date.UTC(V,C-1,H+1)).toISOString().slice(0,10)}function Q2(e){return String(e).padStart(2,"0")}var _4=500,N=class extends G{constructor(){super(...arguments);this.tags=[];this.payers=[];this.page=null;this.error=null;this.asked=0;this.chooseTag=C=>{let H=this.tags[C.target.selectedIndex-1];H===void 0?delete this.idTag:this.idTag=H.id_tag,this.load()};this.choosePayer=C=>{let H=this.payers[C.target.selectedIndex-1];H===void 0?delete this.payer:this.payer=H.id,this.load()};this.chooseMonth=C=>{let{month:H}=this,L=H&&this.months(H)[C.target.selectedIndex];L!==void 0&&(this.month=L)};this.print=()=>{this.frame?.contentWindow?.print()}}willUpdate(C){(C.has("month")||C.has("idTag")||C.has("payer"))&&this.load()}async load(){let{month:C,hass:H}=this;if(C===void 0||H===void 0)return;let L=++this.asked;this.error=null;try{let r=[],M;do M=await H.callWS({type:"ocpp_cs/sessions",...this.entryId===void 0?{}:{entry_id:this.entryId},...this.idTag===void 0?{}:{id_tag:this.idTag},...this.payer===void 0?{}:{payer:this.payer},...B1(C,D1(H)),order:"oldest",offset:r.length,limit:_4}),r.push(...M.sessions);while(M.sessions.length>0&&r.length<M.total);if(L!==this.asked)return;let t=this.tags.find(({id_tag:i})=>i===this.idTag);this.page=z0({title:this.text("board.report_title"),month:this.monthName(C),name:t===void 0?this.text("board.all_tags"):t.name??t.id_tag,payer:this.payers.find(({id:i})=>i===this.payer)?.name??null,sessions:r.filter(({struck_out:i,end:o})=>!i&&o!==null),running:r.filter(({struck_out:i,end:o})=>!i&&o===null).length,text:this.text,format:this.format,language:H.locale?.language??H.language})}catch(r){L===this.asked&&(this.error=this.text("no_answer",{error:T(r)}))}}months(C){let{hass:H}=this;return H===void 0?[C]:P4(j1("month",new Date,D1(H)),C)}monthName({year:C,month:H}){return E(this.hass?.locale?.language??this.hass?.language,{month:"long",year:"numeric",timeZone:"UTC"}).format(Date.UTC(C,H-1,1))}render(){let{month:C}=this;if(C===void 0)return p;let H=this.months(C);return this.renderDialog(this.text("board.report"),a`
        <div class="choice">
          <label
            >${this.text("board.tag")}
            <select @change=${this.chooseTag}>
              <option ?selected=${this.idTag===void 0}>${this.text("board.all_tags")}</option>
              ${this.tags.map(({id_tag:L,name:r})=>a`<option ?selected=${L===this.idTag}>${r??L}</option>`)}
            </select>
          </label>
          <label
            >${this.text("board.month")}
            <select .value=${D0(j2(C))} @change=${this.chooseMonth}>
              ${H.map(L=>a`<option value=${j2(L)} ?selected=${L===C||j2(L)===j2(C)}>
                    ${this.monthName(L)}
                  </option>`)}
            </select>
          </label>
          ${this.payers.length===0?p:a`<label
                  >${this.text("board.payer")}
                  <select @change=${this.choosePayer}>
                    <option ?selected=${this.payer===void 0}>${this.text("board.all_payers")}</option>
                    ${this.payers.map(({id:L,name:r})=>a`<option ?selected=${L===this.payer}>${r}</option>`)}
                  </select>
                </label>`}
          <button class="button primary" type="button" ?disabled=${this.page===null} @click=${this.print}>
            ${c(h3)}${this.text("board.print")}
          </button>
        </div>
        ${this.error===null?p:a`<p class="error" role="alert">${this.error}</p>`}
        <iframe
          sandbox="allow-same-origin allow-modals"
          title=${this.text("board.report_title")}
          .srcdoc=${this.page??""}
        ></iframe>
      `)}};N.styles=[...G.dialogStyles,f`
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
    `],m([Z({attribute:!1})],N.prototype,"entryId",2),m([Z({attribute:!1})],N.prototype,"month",2),m([Z({attribute:!1})],N.prototype,"tags",2),m([Z({attribute:!1})],N.prototype,"idTag",2),m([Z({attribute:!1})],N.prototype,"payers",2),m([Z({attribute:!1})],N.prototype,"payer",2),m([u()],N.prototype,"page",2),m([u()],N.prototype,"error",2),m([e2("iframe")],N.prototype,"frame",2),N=m([y("ocpp-cs-report")],N);function j2({year:e,month:V}){return`${e}-${V}`}function P4(e,V){let C=({year:L,month:r})=>L*12+r,H=Math.max(24,C(e)-C(V)+1);return Array.from({length:H},(L,r)=>l2(e,-r))}var T4=632,B4=240,q2=162,M1={top:22,bottom:22,start:34,end:34},$4={id_tag:"board.tag",vehicle:"board.vehicle",start:"board.start",end:"board.end",meter_start_wh:"board.meter_start",meter_stop_wh:"board.meter_stop",cost:"cost"},H1=class extends G{constructor(){super(...arguments);this.tags=[];this.vehicles=[];this.error=null;this.busy=!1;this.loaded=""}willUpdate(C){if(!C.has("session")||this.session===void 0)return;let H=JSON.stringify(this.which(this.session));H!==this.loaded&&(this.loaded=H,this.load(this.session))}which({entry_id:C,charge_point_id:H,transaction_id:L,reported_start:r}){return{entry_id:C,charge_point_id:H,transaction_id:L,reported_start:r}}async load(C){try{this.curve=await this.hass?.callWS({type:"ocpp_cs/session/curve",...this.which(C)})}catch{this.curve=null}}async correct(C){let{session:H,hass:L}=this;if(!(H===void 0||L===void 0)){this.busy=!0,this.error=null;try{let r=await L.callWS({type:"ocpp_cs/session/correct",...this.which(H),...C});this.dispatchEvent(new CustomEvent("ocpp-cs-corrected",{detail:r}))}catch(r){this.error=T(r)}finally{this.busy=!1}}}render(){let{session:C}=this;if(C===void 0)return p;let H=C.vehicle_name??C.tag_name??C.id_tag;return this.renderDialog(`${H===""?this.text("board.session"):H}, ${this.format.day(C.start??C.end)}`,a`
        ${C.struck_out?a`<p class="struck">${this.text("board.is_struck_out")}</p>`:p}
        ${this.renderCurve()} ${this.renderFacts(C)}
        ${this.hass?.user?.is_admin===!0?this.renderCorrection(C):p} ${this.renderChanges(C)}
      `)}renderFacts(C){let{format:H}=this,L=o=>o===null?"?":H.percent(o/100),r=o=>o===null?"?":`${H.number(o,3)} kWh`,M=C.end===null?this.text("board.running"):H.time(C.end),t=C.reason===null?null:`board.reason.${C.reason.toLowerCase().replaceAll("_","")}`,i=[[this.text("board.time"),`${H.time(C.start)} – ${M} (${H.duration(C.duration_s)})`],[this.text("board.charger"),C.place_name],[this.text("energy"),H.energy(C.energy_kwh)],[this.text("board.sources"),C.sun_kwh===null&&C.grid_kwh===null?null:`${this.text("sun")} ${H.energy(C.sun_kwh)}, ${this.text("grid")} ${H.energy(C.grid_kwh)}`],[this.text("cost"),C.cost===null?null:`${H.money(C.cost,C.currency)} (${H.price(C.average_price,C.currency)})`],...this.discharged(C),[this.text("board.tag"),C.tag_name??(C.id_tag===""?null:C.id_tag)],[this.text("board.payer"),C.payer_name],[this.text("board.backends"),C.backends.length===0?null:C.backends.map(o=>this.toldAt(o)).join(`
`)],[this.text("board.soc"),C.soc_start===null&&C.soc_end===null?null:`${L(C.soc_start)} → ${L(C.soc_end)}`],[this.text("board.meter"),C.meter_start_kwh===null&&C.meter_stop_kwh===null?null:`${r(C.meter_start_kwh)} → ${r(C.meter_stop_kwh)}`],[this.text("board.ended_by"),t===null?null:I(t)?this.text(t):C.reason],[this.text("board.note"),C.offline?this.text("board.offline"):null]];return a`<dl>
      ${i.map(([o,n])=>n===null?p:a`<div>
              <dt>${o}</dt>
              <dd class="number">${n}</dd>
            </div>`)}
    </dl>`}discharged({discharged_kwh:C,discharged_value:H,total_cost:L,currency:r}){if(C===null||C<=0)return[];let M=this.format.energy(C),t=this.text("board.discharged");return H===null?[[t,M]]:[[t,`${M} (${this.text("board.worth",{value:this.format.money(H,r)})})`],[this.text("board.total_cost"),this.format.money(L,r)]]}toldAt(C){let H=C.confirmed===null||C.state!=="confirmed"?m1(C,this.text):`${C.name}: ${this.text("board.told_at",{time:this.format.dayAndTime(C.confirmed)})}`;return C.id===null?H:`${H} (${this.text("board.told_id",{id:C.id})})`}renderCurve(){if(this.curve===void 0)return a`<div class="curve wait" aria-busy="true"></div>`;let C=(this.curve?.points??[]).map(({time:l,power_w:v,price:s})=>({at:Date.parse(l),power_w:v,price:s})).filter(({at:l})=>!Number.isNaN(l)),[H,L]=[C[0],C.at(-1)];if(H===void 0||L===void 0||L.at<=H.at)return a`<p class="weak">${this.text("board.no_curve")}</p>`;let r=R4(),M=_1(0,Math.max(...C.map(({power_w:l})=>(l??0)/1e3),.5)),t=C.flatMap(({price:l})=>l===null?[]:[l]),i=t.length===0?null:_1(Math.min(...t,0),Math.max(...t,.01)),o=l=>M1.start+(l-H.at)/(L.at-H.at)*(r-M1.start-M1.end),n=(l,{low:v,high:s})=>M1.top+(s-l)/(s-v)*(q2-M1.top-M1.bottom),A=C.map(({at:l,power_w:v})=>`${o(l).toFixed(1)} ${n((v??0)/1e3,M).toFixed(1)}`),d=n(0,M).toFixed(1);return a`<figure class="curve">
      <svg viewBox="0 0 ${r} ${q2}" role="img" aria-label=${this.text("board.curve")}>
        ${M.ticks.map(l=>g`
            <line class="tick" x1=${M1.start} x2=${r-M1.end} y1=${n(l,M)} y2=${n(l,M)}></line>
            <text x=${M1.start-6} y=${n(l,M)+4} text-anchor="end">${this.format.number(l,M.digits)}</text>`)}
        <text x=${M1.start-6} y="9" text-anchor="end">kW</text>
        <path class="area" d="M${o(H.at)} ${d}L${A.join("L")}L${o(L.at)} ${d}Z"></path>
        <path class="line" d="M${A.join("L")}"></path>
        ${i===null?p:this.renderPrice(C,i,o,n)}
        ${[0,.5,1].map(l=>{let v=H.at+l*(L.at-H.at),s=l===0?"start":l===1?"end":"middle";return g`<text x=${o(v)} y=${q2-4} text-anchor=${s}>${this.format.time(new Date(v))}</text>`})}
      </svg>
      <figcaption class="weak">
        <span><i class="power"></i>${this.text("power")}</span>
        ${i===null?p:a`<span
                ><i class="price"></i>${this.text("price")}
                (${this.format.priceRange(Math.min(...t),Math.max(...t),this.session?.currency??null)})</span
              >`}
      </figcaption>
    </figure>`}renderPrice(C,H,L,r){let M="",t=null;for(let{at:i,price:o}of C){if(o!==null){let[n,A]=[L(i).toFixed(1),r(o,H).toFixed(1)];M+=t===null?`M${n} ${A}`:`H${n}V${A}`}t=o}return g`<path class="price" d=${M}></path>`}renderCorrection(C){let H=[{id:"",name:this.text("board.no_vehicle")},{id:"guest",name:this.text("guest")},...this.vehicles],L=this.tags.some(({id_tag:r})=>r===C.id_tag)?this.tags:[{id_tag:C.id_tag,name:C.tag_name},...this.tags];return a`<form
      @submit=${r=>{r.preventDefault();let M=r.currentTarget,t=n=>M.querySelector(`select[name=${n}]`)?.value,[i,o]=[t("tag"),t("vehicle")];this.correct({...i!==void 0&&i!==C.id_tag?{id_tag:i}:{},...o!==void 0&&o!==(C.vehicle??"")?{vehicle:o===""?null:o}:{}})}}
    >
      <h3>${this.text("board.correct")}</h3>
      <div class="fields">
        <label
          >${this.text("board.tag")}
          <select name="tag">
            ${L.map(({id_tag:r,name:M})=>a`<option value=${r} ?selected=${r===C.id_tag}>
                  ${M??(r||"–")}
                </option>`)}
          </select>
        </label>
        ${this.vehicles.length===0?p:a`<label
                >${this.text("board.vehicle")}
                <select name="vehicle">
                  ${H.map(({id:r,name:M})=>a`<option value=${r} ?selected=${r===(C.vehicle??"")}>${M}</option>`)}
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
        ${C.changes.map(({time:H,by:L,before:r},M)=>a`<li class="weak">
              ${this.format.dayAndTime(H)}${L===""?"":`, ${L}`}:
              ${Object.entries(r).map(([t,i])=>this.changed(t,i,C,M)).join(", ")}
            </li>`)}
      </ul>
    </section>`}changed(C,H,L,r){let M=L.changes.slice(r+1).find(A=>C in A.before),t={meter_start_wh:I0(L.meter_start_kwh),meter_stop_wh:I0(L.meter_stop_kwh)},i=M===void 0?{...L,...t}[C]:M.before[C];if(C==="struck_out")return this.text(i===!0?"board.not_counted":"board.counted_again");let o=$4[C];return`${o===void 0?C:this.text(o)}: ${this.wordOf(C,H)} → ${i===void 0?"?":this.wordOf(C,i)}`}wordOf(C,H){return H==null||H===""?"–":C==="id_tag"?this.tags.find(({id_tag:L})=>L===H)?.name??N0(H):C==="vehicle"?H==="guest"?this.text("guest"):this.vehicles.find(({id:L})=>L===H)?.name??this.text("unknown"):C.endsWith("_wh")&&typeof H=="number"?this.format.number(H/1e3,3):(C==="start"||C==="end")&&typeof H=="string"?this.format.dayAndTime(H):N0(H)}};H1.styles=[...G.dialogStyles,f`
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
        white-space: pre-line;
      }
      .curve {
        margin: 0;
        direction: ltr;
      }
      .curve.wait {
        block-size: ${q2}px;
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
    `],m([Z({attribute:!1})],H1.prototype,"session",2),m([Z({attribute:!1})],H1.prototype,"tags",2),m([Z({attribute:!1})],H1.prototype,"vehicles",2),m([u()],H1.prototype,"curve",2),m([u()],H1.prototype,"error",2),m([u()],H1.prototype,"busy",2),H1=m([y("ocpp-cs-session-details")],H1);function R4(){let e=window.innerWidth<=520?56:72;return Math.min(Math.max(window.innerWidth-e,B4),T4)}function N0(e){return typeof e=="string"||typeof e=="number"||typeof e=="boolean"?String(e):"–"}function I0(e){return e===null?null:e*1e3}var m2=["#3b82c4","#c2571a","#2a8f5d","#a35fc0","#a07a10","#cc4b74"],F5="var(--ocpp-cs-unknown)";function U0(e,V,C,H){let L=[...e].sort((n,A)=>A.energy_kwh-n.energy_kwh),r=L.slice(0,m2.length),M=L.slice(m2.length),t=new Map,i=[...r].sort((n,A)=>D5(V,n.key)-D5(V,A.key));for(let{key:n}of i){let A=D5(V,n)%m2.length,d=[...m2.slice(A),...m2].find(l=>![...t.values()].includes(l));t.set(n,d??F5)}let o=r.map(n=>({keys:[n.key],name:C(n),color:t.get(n.key)??F5,sums:n}));return M.length>0&&o.push({keys:M.map(({key:n})=>n),name:H,color:F5,sums:Q0(M)}),o}function G0(e,V,{keys:C}){let H=e?.by[V]??{};return Q0(C.flatMap(L=>H[L]??[]))}function D5(e,V){let C=e.indexOf(V);return C<0?e.length:C}function Q0(e){let V={},C=0;for(let H of e){C+=H.energy_kwh;for(let[L,r]of Object.entries(H.cost))V[L]=(V[L]??0)+r}return{energy_kwh:C,cost:V}}var K0=50,F4=["month","year","all"],D4=["vehicle","tag","charger","payer"],E4=["source","vehicle","tag"],B=class extends Y{constructor(){super(...arguments);this.filter={};this.order="newest";this.measure="energy";this.split="source";this.grouped="vehicle";this.key=null;this.error=null;this.busy=!1;this.reporting=!1;this.asked=0;this.running="";this.live=new W(this,()=>this.hass);this.closed=()=>{this.opened=void 0,this.reporting=!1};this.corrected=C=>{this.opened=C.detail,this.load()}}get timeZone(){return this.hass===void 0?"UTC":D1(this.hass)}willUpdate(C){if(this.hass===void 0)return;if(this.span===void 0)this.span=j1("month",new Date,this.timeZone),this.load();else if(C.has("hass"))return;let H=this.live.connectors.map(({session:L})=>`${L?.transaction_id??""} ${L?.end??""}`).join();this.running!==""&&H!==this.running&&this.load(),this.running=H}request(C){return{...this.config?.entry_id===void 0?{}:{entry_id:this.config.entry_id},...this.timeZone===this.hass?.config.time_zone?{}:{time_zone:this.timeZone},...C,...this.filter,order:this.order,limit:K0,struck_out:!0}}async ask(C){if(this.hass===void 0)throw new Error("not connected");return this.hass.callWS({type:"ocpp_cs/sessions",...C})}async load(){let{span:C,key:H}=this;if(C===void 0)return;let L=++this.asked;this.busy=!0;try{let[r,M]=await Promise.all([this.ask(this.request(B1(C,this.timeZone))),H===null?void 0:this.ask(this.request(K2(H,this.timeZone)))]);if(L!==this.asked)return;this.whole=r,this.listed=M??r,this.error=null}catch(r){if(L!==this.asked)return;this.error=L1(r)==="unknown_command"?this.text("no_server"):L1(r)==="unauthorized"?this.text("not_allowed"):this.text("no_answer",{error:T(r)})}finally{L===this.asked&&(this.busy=!1)}}async more(){let{listed:C,span:H,key:L}=this;if(C===void 0||H===void 0)return;let r=this.asked;this.busy=!0;try{let M=L===null?B1(H,this.timeZone):K2(L,this.timeZone),t=await this.ask({...this.request(M),offset:C.sessions.length});r===this.asked&&(this.listed={...t,sessions:[...C.sessions,...t.sessions]})}catch(M){this.error=this.text("no_answer",{error:T(M)})}finally{r===this.asked&&(this.busy=!1)}}show(C){C.span!==void 0&&(this.span=C.span,this.key=null),C.filter!==void 0&&(this.filter=C.filter),C.key!==void 0&&(this.key=C.key),C.order!==void 0&&(this.order=C.order),this.load()}render(){if(this.hass===void 0||this.span===void 0)return p;let{whole:C,listed:H}=this;return a`
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
              .month=${this.span.kind==="month"?this.span:j1("month",new Date,this.timeZone)}
              .tags=${C?.tags??[]}
              .idTag=${this.filter.id_tag}
              .payers=${C?.payers??[]}
              .payer=${this.filter.payer}
              @ocpp-cs-closed=${this.closed}
            ></ocpp-cs-report>`:p}
    `}nameOf(C){return C.kind==="all"?this.text("board.all_time"):C.kind==="year"?String(C.year):this.nameOfKey(`${C.year}-${String(C.month).padStart(2,"0")}`,!0)}nameOfKey(C,H){let[L=2e3,r,M]=C.split("-").map(Number);if(r===void 0)return C;let t=M===void 0?H?{month:"long",year:"numeric"}:{month:"short"}:H?{weekday:"short",day:"numeric",month:"long"}:{day:"numeric",month:"numeric"},i=this.hass?.locale?.language??this.hass?.language;return!H&&M!==void 0&&this.span?.kind==="month"?String(M):E(i,{...t,timeZone:"UTC"}).format(Date.UTC(L,r-1,M??1))}renderHead(C){let H=this.whole?.first?V1(new Date(this.whole.first),this.timeZone):null,L=j1(C.kind,new Date,this.timeZone),r=C.year>L.year||C.year===L.year&&(C.kind==="year"||C.month>=L.month),M=B1(C,this.timeZone).start,t=H!==null&&M!==void 0&&V1(new Date(M),this.timeZone)<=H;return a`
      <header>
        <div class="segments" role="group" aria-label=${this.text("board.span")}>
          ${F4.map(i=>a`<button
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
                  @click=${()=>{this.show({span:l2(C,-1)})}}
                >
                  ${c(H3)}
                </button>`}
          <h2 aria-live="polite">${this.nameOf(C)}</h2>
          ${C.kind==="all"?p:a`<button
                  class="round"
                  type="button"
                  aria-label=${this.text("board.later")}
                  ?disabled=${r}
                  @click=${()=>{this.show({span:l2(C,1)})}}
                >
                  ${c(v2)}
                </button>`}
        </div>
        <div class="actions">
          <button class="button" type="button" @click=${()=>{this.download()}}>
            ${c(o3)}<span>CSV</span>
          </button>
          <button
            class="button"
            type="button"
            @click=${()=>{this.reporting=!0}}
          >
            ${c(n3)}<span>${this.text("board.report")}</span>
          </button>
        </div>
        ${this.renderFilters()}
      </header>
    `}renderFilters(){let{whole:C,filter:H}=this,L=C?.by.charger??[],r=(M,t,i)=>i.length<2&&H[t]===void 0?p:a`<select
            aria-label=${M}
            class=${H[t]===void 0?"":"set"}
            @change=${o=>{let n=o.target.selectedIndex,A={...H},d=i[n-1];d===void 0?Reflect.deleteProperty(A,t):A[t]=d.value,this.show({filter:A})}}
          >
            <option ?selected=${H[t]===void 0}>${M}</option>
            ${i.map(({value:o,text:n})=>a`<option ?selected=${H[t]===o}>${n}</option>`)}
          </select>`;return a`<div class="filters" role="search">
      ${r(this.text("board.all_chargers"),"charge_point_id",L.map(({key:M,name:t})=>({value:M,text:t??M})))}
      ${r(this.text("board.all_vehicles"),"vehicle",[...(C?.vehicles??[]).map(({id:M,name:t})=>({value:M,text:t})),...(C?.vehicles.length??0)>0?[{value:"guest",text:this.text("guest")},{value:"",text:this.text("board.no_vehicle")}]:[]])}
      ${r(this.text("board.all_tags"),"id_tag",(C?.tags??[]).map(({id_tag:M,name:t})=>({value:M,text:t??M})))}
      ${r(this.text("board.all_payers"),"payer",(C?.payers.length??0)===0?[]:[...(C?.payers??[]).map(({id:M,name:t})=>({value:M,text:t})),{value:"",text:this.text("board.no_payer")}])}
      <label class="search"
        >${c(v3)}<input
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
              ${c(x2)}${this.key===null?this.text("board.clear"):this.nameOfKey(this.key,!0)}
            </button>`}
      ${this.busy?a`<span class="heard" role="status">${this.text("loading")}</span>`:p}
    </div>`}renderSums(C){let H=q0(C),L=Object.entries(C.cost),[r]=L,M=L.length===1&&r!==void 0&&C.energy_kwh>0?r:void 0;return a`<ul class="sums">
      ${this.renderSum(this.text("energy"),this.format.energyParts(C.energy_kwh),this.text("board.sessions_count",{count:C.sessions}))}
      ${L.length===0?this.renderSum(this.text("cost"),{value:"–",unit:""},this.text("board.no_prices")):this.renderSum(this.text("cost"),{value:L.map(([t,i])=>this.format.money(i,t)).join(" + "),unit:""},M===void 0?"":`⌀ ${this.format.price(M[1]/C.energy_kwh,M[0])}`)}
      <li>
        ${W4(H)}
        <span class="words"
          ><span class="weak">${this.text("solar_share")}</span
          ><span class="big number">${this.format.percent(H)}</span
          ><span class="weak"
            >${H===null?this.text("board.not_measured"):this.format.energy(C.sun_kwh)}</span
          ></span
        >
      </li>
      ${this.renderSum(this.text("board.duration"),this.hours(C.duration_s),C.sessions>0?this.text("board.each",{duration:this.format.duration(C.duration_s/C.sessions)}):"")}
    </ul>`}hours(C){return{value:this.format.number(C/3600,C<36e3?1:0),unit:"h"}}renderSum(C,{value:H,unit:L},r){return a`<li>
      <span class="words"
        ><span class="weak">${C}</span
        ><span class="big number">${H}${L===""?p:a`<small> ${L}</small>`}</span
        ><span class="weak">${r===""?" ":r}</span></span
      >
    </li>`}renderChart(C,H){let L=Object.keys(C.sums.cost),r=L.length===1?L[0]:void 0,M=r===void 0?"energy":this.measure,t=new Map(C.by.time.map(d=>[d.key,d])),{split:i}=this,o=i==="source"?[]:this.sharesOf(C,i),n=W0(H,C.by.time.map(({key:d})=>d).sort()).map(d=>({key:d,label:this.nameOfKey(d,!1),title:this.nameOfKey(d,!0),parts:i==="source"?this.partsOf(t.get(d),M,r):this.splitOf(t.get(d),i,o,M,r)})),A=d=>M==="energy"?this.format.energy(d):this.format.money(d,r??null);return a`<ha-card class="chart">
      <div class="title">
        <h3>${this.text(M==="energy"?"energy":"cost")}</h3>
        <div class="segments small" role="group" aria-label=${this.text("board.split_by")}>
          ${E4.map(d=>a`<button
                type="button"
                aria-pressed=${i===d?"true":"false"}
                @click=${()=>{this.split=d}}
              >
                ${this.text(`board.by_${d}`)}
              </button>`)}
        </div>
        ${r===void 0?p:a`<div class="segments small" role="group" aria-label=${this.text("board.measure")}>
                ${["energy","cost"].map(d=>a`<button
                      type="button"
                      aria-pressed=${M===d?"true":"false"}
                      @click=${()=>{this.measure=d}}
                    >
                      ${d==="energy"?"kWh":this.symbolOf(r)}
                    </button>`)}
              </div>`}
      </div>
      <ocpp-cs-bars
        .hass=${this.hass}
        .bars=${n}
        .write=${A}
        .selected=${this.key}
        .label=${`${M==="energy"?this.text("energy"):this.text("cost")}, ${this.nameOf(H)}`}
        ?choosable=${C.total>0}
        @ocpp-cs-bar=${d=>{this.choose(d.detail.key,H)}}
      ></ocpp-cs-bars>
      ${i!=="source"?this.renderShares(o,M,r,A):M==="energy"?this.renderLegend(C.sums):p}
    </ha-card>`}choose(C,H){let[L=0,r,M]=C.split("-").map(Number);H.kind==="month"||M!==void 0?this.show({key:this.key===C?null:C}):r!==void 0?this.show({span:{kind:"month",year:L,month:r}}):this.show({span:{kind:"year",year:L,month:1}})}symbolOf(C){return this.format.money(0,C).replaceAll(/[\d.,\s]/g,"")||C}partsOf(C,H,L){return C===void 0?[]:H==="cost"?[{value:C.cost[L??""]??0,color:"var(--ocpp-cs-cost)",label:this.text("cost")}]:[{value:C.sun_kwh,color:"var(--ocpp-cs-sun)",label:this.text("sun")},{value:C.grid_kwh,color:"var(--ocpp-cs-grid)",label:this.text("grid")},{value:C.unknown_kwh,color:"var(--ocpp-cs-unknown)",label:this.text("unknown")}]}sharesOf(C,H){let L=H==="vehicle"?C.vehicles.map(({id:r})=>r):C.tags.map(({id_tag:r})=>r);return U0(C.by[H],[...L,"guest",""],r=>this.nameOfGroup(r,H),this.text("board.others"))}splitOf(C,H,L,r,M){return L.map(t=>({value:j0(G0(C,H,t),r,M),color:t.color,label:t.name}))}renderShares(C,H,L,r){return a`<ul class="legend">
      ${C.map(({color:M,name:t,sums:i})=>a`<li>
            <i style=${k({background:M})}></i><span>${t}</span
            ><span class="number weak">${r(j0(i,H,L))}</span>
          </li>`)}
    </ul>`}renderLegend(C){let H=this.partsOf({...C,key:"",name:null},"energy",void 0).filter(({value:L})=>L>0);return a`<ul class="legend">
      ${H.map(({value:L,color:r,label:M})=>a`<li>
            <i style=${k({background:r})}></i>${M}<span class="number weak"
              >${this.format.energy(L)}</span
            >
          </li>`)}
    </ul>`}renderGroups(C){let H=[...C.by[this.grouped]].sort((r,M)=>M.energy_kwh-r.energy_kwh),L=Math.max(...H.map(({energy_kwh:r})=>r),.001);return a`<ha-card class="groups">
      <div class="title">
        <div class="segments small" role="group" aria-label=${this.text("board.group_by")}>
          ${D4.filter(r=>r!=="payer"||C.payers.length>0).map(r=>a`<button
                type="button"
                aria-pressed=${this.grouped===r?"true":"false"}
                @click=${()=>{this.grouped=r}}
              >
                ${this.text(`board.by_${r}`)}
              </button>`)}
        </div>
      </div>
      <ul>
        ${H.slice(0,8).map(r=>this.renderGroup(r,L))}
      </ul>
      ${H.length===0?a`<p class="weak">${this.text("board.no_sessions")}</p>`:p}
    </ha-card>`}renderGroup(C,H){let r={vehicle:"vehicle",tag:"id_tag",charger:"charge_point_id",payer:"payer"}[this.grouped],M=this.filter[r]===C.key,t=Object.entries(C.cost).map(([i,o])=>this.format.money(o,i));return a`<li>
      <button
        type="button"
        class="group"
        aria-pressed=${M?"true":"false"}
        @click=${()=>{let i={...this.filter};M?Reflect.deleteProperty(i,r):i[r]=C.key,this.show({filter:i})}}
      >
        <span class="name">${this.nameOfGroup(C,this.grouped)}</span>
        <span class="number">${this.format.energy(C.energy_kwh)}</span>
        <span class="number weak">${t.join(" + ")}</span>
        ${this.renderMix(C,C.energy_kwh/H)}
      </button>
    </li>`}nameOfGroup({key:C,name:H},L){return H!==null?H:C==="guest"?this.text("guest"):C===""&&L==="payer"?this.text("board.no_payer"):C===""?L==="vehicle"?this.text("board.no_vehicle"):this.text("board.no_tag"):C}renderMix({sun_kwh:C,grid_kwh:H,energy_kwh:L},r){let M=Math.max(L??0,1e-4),t=i=>`${Math.min((i??0)/M*100,100).toFixed(1)}%`;return a`<span class="mix" aria-hidden="true"
      ><span class="all" style=${k({inlineSize:`${Math.max(Math.min(r,1)*100,1).toFixed(1)}%`})}
        ><i class="sun" style=${k({inlineSize:t(C)})}></i
        ><i class="grid" style=${k({inlineSize:t(H)})}></i></span
    ></span>`}renderTable(C){let{sessions:H,total:L,sums:r}=C;if(L===0)return a`<ha-card class="empty">
        ${c(q5)}
        <p>${this.text(Object.keys(this.filter).length>0?"board.none_match":"board.no_sessions")}</p>
      </ha-card>`;let M=Math.max(...H.map(({energy_kwh:i})=>i??0),.001),t=Object.entries(r.cost).map(([i,o])=>this.format.money(o,i));return a`<ha-card class="table">
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
            <th scope="row" colspan="2">${this.text("board.sessions_count",{count:r.sessions})}</th>
            <td class="charger"></td>
            <td class="end number duration">${this.format.duration(r.duration_s)}</td>
            <td class="end number">${this.format.energy(r.energy_kwh)}</td>
            <td class="end number share">${this.format.percent(q0(r))}</td>
            <td class="end number">${t.length===0?"–":t.join(" + ")}</td>
            <td class="price"></td>
          </tr>
        </tfoot>
      </table>
      ${H.length<L?a`<div class="more">
              <button class="button" type="button" ?disabled=${this.busy} @click=${()=>{this.more()}}>
                ${this.text("board.more",{count:Math.min(K0,L-H.length),total:L})}
              </button>
            </div>`:p}
    </ha-card>`}renderSort(C,H){let L=C==="start"?this.order==="newest"?"oldest":"newest":C,r=C==="start"?this.order==="newest"||this.order==="oldest":this.order===C,M=r?this.order==="oldest"?"ascending":"descending":"none";return a`<th scope="col" class=${C==="start"?"":"end"} aria-sort=${M}>
      <button
        type="button"
        class="sort"
        @click=${()=>{this.show({order:L})}}
      >
        ${H}<span aria-hidden="true">${r?this.order==="oldest"?"↑":"↓":""}</span>
      </button>
    </th>`}renderRow(C,H){let L=C.vehicle_name??(C.vehicle==="guest"?this.text("guest"):null),r=L??C.tag_name??C.id_tag,M=L===null||C.tag_name===L?null:C.tag_name,t=C.place_name,i=C.start??C.end;return a`<tr
      class=${C.struck_out?"struck":z4(C)?"tiny":""}
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
        <span class="who">${r===""?this.text("unknown"):r}</span>
        ${C.end===null?a`<span class="running narrow">${this.text("board.running")}</span>`:p}
        ${M===null?p:a`<span class="weak second">${M}</span>`}
        <span class="weak second place">${t}</span>
        ${this.renderTold(C,"second place")}
      </td>
      <td class="charger weak">${t}${this.renderTold(C,"second")}</td>
      <td class="end number duration">
        ${C.end===null?a`<span class="running">${this.text("board.running")}</span>`:this.format.duration(C.duration_s)}
        ${C.offline?a`<span class="mark" title=${this.text("board.offline")}>${c(P3)}</span>`:p}
      </td>
      <td class="end number energy">
        ${this.format.energy(C.energy_kwh)} ${this.renderMix(C,(C.energy_kwh??0)/H)}
      </td>
      <td class="end number share">${this.format.percent(C.solar_share)}</td>
      <td class="end number cost">${this.format.money(C.cost,C.currency)}</td>
      <td class="end number price weak">${this.format.price(C.average_price,C.currency)}</td>
    </tr>`}renderTold({backends:C,payer_name:H},L){if(C.length===0)return p;let M=[...C.map(({name:t})=>t)].sort((t,i)=>+(i===H)-+(t===H));return a`<span class="weak told ${L}" title=${C.map(t=>m1(t,this.text)).join(", ")}
      >${c(z2(C))}<span class="heard">${this.text("board.backends")}</span>${M.join(", ")}</span
    >`}async download(){let{span:C,hass:H}=this;if(C===void 0||H===void 0)return;let L=this.request(this.key===null?B1(C,this.timeZone):K2(this.key,this.timeZone));delete L.order,delete L.limit,delete L.struck_out;try{let{csv:r,filename:M}=await H.callWS({type:"ocpp_cs/sessions/csv",...L,language:J2(H.locale?.language??H.language)});N4(new Blob([r],{type:"text/csv;charset=utf-8"}),M)}catch(r){this.error=this.text("no_answer",{error:T(r)})}}};B.styles=[..._,D,f`
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
    `],m([u()],B.prototype,"span",2),m([u()],B.prototype,"filter",2),m([u()],B.prototype,"order",2),m([u()],B.prototype,"measure",2),m([u()],B.prototype,"split",2),m([u()],B.prototype,"grouped",2),m([u()],B.prototype,"key",2),m([u()],B.prototype,"whole",2),m([u()],B.prototype,"listed",2),m([u()],B.prototype,"error",2),m([u()],B.prototype,"busy",2),m([u()],B.prototype,"opened",2),m([u()],B.prototype,"reporting",2),B=m([y("ocpp-cs-sessions-card")],B);function z4({end:e,energy_kwh:V,discharged_kwh:C}){return e!==null&&V!==null&&V<.05&&(C??0)<.05}function j0({energy_kwh:e,cost:V},C,H){return C==="energy"?e:V[H??""]??0}function q0({sun_kwh:e,grid_kwh:V}){let C=e+V;return C>0?e/C:null}function W4(e){let V=2*Math.PI*21;return a`<svg class="ring" viewBox="0 0 52 52" aria-hidden="true">
    <circle cx="26" cy="26" r="21"></circle>
    ${e===null||e<=0?p:g`<circle class="of" cx="26" cy="26" r="21" stroke-dasharray="${e*V} ${V}"></circle>`}
  </svg>`}function N4(e,V){let C=URL.createObjectURL(e),H=document.createElement("a");H.href=C,H.download=V,H.click(),setTimeout(()=>{URL.revokeObjectURL(C)},1e4)}
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
