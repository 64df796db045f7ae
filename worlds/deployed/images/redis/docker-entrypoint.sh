#!/bin/sh
# As the official entrypoint: options and *.conf mean redis-server, and root is given up.
set -e
case "${1:-}" in -* | *.conf) set -- redis-server "$@" ;; esac
if [ "$1" = redis-server ] || [ "$1" = redis-sentinel ]; then
  case " $* " in *protected-mode*) ;; *) set -- "$@" --protected-mode no ;; esac
  if [ "$(id -u)" = 0 ]; then
    chown -R redis:redis . 2>/dev/null || true
    exec setpriv --reuid=redis --regid=redis --clear-groups "$0" "$@"
  fi
fi
exec "$@"
