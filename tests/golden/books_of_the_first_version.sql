PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE note (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO "note" VALUES('last_id',1700000009);
CREATE TABLE session (
    charge_point_id TEXT NOT NULL,
    id INTEGER NOT NULL,
    connector_id INTEGER NOT NULL,
    id_tag TEXT NOT NULL,
    start INTEGER NOT NULL,
    reported_start INTEGER NOT NULL,
    meter_start_wh REAL,
    reported_meter_start_wh REAL,
    register_wh REAL,
    "end" INTEGER,
    reported_end INTEGER,
    meter_stop_wh REAL,
    reason TEXT,
    origin TEXT NOT NULL,
    start_known INTEGER NOT NULL,
    cost REAL,
    priced_wh REAL NOT NULL,
    PRIMARY KEY (charge_point_id, id, reported_start)
) WITHOUT ROWID;
INSERT INTO "session" VALUES('CP1',1700000001,2,'TÄG',1792497600123456,1792494000123456,1000.5,0.0,1500.25,1792501200123456,1792497600123456,2000.125,'local','started',1,0.3,999.625);
INSERT INTO "session" VALUES('CP1',1700000009,1,'TAG',1792501200123456,-62135596800000000,1000.0,1000.0,1200.0,NULL,NULL,NULL,NULL,'started',1,NULL,0.0);
INSERT INTO "session" VALUES('CP2',-7,0,'',1792501200123456,1792501200123456,NULL,NULL,NULL,1792501200123456,1792501200123456,9000.0,'local','stopped',0,NULL,0.0);
CREATE INDEX session_by_end ON session ("end", start);
CREATE INDEX session_by_tag ON session (id_tag COLLATE NOCASE, "end", start);
CREATE INDEX session_by_charger ON session (charge_point_id, "end", start, connector_id);
CREATE INDEX session_by_told_start ON session (reported_start);
CREATE INDEX session_by_told_end ON session (reported_end);
CREATE INDEX session_by_stop ON session (start) WHERE origin = 'stopped';
COMMIT;
