-- The shopping cart of a user whose login has no place for it. Replicas on version 1 know nothing of the column, and add
-- users with an empty cart.
ALTER TABLE authlab_users ADD COLUMN cart text[] NOT NULL DEFAULT '{}';
