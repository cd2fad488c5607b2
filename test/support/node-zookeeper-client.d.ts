/** The part of npm's node-zookeeper-client that tests and benchmarks use; the package itself has no types. */
declare module 'node-zookeeper-client' {
  export class Exception extends Error {
    static readonly NO_NODE: number;
    static readonly NO_AUTH: number;
    static readonly NODE_EXISTS: number;
    static readonly NOT_EMPTY: number;
    static readonly BAD_VERSION: number;
    static readonly CONNECTION_LOSS: number;
    readonly code: number;
    readonly name: string;
    getCode(): number;
  }

  type Callback<Values extends unknown[] = []> = (error: Exception | Error | null, ...values: Values) => void;
  type Watcher = (event: Event) => void;

  export interface Event {
    readonly type: number;
    readonly name: string;
    readonly path: string;
  }

  export interface Stat {
    readonly version: number;
    readonly cversion: number;
    readonly aversion: number;
    readonly dataLength: number;
    readonly numChildren: number;
    /** Longs are buffers of eight bytes. */
    readonly czxid: Buffer;
    readonly mzxid: Buffer;
    readonly ephemeralOwner: Buffer;
  }

  export class Id {
    constructor(scheme: string, id: string);
    readonly scheme: string;
    readonly id: string;
  }

  export class ACL {
    static readonly OPEN_ACL_UNSAFE: ACL[];
    static readonly CREATOR_ALL_ACL: ACL[];
    static readonly READ_ACL_UNSAFE: ACL[];
    constructor(permission: number, id: Id);
    readonly permission: number;
    readonly id: Id;
  }

  export const CreateMode: {
    readonly PERSISTENT: number;
    readonly PERSISTENT_SEQUENTIAL: number;
    readonly EPHEMERAL: number;
    readonly EPHEMERAL_SEQUENTIAL: number;
  };

  export const Permission: { readonly READ: number; readonly ADMIN: number; readonly ALL: number };

  export interface State {
    readonly name: string;
    readonly code: number;
  }

  export interface Transaction {
    create(path: string, data?: Buffer): Transaction;
    setData(path: string, data: Buffer | null, version?: number): Transaction;
    check(path: string, version?: number): Transaction;
    remove(path: string, version?: number): Transaction;
    commit(callback: Callback<[results: unknown[]]>): void;
  }

  export interface Client {
    connect(): void;
    close(): void;
    getState(): State;
    getSessionId(): Buffer;
    getSessionPassword(): Buffer;
    getSessionTimeout(): number;
    addAuthInfo(scheme: string, auth: Buffer): void;
    create(path: string, data: Buffer | null, acls: ACL[], mode: number, callback: Callback<[path: string]>): void;
    remove(path: string, version: number, callback: Callback): void;
    removeRecursive(path: string, version: number, callback: Callback): void;
    setData(path: string, data: Buffer | null, version: number, callback: Callback<[stat: Stat]>): void;
    getData(path: string, watcher: Watcher | null, callback: Callback<[data: Buffer | undefined, stat: Stat]>): void;
    setACL(path: string, acls: ACL[], version: number, callback: Callback<[stat: Stat]>): void;
    getACL(path: string, callback: Callback<[acls: ACL[], stat: Stat]>): void;
    exists(path: string, watcher: Watcher | null, callback: Callback<[stat: Stat | null]>): void;
    getChildren(path: string, watcher: Watcher | null, callback: Callback<[children: string[], stat: Stat]>): void;
    listSubTreeBFS(path: string, callback: Callback<[paths: string[]]>): void;
    mkdirp(path: string, data: Buffer | null, acls: ACL[], mode: number, callback: Callback<[path: string]>): void;
    transaction(): Transaction;
    on(event: 'state', listener: (state: State) => void): this;
    on(event: 'connected' | 'disconnected' | 'expired' | 'authenticationFailed', listener: () => void): this;
    once(event: 'connected' | 'disconnected' | 'expired' | 'authenticationFailed', listener: () => void): this;
  }

  export interface ClientOptions {
    /** Milliseconds. Default 30 000. */
    readonly sessionTimeout?: number;
    /** Milliseconds before each attempt to connect. Default 1000. */
    readonly spinDelay?: number;
    /** Attempts after a lost connection. Default 0. */
    readonly retries?: number;
  }

  export function createClient(connectString: string, options?: ClientOptions): Client;
}
