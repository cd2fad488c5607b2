#!/bin/sh
# Removes old snapshots and logs from the data directory of a zoo.cfg: zkCleanup.sh -n COUNT

self=$0
while [ -h "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=$(dirname "$self")/$link ;;
  esac
done
. "$(dirname "$self")/zkEnv.sh"

find_zoo_cfg ''
if [ ! -f "$ZOOCFG" ]; then
  echo "Error: no configuration file $ZOOCFG" >&2
  exit 2
fi
data=$(setting dataDir)
logs=$(setting dataLogDir)
if [ -z "$logs" ] || [ "$logs" = null ]; then
  exec "$NODE" "$THREADKEEPER" purge "$data" "$@"
fi
exec "$NODE" "$THREADKEEPER" purge "$logs" "$data" "$@"
