-- Books of minor version 3: the tables for upstreams are there, without what they were given later.
CREATE TABLE session ("charge_point_id" TEXT NOT NULL, "id" TEXT NOT NULL, "seq" INTEGER NOT NULL, "connector_id" INTEGER NOT NULL, "id_tag" TEXT NOT NULL, "start" INTEGER NOT NULL, "reported_start" INTEGER NOT NULL, "meter_start_wh" REAL, "reported_meter_start_wh" REAL, "register_wh" REAL, "end" INTEGER, "reported_end" INTEGER, "meter_stop_wh" REAL, "reported_meter_stop_wh" REAL, "reason" TEXT, "origin" TEXT NOT NULL, "start_known" INTEGER NOT NULL, "cost" REAL, "priced_wh" REAL NOT NULL, "answer" TEXT, "begun_from" TEXT, "ended_from" TEXT, "struck_out" INTEGER NOT NULL DEFAULT 0, "edits" TEXT, "continues" TEXT, "evse" INTEGER, "plug" INTEGER, "offline" INTEGER, "remote_start_id" INTEGER, "payer" TEXT, "price" REAL, "currency" TEXT, "sun_share" REAL, "sun_wh" REAL, "grid_wh" REAL, "vehicle" TEXT, "soc_start" REAL, "soc_end" REAL, "course" TEXT, PRIMARY KEY (charge_point_id, id, reported_start)) WITHOUT ROWID;
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('minor_version', 3);
CREATE TABLE upstream_message (
    number INTEGER PRIMARY KEY,
    upstream TEXT NOT NULL,
    charge_point_id TEXT NOT NULL,
    transaction_id TEXT,
    reported_start INTEGER,
    kind TEXT NOT NULL,
    time INTEGER NOT NULL,
    payload TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt INTEGER,
    confirmed INTEGER,
    error TEXT
);
CREATE INDEX upstream_message_waiting ON upstream_message (upstream, number)
    WHERE confirmed IS NULL;
CREATE TABLE upstream_transaction (
    upstream TEXT NOT NULL,
    charge_point_id TEXT NOT NULL,
    transaction_id TEXT NOT NULL,
    reported_start INTEGER NOT NULL,
    upstream_id TEXT,
    confirmed INTEGER,
    PRIMARY KEY (upstream, charge_point_id, transaction_id, reported_start)
) WITHOUT ROWID;
CREATE INDEX upstream_transaction_by_id ON upstream_transaction (upstream, upstream_id);
PRAGMA user_version = 2;
INSERT INTO meta VALUES ('last_seq', 1790000000);
INSERT INTO session (charge_point_id, id, seq, connector_id, id_tag, start, reported_start, meter_start_wh, register_wh, "end", reported_end, meter_stop_wh, reason, origin, start_known, priced_wh, answer, payer, vehicle)
    VALUES ('BOX', '1790000000', 1790000000, 1, 'TAG', 1790000000000000, 1790000000000000, 1000.0, 3500.0, 1790003600000000, 1790003600000000, 3500.0, 'local', 'started', 1, 0, 'accepted', NULL, 'car');
INSERT INTO upstream_message (number, upstream, charge_point_id, transaction_id, reported_start, kind, time, payload)
    VALUES (1, 'x', 'BOX', '1790000000', 1790000000000000, 'start', 1790000000000000, '{"seq":-1}');
