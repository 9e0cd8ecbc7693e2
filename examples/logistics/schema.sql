--
-- The logistics company: its tables.
--
-- Two years of business, 2024-01-01 to 2025-12-31, seen from the first of January 2026.
-- Money is in yuan, exact to the cent; a parcel count below zero is a return.
--
DROP SCHEMA IF EXISTS logistics CASCADE;
CREATE SCHEMA logistics;
SET search_path = logistics, public;

CREATE TABLE customers
(
	customer_id	int PRIMARY KEY,
	name		text NOT NULL,
	kind		text NOT NULL CHECK (kind IN ('enterprise', 'individual')),
	region		text NOT NULL CHECK (region IN ('local', 'domestic', 'international')),
	industry	text NOT NULL,
	service		text NOT NULL CHECK (service IN ('parcel', 'express', 'freight', 'cold chain')),
	credit		text CHECK (credit IN ('A', 'B', 'C', 'D')),	-- NULL: never rated
	parent_id	int REFERENCES customers,						-- the head of a group of companies
	referred_by	int REFERENCES customers,
	joined		date NOT NULL,
	remark		text
);

CREATE TABLE shipments
(
	shipment_id	bigint PRIMARY KEY,
	customer_id	int NOT NULL REFERENCES customers,
	shipped_on	date NOT NULL,
	parcels		int NOT NULL CHECK (parcels <> 0),
	revenue		numeric(12,2) NOT NULL,		-- yuan
	cost		numeric(12,2) NOT NULL		-- yuan
);

CREATE TABLE invoices						-- one per customer and month with business
(
	invoice_id	bigint PRIMARY KEY,
	customer_id	int NOT NULL REFERENCES customers,
	issued_on	date NOT NULL,
	due_on		date NOT NULL,
	amount		numeric(14,2) NOT NULL		-- yuan; below zero: a credit note
);

CREATE TABLE payments						-- an invoice without one is open
(
	invoice_id	bigint NOT NULL REFERENCES invoices,
	paid_on		date NOT NULL,
	amount		numeric(14,2) NOT NULL
);

CREATE TABLE complaints
(
	complaint_id bigint PRIMARY KEY,
	shipment_id	bigint NOT NULL REFERENCES shipments,
	customer_id	int NOT NULL REFERENCES customers,
	raised_on	date NOT NULL,
	reason		text NOT NULL
);

CREATE TABLE satisfaction					-- a yearly survey that few answer
(
	customer_id	int NOT NULL REFERENCES customers,
	asked_on	date NOT NULL,
	score		int NOT NULL CHECK (score BETWEEN 1 AND 5),
	PRIMARY KEY (customer_id, asked_on)
);

CREATE TABLE financials						-- from annual reports, of enterprises that publish one
(
	customer_id	int NOT NULL REFERENCES customers,
	year		int NOT NULL,
	current_assets		numeric(16,2) NOT NULL,		-- yuan, all of them
	current_liabilities	numeric(16,2) NOT NULL,
	total_assets		numeric(16,2) NOT NULL,
	receivables			numeric(16,2) NOT NULL,
	inventory			numeric(16,2) NOT NULL,
	sales				numeric(16,2) NOT NULL,
	cost_of_sales		numeric(16,2) NOT NULL,
	net_income			numeric(16,2) NOT NULL,
	PRIMARY KEY (customer_id, year)
);
