CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.document (
    kind text NOT NULL,
    key text NOT NULL,
    body text NOT NULL
);
CREATE TABLE public.listing (
    listing_id text NOT NULL,
    shop text NOT NULL,
    sku text NOT NULL,
    url text NOT NULL,
    title text,
    category text,
    kind character varying(16) NOT NULL,
    target_price numeric,
    tracked boolean NOT NULL,
    litres numeric,
    created_at timestamp with time zone
);
CREATE TABLE public.listing_key (
    key integer NOT NULL,
    listing_id text NOT NULL
);
CREATE SEQUENCE public.listing_key_key_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.listing_key_key_seq OWNED BY public.listing_key.key;
CREATE TABLE public.observation (
    listing_key integer NOT NULL,
    observed_at timestamp with time zone NOT NULL,
    availability character varying(16) NOT NULL,
    price numeric,
    currency character varying(3),
    list_price numeric,
    seller text,
    rule text NOT NULL,
    source text NOT NULL
);
CREATE TABLE public.run (
    run_id text NOT NULL,
    kind text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    body text NOT NULL
);
ALTER TABLE ONLY public.listing_key ALTER COLUMN key SET DEFAULT nextval('public.listing_key_key_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('0001');
INSERT INTO public.document VALUES ('alert_rule', 'one', '{"kind": "drop", "percent": "5"}');
INSERT INTO public.listing VALUES ('shop.example:1', 'shop.example', '1', 'https://shop.example/1', 'Aceite 5 l', 'olive-oil', 'product', 39.50, true, 5, '2026-03-01 12:00:00.123456+00');
INSERT INTO public.listing_key VALUES (1, 'shop.example:1');
INSERT INTO public.observation VALUES (1, '2026-02-28 12:00:00.123456+00', 'in_stock', 41.90, 'EUR', 45.00, 'Almazara', 'structured:json-ld', 'http');
INSERT INTO public.observation VALUES (1, '2026-03-01 12:00:00.123456+00', 'unavailable', NULL, NULL, NULL, NULL, 'structured:json-ld', 'http');
INSERT INTO public.run VALUES ('20260301T120000-abcdef', 'retrain', '2026-03-01 12:00:00.123456+00', '{"run_id":"20260301T120000-abcdef","kind":"retrain","shop":"*","state":"running","started_at":"2026-03-01T12:00:00.123456Z","ended_at":null,"pending":[],"counts":{},"problems":[]}');
INSERT INTO public.run VALUES ('20260228T120000-abcdef.shop.example', 'scrape', '2026-02-28 12:00:00.123456+00', '{"run_id":"20260228T120000-abcdef.shop.example","kind":"scrape","shop":"shop.example","state":"done","started_at":"2026-02-28T12:00:00.123456Z","ended_at":"2026-03-01T12:00:00.123456Z","pending":[],"counts":{"requested":1,"observed":1},"problems":[{"listing_id":"shop.example:1","outcome":"refused","reason":"robots"}]}');
SELECT pg_catalog.setval('public.listing_key_key_seq', 1, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.document
    ADD CONSTRAINT document_pkey PRIMARY KEY (kind, key);
ALTER TABLE ONLY public.listing_key
    ADD CONSTRAINT listing_key_listing_id_key UNIQUE (listing_id);
ALTER TABLE ONLY public.listing_key
    ADD CONSTRAINT listing_key_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.listing
    ADD CONSTRAINT listing_pkey PRIMARY KEY (listing_id);
ALTER TABLE ONLY public.observation
    ADD CONSTRAINT observation_pkey PRIMARY KEY (listing_key, observed_at);
ALTER TABLE ONLY public.run
    ADD CONSTRAINT run_pkey PRIMARY KEY (run_id);
CREATE INDEX ix_listing_category ON public.listing USING btree (category);
CREATE INDEX ix_run_started_at ON public.run USING btree (started_at);
ALTER TABLE ONLY public.observation
    ADD CONSTRAINT observation_listing_key_fkey FOREIGN KEY (listing_key) REFERENCES public.listing_key(key);
