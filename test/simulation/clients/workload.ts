/**
 * What one client asks for: few znodes, so that clients meet; versions that may be right; every kind of write. Each write
 * carries data of its own, so that two of them cannot be taken for one another.
 */

import { Permission } from '../../../core/jute/acl.ts';
import { CreateFlag } from '../../../core/jute/request.ts';
import type { Prng } from '../prng.ts';
import type { Reply } from './operation.ts';
import type { ClientRequest, SimpleWrite } from './requests.ts';

const PATHS = ['/a', '/b', '/a/x', '/a/y', '/b/x', '/q', '/e', '/e/1', '/e/2', '/k', '/k/x', '/t'] as const;
/** Those whose ACL changes now and then. READ and ADMIN stay open, so that it can be seen and taken back. */
const GUARDED = ['/a', '/b', '/a/x'] as const;
const PERMS = [Permission.all, 29, 27, 23] as const;
const TTL_MS = [20, 600] as const;
const KNOWN_MAX = 30;

export class Workload {
  readonly #name: string;
  readonly #prng: Prng;
  readonly #closesSessions: boolean;
  readonly #versions = new Map<string, number>();
  /** Sequential znodes that exist as far as this client knows. */
  readonly #sequential: string[] = [];
  #count = 0;

  constructor(name: string, prng: Prng, closesSessions: boolean) {
    this.#name = name;
    this.#prng = prng;
    this.#closesSessions = closesSessions;
  }

  /** What to ask now: mostly one thing or nothing, now and then a burst. */
  next(): ClientRequest[] {
    const prng = this.#prng;
    const count = prng.chance(0.5) ? 0 : prng.chance(0.1) ? prng.between(2, 6) : 1;
    const requests = Array.from({ length: count }, () => this.#one());
    if (!this.#closesSessions || !prng.chance(0.003)) return requests;
    // What stands behind a closeSession is never answered, and must have no effect.
    const after = Array.from({ length: prng.below(3) }, () => this.#one());
    return [...requests, { type: 'closeSession' }, ...after];
  }

  onReply(request: ClientRequest, { error, body }: Reply): void {
    if (error !== 0 || body === null) return;
    if ('path' in request && body.stat !== null) this.#versions.set(body.path ?? request.path, body.stat.version);
    if (request.type === 'create' && (request.flags & 2) !== 0 && body.path !== null) {
      this.#sequential.push(body.path);
      if (this.#sequential.length > KNOWN_MAX) this.#sequential.shift();
    }
  }

  /** A write that always finds something to do. */
  unconditional(): ClientRequest {
    return { type: 'create', path: '/s-', data: this.#data(), flags: CreateFlag.persistentSequential };
  }

  #one(): ClientRequest {
    const prng = this.#prng;
    const path = prng.pick(PATHS);
    if (prng.chance(0.4)) {
      const type = prng.pick(['getData', 'getData', 'exists', 'getChildren'] as const);
      return { type, path, watch: prng.chance(0.4) };
    }
    if (prng.chance(0.12)) return { type: 'sync', path };
    if (prng.chance(0.06)) return this.#aboutWatches(path);
    if (prng.chance(0.12)) {
      return { type: 'multi', ops: Array.from({ length: prng.between(1, 4) }, () => this.#write('in a multi')) };
    }
    if (prng.chance(0.05)) return this.#setAcl();
    const write = this.#write('alone');
    return write.type === 'check' ? { type: 'sync', path } : write;
  }

  #aboutWatches(path: string): ClientRequest {
    const prng = this.#prng;
    const at = prng.chance(0.1) ? '/' : path;
    if (prng.chance(0.5)) return { type: 'addWatch', path: at, mode: prng.below(2) };
    return { type: prng.pick(['checkWatches', 'removeWatches'] as const), path: at, watcher: prng.between(1, 5) };
  }

  #write(where: 'alone' | 'in a multi'): SimpleWrite {
    const prng = this.#prng;
    const path = prng.pick(PATHS);
    const choice = prng.below(10);
    if (where === 'in a multi' && choice === 0) return { type: 'check', path, version: this.#version(path) };
    if (prng.chance(0.08)) return this.#special();
    if (choice < 3) return { type: 'setData', path, data: this.#data(), version: this.#version(path) };
    if (choice < 5) return this.#delete(path);
    if (choice < 7) return this.#createSequential();
    const isEphemeral = path.startsWith('/e/') || prng.chance(0.05);
    return {
      type: 'create',
      path,
      data: this.#data(),
      flags: isEphemeral ? CreateFlag.ephemeral : CreateFlag.persistent,
    };
  }

  /** Containers that come into use and out of it, and znodes that live for a time. */
  #special(): SimpleWrite {
    const prng = this.#prng;
    const data = this.#data();
    if (prng.chance(0.3)) return { type: 'createContainer', path: '/k', data };
    if (prng.chance(0.4)) return { type: 'createTTL', path: '/t', data, ttl: prng.between(...TTL_MS) };
    if (prng.chance(0.5)) return { type: 'delete', path: '/k/x', version: -1 };
    return { type: 'create', path: '/k/x', data, flags: CreateFlag.persistent };
  }

  #setAcl(): ClientRequest {
    const prng = this.#prng;
    return { type: 'setACL', path: prng.pick(GUARDED), perms: prng.pick(PERMS), version: prng.pick([-1, -1, 0, 1]) };
  }

  #createSequential(): SimpleWrite {
    const flags = this.#prng.chance(0.5) ? CreateFlag.persistentSequential : CreateFlag.ephemeralSequential;
    return { type: 'create', path: this.#prng.chance(0.7) ? '/q/n-' : '/e/n-', data: this.#data(), flags };
  }

  #delete(path: string): SimpleWrite {
    const known = this.#sequential.shift();
    if (known !== undefined && this.#prng.chance(0.8)) return { type: 'delete', path: known, version: -1 };
    return { type: 'delete', path, version: this.#version(path) };
  }

  #version(path: string): number {
    if (this.#prng.chance(0.3)) return -1;
    return this.#prng.chance(0.1) ? this.#prng.below(4) : (this.#versions.get(path) ?? 0);
  }

  #data(): Uint8Array {
    return Buffer.from(`${this.#name}.${this.#count++}${'.'.repeat(this.#prng.skewed(0, 200))}`);
  }
}
