BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE document (
	kind TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (kind, "key")
)
 WITHOUT ROWID

;
INSERT INTO "document" VALUES('alert_rule','one','{"kind": "drop", "percent": "5"}');
CREATE TABLE listing (
	listing_id TEXT NOT NULL, 
	shop TEXT NOT NULL, 
	sku TEXT NOT NULL, 
	url TEXT NOT NULL, 
	title TEXT, 
	category TEXT, 
	kind VARCHAR(16) NOT NULL, 
	target_price TEXT, 
	tracked BOOLEAN NOT NULL, 
	litres TEXT, 
	created_at BIGINT, 
	PRIMARY KEY (listing_id)
);
INSERT INTO "listing" VALUES('shop.example:1','shop.example','1','https://shop.example/1','Aceite 5 l','olive-oil','product','39.50',1,'5',1772366400123456);
CREATE TABLE listing_key (
	"key" INTEGER NOT NULL, 
	listing_id TEXT NOT NULL, 
	PRIMARY KEY ("key"), 
	UNIQUE (listing_id)
);
INSERT INTO "listing_key" VALUES(1,'shop.example:1');
CREATE TABLE observation (
	listing_key INTEGER NOT NULL, 
	observed_at BIGINT NOT NULL, 
	availability VARCHAR(16) NOT NULL, 
	price TEXT, 
	currency VARCHAR(3), 
	list_price TEXT, 
	seller TEXT, 
	rule TEXT NOT NULL, 
	source TEXT NOT NULL, 
	PRIMARY KEY (listing_key, observed_at), 
	FOREIGN KEY(listing_key) REFERENCES listing_key ("key")
)
 WITHOUT ROWID

;
INSERT INTO "observation" VALUES(1,1772280000123456,'in_stock','41.90','EUR','45.00','Almazara','structured:json-ld','http');
INSERT INTO "observation" VALUES(1,1772366400123456,'unavailable',NULL,NULL,NULL,NULL,'structured:json-ld','http');
CREATE TABLE run (
	run_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	started_at BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (run_id)
);
INSERT INTO "run" VALUES('20260301T120000-abcdef','retrain',1772366400123456,'{"run_id":"20260301T120000-abcdef","kind":"retrain","shop":"*","state":"running","started_at":"2026-03-01T12:00:00.123456Z","ended_at":null,"pending":[],"counts":{},"problems":[]}');
INSERT INTO "run" VALUES('20260228T120000-abcdef.shop.example','scrape',1772280000123456,'{"run_id":"20260228T120000-abcdef.shop.example","kind":"scrape","shop":"shop.example","state":"done","started_at":"2026-02-28T12:00:00.123456Z","ended_at":"2026-03-01T12:00:00.123456Z","pending":[],"counts":{"requested":1,"observed":1},"problems":[{"listing_id":"shop.example:1","outcome":"refused","reason":"robots"}]}');
CREATE INDEX ix_listing_category ON listing (category);
CREATE INDEX ix_run_started_at ON run (started_at);
COMMIT;
