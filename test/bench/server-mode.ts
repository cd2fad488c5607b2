/** The role of a server as `srvr` tells it: how the bench finds the leader of either side. */

import { fourLetterWord } from '../support/apache-zookeeper.ts';

/** @returns `leader`, `follower` …, or undefined while it does not serve */
export async function serverMode(port: number): Promise<string | undefined> {
  const answer = await fourLetterWord(port, 'srvr').catch(() => '');
  return /^Mode: (\S+)$/m.exec(answer)?.[1];
}
