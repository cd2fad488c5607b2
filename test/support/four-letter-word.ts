/** Asks a server one of ZooKeeper's four-letter words; the answer is all it says before it closes. */

import { connect } from 'node:net';

const ANSWER_TIMEOUT_MS = 2_000;

/** @returns the text, or undefined when nobody listens or answers */
export function fourLetterWord(port: number, word: string, host = '127.0.0.1'): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ host, port });
    socket.setEncoding('utf8');
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy());
    socket.on('connect', () => socket.write(word));
    socket.on('data', (piece: string) => {
      text += piece;
    });
    socket.on('error', () => {}); // 'close' follows
    socket.on('close', () => resolve(text === '' ? undefined : text));
  });
}

/** The server's role as `srvr` tells it, or undefined while it does not serve. */
export async function serverMode(port: number): Promise<string | undefined> {
  const answer = await fourLetterWord(port, 'srvr');
  return answer?.match(/^Mode: (\S+)$/m)?.[1];
}
