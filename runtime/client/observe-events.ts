/**
 * The events of a lasting watch as an observable: what changed where, as the server tells it, and not states (observe.ts).
 * Nothing is skipped while the connection holds; what changed while there was none is not told, so `reconnected` comes
 * in its place: read again.
 */

import { Observable } from 'rxjs';
import { EnsembleError } from '../../core/errors.ts';
import type { Client } from './client.ts';
import { isWatchRemoved, type LastingWatchKind, type WatchedEvent, type WatchedEventType } from './watches.ts';

export type ZnodeEvent =
  | { readonly type: WatchedEventType; readonly path: string; readonly zxid: number | null }
  /** The watch is set again after a lost connection; events of the time between may be missing. */
  | { readonly type: 'reconnected'; readonly path: string; readonly zxid: null };

/**
 * Cold: each subscription sets a watch, and unsubscribing takes it back. Completes when the client is closed or the watch
 * removed; errors with SESSION_EXPIRED when the session is lost, and with what the watch was refused for.
 */
export function watchEvents(client: Client, path: string, mode: LastingWatchKind): Observable<ZnodeEvent> {
  return new Observable((subscriber) => {
    const onEvent = (event: WatchedEvent): void => {
      if (isWatchRemoved(event.type)) subscriber.complete();
      else if (event.type !== 'sessionEnded') subscriber.next({ ...event, type: event.type });
      else if (client.state === 'lost') subscriber.error(new EnsembleError('SESSION_EXPIRED', path));
      else subscriber.complete();
    };
    let isSet = false;
    const onFailure = (error: unknown): void => {
      const code = error instanceof EnsembleError ? error.code : null;
      // The connection was lost under the request; the next one waits for another.
      if (code === 'CONNECTION_LOSS' && !subscriber.closed) set();
      else if (code === 'SESSION_EXPIRED' && client.state !== 'lost') subscriber.complete();
      else subscriber.error(error);
    };
    const set = (): void => {
      client.addWatch(path, onEvent, { mode }).then(() => {
        isSet = true;
        // Unsubscribed meanwhile.
        if (subscriber.closed) client.removeWatch(path, onEvent);
      }, onFailure);
    };
    subscriber.add(
      client.onState((state) => {
        if (state === 'reconnected' && isSet) subscriber.next({ type: 'reconnected', path, zxid: null });
      }),
    );
    subscriber.add(() => client.removeWatch(path, onEvent));
    set();
  });
}
