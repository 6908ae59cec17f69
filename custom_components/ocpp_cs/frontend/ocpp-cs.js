var a5=Object.defineProperty;var A5=Object.getOwnPropertyDescriptor;var l=(M,H,C,V)=>{for(var L=V>1?void 0:V?A5(H,C):H,r=M.length-1,e;r>=0;r--)(e=M[r])&&(L=(V?e(H,C,L):e(L))||L);return V&&L&&a5(H,C,L),L};var H2={dashboard_name:"Laden"};var V2={card_name:"Ladeplatz",card_description:"Wer lädt, wie, was es kostet, und der Plan bis zum Morgen",card_choose:"Wählen Sie in den Einstellungen dieser Karte einen Ladeplatz.",card_gone:"Diesen Ladeplatz gibt es nicht mehr. Wählen Sie in den Einstellungen dieser Karte einen anderen.",card_details:"Details",card_vehicle:"Fahrzeug",card_phases:"{amps} A · {phases} Ph.",card_session:"Dieser Ladevorgang",card_charged:"Geladen",card_charged_last:"Zuletzt geladen",card_left:"Noch",card_no_plan:"Kein Plan",card_plan_off:"Plan ist aus",card_plan_hint:"Rechtzeitig fertig, in den günstigsten Stunden",card_edit_plan:"Plan bearbeiten",card_plan_switch:"Plan an",card_start:"Starten",card_stop:"Beenden",card_boost:"Einmal schnell",card_end_boost:"Nicht mehr schnell",card_device:"Ladeplatz",card_device_help:"Ein Ladepunkt, oder die Wallbox, wenn sie nur einen hat",card_connector:"Ladepunkt",card_connector_help:"Nur für eine Wallbox mit mehreren Ladepunkten",card_title:"Name statt dem des Geräts",card_show_plan:"Plan zeigen",card_show_forecast:"Preis und Sonne der nächsten Stunden zeigen",card_show_session:"Ladevorgang zeigen"};var L2={sun:"Sonne",grid:"Netz",grid_import:"Aus dem Netz",grid_export:"Ins Netz",battery:"Hausspeicher",battery_charging:"Hausspeicher lädt",battery_discharging:"Hausspeicher entlädt",house:"Haus",charging:"Laden",unknown_source:"Quelle unbekannt",unknown:"Unbekannt",price:"Preis",cost:"Kosten",energy:"Energie",power:"Leistung",solar_share:"Sonnenanteil",now:"Jetzt",flow:"Energiefluss",flow_line:"{name}: {power}",battery_held:"Hausspeicher bleibt dem Haus",timeline:"Preis, Sonne und Plan der nächsten Stunden",planned:"Geplantes Laden",ready:"Fertig",prices_told:"Preis von {low} bis {high}",slot_told:"Lädt von {start} bis {end}",no_plan:"Es ist kein Laden geplant",plan_by:"{target} bis {time}",plan_least:"mindestens {least} sofort",plan_below:"unter {price}",plan_sun:"{share} Sonne",plan_ready:"fertig {time}",plan_missing:"{energy} werden fehlen.","shortage.time":"Die Zeit reicht nicht.","shortage.fuse":"Die Hauptsicherung lässt nicht mehr zu.","shortage.circuit":"Der Stromkreis lässt nicht mehr zu.","shortage.ceiling":"Eine Grenze von außen lässt nicht mehr zu.","shortage.peak":"Die Spitzenleistung lässt nicht mehr zu.","shortage.others":"Andere Fahrzeuge brauchen auch etwas.",plan_target:"Wie viel",plan_unit:"Einheit des Ziels",plan_ready_at:"Fertig um",plan_weekdays:"Wochentage",plan_once:"Einmal: wenn es das nächste Mal so spät ist",plan_without_time:"Ohne Uhrzeit: immer wenn es günstig genug ist",plan_needs_time:"Geben Sie eine Uhrzeit ein, oder unter „Mehr“ einen Preis",plan_more:"Mehr",plan_least_field:"Sofort, egal zu welchem Preis",plan_below_field:"Immer wenn günstiger als",plan_reckoning:"Der Plan wird berechnet",plan_save:"Plan setzen",plan_changed_elsewhere:"Der Plan wurde inzwischen woanders geändert.",plan_take_over:"Diesen zeigen","plan_state.off":"Kein Plan","plan_state.other_mode":"Dieser Lademodus folgt keinem Plan","plan_state.no_target":"Es ist kein Ziel gesetzt","plan_state.no_vehicle":"Beginnt, wenn ein Fahrzeug eingesteckt wird","plan_state.waiting":"Wartet auf die besten Stunden","plan_state.waiting_to_be_started":"Wartet, bis das Laden gestartet wird","plan_state.charging":"Lädt nach Plan","plan_state.sun":"Die Sonne reicht","plan_state.too_late":"Wird nicht rechtzeitig fertig","plan_state.vehicle_full":"Das Fahrzeug ist voll","plan_state.done":"Fertig",guest:"Gast",no_vehicle:"Kein Fahrzeug",every_day:"Täglich",once:"Einmal",today:"Heute",tomorrow:"Morgen","state.offline":"Die Wallbox ist nicht verbunden","state.unknown":"Noch nichts gemeldet","state.not_plugged_in":"Nicht eingesteckt","state.reserved":"Reserviert","state.waiting_to_be_started":"Wartet auf den Start","state.waiting_for_sun":"Wartet auf Sonne","state.waiting_for_battery":"Hausspeicher zuerst","state.waiting_for_others":"Andere Wallbox zuerst","state.waiting_for_fuse":"Wartet: Hauptsicherung ausgelastet","state.starting":"Startet","state.charging":"Lädt","state.paused":"Pausiert","state.paused_by_charger":"Von der Wallbox pausiert","state.paused_by_vehicle":"Vom Fahrzeug pausiert","state.full":"Voll","state.ended":"Beendet, noch eingesteckt","state.out_of_service":"Außer Betrieb","state.fault":"Störung","charging.fast":"Lädt schnell","charging.boost":"Lädt dieses Mal schnell","charging.plan":"Lädt nach Plan","charging.following_sun":"Lädt mit Sonne","charging.minimum_current":"Lädt mit dem Minimum","charging.stop_delay":"Zu wenig Sonne","charging.phase_delay":"Lädt","charging.battery_support":"Lädt, der Hausspeicher hilft","charging.fuse_limit":"Lädt, von der Hauptsicherung begrenzt","charging.circuit_limit":"Lädt, vom Stromkreis begrenzt","charging.ceiling":"Lädt, von außen begrenzt","charging.peak_limit":"Lädt, von der Spitzenleistung begrenzt","charging.house_battery":"Lädt, schont den Hausspeicher","charging.probing_car":"Lädt kurz, um das Fahrzeug zu testen","charging.meter_stale":"Lädt, der Netzzähler schweigt","waiting.pause_time":"Kurze Pause","waiting.meter_stale":"Der Netzzähler schweigt","waiting.waiting_for_car":"Wartet auf das Fahrzeug","waiting.waking_car":"Weckt das Fahrzeug","waiting.circuit_limit":"Wartet: Stromkreis ausgelastet","waiting.ceiling":"Wartet: von außen begrenzt","waiting.peak_limit":"Wartet: Spitzenleistung erreicht","waiting.house_battery":"Wartet: schont den Hausspeicher","until.starts":"startet in {time}","until.starts_at":"startet um {time}","until.pauses":"pausiert in {time}","until.pauses_at":"pausiert um {time}","until.switches":"wechselt die Phasen in {time}","until.switches_at":"wechselt die Phasen um {time}",sentence:"{state}, {until}","mode.manual":"Manuell","mode.off":"Aus","mode.solar":"Sonne","mode.min_solar":"Min + Sonne","mode.fast":"Schnell",charge_mode:"Lademodus",loading:"Wird geladen",no_server:"Die Integration läuft nicht. Richten Sie sie unter Einstellungen > Geräte & Dienste ein.",not_allowed:"Das dürfen Sie nicht sehen.",no_answer:"Home Assistant antwortet nicht: {error}",try_again:"Noch einmal versuchen",close:"Schließen",cancel:"Abbrechen",save:"Speichern"};var M2={dashboard_name:"Charging"};var r2={card_name:"Place to charge",card_description:"Who charges, how, what it costs, and the plan until the morning",card_choose:"Choose a place to charge in the settings of this card.",card_gone:"This place to charge is not there any more. Choose another one in the settings of this card.",card_details:"Details",card_vehicle:"Vehicle",card_phases:"{amps} A · {phases} ph",card_session:"This session",card_charged:"Charged",card_charged_last:"Last charged",card_left:"Time left",card_no_plan:"No plan",card_plan_off:"Plan is off",card_plan_hint:"Ready in time, at the cheapest hours",card_edit_plan:"Edit plan",card_plan_switch:"Plan on",card_start:"Start",card_stop:"Stop",card_boost:"Fast, this once",card_end_boost:"End fast charging",card_device:"Place to charge",card_device_help:"A connector, or the charger if it has only one",card_connector:"Connector",card_connector_help:"Only for a charger with several connectors",card_title:"Name instead of the device’s",card_show_plan:"Show the plan",card_show_forecast:"Show price and sun of the next hours",card_show_session:"Show the session"};var e2={sun:"Sun",grid:"Grid",grid_import:"From the grid",grid_export:"To the grid",battery:"Home battery",battery_charging:"Home battery charges",battery_discharging:"Home battery discharges",house:"House",charging:"Charging",unknown_source:"Unknown source",unknown:"Unknown",price:"Price",cost:"Cost",energy:"Energy",power:"Power",solar_share:"Share of sun",now:"Now",flow:"Power flow",flow_line:"{name}: {power}",battery_held:"Home battery is kept for the house",timeline:"Price, sun and plan of the next hours",planned:"Planned charging",ready:"Ready",prices_told:"Price from {low} to {high}",slot_told:"Charges from {start} to {end}",no_plan:"No charging is planned",plan_by:"{target} by {time}",plan_least:"at least {least} at once",plan_below:"below {price}",plan_sun:"{share} sun",plan_ready:"ready {time}",plan_missing:"{energy} will be missing.","shortage.time":"There is too little time.","shortage.fuse":"The main fuse allows no more.","shortage.circuit":"Its circuit allows no more.","shortage.ceiling":"A limit from outside allows no more.","shortage.peak":"The peak power allows no more.","shortage.others":"Other vehicles need it as well.",plan_target:"How much",plan_unit:"Unit of the target",plan_ready_at:"Ready at",plan_weekdays:"Weekdays",plan_once:"Once: the next time that it is so late",plan_without_time:"Without a time: whenever it is cheap enough",plan_needs_time:"Enter a time, or a price under More",plan_more:"More",plan_least_field:"At once, whatever the price",plan_below_field:"Whenever cheaper than",plan_reckoning:"Reckoning the plan",plan_save:"Set plan",plan_changed_elsewhere:"The plan has been changed elsewhere meanwhile.",plan_take_over:"Show that one","plan_state.off":"No plan","plan_state.other_mode":"This charge mode follows no plan","plan_state.no_target":"No target is set","plan_state.no_vehicle":"Begins when a vehicle is plugged in","plan_state.waiting":"Waits for the best hours","plan_state.waiting_to_be_started":"Waits until charging is started","plan_state.charging":"Charges by plan","plan_state.sun":"The sun will do","plan_state.too_late":"Will not be ready in time","plan_state.vehicle_full":"The vehicle is full","plan_state.done":"Done",guest:"Guest",no_vehicle:"No vehicle",every_day:"Daily",once:"Once",today:"Today",tomorrow:"Tomorrow","state.offline":"The charger is away","state.unknown":"Not reported yet","state.not_plugged_in":"Not plugged in","state.reserved":"Reserved","state.waiting_to_be_started":"Waiting to be started","state.waiting_for_sun":"Waiting for sun","state.waiting_for_battery":"Home battery first","state.waiting_for_others":"Other charger first","state.waiting_for_fuse":"Waiting: main fuse in use","state.starting":"Starting","state.charging":"Charging","state.paused":"Paused","state.paused_by_charger":"Paused by the charger","state.paused_by_vehicle":"Paused by the vehicle","state.full":"Full","state.ended":"Ended, still plugged in","state.out_of_service":"Out of service","state.fault":"Fault","charging.fast":"Charging fast","charging.boost":"Charging fast, this once","charging.plan":"Charging by plan","charging.following_sun":"Charging from the sun","charging.minimum_current":"Charging with the minimum","charging.stop_delay":"Too little sun","charging.phase_delay":"Charging","charging.battery_support":"Charging, the home battery helps","charging.fuse_limit":"Charging, limited by the main fuse","charging.circuit_limit":"Charging, limited by its circuit","charging.ceiling":"Charging, limited from outside","charging.peak_limit":"Charging, limited by the peak power","charging.house_battery":"Charging, spares the home battery","charging.probing_car":"Charging shortly, to try the vehicle out","charging.meter_stale":"Charging, the grid meter is silent","waiting.pause_time":"Short pause","waiting.meter_stale":"The grid meter is silent","waiting.waiting_for_car":"Waiting for the vehicle","waiting.waking_car":"Waking the vehicle","waiting.circuit_limit":"Waiting: its circuit is in use","waiting.ceiling":"Waiting: limited from outside","waiting.peak_limit":"Waiting: peak power in use","waiting.house_battery":"Waiting: spares the home battery","until.starts":"starts in {time}","until.starts_at":"starts at {time}","until.pauses":"pauses in {time}","until.pauses_at":"pauses at {time}","until.switches":"switches phases in {time}","until.switches_at":"switches phases at {time}",sentence:"{state}, {until}","mode.manual":"Manual","mode.off":"Off","mode.solar":"Sun","mode.min_solar":"Min + sun","mode.fast":"Fast",charge_mode:"Charge mode",loading:"Loading",no_server:"The integration is not running. Set it up under Settings > Devices & services.",not_allowed:"You may not see this.",no_answer:"Home Assistant does not answer: {error}",try_again:"Try again",close:"Close",cancel:"Cancel",save:"Save"};var d5={...e2,...r2,...M2},p5={...L2,...V2,...H2},b1={en:d5,de:p5};function n5(M){let H=M.toLowerCase().split(/[-_]/)[0];return H==="de"||H==="gsw"?"de":"en"}function J(M){let H=b1[n5(M)];return(C,V={})=>((V.count===1?H[`${C}_one`]:void 0)??H[C]??C).replace(/\{(\w+)\}/g,(r,e)=>String(V[e]??""))}function B(M){return J(M.locale?.language??M.language)}function U(M){return M in b1.en}var G="ocpp-cs-card",w1="ocpp_cs",m5=new Set(["charging_state","control_state","charge_plan","charge_mode","charging","plugged_in","status","power","session_energy","session_cost","current_limit","ready_in_time","soc","paused"]);function P1(M,H){let C=M.entities[H];return C?.platform!==w1||!C.device_id||!C.translation_key||!m5.has(C.translation_key)?null:{config:{type:`custom:${G}`,device_id:C.device_id}}}function t2(M){for(let H of Object.keys(M.entities)){let C=P1(M,H);if(C!==null)return C.config}return{type:`custom:${G}`}}function i2(){let M=J(document.documentElement.lang),H={device_id:"card_device",connector_id:"card_connector",name:"card_title",show_plan:"card_show_plan",show_forecast:"card_show_forecast",show_session:"card_show_session"},C={device_id:"card_device_help",connector_id:"card_connector_help"},V=L=>({name:L,default:!0,selector:{boolean:{}}});return{schema:[{name:"device_id",required:!0,selector:{device:{filter:[{integration:w1}],entity:[{integration:w1,domain:"binary_sensor"}]}}},{name:"name",selector:{text:{}}},{name:"connector_id",selector:{number:{min:1,max:16,mode:"box"}}},V("show_plan"),V("show_forecast"),V("show_session")],computeLabel:({name:L})=>H[L]===void 0?L:M(H[L]),computeHelper:({name:L})=>C[L]===void 0?void 0:M(C[L])}}var o2="M15,13H16.5V15.82L18.94,17.23L18.19,18.53L15,16.69V13M19,8H5V19H9.67C9.24,18.09 9,17.07 9,16A7,7 0 0,1 16,9C17.07,9 18.09,9.24 19,9.67V8M5,21C3.89,21 3,20.1 3,19V5C3,3.89 3.89,3 5,3H6V1H8V3H16V1H18V3H19A2,2 0 0,1 21,5V11.1C22.24,12.36 23,14.09 23,16A7,7 0 0,1 16,23C14.09,23 12.36,22.24 11.1,21H5M16,11.15A4.85,4.85 0 0,0 11.15,16C11.15,18.68 13.32,20.85 16,20.85A4.85,4.85 0 0,0 20.85,16C20.85,13.32 18.68,11.15 16,11.15Z";var a2="M18.92 2C18.72 1.42 18.16 1 17.5 1H6.5C5.84 1 5.29 1.42 5.08 2L3 8V16C3 16.55 3.45 17 4 17H5C5.55 17 6 16.55 6 16V15H18V16C18 16.55 18.45 17 19 17H20C20.55 17 21 16.55 21 16V8L18.92 2M6.5 12C5.67 12 5 11.33 5 10.5S5.67 9 6.5 9 8 9.67 8 10.5 7.33 12 6.5 12M17.5 12C16.67 12 16 11.33 16 10.5S16.67 9 17.5 9 19 9.67 19 10.5 18.33 12 17.5 12M5 7L6.5 2.5H17.5L19 7H5M7 20H11V18L17 21H13V23L7 20Z";var A2="M7.41,8.58L12,13.17L16.59,8.58L18,10L12,16L6,10L7.41,8.58Z";var d2="M12,16A2,2 0 0,1 14,18A2,2 0 0,1 12,20A2,2 0 0,1 10,18A2,2 0 0,1 12,16M12,10A2,2 0 0,1 14,12A2,2 0 0,1 12,14A2,2 0 0,1 10,12A2,2 0 0,1 12,10M12,4A2,2 0 0,1 14,6A2,2 0 0,1 12,8A2,2 0 0,1 10,6A2,2 0 0,1 12,4Z";var B1="M19.77,7.23L19.78,7.22L16.06,3.5L15,4.56L17.11,6.67C16.17,7.03 15.5,7.93 15.5,9A2.5,2.5 0 0,0 18,11.5C18.36,11.5 18.69,11.42 19,11.29V18.5A1,1 0 0,1 18,19.5A1,1 0 0,1 17,18.5V14A2,2 0 0,0 15,12H14V5A2,2 0 0,0 12,3H6A2,2 0 0,0 4,5V21H14V13.5H15.5V18.5A2.5,2.5 0 0,0 18,21A2.5,2.5 0 0,0 20.5,18.5V9C20.5,8.31 20.22,7.68 19.77,7.23M18,10A1,1 0 0,1 17,9A1,1 0 0,1 18,8A1,1 0 0,1 19,9A1,1 0 0,1 18,10M8,18V13.5H6L10,6V11H12L8,18Z";var T1="M7,2V13H10V22L17,10H13L17,2H7Z";var p2="M13 24C9.74 24 6.81 22 5.6 19L2.57 11.37C2.26 10.58 3 9.79 3.81 10.05L4.6 10.31C5.16 10.5 5.62 10.92 5.84 11.47L7.25 15H8V3.25C8 2.56 8.56 2 9.25 2S10.5 2.56 10.5 3.25V12H11.5V1.25C11.5 .56 12.06 0 12.75 0S14 .56 14 1.25V12H15V2.75C15 2.06 15.56 1.5 16.25 1.5C16.94 1.5 17.5 2.06 17.5 2.75V12H18.5V5.75C18.5 5.06 19.06 4.5 19.75 4.5S21 5.06 21 5.75V16C21 20.42 17.42 24 13 24Z";var n2="M20.71,7.04C21.1,6.65 21.1,6 20.71,5.63L18.37,3.29C18,2.9 17.35,2.9 16.96,3.29L15.12,5.12L18.87,8.87M3,17.25V21H6.75L17.81,9.93L14.06,6.18L3,17.25Z";var m2="M8,5.14V19.14L19,12.14L8,5.14Z";var l2="M16.56,5.44L15.11,6.89C16.84,7.94 18,9.83 18,12A6,6 0 0,1 12,18A6,6 0 0,1 6,12C6,9.83 7.16,7.94 8.88,6.88L7.44,5.44C5.36,6.88 4,9.28 4,12A8,8 0 0,0 12,20A8,8 0 0,0 20,12C20,9.28 18.64,6.88 16.56,5.44M13,3H11V13H13";var v2="M13.13 22.19L11.5 18.36C13.07 17.78 14.54 17 15.9 16.09L13.13 22.19M5.64 12.5L1.81 10.87L7.91 8.1C7 9.46 6.22 10.93 5.64 12.5M21.61 2.39C21.61 2.39 16.66 .269 11 5.93C8.81 8.12 7.5 10.53 6.65 12.64C6.37 13.39 6.56 14.21 7.11 14.77L9.24 16.89C9.79 17.45 10.61 17.63 11.36 17.35C13.5 16.53 15.88 15.19 18.07 13C23.73 7.34 21.61 2.39 21.61 2.39M14.54 9.46C13.76 8.68 13.76 7.41 14.54 6.63S16.59 5.85 17.37 6.63C18.14 7.41 18.15 8.68 17.37 9.46C16.59 10.24 15.32 10.24 14.54 9.46M8.88 16.53L7.47 15.12L8.88 16.53M6.24 22L9.88 18.36C9.54 18.27 9.21 18.12 8.91 17.91L4.83 22H6.24M2 22H3.41L8.18 17.24L6.76 15.83L2 20.59V22M2 19.17L6.09 15.09C5.88 14.79 5.73 14.47 5.64 14.12L2 17.76V19.17Z";var x2="M18,18H6V6H18V18Z";var Z2="M12.74,5.47C15.1,6.5 16.35,9.03 15.92,11.46C17.19,12.56 18,14.19 18,16V16.17C18.31,16.06 18.65,16 19,16A3,3 0 0,1 22,19A3,3 0 0,1 19,22H6A4,4 0 0,1 2,18A4,4 0 0,1 6,14H6.27C5,12.45 4.6,10.24 5.5,8.26C6.72,5.5 9.97,4.24 12.74,5.47M11.93,7.3C10.16,6.5 8.09,7.31 7.31,9.07C6.85,10.09 6.93,11.22 7.41,12.13C8.5,10.83 10.16,10 12,10C12.7,10 13.38,10.12 14,10.34C13.94,9.06 13.18,7.86 11.93,7.3M13.55,3.64C13,3.4 12.45,3.23 11.88,3.12L14.37,1.82L15.27,4.71C14.76,4.29 14.19,3.93 13.55,3.64M6.09,4.44C5.6,4.79 5.17,5.19 4.8,5.63L4.91,2.82L7.87,3.5C7.25,3.71 6.65,4.03 6.09,4.44M18,9.71C17.91,9.12 17.78,8.55 17.59,8L19.97,9.5L17.92,11.73C18.03,11.08 18.05,10.4 18,9.71M3.04,11.3C3.11,11.9 3.24,12.47 3.43,13L1.06,11.5L3.1,9.28C3,9.93 2.97,10.61 3.04,11.3M19,18H16V16A4,4 0 0,0 12,12A4,4 0 0,0 8,16H6A2,2 0 0,0 4,18A2,2 0 0,0 6,20H19A1,1 0 0,0 20,19A1,1 0 0,0 19,18Z";var s2="M3.55 19.09L4.96 20.5L6.76 18.71L5.34 17.29M12 6C8.69 6 6 8.69 6 12S8.69 18 12 18 18 15.31 18 12C18 8.68 15.31 6 12 6M20 13H23V11H20M17.24 18.71L19.04 20.5L20.45 19.09L18.66 17.29M20.45 5L19.04 3.6L17.24 5.39L18.66 6.81M13 1H11V4H13M6.76 5.39L4.96 3.6L3.55 5L5.34 6.81L6.76 5.39M1 13H4V11H1M13 20H11V23H13";var v1=globalThis,x1=v1.ShadowRoot&&(v1.ShadyCSS===void 0||v1.ShadyCSS.nativeShadow)&&"adoptedStyleSheets"in Document.prototype&&"replace"in CSSStyleSheet.prototype,F1=Symbol(),u2=new WeakMap,C1=class{constructor(H,C,V){if(this._$cssResult$=!0,V!==F1)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=H,this.t=C}get styleSheet(){let H=this.o,C=this.t;if(x1&&H===void 0){let V=C!==void 0&&C.length===1;V&&(H=u2.get(C)),H===void 0&&((this.o=H=new CSSStyleSheet).replaceSync(this.cssText),V&&u2.set(C,H))}return H}toString(){return this.cssText}},S2=M=>new C1(typeof M=="string"?M:M+"",void 0,F1),g=(M,...H)=>{let C=M.length===1?M[0]:H.reduce((V,L,r)=>V+(e=>{if(e._$cssResult$===!0)return e.cssText;if(typeof e=="number")return e;throw Error("Value passed to 'css' function must be a 'css' function result: "+e+". Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.")})(L)+M[r+1],M[0]);return new C1(C,M,F1)},c2=(M,H)=>{if(x1)M.adoptedStyleSheets=H.map(C=>C instanceof CSSStyleSheet?C:C.styleSheet);else for(let C of H){let V=document.createElement("style"),L=v1.litNonce;L!==void 0&&V.setAttribute("nonce",L),V.textContent=C.cssText,M.appendChild(V)}},R1=x1?M=>M:M=>M instanceof CSSStyleSheet?(H=>{let C="";for(let V of H.cssRules)C+=V.cssText;return S2(C)})(M):M;var{is:l5,defineProperty:v5,getOwnPropertyDescriptor:x5,getOwnPropertyNames:Z5,getOwnPropertySymbols:s5,getPrototypeOf:u5}=Object,Z1=globalThis,h2=Z1.trustedTypes,S5=h2?h2.emptyScript:"",c5=Z1.reactiveElementPolyfillSupport,H1=(M,H)=>M,V1={toAttribute(M,H){switch(H){case Boolean:M=M?S5:null;break;case Object:case Array:M=M==null?M:JSON.stringify(M)}return M},fromAttribute(M,H){let C=M;switch(H){case Boolean:C=M!==null;break;case Number:C=M===null?null:Number(M);break;case Object:case Array:try{C=JSON.parse(M)}catch{C=null}}return C}},s1=(M,H)=>!l5(M,H),g2={attribute:!0,type:String,converter:V1,reflect:!1,useDefault:!1,hasChanged:s1};Symbol.metadata??=Symbol("metadata"),Z1.litPropertyMetadata??=new WeakMap;var b=class extends HTMLElement{static addInitializer(H){this._$Ei(),(this.l??=[]).push(H)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(H,C=g2){if(C.state&&(C.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(H)&&((C=Object.create(C)).wrapped=!0),this.elementProperties.set(H,C),!C.noAccessor){let V=Symbol(),L=this.getPropertyDescriptor(H,V,C);L!==void 0&&v5(this.prototype,H,L)}}static getPropertyDescriptor(H,C,V){let{get:L,set:r}=x5(this.prototype,H)??{get(){return this[C]},set(e){this[C]=e}};return{get:L,set(e){let t=L?.call(this);r?.call(this,e),this.requestUpdate(H,t,V)},configurable:!0,enumerable:!0}}static getPropertyOptions(H){return this.elementProperties.get(H)??g2}static _$Ei(){if(this.hasOwnProperty(H1("elementProperties")))return;let H=u5(this);H.finalize(),H.l!==void 0&&(this.l=[...H.l]),this.elementProperties=new Map(H.elementProperties)}static finalize(){if(this.hasOwnProperty(H1("finalized")))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(H1("properties"))){let C=this.properties,V=[...Z5(C),...s5(C)];for(let L of V)this.createProperty(L,C[L])}let H=this[Symbol.metadata];if(H!==null){let C=litPropertyMetadata.get(H);if(C!==void 0)for(let[V,L]of C)this.elementProperties.set(V,L)}this._$Eh=new Map;for(let[C,V]of this.elementProperties){let L=this._$Eu(C,V);L!==void 0&&this._$Eh.set(L,C)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(H){let C=[];if(Array.isArray(H)){let V=new Set(H.flat(1/0).reverse());for(let L of V)C.unshift(R1(L))}else H!==void 0&&C.push(R1(H));return C}static _$Eu(H,C){let V=C.attribute;return V===!1?void 0:typeof V=="string"?V:typeof H=="string"?H.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(H=>this.enableUpdating=H),this._$AL=new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(H=>H(this))}addController(H){(this._$EO??=new Set).add(H),this.renderRoot!==void 0&&this.isConnected&&H.hostConnected?.()}removeController(H){this._$EO?.delete(H)}_$E_(){let H=new Map,C=this.constructor.elementProperties;for(let V of C.keys())this.hasOwnProperty(V)&&(H.set(V,this[V]),delete this[V]);H.size>0&&(this._$Ep=H)}createRenderRoot(){let H=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return c2(H,this.constructor.elementStyles),H}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(H=>H.hostConnected?.())}enableUpdating(H){}disconnectedCallback(){this._$EO?.forEach(H=>H.hostDisconnected?.())}attributeChangedCallback(H,C,V){this._$AK(H,V)}_$ET(H,C){let V=this.constructor.elementProperties.get(H),L=this.constructor._$Eu(H,V);if(L!==void 0&&V.reflect===!0){let r=(V.converter?.toAttribute!==void 0?V.converter:V1).toAttribute(C,V.type);this._$Em=H,r==null?this.removeAttribute(L):this.setAttribute(L,r),this._$Em=null}}_$AK(H,C){let V=this.constructor,L=V._$Eh.get(H);if(L!==void 0&&this._$Em!==L){let r=V.getPropertyOptions(L),e=typeof r.converter=="function"?{fromAttribute:r.converter}:r.converter?.fromAttribute!==void 0?r.converter:V1;this._$Em=L;let t=e.fromAttribute(C,r.type);this[L]=t??this._$Ej?.get(L)??t,this._$Em=null}}requestUpdate(H,C,V,L=!1,r){if(H!==void 0){let e=this.constructor;if(L===!1&&(r=this[H]),V??=e.getPropertyOptions(H),!((V.hasChanged??s1)(r,C)||V.useDefault&&V.reflect&&r===this._$Ej?.get(H)&&!this.hasAttribute(e._$Eu(H,V))))return;this.C(H,C,V)}this.isUpdatePending===!1&&(this._$ES=this._$EP())}C(H,C,{useDefault:V,reflect:L,wrapped:r},e){V&&!(this._$Ej??=new Map).has(H)&&(this._$Ej.set(H,e??C??this[H]),r!==!0||e!==void 0)||(this._$AL.has(H)||(this.hasUpdated||V||(C=void 0),this._$AL.set(H,C)),L===!0&&this._$Em!==H&&(this._$Eq??=new Set).add(H))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(C){Promise.reject(C)}let H=this.scheduleUpdate();return H!=null&&await H,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[L,r]of this._$Ep)this[L]=r;this._$Ep=void 0}let V=this.constructor.elementProperties;if(V.size>0)for(let[L,r]of V){let{wrapped:e}=r,t=this[L];e!==!0||this._$AL.has(L)||t===void 0||this.C(L,void 0,r,t)}}let H=!1,C=this._$AL;try{H=this.shouldUpdate(C),H?(this.willUpdate(C),this._$EO?.forEach(V=>V.hostUpdate?.()),this.update(C)):this._$EM()}catch(V){throw H=!1,this._$EM(),V}H&&this._$AE(C)}willUpdate(H){}_$AE(H){this._$EO?.forEach(C=>C.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(H)),this.updated(H)}_$EM(){this._$AL=new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(H){return!0}update(H){this._$Eq&&=this._$Eq.forEach(C=>this._$ET(C,this[C])),this._$EM()}updated(H){}firstUpdated(H){}};b.elementStyles=[],b.shadowRootOptions={mode:"open"},b[H1("elementProperties")]=new Map,b[H1("finalized")]=new Map,c5?.({ReactiveElement:b}),(Z1.reactiveElementVersions??=[]).push("2.1.2");var z1=globalThis,O2=M=>M,u1=z1.trustedTypes,f2=u1?u1.createPolicy("lit-html",{createHTML:M=>M}):void 0,B2="$lit$",T=`lit$${Math.random().toFixed(9).slice(2)}$`,T2="?"+T,h5=`<${T2}>`,$=document,M1=()=>$.createComment(""),r1=M=>M===null||typeof M!="object"&&typeof M!="function",I1=Array.isArray,g5=M=>I1(M)||typeof M?.[Symbol.iterator]=="function",_1=`[ 	
\f\r]`,L1=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,k2=/-->/g,y2=/>/g,D=RegExp(`>|${_1}(?:([^\\s"'>=/]+)(${_1}*=${_1}*(?:[^ 	
\f\r"'\`<>=]|("|')|))|$)`,"g"),b2=/'/g,w2=/"/g,F2=/^(?:script|style|textarea|title)$/i,U1=M=>(H,...C)=>({_$litType$:M,strings:H,values:C}),d=U1(1),x=U1(2),f3=U1(3),w=Symbol.for("lit-noChange"),a=Symbol.for("lit-nothing"),P2=new WeakMap,E=$.createTreeWalker($,129);function R2(M,H){if(!I1(M)||!M.hasOwnProperty("raw"))throw Error("invalid template strings array");return f2!==void 0?f2.createHTML(H):H}var O5=(M,H)=>{let C=M.length-1,V=[],L,r=H===2?"<svg>":H===3?"<math>":"",e=L1;for(let t=0;t<C;t++){let i=M[t],o,A,p=-1,n=0;for(;n<i.length&&(e.lastIndex=n,A=e.exec(i),A!==null);)n=e.lastIndex,e===L1?A[1]==="!--"?e=k2:A[1]!==void 0?e=y2:A[2]!==void 0?(F2.test(A[2])&&(L=RegExp("</"+A[2],"g")),e=D):A[3]!==void 0&&(e=D):e===D?A[0]===">"?(e=L??L1,p=-1):A[1]===void 0?p=-2:(p=e.lastIndex-A[2].length,o=A[1],e=A[3]===void 0?D:A[3]==='"'?w2:b2):e===w2||e===b2?e=D:e===k2||e===y2?e=L1:(e=D,L=void 0);let m=e===D&&M[t+1].startsWith("/>")?" ":"";r+=e===L1?i+h5:p>=0?(V.push(o),i.slice(0,p)+B2+i.slice(p)+T+m):i+T+(p===-2?t:m)}return[R2(M,r+(M[C]||"<?>")+(H===2?"</svg>":H===3?"</math>":"")),V]},e1=class M{constructor({strings:H,_$litType$:C},V){let L;this.parts=[];let r=0,e=0,t=H.length-1,i=this.parts,[o,A]=O5(H,C);if(this.el=M.createElement(o,V),E.currentNode=this.el.content,C===2||C===3){let p=this.el.content.firstChild;p.replaceWith(...p.childNodes)}for(;(L=E.nextNode())!==null&&i.length<t;){if(L.nodeType===1){if(L.hasAttributes())for(let p of L.getAttributeNames())if(p.endsWith(B2)){let n=A[e++],m=L.getAttribute(p).split(T),k=/([.?@])?(.*)/.exec(n);i.push({type:1,index:r,name:k[2],strings:m,ctor:k[1]==="."?E1:k[1]==="?"?$1:k[1]==="@"?W1:K}),L.removeAttribute(p)}else p.startsWith(T)&&(i.push({type:6,index:r}),L.removeAttribute(p));if(F2.test(L.tagName)){let p=L.textContent.split(T),n=p.length-1;if(n>0){L.textContent=u1?u1.emptyScript:"";for(let m=0;m<n;m++)L.append(p[m],M1()),E.nextNode(),i.push({type:2,index:++r});L.append(p[n],M1())}}}else if(L.nodeType===8)if(L.data===T2)i.push({type:2,index:r});else{let p=-1;for(;(p=L.data.indexOf(T,p+1))!==-1;)i.push({type:7,index:r}),p+=T.length-1}r++}}static createElement(H,C){let V=$.createElement("template");return V.innerHTML=H,V}};function Q(M,H,C=M,V){if(H===w)return H;let L=V!==void 0?C._$Co?.[V]:C._$Cl,r=r1(H)?void 0:H._$litDirective$;return L?.constructor!==r&&(L?._$AO?.(!1),r===void 0?L=void 0:(L=new r(M),L._$AT(M,C,V)),V!==void 0?(C._$Co??=[])[V]=L:C._$Cl=L),L!==void 0&&(H=Q(M,L._$AS(M,H.values),L,V)),H}var D1=class{constructor(H,C){this._$AV=[],this._$AN=void 0,this._$AD=H,this._$AM=C}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(H){let{el:{content:C},parts:V}=this._$AD,L=(H?.creationScope??$).importNode(C,!0);E.currentNode=L;let r=E.nextNode(),e=0,t=0,i=V[0];for(;i!==void 0;){if(e===i.index){let o;i.type===2?o=new t1(r,r.nextSibling,this,H):i.type===1?o=new i.ctor(r,i.name,i.strings,this,H):i.type===6&&(o=new N1(r,this,H)),this._$AV.push(o),i=V[++t]}e!==i?.index&&(r=E.nextNode(),e++)}return E.currentNode=$,L}p(H){let C=0;for(let V of this._$AV)V!==void 0&&(V.strings!==void 0?(V._$AI(H,V,C),C+=V.strings.length-2):V._$AI(H[C])),C++}},t1=class M{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(H,C,V,L){this.type=2,this._$AH=a,this._$AN=void 0,this._$AA=H,this._$AB=C,this._$AM=V,this.options=L,this._$Cv=L?.isConnected??!0}get parentNode(){let H=this._$AA.parentNode,C=this._$AM;return C!==void 0&&H?.nodeType===11&&(H=C.parentNode),H}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(H,C=this){H=Q(this,H,C),r1(H)?H===a||H==null||H===""?(this._$AH!==a&&this._$AR(),this._$AH=a):H!==this._$AH&&H!==w&&this._(H):H._$litType$!==void 0?this.$(H):H.nodeType!==void 0?this.T(H):g5(H)?this.k(H):this._(H)}O(H){return this._$AA.parentNode.insertBefore(H,this._$AB)}T(H){this._$AH!==H&&(this._$AR(),this._$AH=this.O(H))}_(H){this._$AH!==a&&r1(this._$AH)?this._$AA.nextSibling.data=H:this.T($.createTextNode(H)),this._$AH=H}$(H){let{values:C,_$litType$:V}=H,L=typeof V=="number"?this._$AC(H):(V.el===void 0&&(V.el=e1.createElement(R2(V.h,V.h[0]),this.options)),V);if(this._$AH?._$AD===L)this._$AH.p(C);else{let r=new D1(L,this),e=r.u(this.options);r.p(C),this.T(e),this._$AH=r}}_$AC(H){let C=P2.get(H.strings);return C===void 0&&P2.set(H.strings,C=new e1(H)),C}k(H){I1(this._$AH)||(this._$AH=[],this._$AR());let C=this._$AH,V,L=0;for(let r of H)L===C.length?C.push(V=new M(this.O(M1()),this.O(M1()),this,this.options)):V=C[L],V._$AI(r),L++;L<C.length&&(this._$AR(V&&V._$AB.nextSibling,L),C.length=L)}_$AR(H=this._$AA.nextSibling,C){for(this._$AP?.(!1,!0,C);H!==this._$AB;){let V=O2(H).nextSibling;O2(H).remove(),H=V}}setConnected(H){this._$AM===void 0&&(this._$Cv=H,this._$AP?.(H))}},K=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(H,C,V,L,r){this.type=1,this._$AH=a,this._$AN=void 0,this.element=H,this.name=C,this._$AM=L,this.options=r,V.length>2||V[0]!==""||V[1]!==""?(this._$AH=Array(V.length-1).fill(new String),this.strings=V):this._$AH=a}_$AI(H,C=this,V,L){let r=this.strings,e=!1;if(r===void 0)H=Q(this,H,C,0),e=!r1(H)||H!==this._$AH&&H!==w,e&&(this._$AH=H);else{let t=H,i,o;for(H=r[0],i=0;i<r.length-1;i++)o=Q(this,t[V+i],C,i),o===w&&(o=this._$AH[i]),e||=!r1(o)||o!==this._$AH[i],o===a?H=a:H!==a&&(H+=(o??"")+r[i+1]),this._$AH[i]=o}e&&!L&&this.j(H)}j(H){H===a?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,H??"")}},E1=class extends K{constructor(){super(...arguments),this.type=3}j(H){this.element[this.name]=H===a?void 0:H}},$1=class extends K{constructor(){super(...arguments),this.type=4}j(H){this.element.toggleAttribute(this.name,!!H&&H!==a)}},W1=class extends K{constructor(H,C,V,L,r){super(H,C,V,L,r),this.type=5}_$AI(H,C=this){if((H=Q(this,H,C,0)??a)===w)return;let V=this._$AH,L=H===a&&V!==a||H.capture!==V.capture||H.once!==V.once||H.passive!==V.passive,r=H!==a&&(V===a||L);L&&this.element.removeEventListener(this.name,this,V),r&&this.element.addEventListener(this.name,this,H),this._$AH=H}handleEvent(H){typeof this._$AH=="function"?this._$AH.call(this.options?.host??this.element,H):this._$AH.handleEvent(H)}},N1=class{constructor(H,C,V){this.element=H,this.type=6,this._$AN=void 0,this._$AM=C,this.options=V}get _$AU(){return this._$AM._$AU}_$AI(H){Q(this,H)}};var f5=z1.litHtmlPolyfillSupport;f5?.(e1,t1),(z1.litHtmlVersions??=[]).push("3.3.3");var _2=(M,H,C)=>{let V=C?.renderBefore??H,L=V._$litPart$;if(L===void 0){let r=C?.renderBefore??null;V._$litPart$=L=new t1(H.insertBefore(M1(),r),r,void 0,C??{})}return L._$AI(M),L};var G1=globalThis,S=class extends b{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let H=super.createRenderRoot();return this.renderOptions.renderBefore??=H.firstChild,H}update(H){let C=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(H),this._$Do=_2(C,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return w}};S._$litElement$=!0,S.finalized=!0,G1.litElementHydrateSupport?.({LitElement:S});var k5=G1.litElementPolyfillSupport;k5?.({LitElement:S});(G1.litElementVersions??=[]).push("4.2.2");var q=M=>(H,C)=>{C!==void 0?C.addInitializer(()=>{customElements.define(M,H)}):customElements.define(M,H)};var y5={attribute:!0,type:String,converter:V1,reflect:!1,hasChanged:s1},b5=(M=y5,H,C)=>{let{kind:V,metadata:L}=C,r=globalThis.litPropertyMetadata.get(L);if(r===void 0&&globalThis.litPropertyMetadata.set(L,r=new Map),V==="setter"&&((M=Object.create(M)).wrapped=!0),r.set(C.name,M),V==="accessor"){let{name:e}=C;return{set(t){let i=H.get.call(this);H.set.call(this,t),this.requestUpdate(e,i,M,!0,t)},init(t){return t!==void 0&&this.C(e,void 0,M,t),t}}}if(V==="setter"){let{name:e}=C;return function(t){let i=this[e];H.call(this,t),this.requestUpdate(e,i,M,!0,t)}}throw Error("Unsupported decorator location: "+V)};function Z(M){return(H,C)=>typeof C=="object"?b5(M,H,C):((V,L,r)=>{let e=L.hasOwnProperty(r);return L.constructor.createProperty(r,V),e?Object.getOwnPropertyDescriptor(L,r):void 0})(M,H,C)}function s(M){return Z({...M,state:!0,attribute:!1})}var w5={comma_decimal:"en-US",decimal_comma:"de",space_comma:"fr",quote_decimal:"de-CH"},O="–",Q1=class{constructor(H){let{locale:C}=H;this.text=B(H),this.language=P5(C?.language??H.language);let V=C?.number_format??"language";this.numbers=V==="system"?void 0:w5[V]??this.language,this.grouping=V!=="none",this.hour12=C?.time_format==="12"?!0:C?.time_format==="24"?!1:void 0,this.timeZone=C?.time_zone==="server"?H.config.time_zone:void 0}number(H,C=0){return W(H)?new Intl.NumberFormat(this.numbers,{minimumFractionDigits:C,maximumFractionDigits:C,useGrouping:this.grouping}).format(E2(H,C)):O}powerParts(H){return W(H)?Math.abs(H)<995?{value:this.number(Math.round(H/10)*10),unit:"W"}:{value:this.number(H/1e3,1),unit:"kW"}:{value:O,unit:"kW"}}power(H){return $2(this.powerParts(H))}energyParts(H){return{value:this.number(H,W(H)&&Math.abs(H)>=99.95?0:1),unit:"kWh"}}energy(H){return $2(this.energyParts(H))}percent(H){return W(H)?`${this.number(H*100)} %`:O}money(H,C){return W(H)?this.amount(H,C,2):O}price(H,C){return W(H)?`${this.amount(H,C,Math.abs(H)<10?3:2)}/kWh`:O}amount(H,C,V){try{return new Intl.NumberFormat(this.numbers,{style:"currency",currency:C??"",currencyDisplay:"narrowSymbol",minimumFractionDigits:V,maximumFractionDigits:V,useGrouping:this.grouping}).format(E2(H,V))}catch{return`${this.number(H,V)} ${C??""}`.trim()}}time(H){return this.date(H,{hour:this.hour12===!0?"numeric":"2-digit",minute:"2-digit"})}clock(H){let[C,V]=(H??"").split(":").map(Number);return C===void 0||V===void 0||Number.isNaN(C)||Number.isNaN(V)?O:new Intl.DateTimeFormat(this.language,{hour:this.hour12===!0?"numeric":"2-digit",minute:"2-digit",hour12:this.hour12,timeZone:"UTC"}).format(Date.UTC(2e3,0,1,C,V))}day(H){let C=v(H)?.getFullYear()===new Date().getFullYear()?void 0:"numeric";return this.date(H,{weekday:"short",day:"numeric",month:"short",year:C})}dayAndTime(H){return v(H)===null?O:`${this.day(H)}, ${this.time(H)}`}soon(H,C=new Date){let V=v(H);return V===null?O:this.dayKey(V)===this.dayKey(C)?this.time(V):`${this.date(V,{weekday:"short"})} ${this.time(V)}`}hour(H){let C=new Intl.DateTimeFormat("en-GB",{hour:"2-digit",hourCycle:"h23",timeZone:this.timeZone});return Number(C.format(H))}date(H,C){let V=v(H);return V===null?O:new Intl.DateTimeFormat(this.language,{...C,...C.hour===void 0?{}:{hour12:this.hour12},timeZone:this.timeZone}).format(V)}dayKey(H){let C=v(H);return C===null?"":new Intl.DateTimeFormat("sv-SE",{year:"numeric",month:"2-digit",day:"2-digit",timeZone:this.timeZone}).format(C)}duration(H){if(!W(H))return O;let C=Math.max(0,Math.round(H/60)),V=Math.floor(C/60);return V===0?`${C} min`:C%60===0||V>=100?`${V} h`:`${V} h ${C%60} min`}countdown(H){let C=Math.max(0,Math.ceil(H));return C<100?`${C} s`:this.duration(C)}weekday(H,C="short"){let V=N.indexOf(H);return V<0?H:new Intl.DateTimeFormat(this.language,{weekday:C,timeZone:"UTC"}).format(Date.UTC(2e3,0,3+V))}weekdays(H){let C=N.filter(e=>H.includes(e));if(C.length===7)return this.text("every_day");let[V,L]=[C[0],C.at(-1)];if(V===void 0||L===void 0)return this.text("once");let r=N.indexOf(L)-N.indexOf(V)+1;return C.length>2&&r===C.length?`${this.weekday(V)} – ${this.weekday(L)}`:C.map(e=>this.weekday(e)).join(", ")}},N=["mon","tue","wed","thu","fri","sat","sun"],D2=new WeakMap;function j(M){let H=M.locale??M.config,C=D2.get(H);return C===void 0&&(C=new Q1(M),D2.set(H,C)),C}function W(M){return typeof M=="number"&&Number.isFinite(M)}function E2(M,H){let C=10**H;return Math.round(M*C)/C+0}function $2({value:M,unit:H}){return M===O?M:`${M} ${H}`}function v(M){if(M==null||M==="")return null;let H=M instanceof Date?M:new Date(M);return Number.isNaN(H.getTime())?null:H}function P5(M){try{return Intl.getCanonicalLocales(M)[0]??"en"}catch{return"en"}}function y(M){return d`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${M}></path></svg>`}var W2=[1e3,2e3,5e3,1e4,3e4],K1=class{constructor(H){this.connection=H;this.servers=null;this.error=null;this.listeners=new Set;this.unsubscribe=null;this.state="idle";this.failures=0}listen(H){return this.listeners.add(H),this.state==="idle"?this.subscribe():this.state==="subscribed"&&clearTimeout(this.timer),()=>{this.listeners.delete(H),!(this.listeners.size>0)&&(clearTimeout(this.timer),this.timer=setTimeout(()=>{this.stop()},5e3))}}take(H){this.error=null;let C=H.servers??this.servers??[];if(H.connectors?.length||H.houses?.length){let V=new Map(H.connectors?.map(r=>[q1(r),r])),L=new Map(H.houses?.map(r=>[r.entry_id,r]));C=C.map(r=>T5(r,V,L))}this.servers=C,this.tell()}async subscribe(){clearTimeout(this.timer),this.state="subscribing";try{this.unsubscribe=await this.connection.subscribeMessage(H=>{this.take(H)},{type:"ocpp_cs/live"})}catch(H){this.state="idle",this.error=h1(H),this.tell(),this.retry();return}this.state="subscribed",this.failures=0,this.listeners.size===0&&this.stop()}retry(){if(this.listeners.size===0)return;let H=W2[Math.min(this.failures,W2.length-1)];this.failures+=1,this.timer=setTimeout(()=>{this.listeners.size>0&&this.state==="idle"&&this.subscribe()},H)}stop(){if(this.listeners.size>0||this.state!=="subscribed")return;let H=this.unsubscribe;this.unsubscribe=null,this.state="idle",H?.().catch(()=>{})}tell(){for(let H of[...this.listeners])H()}},N2=new WeakMap;function B5(M){let H=N2.get(M);return H===void 0&&(H=new K1(M),N2.set(M,H)),H}var c1=class{constructor(H,C){this.host=H;this.hass=C;this.connected=!1;H.addController(this)}get servers(){return this.store?.servers??null}get error(){return this.store?.error??null}get connectors(){return this.servers?.flatMap(H=>H.connectors)??[]}connector(H,C){let V=this.connectors;return V.find(L=>L.device_id===H)??V.find(L=>L.charger_device_id===H&&(C===void 0||L.connector_id===C))}server(H){return this.servers?.find(C=>C.entry_id===H)}hostConnected(){this.connected=!0,this.follow()}hostUpdate(){this.follow()}hostDisconnected(){this.connected=!1,this.stop?.(),this.stop=void 0,this.store=void 0}follow(){let H=this.connected?this.hass()?.connection:void 0;if(H===void 0)return;let C=B5(H);C!==this.store&&(this.stop?.(),this.store=C,this.stop=C.listen(()=>{this.host.requestUpdate()}))}},i1=class{constructor(H,C,V=1e3){this.host=H;this.isNeeded=C;this.everyMs=V;H.addController(this)}hostConnected(){this.timer??=setInterval(()=>{!document.hidden&&this.isNeeded()&&this.host.requestUpdate()},this.everyMs)}hostDisconnected(){clearInterval(this.timer),this.timer=void 0}};function T5(M,H,C){let V=C.get(M.entry_id),L=M.connectors.some(r=>H.has(q1(r)));return V===void 0&&!L?M:{...M,house:V??M.house,connectors:L?M.connectors.map(r=>H.get(q1(r))??r):M.connectors}}function q1({entry_id:M,charge_point_id:H,connector_id:C}){return JSON.stringify([M,H,C])}function h1(M){return typeof M=="object"&&M!==null&&"code"in M?String(M.code):typeof M=="number"?String(M):"unknown_error"}function o1(M){return typeof M=="object"&&M!==null&&"message"in M&&typeof M.message=="string"?M.message:h1(M)}var j1=1,I2=100;function U2(M,H){return{bySoc:M.tells_soc&&(M.target_soc!==null||M.target_kwh===null),soc:M.target_soc??80,kWh:M.target_kwh??20,readyAt:M.ready_at?.slice(0,5)??F5(M.ready_by,H)??(M.armed?"":"07:00"),weekdays:[...M.weekdays],leastSoc:M.least_soc??0,leastKWh:M.least_kwh??0,belowPrice:M.below_price}}function X1(M){let{target_soc:H,target_kwh:C,ready_at:V,weekdays:L,least_soc:r,least_kwh:e,below_price:t}=M;return JSON.stringify([H,C,V,[...L].sort(),r,e,t])}function a1(M){return M.readyAt!==""||M.belowPrice!==null||(M.bySoc?M.leastSoc:M.leastKWh)>0}function G2(M){return{...M.bySoc?{soc:M.soc}:{energy_kwh:M.kWh},...M.readyAt===""?{}:{ready_at:`${M.readyAt}:00`},...M.readyAt===""||M.weekdays.length===0?{}:{weekdays:M.weekdays},...M.bySoc&&M.leastSoc>0?{least_soc:M.leastSoc}:{},...!M.bySoc&&M.leastKWh>0?{least_kwh:M.leastKWh}:{},...M.belowPrice===null?{}:{below_price:M.belowPrice}}}function Q2(M,H){let C={energy_target:M.bySoc?null:M.kWh,soc_target:M.bySoc?M.soc:null,ready_by:M.readyAt===""?null:`${M.readyAt}:00`,weekdays:M.readyAt===""||M.weekdays.length===0?null:M.weekdays,least_soc:M.bySoc&&M.leastSoc>0?M.leastSoc:null,least_energy:!M.bySoc&&M.leastKWh>0?M.leastKWh:null,below_price:M.belowPrice},V=Object.entries(C);return{...Object.fromEntries(V.filter(([,L])=>L!==null)),clear:V.filter(([L,r])=>r===null&&(H||!L.includes("soc"))).map(([L])=>L),armed:!0}}function K2(M,H,C,V){let L=M.target_soc!==null?V.percent(M.target_soc/100):M.target_kwh?z2(M.target_kwh,V):null,r=M.ready_at!==null?V.clock(M.ready_at):v(M.ready_by)===null?null:V.soon(M.ready_by),e=[];L!==null&&r!==null?e.push(C("plan_by",{target:L,time:r})):L!==null&&e.push(L);let t=M.least_soc!==null&&M.least_soc>0?V.percent(M.least_soc/100):M.least_kwh?z2(M.least_kwh,V):null;return t!==null&&e.push(C("plan_least",{least:t})),M.below_price!==null&&e.push(C("plan_below",{price:V.price(M.below_price,H)})),e.length>0?e.join(" · "):null}function g1(M,H,C){let V=[];return M.cost!==null&&V.push(C.money(M.cost,M.currency)),M.solar_share!==null&&V.push(H("plan_sun",{share:C.percent(M.solar_share)})),v(M.ready_at_time)!==null&&V.push(H("plan_ready",{time:C.soon(M.ready_at_time)})),V.length>0?V.join(", "):null}function O1(M,H,C){if(M.missing_kwh<.05)return null;let V=`shortage.${M.shortage??"unknown"}`,L=H("plan_missing",{energy:C.energy(M.missing_kwh)});return U(V)?`${L} ${H(V)}`:L}function z2(M,H){return`${H.number(M,Number.isInteger(M)?0:1)} kWh`}function F5(M,H){let C=v(M);return C===null?null:new Intl.DateTimeFormat("en-GB",{hour:"2-digit",minute:"2-digit",hourCycle:"h23",timeZone:H}).format(C)}var R5={not_plugged_in:"idle",reserved:"idle",charging:"charging",starting:"charging",paused:"idle",full:"done",ended:"done",out_of_service:"problem",fault:"problem"},_5={start_delay:"starts",pause_time:"starts",waiting_for_sun:"starts",stop_delay:"pauses",phase_delay:"switches"},D5={charging:"charging",starting:"waiting",waiting_for_sun:"waiting",paused_by_charger:"waiting",paused_by_vehicle:"waiting"};function q2({online:M,state:H,reason:C,until:V},L,r,e){if(!M)return{state:L("state.offline"),until:null,untilAt:null,tone:"problem"};if(H===null)return{state:L("state.unknown"),until:null,untilAt:null,tone:"idle"};let t=D5[H],i=[t===void 0||C===null?"":`${t}.${C}`,`state.${H}`].find(U),o=v(V),A=t===void 0||C===null?void 0:_5[C],p=A!==void 0&&o!==null&&o>e;return{state:i===void 0?H:L(i),until:p?L(`until.${A}`,{time:r.countdown((o.getTime()-e.getTime())/1e3)}):null,untilAt:p?L(`until.${A}_at`,{time:r.time(o)}):null,tone:R5[H]??"waiting"}}var E5=g`
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
`,X=[E5,g`
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
  `],f1=g`
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
    background: var(--card-background-color, #fff);
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
    accent-color: var(--primary-color, #03a9f4);
    min-block-size: 32px;
  }
`;function j2(M,H,C=4){let V=Number.isFinite(M)?M:0,L=Number.isFinite(H)&&H>V?H:V+1,r=(L-V)/C,e=10**Math.floor(Math.log10(r)),t=e*([1,2,2.5,5,10].find(p=>p*e>=r*.999)??10),i=Math.floor(V/t+1e-9)*t,o=Math.ceil(L/t-1e-9)*t,A=Array.from({length:Math.round((o-i)/t)+1},(p,n)=>i+n*t);return{start:i,end:o,step:t,ticks:A}}var k1=class{constructor(H){this.host=H;this.width=0;H.addController(this)}hostConnected(){this.observer??=new ResizeObserver(([H])=>{let C=Math.round(H?.contentRect.width??0);C===this.width||C===0||(this.width=C,this.host.requestUpdate())}),this.observer.observe(this.host)}hostDisconnected(){this.observer?.disconnect()}};var $5=124,A1=16,R=20,W5=64,F=15*6e4,z=60*6e4,N5=48;function X2(M,H,C){let V=Math.floor(C.getTime()/F)*F,L=v(M.ready_by)?.getTime()??0,r=Math.max(0,...[M.prices.at(-1)?.end,M.sun.at(-1)?.end,M.slots.at(-1)?.end].map(i=>v(i)?.getTime()??0)),e=Math.max(V+H*z,L),t=Math.min(e,Math.max(r,L,V+12*z),V+N5*z);return{from:V,to:t}}function Y1(M,H){return M.find(({start:C,end:V})=>Date.parse(C)<=H&&H<Date.parse(V))}var P=class extends S{constructor(){super(...arguments);this.hours=24;this.pointed=null;this.sized=new k1(this);this.point=C=>{let V=C.currentTarget.getBoundingClientRect(),{plan:L}=this;if(L==null||V.width===0)return;let r=X2(L,this.hours,new Date),e=Math.min(.9999,Math.max(0,(C.clientX-V.left)/V.width));this.pointed=Math.floor(e*(r.to-r.from)/F)};this.leave=()=>{this.pointed=null}}render(){let{hass:C,plan:V}=this;if(C===void 0||V===void 0||V===null)return a;if(V.prices.length+V.sun.length+V.slots.length===0)return a;let L=j(C),r=B(C),e=new Date,t=X2(V,this.hours,e),i=Math.max(this.sized.width,160),o=Math.ceil((t.to-t.from)/F),A=m=>(Math.min(t.to,Math.max(t.from,m))-t.from)/(t.to-t.from)*i,p=V.prices.length+V.sun.length>0?$5:W5,n=this.pointed===null?null:t.from+Math.min(this.pointed,o-1)*F;return d`
      <div
        class="timeline"
        role="slider"
        tabindex="0"
        aria-label=${r("timeline")}
        aria-valuemin="0"
        aria-valuemax=${o-1}
        aria-valuenow=${this.pointed??0}
        aria-valuetext=${n===null?j5(V,t,r,L):q5(V,n,r,L)}
        @pointermove=${this.point}
        @pointerdown=${this.point}
        @pointerleave=${this.leave}
        @blur=${this.leave}
        @keydown=${m=>{this.key(m,o)}}
      >
        <svg width=${i} height=${p} viewBox="0 0 ${i} ${p}" aria-hidden="true">
          ${z5(V.slots,A,p)} ${I5(V,A,p)} ${U5(V,t,A,p,L)}
          ${G5(t,A,p,i,L)} ${Q5(V,t,A,p)}
          ${n===null?a:x`<line class="pointer" x1=${A(n+F/2)} x2=${A(n+F/2)} y1=${A1-8} y2=${p-R}></line>`}
        </svg>
        ${n===null?a:this.renderTip(V,n,A(n+F/2),i,r,L)}
      </div>
      ${K5(V,r)}
    `}renderTip(C,V,L,r,e,t){let i=Math.max(66,Math.min(r-66,L));return d`<div class="tip" style="left: ${i}px" aria-hidden="true">
      <b class="number">${t.soon(new Date(V))}</b>
      ${Y2(C,V,e,t).map(([o,A])=>d`<div><span>${o}</span><span class="number">${A}</span></div>`)}
    </div>`}key(C,V){let L=this.pointed??-1,r={ArrowRight:L+1,ArrowUp:L+1,ArrowLeft:L-1,ArrowDown:L-1,PageUp:L+4,PageDown:L-4,Home:0,End:V-1}[C.key];C.key==="Escape"&&(this.pointed=null),r!==void 0&&(C.preventDefault(),this.pointed=Math.max(0,Math.min(V-1,r)))}};P.styles=[...X,g`
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
        stroke: var(--ocpp-cs-sun);
        stroke-width: 1.5;
      }
      .slot {
        fill: color-mix(in srgb, var(--ocpp-cs-charging) 16%, transparent);
      }
      .slot-mark {
        fill: var(--ocpp-cs-charging);
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
    `],l([Z({attribute:!1})],P.prototype,"hass",2),l([Z({attribute:!1})],P.prototype,"plan",2),l([Z({type:Number})],P.prototype,"hours",2),l([s()],P.prototype,"pointed",2),P=l([q("ocpp-cs-timeline")],P);function z5(M,H,C){return M.map(({start:V,end:L})=>{let r=H(Date.parse(V)),e=Math.max(0,H(Date.parse(L))-r);return x`
      <rect class="slot" x=${r} y=${A1-6} width=${e} height=${C-A1-R+6}></rect>
      <rect class="slot-mark" x=${r} y=${C-R} width=${e} height="3" rx="1.5"></rect>
    `})}function I5({sun:M},H,C){let V=Math.max(0,...M.map(({power_w:p})=>p));if(V<50)return a;let L=C-R,r=p=>L-Math.max(0,p)/V*(L-A1)*.92,e=M[0],t=M.at(-1);if(e===void 0||t===void 0)return a;let i=M.map(({start:p,end:n,power_w:m})=>`L${H((Date.parse(p)+Date.parse(n))/2).toFixed(1)} ${r(m).toFixed(1)}`),o=H(Date.parse(e.start)),A=H(Date.parse(t.end));return x`<path class="sun" d=${`M${o} ${r(e.power_w)}${i.join("")}L${A} ${r(t.power_w)}V${L}H${o}z`}></path>`}function U5({prices:M,slots:H,currency:C},V,L,r,e){let t=M.filter(({start:h,end:_})=>Date.parse(_)>V.from&&Date.parse(h)<V.to);if(t.length===0)return a;let i=t.map(({price:h})=>h),o=j2(Math.min(0,...i),Math.max(0,...i),3),A=r-R,p=h=>A-(h-o.start)/(o.end-o.start)*(A-A1),n=(h,_,I,m1)=>{let Y=L(h),l1=Math.max(.5,L(_)-Y-.6),[C2,o5]=[p(Math.max(0,I)),p(Math.min(0,I))];return x`<rect class="price ${m1?"used":""}" x=${Y} y=${C2} width=${l1} height=${Math.max(1,o5-C2)} rx="1"></rect>`},m=Math.max(...i),k=Math.min(...i);return x`
    ${t.map(({start:h,end:_,price:I})=>n(Date.parse(h),Date.parse(_),I,!1))}
    ${t.flatMap(({start:h,end:_,price:I})=>H.flatMap(m1=>{let Y=Math.max(Date.parse(h),Date.parse(m1.start)),l1=Math.min(Date.parse(_),Date.parse(m1.end));return Y<l1?[n(Y,l1,I,!0)]:[]}))}
    <text x="0" y="11">${m===k?e.price(m,C):`${e.price(k,C).replace(/\/kWh$/,"")} – ${e.price(m,C)}`}</text>
  `}function G5(M,H,C,V,L){let r=(M.to-M.from)/z,e=[1,2,3,6,12].find(i=>r/i*46<=V)??12,t=[];for(let i=Math.ceil(M.from/z)*z;i<M.to;i+=z)L.hour(new Date(i))%e===0&&H(i)>16&&H(i)<V-16&&t.push(i);return x`
    <line class="axis" x1="0" x2=${V} y1=${C-R+.5} y2=${C-R+.5}></line>
    ${t.map(i=>x`<text x=${H(i)} y=${C-4} text-anchor="middle">${L.time(new Date(i))}</text>`)}
  `}function Q5({ready_by:M},H,C,V){let L=v(M)?.getTime()??0;if(L<=H.from||L>H.to)return a;let r=Math.max(1,C(L)-1);return x`
    <line class="ready" x1=${r} x2=${r} y1="2" y2=${V-R}></line>
    <path class="flag" d="M${r} 2h-11l3 4l-3 4h11z"></path>
  `}function K5({prices:M,sun:H,slots:C,ready_by:V},L){let r=(e,t)=>d`<span><i style="background: ${e}"></i>${t}</span>`;return d`<div class="legend" aria-hidden="true">
    ${M.length>0?r("color-mix(in srgb, var(--ocpp-cs-grid) 60%, transparent)",L("price")):a}
    ${H.some(({power_w:e})=>e>=50)?r("var(--ocpp-cs-sun)",L("sun")):a}
    ${C.length>0?r("var(--ocpp-cs-charging)",L("planned")):a}
    ${V===null?a:r("var(--primary-text-color)",L("ready"))}
  </div>`}function Y2(M,H,C,V){let L=[],r=Y1(M.prices,H),e=Y1(M.sun,H),t=Y1(M.slots,H);return r!==void 0&&L.push([C("price"),V.price(r.price,M.currency)]),e!==void 0&&e.power_w>=50&&L.push([C("sun"),V.power(e.power_w)]),t!==void 0&&L.push([C("charging"),V.power(t.power_w)]),L}function q5(M,H,C,V){return[V.soon(new Date(H)),...Y2(M,H,C,V).map(L=>L.join(" "))].join(", ")}function j5({prices:M,slots:H,currency:C},V,L,r){let e=M.filter(({end:i})=>Date.parse(i)>V.from).map(({price:i})=>i),t=[];e.length>0&&t.push(L("prices_told",{low:r.price(Math.min(...e),C),high:r.price(Math.max(...e),C)}));for(let{start:i,end:o}of H.slice(0,6))t.push(L("slot_told",{start:r.soon(i),end:r.soon(o)}));return t.length>0?t.join(". "):L("no_plan")}var X5=250,u=class extends S{constructor(){super(...arguments);this.capacity=null;this.currency="";this.draft=null;this.preview=null;this.error=null;this.saving=!1;this.edited="";this.asked=0}disconnectedCallback(){super.disconnectedCallback(),clearTimeout(this.previewTimer),this.asked+=1}willUpdate(C){let V=C.get("connector"),L=V!==void 0&&V.device_id!==this.connector?.device_id;(this.draft===null||L)&&this.begin()}render(){let{hass:C,connector:V,draft:L}=this;if(C===void 0||V?.plan==null||L===null)return a;let r=B(C),e=j(C),t=X1(V.plan)!==this.edited,i=Math.max(j1,Math.round(this.capacity??I2));return d`
      <form
        @submit=${o=>{o.preventDefault(),this.save()}}
      >
        <div class="target">
          ${V.plan.tells_soc?this.renderUnits(L,r):a}
          <input
            type="range"
            aria-label=${r("plan_target")}
            aria-valuetext=${L.bySoc?e.percent(L.soc/100):`${L.kWh} kWh`}
            min=${L.bySoc?10:j1}
            max=${L.bySoc?100:Math.max(i,L.kWh)}
            step=${L.bySoc?5:1}
            .value=${String(L.bySoc?L.soc:L.kWh)}
            @input=${o=>{let A=Number(o.target.value);this.change(L.bySoc?{soc:A}:{kWh:A})}}
          />
          <output class="number"
            >${L.bySoc?e.percent(L.soc/100):`${e.number(L.kWh)} kWh`}</output
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
            ${N.map(o=>d`
                <button
                  type="button"
                  aria-pressed=${L.weekdays.includes(o)}
                  aria-label=${e.weekday(o,"long")}
                  ?disabled=${L.readyAt===""}
                  @click=${()=>{this.change({weekdays:N.filter(A=>L.weekdays.includes(A)!==(A===o))})}}
                >
                  ${e.weekday(o,"short").slice(0,2)}
                </button>
              `)}
          </div>
        </div>
        <p class="weak small">${this.explained(L,r,e)}</p>
        ${this.renderMore(L,r)}
        <ocpp-cs-timeline .hass=${C} .plan=${this.preview}></ocpp-cs-timeline>
        <p class="result" aria-live="polite">${this.renderResult(r,e)}</p>
        ${t?d`<p class="notice" role="status">
                ${r("plan_changed_elsewhere")}
                <button
                  type="button"
                  class="link"
                  @click=${()=>{this.begin()}}
                >
                  ${r("plan_take_over")}
                </button>
              </p>`:a}
        ${this.error===null?a:d`<p class="notice problem" role="alert">${this.error}</p>`}
        <div class="buttons">
          <button
            type="button"
            class="button"
            @click=${()=>{this.close()}}
          >
            ${r("cancel")}
          </button>
          <button class="button primary" ?disabled=${this.saving||!a1(L)}>${r("plan_save")}</button>
        </div>
      </form>
    `}renderUnits(C,V){let L=(r,e)=>d`
      <button
        type="button"
        aria-pressed=${C.bySoc===r}
        @click=${()=>{this.change({bySoc:r})}}
      >
        ${e}
      </button>
    `;return d`<div class="segments units" role="group" aria-label=${V("plan_unit")}>
      ${L(!0,"%")}${L(!1,"kWh")}
    </div>`}renderMore(C,V){let L=C.bySoc?C.leastSoc:C.leastKWh,r=e=>{let{value:t}=e.target;return t===""||Number.isNaN(Number(t))?null:Number(t)};return d`
      <details ?open=${L>0||C.belowPrice!==null}>
        <summary>${V("plan_more")}</summary>
        <div class="more">
          <label>
            <span>${V("plan_least_field")}</span>
            <span class="with-unit">
              <input
                type="number"
                inputmode="decimal"
                min="0"
                max=${C.bySoc?100:200}
                step="any"
                .value=${L>0?String(L):""}
                @change=${e=>{let t=Math.max(0,r(e)??0);this.change(C.bySoc?{leastSoc:Math.min(100,t)}:{leastKWh:Math.min(200,t)})}}
              />
              ${C.bySoc?"%":"kWh"}
            </span>
          </label>
          <label>
            <span>${V("plan_below_field")}</span>
            <span class="with-unit">
              <input
                type="number"
                inputmode="decimal"
                step="any"
                .value=${C.belowPrice===null?"":String(C.belowPrice)}
                @change=${e=>{this.change({belowPrice:r(e)})}}
              />
              ${this.currency}/kWh
            </span>
          </label>
        </div>
      </details>
    `}renderResult(C,V){let{preview:L}=this;if(L===null)return d`<span class="weak">${C("plan_reckoning")}</span>`;let r=O1(L,C,V);return d`
      ${g1(L,C,V)??a} ${r===null?a:d`<span class="short">${r}</span>`}
    `}explained(C,V,L){return C.readyAt===""?V(a1(C)?"plan_without_time":"plan_needs_time"):C.weekdays.length===0?V("plan_once"):L.weekdays(C.weekdays)}begin(){let C=this.connector?.plan,{hass:V}=this;V===void 0||C==null||(this.edited=X1(C),this.draft=U2(C,V.config.time_zone),this.error=null,this.askPreview(0))}change(C){this.draft!==null&&(this.draft={...this.draft,...C},this.error=null,this.askPreview(X5))}askPreview(C){clearTimeout(this.previewTimer),this.previewTimer=setTimeout(()=>{this.fetchPreview()},C)}async fetchPreview(){let{hass:C,connector:V,draft:L}=this;if(C===void 0||V===void 0||L===null||!a1(L))return;let r=++this.asked;try{let e=await C.callWS({type:"ocpp_cs/plan/preview",device_id:V.device_id,...G2(L)});r===this.asked&&(this.preview=e)}catch(e){r===this.asked&&(this.error=h1(e)==="unknown_command"?null:o1(e))}}async save(){let{hass:C,connector:V,draft:L}=this;if(!(C===void 0||V?.plan==null||L===null||this.saving||!a1(L))){this.saving=!0,this.error=null;try{await C.callService("ocpp_cs","set_charge_plan",{device_id:V.device_id,connector_id:V.connector_id,...Q2(L,V.plan.tells_soc)}),this.dispatchEvent(new CustomEvent("ocpp-cs-plan-saved",{bubbles:!0,composed:!0})),this.close()}catch(r){this.error=o1(r)}finally{this.saving=!1}}}close(){this.dispatchEvent(new CustomEvent("ocpp-cs-plan-closed",{bubbles:!0,composed:!0}))}};u.styles=[...X,f1,g`
      form {
        display: grid;
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
        max-inline-size: 320px;
      }
      .days button {
        inline-size: 36px;
        block-size: 36px;
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
        color: var(--error-color, #c62828);
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
    `],l([Z({attribute:!1})],u.prototype,"hass",2),l([Z({attribute:!1})],u.prototype,"connector",2),l([Z({attribute:!1})],u.prototype,"capacity",2),l([Z({attribute:!1})],u.prototype,"currency",2),l([s()],u.prototype,"draft",2),l([s()],u.prototype,"preview",2),l([s()],u.prototype,"error",2),l([s()],u.prototype,"saving",2),u=l([q("ocpp-cs-plan-editor")],u);var J2={ATTRIBUTE:1,CHILD:2,PROPERTY:3,BOOLEAN_ATTRIBUTE:4,EVENT:5,ELEMENT:6},C5=M=>(...H)=>({_$litDirective$:M,values:H}),y1=class{constructor(H){}get _$AU(){return this._$AM._$AU}_$AT(H,C,V){this._$Ct=H,this._$AM=C,this._$Ci=V}_$AS(H,C){return this.update(H,C)}update(H,C){return this.render(...C)}};var H5="important",Y5=" !"+H5,V5=C5(class extends y1{constructor(M){if(super(M),M.type!==J2.ATTRIBUTE||M.name!=="style"||M.strings?.length>2)throw Error("The `styleMap` directive must be used in the `style` attribute and must be the only part in the attribute.")}render(M){return Object.keys(M).reduce((H,C)=>{let V=M[C];return V==null?H:H+`${C=C.includes("-")?C:C.replace(/(?:^(webkit|moz|ms|o)|)(?=[A-Z])/g,"-$&").toLowerCase()}:${V};`},"")}update(M,[H]){let{style:C}=M.element;if(this.ft===void 0)return this.ft=new Set(Object.keys(H)),this.render(H);for(let V of this.ft)H[V]==null&&(this.ft.delete(V),V.includes("-")?C.removeProperty(V):C[V]=null);for(let V in H){let L=H[V];if(L!=null){this.ft.add(V);let r=typeof L=="string"&&L.endsWith(Y5);V.includes("-")||r?C.setProperty(V,r?L.slice(0,-11):L,r?H5:""):C[V]=L}}return w}});var c=132,p1=58,d1=2*Math.PI*p1,L5=.16;function M5({soc:M,session:H,plan:C}){let V=C?.armed===!0?C:null;return M!==null?{share:J1(M,100),target:V?.target_soc==null?null:J1(V.target_soc,100),kind:"soc"}:V?.target_kwh&&H?.energy_kwh!=null?{share:J1(H.energy_kwh,V.target_kwh),target:1,kind:"energy"}:{share:null,target:null,kind:"none"}}function J1(M,H){return Math.max(0,Math.min(1,M/H))}function r5(M,H,C,V){let L=d1*(1-L5),r=M.share??0,e=M.kind==="energy"&&C!==null?r*C:0,t=(i,o,A)=>o-i<=.001?a:x`<circle class="arc ${A}" cx=${c/2} cy=${c/2} r=${p1}
          style=${V5({"stroke-dasharray":`${(o-i)*L} ${d1}`,"stroke-dashoffset":String(-i*L)})}></circle>`;return d`
    <div class="ring ${H?"charging":""}">
      <svg viewBox="0 0 ${c} ${c}" aria-hidden="true">
        <g transform="rotate(${90+L5*180} ${c/2} ${c/2})">
          <circle
            class="track"
            cx=${c/2}
            cy=${c/2}
            r=${p1}
            style="stroke-dasharray: ${L} ${d1}"
          ></circle>
          ${t(0,e,"sun")} ${t(e,r,e>0?"grid":"filled")}
          ${H?x`<circle class="pulse" cx=${c/2} cy=${c/2} r=${p1} style="stroke-dasharray: ${L*.12} ${d1}; --whole: ${-L*.88}px"></circle>`:a}
          ${M.target===null||M.target>=1?a:x`<circle class="target" cx=${c/2} cy=${c/2} r=${p1}
                  style="stroke-dasharray: 3 ${d1}; stroke-dashoffset: ${-M.target*L+1.5}"></circle>`}
        </g>
      </svg>
      <div class="inside">${V}</div>
    </div>
  `}var e5=[...X,f1,g`
    ha-card {
      block-size: 100%;
      container-type: inline-size;
      overflow: hidden;
    }
    article {
      display: grid;
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
      stroke: var(--tone);
    }
    .now.idle .arc.filled,
    .now.waiting .arc.filled {
      stroke: var(--ocpp-cs-charging);
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
      gap: 8px;
      padding-block-start: 14px;
      border-block-start: 1px solid var(--ocpp-cs-line);
    }
    .plan-head {
      display: flex;
      align-items: center;
      gap: 12px;
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
    .short {
      flex-basis: 100%;
      color: var(--error-color, #c62828);
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
        font-size: 12px;
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
  `];var J5=["off","solar","min_solar","fast","manual"],C3={off:l2,solar:s2,min_solar:Z2,fast:T1,manual:p2},H3=8e3,t5=6e4,V3=100,f=class extends S{constructor(){super();this.plan=null;this.editing=!1;this.error=null;this.pending={};this.live=new c1(this,()=>this.hass);this.planKey="";this.planTime=0;new i1(this,()=>this.connector?.until!=null),new i1(this,()=>!0,t5)}setConfig(C){if(typeof C!="object")throw new Error("No configuration");C.device_id!==this.config?.device_id&&(this.plan=null,this.planKey="",this.editing=!1),this.config=C}getCardSize(){return 9}getGridOptions(){return{columns:12,min_columns:6,rows:"auto"}}static getConfigForm(){return i2()}static getStubConfig(C){return t2(C)}get connector(){let{device_id:C,connector_id:V}=this.config??{};return C===void 0?void 0:this.live.connector(C,V)}updated(C){super.updated(C),this.refreshPlan()}render(){let{hass:C,config:V}=this;if(C===void 0||V===void 0)return a;let L=B(C),{connector:r}=this;if(r===void 0)return d`<ha-card>${this.renderNothing(L)}</ha-card>`;let e=j(C),t=this.live.server(r.entry_id);return d`
      <ha-card>
        <article aria-label=${V.name??r.name}>
          ${this.renderHead(r,t,C,L)} ${this.renderNow(r,t,L,e)}
          ${this.renderModes(r,L)}
          ${V.show_plan===!1?a:this.renderPlan(r,t,C,L,e)}
          ${this.error===null?a:d`<p class="notice" role="alert">${this.error}</p>`}
          ${this.renderButtons(r,L)}
        </article>
      </ha-card>
    `}renderNothing(C){let{servers:V,error:L}=this.live;return L==="unknown_command"?d`<p class="empty">${C("no_server")}</p>`:L!==null?d`<p class="empty">${C("no_answer",{error:L})}</p>`:V===null?d`<p class="empty" role="status">${C("loading")}</p>`:d`<p class="empty">
      ${y(B1)} ${C(this.config?.device_id===void 0?"card_choose":"card_gone")}
    </p>`}renderHead(C,V,L,r){let e=V?.vehicles.find(({id:i})=>i===C.vehicle_id),t=C.entities.charging_state??C.entities.status;return d`
      <header>
        <div class="avatar" aria-hidden="true">${L3(e,C)}</div>
        <div class="names">
          <h2>${this.config?.name??C.name}</h2>
          <div class="who">${this.renderWho(C,L,r)}</div>
        </div>
        ${t===void 0?a:d`<button
                class="round"
                aria-label=${r("card_details")}
                title=${r("card_details")}
                @click=${()=>{this.fire("hass-more-info",{entityId:t})}}
              >
                ${y(d2)}
              </button>`}
      </header>
    `}renderWho(C,V,L){let{who:r}=C,e=n1(C,"vehicle"),t=e===void 0?void 0:V.states[e],i=Array.isArray(t?.attributes.options)?t.attributes.options:[],o=r.tag!==null&&r.tag!==r.vehicle?d`<span class="tag">${r.tag}</span>`:a;if(e===void 0||t===void 0||i.length===0||t.state==="unavailable")return d`${o}${r.vehicle===null?a:d`<span>${r.vehicle}</span>`}
      ${r.name===null?d`<span>${C.charger_name===C.name?"":C.charger_name}</span>`:a}`;let A=this.pending.vehicle??t.state,p=n=>V.formatEntityState?.(t,n)??(n==="guest"?L("guest"):n);return d`
      ${o}
      <label class="vehicle">
        <span class="heard">${L("card_vehicle")}</span>
        <select
          @change=${n=>{let m=n.target.value;this.act("vehicle",m,"select","select_option",{entity_id:e,option:m})}}
        >
          ${i.includes(A)?a:d`<option value="" selected disabled>${L("no_vehicle")}</option>`}
          ${i.map(n=>d`<option value=${n} ?selected=${n===A}>${p(n)}</option>`)}
        </select>
        ${y(A2)}
      </label>
    `}renderNow(C,V,L,r){let e=q2(C,L,r,new Date),t=M5(C),{session:i,soc:o,plan:A}=C,p=r.powerParts(C.power_w??(C.online?0:null)),n=(C.power_w??0)>=V3,m=o!==null?r.percent(o/100):t.kind==="energy"&&A?.target_kwh!=null?`${r.number(i?.energy_kwh??0,1)} / ${r.number(A.target_kwh)} kWh`:null;return d`
      <section class="now ${e.tone}">
        ${r5(t,n,i?.solar_share??null,d`
            <span class="power number"><b>${p.value}</b> ${p.unit}</span>
            ${m===null?a:d`<span class="below number">${m}</span>`}
            ${n&&C.phases!==null&&C.current_limit_a!==null?d`<span class="phases number"
                    >${L("card_phases",{amps:r.number(C.current_limit_a),phases:C.phases})}</span
                  >`:a}
          `)}
        <div class="said">
          <p class="state">
            <span role="status"
              >${e.state}<span class="heard"
                >${e.untilAt===null?"":`, ${e.untilAt}`}</span
              ></span
            >
            ${e.until===null?a:d`<span class="until number" aria-hidden="true">${e.until}</span>`}
          </p>
          ${this.config?.show_session===!1?a:this.renderSession(i,V,L,r)}
        </div>
      </section>
    `}renderSession(C,V,L,r){if(C===null)return a;let e=(n,m,k)=>d`
      <div title=${k??a}>
        <dt>${n}</dt>
        <dd class="number">${typeof m=="string"?m:d`${m.value}<small> ${m.unit}</small>`}</dd>
      </div>
    `,{cost:t,solar_share:i,time_remaining_s:o,average_price:A}=C,p=C.currency??V?.currency??null;return d`
      <dl class="facts" aria-label=${L("card_session")}>
        ${e(L(C.end===null?"card_charged":"card_charged_last"),r.energyParts(C.energy_kwh))}
        ${o===null?a:e(L("card_left"),r.duration(o))}
        ${t===null?a:e(L("cost"),r.money(t,p),A===null?void 0:r.price(A,p))}
        ${i===null?a:e(L("sun"),r.percent(i))}
      </dl>
    `}renderModes(C,V){let L=n1(C,"charge_mode");if(C.mode===null||L===void 0)return a;let r=J5.filter(t=>C.modes.includes(t)&&(t!=="manual"||C.mode==="manual")),e=this.pending.mode??C.mode;return d`
      <div class="segments modes" role="group" aria-label=${V("charge_mode")}>
        ${r.map(t=>d`
            <button
              class=${t}
              aria-pressed=${t===e}
              ?disabled=${!C.online&&t===e}
              @click=${()=>{this.act("mode",t,"select","select_option",{entity_id:L,option:t})}}
            >
              ${y(C3[t]??T1)}
              <span>${V(`mode.${t}`)}</span>
            </button>
          `)}
      </div>
    `}renderPlan(C,V,L,r,e){let t=C.plan;if(t===null)return a;let i=V?.currency??"";if(this.editing)return d`
        <section class="plan">
          <ocpp-cs-plan-editor
            .hass=${L}
            .connector=${C}
            .currency=${i}
            .capacity=${V?.vehicles.find(({id:m})=>m===C.vehicle_id)?.capacity_kwh??null}
            @ocpp-cs-plan-saved=${()=>{this.planKey=""}}
            @ocpp-cs-plan-closed=${()=>{this.edit(!1)}}
          ></ocpp-cs-plan-editor>
        </section>
      `;let o=this.pending.armed===void 0?t.armed:this.pending.armed==="on",A=K2(t,i,r,e),p=t.weekdays.length>0?e.weekdays(t.weekdays):null,n=n1(C,"ready_in_time");return d`
      <section class="plan">
        <div class="plan-head">
          <button
            class="plan-title"
            aria-expanded="false"
            @click=${()=>{this.edit(!0)}}
          >
            ${y(o2)}
            <span>
              <b>${A!==null&&o?A:r(A===null?"card_no_plan":"card_plan_off")}</b>
              <small>${A!==null&&!o?A:p??r(o?"once":"card_plan_hint")}</small>
            </span>
            <span class="heard">${r("card_edit_plan")}</span>
            ${y(n2)}
          </button>
          ${n===void 0?a:d`<button
                  class="switch"
                  role="switch"
                  aria-checked=${o}
                  aria-label=${r("card_plan_switch")}
                  @click=${()=>{!o&&A===null?this.edit(!0):this.act("armed",o?"off":"on","switch",o?"turn_off":"turn_on",{entity_id:n})}}
                ></button>`}
        </div>
        ${this.config?.show_forecast===!1?a:d`<ocpp-cs-timeline .hass=${L} .plan=${this.plan}></ocpp-cs-timeline>`}
        ${o?this.renderResult(t.state,r,e):a}
      </section>
    `}renderResult(C,V,L){let{plan:r}=this,e=`plan_state.${C}`,t=U(e)?V(e):C,i=r===null?null:g1(r,V,L),o=r===null?null:O1(r,V,L);return d`<p class="result">
      <span>${t}</span>${i===null?a:d`<b class="number">${i}</b>`}
      ${o===null?a:d`<span class="short">${o}</span>`}
    </p>`}renderButtons(C,V){let L=n1(C,"charging"),r=n1(C,C.boosted?"end_boost":"boost"),e=this.pending.charging!==void 0,t=C.can_start&&!C.can_stop,i=L!==void 0&&(C.can_start||C.can_stop);return!i&&(r===void 0||!C.boosted)?a:d`
      <footer>
        ${r!==void 0&&(C.boosted||C.mode==="solar"||C.mode==="min_solar")?d`<button
                class="button"
                ?disabled=${this.pending.boost!==void 0}
                @click=${()=>{this.act("boost",String(!C.boosted),"button","press",{entity_id:r})}}
              >
                ${y(v2)} ${V(C.boosted?"card_end_boost":"card_boost")}
              </button>`:a}
        ${i?d`<button
                class="button ${t?"primary":""}"
                ?disabled=${e}
                @click=${()=>{this.act("charging",t?"on":"off","switch",t?"turn_on":"turn_off",{entity_id:L})}}
              >
                ${y(t?m2:x2)} ${V(t?"card_start":"card_stop")}
              </button>`:a}
      </footer>
    `}edit(C){this.editing=C}async act(C,V,L,r,e){this.error=null,this.pending={...this.pending,[C]:V};let t=()=>{this.pending[C]===V&&(this.pending=Object.fromEntries(Object.entries(this.pending).filter(([i])=>i!==C)))};try{await this.hass?.callService(L,r,e),setTimeout(t,this.isDone(C,V)?0:H3)}catch(i){this.error=o1(i),t()}}isDone(C,V){let{connector:L}=this;if(L===void 0)return!0;switch(C){case"mode":return L.mode===V;case"armed":return L.plan?.armed===(V==="on");case"charging":return V==="on"?L.can_stop:L.can_start;case"boost":return L.boosted===(V==="true");case"vehicle":return L.vehicle_id===V}}willUpdate(){let C=Object.entries(this.pending),V=C.filter(([L,r])=>!this.isDone(L,r));V.length!==C.length&&(this.pending=Object.fromEntries(V))}async refreshPlan(){let{hass:C,connector:V}=this;if(C===void 0||V?.plan==null||this.config?.show_plan===!1)return;let L=C.states[V.entities.charge_plan??""],r=JSON.stringify([V.device_id,V.plan,V.mode,L?.state,L?.attributes]),e=Date.now()-this.planTime>=t5-1e3;if(!(r===this.planKey&&!e)){this.planKey=r,this.planTime=Date.now();try{let t=await C.callWS({type:"ocpp_cs/plan",device_id:V.device_id});this.planKey===r&&(this.plan=t)}catch{this.plan=null}}}fire(C,V){this.dispatchEvent(new CustomEvent(C,{detail:V,bubbles:!0,composed:!0}))}};f.styles=e5,l([Z({attribute:!1})],f.prototype,"hass",2),l([s()],f.prototype,"config",2),l([s()],f.prototype,"plan",2),l([s()],f.prototype,"editing",2),l([s()],f.prototype,"error",2),l([s()],f.prototype,"pending",2),f=l([q(G)],f);function n1({entities:M,hidden:H},C){return H.includes(C)?void 0:M[C]}function L3(M,H){return M?.picture?d`<img src=${M.picture} alt="" />`:M?.icon?d`<ha-icon .icon=${M.icon}></ha-icon>`:y(H.session===null&&H.vehicle_id===null?B1:a2)}var i5=J(document.documentElement.lang);window.customCards??=[];window.customCards.push({type:G,name:i5("card_name"),description:i5("card_description"),preview:!0,documentationURL:"https://github.com/ocpp-cs/ocpp_cs",getEntitySuggestion:P1});
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
*/
