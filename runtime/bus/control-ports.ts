/** Two ends for a control link, apart from the link itself: comlink takes longer to load than a replica to be born. */

import { MessageChannel, type MessagePort } from 'node:worker_threads';

/** As with links (port-link.ts) each end has a message waiting, so that no end goes unnoticed. */
export function makeControlPorts(): { readonly port1: MessagePort; readonly port2: MessagePort } {
  const { port1, port2 } = new MessageChannel();
  // Comlink overlooks what carries no call.
  port1.postMessage(0);
  port2.postMessage(0);
  return { port1, port2 };
}
