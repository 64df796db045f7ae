#!/bin/sh
# Of a primary with standbys, at its first start: they connect for replication, and SYNCHRONOUS_STANDBYS are waited for by
# who asks for that. In the file, where ALTER SYSTEM can override it.
echo 'host replication all all trust' >>"$PGDATA/pg_hba.conf"
[ -z "${SYNCHRONOUS_STANDBYS:-}" ] || echo "synchronous_standby_names = '$SYNCHRONOUS_STANDBYS'" >>"$PGDATA/postgresql.conf"
