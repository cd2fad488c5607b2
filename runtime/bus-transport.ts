/** The client's transport inside the process: the client protocol over a link to a replica, no socket between. */

import type { MessagePort } from 'node:worker_threads';
import { openPortLink } from './bus/port-link.ts';
import type { OpenTransport } from './client/transport.ts';

/**
 * @param openPort  gives a port that ends at the replica of this number, or null while it has no thread. Replicas are
 *   addressed as `replica:<number>`, so that the client's list of servers is the list of replicas.
 */
export function busTransport(openPort: (replica: number) => MessagePort | null): OpenTransport {
  return (server, listener) => {
    let isClosed = false;
    const port = openPort(server.port);
    if (port === null) {
      // The listener may be told only after this has returned.
      setImmediate(() => {
        if (!isClosed) listener.onClose(new Error(`replica ${server.port} has no thread at the moment`));
      });
      return {
        write: () => undefined,
        close: () => {
          isClosed = true;
        },
      };
    }
    const link = openPortLink(port);
    setImmediate(() => {
      if (!isClosed) listener.onOpen();
    });
    link.onFrames((bytes, start, end) => listener.onChunk(bytes.subarray(start, end)));
    link.onDown((reason) => {
      if (!isClosed) listener.onClose(new Error(`the link to replica ${server.port} is down (${reason})`));
    });
    return {
      // However long this thread was kept from listening: as long as the link is up, the replica is there.
      tellsEnd: true,
      write: (bytes) => {
        if (isClosed || !link.isUp) return;
        link.send(bytes);
        link.flush();
      },
      close: () => {
        isClosed = true;
        link.close();
      },
    };
  };
}
