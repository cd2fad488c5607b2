/** What a command of the AdminServer is (org.apache.zookeeper.server.admin.Command), and what it answers. */

import type { Json } from '../json.ts';
import type { ReplicaView } from '../replica-view.ts';

export interface CommandRequest {
  /** Of the URL: ZooKeeper's arguments. */
  readonly query: URLSearchParams;
  /** The header `Authorization`, as it came. */
  readonly authorization: string | null;
}

/** Members of the JSON object; `command` and `error` are added by whoever answers. */
export interface CommandAnswer {
  readonly members: Readonly<Record<string, Json>>;
  /** Default: null. */
  readonly error?: string;
  /** Default: 200, whatever the error, as ZooKeeper has it. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent in place of the JSON. */
  readonly content?: CommandContent;
}

/** A file, by its path, or bytes. */
export type CommandContent = string | readonly Uint8Array[];

export interface AdminCommand {
  /** The primary name first, then its aliases. */
  readonly names: readonly [primary: string, ...aliases: string[]];
  /** Whether it needs a server that serves clients; without one it answers an error. */
  readonly needsService: boolean;
  /** Default: GET. */
  readonly method?: 'POST';
  readonly run: (view: ReplicaView, request: CommandRequest) => CommandAnswer | Promise<CommandAnswer>;
}

/** For commands that only do something. */
export const DONE: CommandAnswer = Object.freeze({ members: Object.freeze({}) });
