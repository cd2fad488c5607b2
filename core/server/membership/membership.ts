/**
 * Who belongs to the ensemble, and that /zookeeper/config says so: each replica writes it into its own tree, as ZooKeeper's
 * servers do, when its tree is loaded or replaced and when it learns where the others listen. No txn carries it, and
 * below /zookeeper/ it is no part of the digest.
 */

import type { PeerId } from '../../ids.ts';
import { setConfigData } from '../../tree/config-znode.ts';
import type { DataTree } from '../../tree/data-tree.ts';
import type { Peer } from '../../zab/peer.ts';
import { type EnsembleMember, ensembleConfigText, INITIAL_CONFIG_VERSION } from './ensemble-config.ts';

export class Membership {
  /** No ensemble: one server. */
  readonly isStandalone: boolean;
  readonly #peer: Peer;
  #members: readonly EnsembleMember[] = [];

  constructor(peer: Peer, memberCount: number) {
    this.#peer = peer;
    this.isStandalone = memberCount < 2;
  }

  /** Empty as long as it is not known where they listen. */
  get members(): readonly EnsembleMember[] {
    return this.#members;
  }

  /** For the leader: the voters that hold everything committed. */
  get syncedVoters(): readonly PeerId[] {
    return this.#peer.syncedVoters;
  }

  /** Every member, by ascending id. */
  onMembers(members: readonly EnsembleMember[]): void {
    this.#members = members;
  }

  /** What a directory brought along from another ensemble goes with it. */
  showIn(tree: DataTree, wallMs: number): void {
    if (this.isStandalone) return setConfigData(tree, null);
    if (this.#members.length === 0) return;
    setConfigData(tree, { text: ensembleConfigText(this.#members), version: INITIAL_CONFIG_VERSION, time: wallMs });
  }
}
