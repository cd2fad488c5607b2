/**
 * Plays short scripts of requests, of two sessions in turn, and writes down what each was told. After each part the other
 * session syncs, so that whatever the part set off has arrived before the next one begins.
 */
import { sessionIdEquals } from '../../../core/ids.ts';
import type { Notation, Request } from '../../support/requests.ts';
import { SocketClient } from '../../support/socket-client.ts';

/** One session, and what it asks at once. */
export type Part = readonly [session: 0 | 1, ...requests: readonly Request[]];

export interface Script {
  readonly claim: string;
  /** @param root  a znode that exists and is empty, made for this script */
  readonly parts: (root: string) => readonly Part[];
  /** Lines of the one that the other does not have, where 3.8 and 3.9 are meant to differ. */
  readonly departure?: { readonly why: string; readonly apache: readonly string[]; readonly ours: readonly string[] };
}

/** @returns the lines, with the root called `~` and zxids told as their distance from the script's first */
export async function playScript(port: number, root: string, { parts }: Script): Promise<string[]> {
  const player = new ScriptPlayer(root);
  try {
    await player.begin(port);
    const lines: string[] = [];
    for (const part of parts(root)) lines.push(...(await player.play(part)));
    return lines;
  } finally {
    player.end();
  }
}

class ScriptPlayer {
  readonly #root: string;
  readonly #clients: SocketClient[] = [];
  #baseZxid = 0;

  constructor(root: string) {
    this.#root = root;
  }

  async begin(port: number): Promise<void> {
    for (let index = 0; index < 2; index++) this.#clients.push(await SocketClient.connect(port, this.#notation));
    await this.#clients[0]?.ask({ op: 'create', path: this.#root });
    await this.#clients[1]?.ask({ op: 'sync', path: '/' });
    this.#baseZxid = this.#clients[0]?.lastZxidSeen ?? 0;
  }

  async play([session, ...requests]: Part): Promise<string[]> {
    const lines = await this.#tellingOf(session, requests);
    const other = session === 0 ? 1 : 0;
    const heard = await this.#tellingOf(other, [{ op: 'sync', path: '/' }]);
    return [...lines, ...heard.filter((line) => !/ sync /.test(line))];
  }

  end(): void {
    for (const client of this.#clients) client.close();
  }

  async #tellingOf(session: number, requests: readonly Request[]): Promise<string[]> {
    const lines = (await this.#clients[session]?.ask(...requests)) ?? [];
    return lines.map((line) => `${session}: ${line.replace(/^#\d+ /, '').replaceAll(this.#root, '~')}`);
  }

  readonly #notation: Notation = {
    zxid: (zxid) => {
      if (zxid <= 0) return String(zxid);
      return zxid > this.#baseZxid ? `+${zxid - this.#baseZxid}` : 'before';
    },
    session: (id) => `session ${this.#clients.findIndex(({ session }) => sessionIdEquals(session, id))}`,
  };
}
