/**
 * The RxJS surface of the pipelines: the events of a topic as an observable.
 *
 * Kept apart because importing RxJS costs 80 ms: the ensemble is up before this module is loaded.
 */

import { Observable } from 'rxjs';
import type { CloudEvent } from '../../core/events/envelope.ts';
import type { EventFeed } from './event-feed.ts';

/**
 * Events of one topic, in the order in which they were published.
 *
 * Hot, without replay: a subscriber sees what is published after it came. Bounded: a subscriber that falls behind by more
 * than 1,024 events loses the oldest (`status().topics[…].dropped` counts them); it never slows the pipeline. Completes
 * when the pipelines close; never errors. Unsubscribing frees the subscriber's buffer.
 */
export function observeFeed(feed: EventFeed): Observable<CloudEvent> {
  return new Observable((subscriber) =>
    feed.listen({ next: (event) => subscriber.next(event), complete: () => subscriber.complete() }),
  );
}
