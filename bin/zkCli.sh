#!/bin/sh
# ZooKeeper's shell: zkCli.sh [-server HOST:PORT[,…][/chroot]] [COMMAND …]

self=$0
while [ -h "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=$(dirname "$self")/$link ;;
  esac
done
. "$(dirname "$self")/zkEnv.sh"

exec "$NODE" "$THREADKEEPER" cli "$@"
