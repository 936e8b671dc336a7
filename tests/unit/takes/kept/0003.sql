BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE calibrations (
	id INTEGER NOT NULL, 
	kit TEXT NOT NULL, 
	sound TEXT NOT NULL, 
	latency_ns BIGINT NOT NULL, 
	spread_ns BIGINT NOT NULL, 
	count INTEGER NOT NULL, 
	method TEXT NOT NULL, 
	measured_at TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "calibrations" VALUES(1,'midi://TD-17','audio://default',3000000,1500000,24,'tap','2026-01-02T03:00:00.000+01:00');
CREATE TABLE grid_steps (
	take_id TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	host_ns BIGINT NOT NULL, 
	grid_ns BIGINT NOT NULL, 
	rate_ppb INTEGER NOT NULL, 
	PRIMARY KEY (take_id, number), 
	FOREIGN KEY(take_id) REFERENCES takes (id)
)
 WITHOUT ROWID

;
INSERT INTO "grid_steps" VALUES('019b0000-0000-7000-8000-000000000001',0,5000000000,5000000000,0);
CREATE TABLE hit_blocks (
	take_id TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	first_t_ns BIGINT NOT NULL, 
	count INTEGER NOT NULL, 
	format INTEGER NOT NULL, 
	crc32 BIGINT NOT NULL, 
	payload BLOB NOT NULL, 
	PRIMARY KEY (take_id, number), 
	FOREIGN KEY(take_id) REFERENCES takes (id)
)
 WITHOUT ROWID

;
INSERT INTO "hit_blocks" VALUES('019b0000-0000-7000-8000-000000000001',0,5000000000,3,1,298805191,X'00F2052A010000004034152A01000000400D03000000000000000C00160006045A00803C632F01000000C07E722F01000000400D03000100000000000C00160006045B000087C0340100000040C9CF3401000000400D03000200000002000C00160006045C00');
CREATE TABLE marks (
	take_id TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	t_ns BIGINT NOT NULL, 
	kind TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	PRIMARY KEY (take_id, number), 
	FOREIGN KEY(take_id) REFERENCES takes (id)
)
 WITHOUT ROWID

;
INSERT INTO "marks" VALUES('019b0000-0000-7000-8000-000000000001',0,5100000000,'gap-begin','unplugged');
CREATE TABLE takes (
	id TEXT NOT NULL, 
	player TEXT NOT NULL, 
	started_at TEXT NOT NULL, 
	ended_at TEXT, 
	state TEXT NOT NULL, 
	start_ns BIGINT NOT NULL, 
	end_ns BIGINT, 
	latency_ns BIGINT NOT NULL, 
	calibrated BOOLEAN NOT NULL, 
	hit_count INTEGER, 
	version TEXT NOT NULL, 
	chart_title TEXT NOT NULL, 
	kits JSON NOT NULL, 
	notes JSON NOT NULL, 
	chart_json TEXT NOT NULL, calibration JSON, 
	PRIMARY KEY (id)
);
INSERT INTO "takes" VALUES('019b0000-0000-7000-8000-000000000001','Ada','2026-01-02T03:04:05.678+01:00','2026-01-02T03:05:06.789+01:00','finished',5000000000,6000000000,3000000,1,3,'0.1.0','Straight eighths','[{"address": "midi://TD-17", "name": "TD-17 MIDI 1", "profile": "roland-td17", "stamped_by": "driver", "sigma_ns": 200000}]','{"tags": ["warm-up"]}','{"ppq": 480}','{"kit": "midi://TD-17", "sound": "audio://default", "latency_ns": 3000000, "spread_ns": 1500000, "count": 24, "method": "tap", "measured_at": "2026-01-02T03:00:00.000+01:00"}');
CREATE INDEX takes_state ON takes (state);
CREATE INDEX calibrations_kit_sound ON calibrations (kit, sound);
COMMIT;
