/**
 * How an operation reaches the session: its paths are checked and put below the chroot, its promise is settled by the
 * session. The operations themselves stand in `operations/`, by kind.
 */

import type { JuteWriter } from '../../core/jute/writer.ts';
import type { CallOptions } from './call-options.ts';
import type { WriteBody } from './frame-writer.ts';
import { type Chroot, checkPath } from './path.ts';
import type { ReplyShape } from './pending-request.ts';
import type { RequestSpec, Session } from './session.ts';

export class Requester {
  readonly session: Session;
  readonly chroot: Chroot;

  constructor(session: Session, chroot: Chroot) {
    this.session = session;
    this.chroot = chroot;
  }

  /** Sends a request; a path that no server would accept is refused here (BAD_ARGUMENTS). */
  request<Body, Value>(spec: RequestSpec<Body, Value>, { signal }: CallOptions): Promise<Value> {
    return new Promise((resolve, reject) => {
      if (spec.path !== null) checkPath(spec.path);
      this.session.submit(spec, { resolve, reject }, signal);
    });
  }

  /** A request whose body is a path and nothing else. */
  askPath<Value>(op: number, path: string, shape: ReplyShape<Value>, options: CallOptions): Promise<Value> {
    return this.request({ op, writeBody: writePath, body: this.chroot.toServer(path), path, shape }, options);
  }

  /** A request about the ensemble and no znode. */
  ask<Body, Value>(
    op: number,
    { writeBody, body }: { readonly writeBody: WriteBody<Body>; readonly body: Body },
    shape: ReplyShape<Value>,
    options: CallOptions,
  ): Promise<Value> {
    return this.request({ op, writeBody, body, path: null, shape }, options);
  }
}

function writePath(writer: JuteWriter, path: string): void {
  writer.writeString(path);
}
