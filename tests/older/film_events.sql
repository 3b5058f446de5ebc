BEGIN TRANSACTION;
CREATE TABLE film_event (
	event_id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	film_id BIGINT NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	value DOUBLE, 
	at_us BIGINT NOT NULL, 
	received_us BIGINT NOT NULL, 
	PRIMARY KEY (event_id)
);
INSERT INTO "film_event" VALUES('e1','ana',862,'rating',4.5,1772280000123456,1772366400123456);
INSERT INTO "film_event" VALUES('e2','ana',8844,'view',NULL,1772366400123456,1772366400123456);
CREATE INDEX film_event_by_user ON film_event (user_id, at_us, received_us, event_id);
COMMIT;
