# Read by the other scripts of this folder, not run: finds Node.js and the package. Expects $self, the place of the script
# that reads it; sets NODE, THREADKEEPER (the command line's main file) and ZOOCFG (the configuration, as Apache's scripts
# look for it: a path as it is, a name in ZOOCFGDIR, which is by default the folder conf or config beside this one).

home=$(cd "$(dirname "$self")/.." && pwd -P) || exit 1
NODE=${NODE:-node}
THREADKEEPER=$home/dist/runtime/cli/main.js

if ! command -v "$NODE" >/dev/null 2>&1; then
  echo "$(basename "$0"): Node.js is missing: put node on the PATH, or its place into the variable NODE" >&2
  exit 127
fi
if [ ! -f "$THREADKEEPER" ]; then
  echo "$(basename "$0"): $THREADKEEPER is missing: run npm run setup in $home" >&2
  exit 1
fi

if [ -z "${ZOOCFGDIR:-}" ]; then
  ZOOCFGDIR=$home/conf
  [ -d "$ZOOCFGDIR" ] || ZOOCFGDIR=$home/config
fi

# Sets ZOOCFG for what the user gave, or for nothing.
find_zoo_cfg() {
  ZOOCFG=${1:-${ZOOCFG:-zoo.cfg}}
  case $ZOOCFG in
    */*) ;;
    *) [ -f "$ZOOCFG" ] && [ -n "${1:-}" ] || ZOOCFG=$ZOOCFGDIR/$ZOOCFG ;;
  esac
}

# Prints a setting that is in force with ZOOCFG, without quotes; nothing when the file cannot be used.
setting() {
  "$NODE" "$THREADKEEPER" config print --origins "$ZOOCFG" 2>/dev/null |
    sed -n "s/^ensemble\\.$1 = \"\{0,1\}\(.*[^\"]\)\"\{0,1\}  (.*\$/\\1/p"
}
