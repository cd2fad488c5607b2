/**
 * Makes links between threads. It lives where the threads are started; an endpoint is attached with a way to hand it a
 * port, and every pair that is connected gets the two ends of one channel.
 *
 * A link that went down is not mended: when a thread was started again, attach it again and connect it anew.
 */

import type { MessagePort } from 'node:worker_threads';
import { invariant } from '../../core/assert.ts';
import type { EndpointName } from './message-bus.ts';
import { makeLinkPorts } from './port-link.ts';

/** Gives the endpoint its end of a link to `peer`; usually by a message that transfers the port. */
export type DeliverPort = (peer: EndpointName, port: MessagePort) => void;

export class Switchboard {
  readonly #endpoints = new Map<EndpointName, DeliverPort>();

  attach(endpoint: EndpointName, deliver: DeliverPort): void {
    invariant(!this.#endpoints.has(endpoint), 'an endpoint is attached once', { endpoint });
    this.#endpoints.set(endpoint, deliver);
  }

  /** Forgets an endpoint whose thread ended. Its links go down by themselves, because their ports close. */
  detach(endpoint: EndpointName): void {
    this.#endpoints.delete(endpoint);
  }

  /** Joins two attached endpoints by a new link. */
  connect(a: EndpointName, b: EndpointName): void {
    const deliverA = this.#endpoints.get(a);
    const deliverB = this.#endpoints.get(b);
    invariant(deliverA !== undefined && deliverB !== undefined && a !== b, 'two attached endpoints are joined', {
      a,
      b,
    });
    const { port1, port2 } = makeLinkPorts();
    deliverA(b, port1);
    deliverB(a, port2);
  }

  /** Joins `endpoint` to every other one whose name passes. */
  connectToAll(endpoint: EndpointName, matches: (other: EndpointName) => boolean): void {
    for (const other of this.#endpoints.keys()) if (other !== endpoint && matches(other)) this.connect(endpoint, other);
  }
}
