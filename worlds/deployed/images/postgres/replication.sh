#!/bin/sh
# Of a primary with standbys, at its first start: they connect for replication.
echo 'host replication all all trust' >>"$PGDATA/pg_hba.conf"
