#!/bin/sh
# Runs servers as a zoo.cfg asks for them: zookeeper-server-start.sh [-daemon] FILE [FILE …]

if [ $# -lt 1 ]; then
  echo "USAGE: $0 [-daemon] zookeeper.properties" >&2
  exit 1
fi

self=$0
while [ -h "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=$(dirname "$self")/$link ;;
  esac
done
. "$(dirname "$self")/zkEnv.sh"

# -loggc and -name are about Java; -daemon alone has a meaning here.
daemon=no
while :; do
  case ${1:-} in
    -daemon) daemon=yes ;;
    -loggc) ;;
    -name) shift ;;
    *) break ;;
  esac
  shift
done

if [ "$daemon" = no ]; then
  exec "$NODE" "$THREADKEEPER" start "$@"
fi
logs=${LOG_DIR:-${ZOO_LOG_DIR:-logs}}
mkdir -p "$logs" || exit 1
nohup "$NODE" "$THREADKEEPER" start "$@" >"$logs/zookeeper.out" 2>&1 </dev/null &
