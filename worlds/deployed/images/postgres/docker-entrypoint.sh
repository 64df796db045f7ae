#!/bin/bash
# What the deployments use of the official entrypoint: POSTGRES_USER, _PASSWORD, _PASSWORD_FILE, _DB, _INITDB_ARGS,
# _HOST_AUTH_METHOD and /docker-entrypoint-initdb.d/*.{sh,sql}. A server that listens on a socket only runs those.
set -euo pipefail
[ "${1:0:1}" = - ] && set -- postgres "$@"
if [ "${1:-}" = postgres ] && [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" /run/postgresql
  chown -R postgres:postgres "$PGDATA" /run/postgresql
  chmod 700 "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --clear-groups env HOME=/var/lib/postgresql "$0" "$@"
fi
if [ "${1:-}" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  export POSTGRES_USER=${POSTGRES_USER:-postgres}
  export POSTGRES_DB=${POSTGRES_DB:-$POSTGRES_USER}
  [ -z "${POSTGRES_PASSWORD_FILE:-}" ] || POSTGRES_PASSWORD=$(<"$POSTGRES_PASSWORD_FILE")
  if [ -z "${POSTGRES_PASSWORD:-}" ] && [ "${POSTGRES_HOST_AUTH_METHOD:-}" != trust ]; then
    echo 'Error: Database is uninitialized and superuser password is not specified. Set POSTGRES_PASSWORD.' >&2
    exit 1
  fi
  secret=$(mktemp)
  printf '%s\n' "${POSTGRES_PASSWORD:-unused}" >"$secret"
  # Word splitting is wanted: several arguments in one variable.
  # shellcheck disable=SC2086
  initdb -D "$PGDATA" --username="$POSTGRES_USER" --pwfile="$secret" ${POSTGRES_INITDB_ARGS:-} >/dev/null
  rm -f "$secret"
  printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"
  sed -i "s/^#listen_addresses = .*/listen_addresses = '*'/" "$PGDATA/postgresql.conf"
  pg_ctl -D "$PGDATA" -w -s -o "-c listen_addresses='' -c fsync=off" start
  export PGUSER=$POSTGRES_USER PGHOST= PGHOSTADDR=
  [ "$POSTGRES_DB" = postgres ] || psql -q -v ON_ERROR_STOP=1 -d postgres -c "CREATE DATABASE \"$POSTGRES_DB\""
  export PGDATABASE=$POSTGRES_DB
  for file in /docker-entrypoint-initdb.d/*; do
    case "$file" in
    *.sql) psql -q -v ON_ERROR_STOP=1 -f "$file" ;;
    *.sh) if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
    esac
  done
  unset PGUSER PGHOST PGHOSTADDR PGDATABASE
  pg_ctl -D "$PGDATA" -w -s -m fast stop
  echo 'PostgreSQL init process complete; ready for start up.'
fi
exec "$@"
