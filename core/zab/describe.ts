/**
 * One line of text for each message, input and effect of the consensus core. Logs, transcripts of the simulation and
 * failure messages use these words, so that a line seen in one is found in the others. Never on a hot path.
 */

import { unreachable } from '../assert.ts';
import { formatSessionId } from '../ids.ts';
import type { PeerMessage, QuorumPacket } from '../jute/quorum.ts';
import { counterOf, epochOf, type Zxid } from '../zxid.ts';
import type { PeerEffect, PeerInput, RoleReport } from './effects.ts';

/** epoch:counter, which is easier to read than the hex of `formatZxid` and as short. */
export function describeZxid(zxid: Zxid): string {
  return `${epochOf(zxid)}:${counterOf(zxid)}`;
}

export function describeMessage(message: PeerMessage): string {
  if (message.type === 'packet') return `${describePacket(message.packet)} #${message.stream}`;
  const { state, leader, zxid, electionEpoch, peerEpoch } = message;
  const vote = leader === 0 ? 'no vote' : `vote ${leader} (epoch ${peerEpoch}, ${describeZxid(zxid)})`;
  return `notification ${state} round ${electionEpoch} ${vote}`;
}

export function describePacket(packet: QuorumPacket): string {
  switch (packet.type) {
    case 'followerInfo':
    case 'observerInfo':
      return `${packet.type} accepted ${packet.acceptedEpoch}`;
    case 'leaderInfo':
      return `leaderInfo epoch ${packet.epoch}`;
    case 'ackEpoch':
      return `ackEpoch ${packet.currentEpoch === -1 ? 'again' : packet.currentEpoch} last ${describeZxid(packet.lastZxid)}`;
    case 'diff':
    case 'trunc':
    case 'snap':
    case 'newLeader':
    case 'ack':
    case 'commit':
      return `${packet.type} ${describeZxid(packet.zxid)}`;
    case 'proposal':
    case 'inform':
      return `${packet.type} ${describeZxid(packet.zxid)} ${packet.entry.length} B`;
    case 'snapshotChunk':
      return `snapshotChunk ${packet.bytes.length} B${packet.last ? ' last' : ''}`;
    case 'ping':
      return `ping ${describeZxid(packet.zxid)}${packet.sessions.length === 0 ? '' : ` ${packet.sessions.length} sessions`}`;
    case 'request':
      return `request ${formatSessionId(packet.session)} cxid ${packet.cxid} op ${packet.opCode}`;
    case 'revalidate':
      return `revalidate ${formatSessionId(packet.session)} ${packet.timeoutMs} ms`;
    case 'revalidated':
      return `revalidated ${formatSessionId(packet.session)} ${packet.valid ? 'valid' : 'unknown'}`;
    case 'upToDate':
    case 'sync':
    case 'close':
      return packet.type;
    default:
      return unreachable(packet);
  }
}

export function describeInput(input: PeerInput): string {
  switch (input.type) {
    case 'tick':
      return `tick ${input.nowMs}`;
    case 'message':
      return `from ${input.from}: ${describeMessage(input.message)}`;
    case 'linkUp':
    case 'linkDown':
      return `${input.type} ${input.peer}`;
    case 'synced':
    case 'truncated':
    case 'installed':
      return `${input.type} ${describeZxid(input.zxid)}`;
    case 'propose':
      return `propose ${describeZxid(input.zxid)} ${input.entry.length} B`;
    case 'sendToLeader':
      return `sendToLeader ${describePacket(input.packet)}`;
    case 'sendToLearner':
      return `sendToLearner ${input.learner} ${describePacket(input.packet)}`;
    default:
      return unreachable(input);
  }
}

export function describeEffect(effect: PeerEffect): string {
  switch (effect.type) {
    case 'send':
      return `to ${effect.to}: ${describeMessage(effect.message)}`;
    case 'append':
    case 'commit':
      return `${effect.type} ${describeZxid(effect.zxid)}`;
    case 'saveAcceptedEpoch':
    case 'saveCurrentEpoch':
      return `${effect.type} ${effect.epoch}`;
    case 'truncate':
      return `truncate ${describeZxid(effect.zxid)}`;
    case 'streamSnapshot':
      return `streamSnapshot to ${effect.to} #${effect.stream}`;
    case 'receiveSnapshot':
      return `receiveSnapshot ${describeZxid(effect.zxid)} ${effect.bytes.length} B${effect.last ? ' last' : ''}`;
    case 'role':
      return `role ${describeRole(effect.role)}`;
    case 'completeResync':
      return 'completeResync';
    case 'deliver':
      return `deliver from ${effect.from}: ${describePacket(effect.packet)}`;
    default:
      return unreachable(effect);
  }
}

export function describeRole(role: RoleReport): string {
  const leader = role.leader === null ? '' : ` leader ${role.leader}`;
  const epoch = role.epoch === null ? '' : ` epoch ${role.epoch}`;
  const resynchronised = role.resynchronised === null ? '' : ` by ${role.resynchronised}`;
  return `${role.state}${leader}${role.active ? ' active' : ''}${epoch}${resynchronised}`;
}
