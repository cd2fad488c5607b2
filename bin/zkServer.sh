#!/bin/sh
# Apache's way to run a server: zkServer.sh {start|start-foreground|stop|version|restart|status|print-cmd} [FILE]
# The process's id is in zookeeper_server.pid in the data directory, or where ZOOPIDFILE says.

self=$0
while [ -h "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=$(dirname "$self")/$link ;;
  esac
done
. "$(dirname "$self")/zkEnv.sh"

command=${1:-}
find_zoo_cfg "${2:-}"

require_zoo_cfg() {
  if [ ! -f "$ZOOCFG" ]; then
    echo "Error: no configuration file $ZOOCFG" >&2
    exit 2
  fi
  echo "Using config: $ZOOCFG" >&2
  data=$(setting dataDir)
  if [ -z "$data" ]; then
    "$NODE" "$THREADKEEPER" config print "$ZOOCFG" >/dev/null
    exit 2
  fi
  pid_file=${ZOOPIDFILE:-$data/zookeeper_server.pid}
}

is_running() {
  [ -f "$pid_file" ] && kill -0 "$(cat "$pid_file")" 2>/dev/null
}

start_server() {
  printf 'Starting zookeeper ... '
  if is_running; then
    echo "already running as process $(cat "$pid_file")."
    exit 1
  fi
  logs=${ZOO_LOG_DIR:-logs}
  mkdir -p "$logs" "$(dirname "$pid_file")" || exit 1
  nohup "$NODE" "$THREADKEEPER" start "$ZOOCFG" >"$logs/zookeeper.out" 2>&1 </dev/null &
  pid=$!
  if ! echo "$pid" >"$pid_file"; then
    echo FAILED TO WRITE PID
    exit 1
  fi
  # Until it serves, or ends: what is wrong is in its output.
  until grep -q '^ready ' "$logs/zookeeper.out" 2>/dev/null; do
    if ! kill -0 "$pid" 2>/dev/null; then
      echo FAILED TO START
      cat "$logs/zookeeper.out" >&2
      exit 1
    fi
    sleep 0.1 2>/dev/null || sleep 1
  done
  echo STARTED
}

stop_server() {
  printf 'Stopping zookeeper ... '
  if ! is_running; then
    echo "no zookeeper to stop (could not find a process of $pid_file)"
    return
  fi
  pid=$(cat "$pid_file")
  kill "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.1 2>/dev/null || sleep 1; done
  rm -f "$pid_file"
  echo STOPPED
}

case $command in
  start)
    require_zoo_cfg
    start_server
    ;;
  start-foreground)
    require_zoo_cfg
    exec "$NODE" "$THREADKEEPER" start "$ZOOCFG"
    ;;
  stop)
    require_zoo_cfg
    stop_server
    ;;
  restart)
    require_zoo_cfg
    stop_server
    start_server
    ;;
  status)
    require_zoo_cfg
    port=$(setting clientPort)
    echo "Client port found: $port. Client address: localhost. Client SSL: false."
    if ! "$NODE" "$THREADKEEPER" status --client-port "$port"; then
      echo 'Error contacting service. It is probably not running.'
      exit 1
    fi
    ;;
  version)
    exec "$NODE" "$THREADKEEPER" --version
    ;;
  print-cmd)
    require_zoo_cfg
    echo "\"$NODE\" \"$THREADKEEPER\" start \"$ZOOCFG\""
    ;;
  *)
    echo "Usage: $0 {start|start-foreground|stop|version|restart|status|print-cmd} [FILE]" >&2
    exit 1
    ;;
esac
