#!/bin/sh
# A hot standby: copies PRIMARY_HOST:PRIMARY_PORT at its first start and streams from there as STANDBY_NAME.
set -eu
mkdir -p "$PGDATA" /run/postgresql
chown -R postgres:postgres "$PGDATA" /run/postgresql
chmod 700 "$PGDATA"
as_postgres() { setpriv --reuid=postgres --regid=postgres --init-groups env HOME=/var/lib/postgresql "$@"; }
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  until as_postgres pg_basebackup -D "$PGDATA" -R -X stream -c fast \
    -d "host=$PRIMARY_HOST port=$PRIMARY_PORT user=postgres application_name=$STANDBY_NAME connect_timeout=5"; do
    find "$PGDATA" -mindepth 1 -delete
    sleep 0.3
  done
fi
exec setpriv --reuid=postgres --regid=postgres --init-groups env HOME=/var/lib/postgresql "$@"
