-- Up Migration
-- One row, written every half second by every instance of numbering-service: its age on a standby is how far that is behind.
CREATE TABLE numbering.heartbeat (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  at timestamptz NOT NULL
);

INSERT INTO numbering.heartbeat (at) VALUES (now());
