/** Removes what a sequence has left behind, with the powers of the superuser. */
import type { Request } from './operation.ts';
import type { WireSession } from './wire-session.ts';

/** Known to every side of a run by its configuration. */
export const SUPER = 'super:secret';
const DEPTH_MAX = 12;

/** Whatever goes wrong here shows in the next sequence: nothing is checked. */
export async function removeTree(session: WireSession, root: string): Promise<void> {
  await session.askAlone({ op: 'addAuth', scheme: 'digest', auth: SUPER });
  const doomed: string[] = [];
  let level = [root, `/zookeeper/quota${root}`];
  for (let depth = 0; depth < DEPTH_MAX && level.length > 0; depth++) {
    doomed.unshift(...level);
    level = await childrenOf(session, level);
  }
  await session.ask(doomed.map((path): Request => ({ op: 'delete', path, version: -1 })));
  session.take();
}

async function childrenOf(session: WireSession, paths: readonly string[]): Promise<string[]> {
  session.take();
  await session.ask(paths.map((path): Request => ({ op: 'getChildren', path, watch: false })));
  const lists = session.take().flatMap((line) => {
    if (!line.startsWith('getChildren ')) return [];
    return [Array.from(line.matchAll(/"(?:[^"\\]|\\.)*"/g), ([text]) => String(JSON.parse(text)))];
  });
  return lists.flatMap((names, index) => names.map((name) => `${paths[index]}/${name}`));
}
