#!/bin/sh
# A server that has standbys or is one, called STANDBY_NAME. Without PRIMARY_HOST it starts as any other; with it, it copies
# PRIMARY_HOST:PRIMARY_PORT at its first start and streams from there. A file /clocks/.standby-<name> ("HOST PORT") makes it
# throw its data away and do that of another: the task runtime's rebuild. The file goes when the copy is there.
set -eu
request=/clocks/.standby-$STANDBY_NAME
if [ -f "$request" ]; then
  read -r PRIMARY_HOST PRIMARY_PORT <"$request"
  find "$PGDATA" -mindepth 1 -delete
fi
[ -n "${PRIMARY_HOST:-}" ] || exec docker-entrypoint.sh "$@"
mkdir -p "$PGDATA" /run/postgresql
chown -R postgres:postgres "$PGDATA" /run/postgresql
chmod 700 "$PGDATA"
as_postgres='setpriv --reuid=postgres --regid=postgres --init-groups env HOME=/var/lib/postgresql'
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  until $as_postgres pg_basebackup -D "$PGDATA" -R -X stream -c fast \
    -d "host=$PRIMARY_HOST port=$PRIMARY_PORT user=postgres application_name=$STANDBY_NAME connect_timeout=5"; do
    find "$PGDATA" -mindepth 1 -delete
    sleep 0.3
  done
fi
rm -f "$request"
exec $as_postgres "$@"
