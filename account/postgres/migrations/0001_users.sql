-- A name is compared byte by byte, as Go does it: a capital makes another name. The collation "C" says so, and keeps the
-- index good when the system under the database brings another opinion about the order of letters.
CREATE TABLE authlab_users (
	name          text COLLATE "C" PRIMARY KEY,
	roles         text[] NOT NULL,
	email         text NOT NULL,
	password_hash text NOT NULL
);
