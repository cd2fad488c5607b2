/**
 * Which membership a reconfig request asks for, given the present one (PrepRequestProcessor, case reconfig; zookeeper-facts
 * 10.4): servers that join and leave, or a whole new list. In: the request's texts. Out: the ids of those that would vote.
 */

import type { ReconfigRequest } from '../../jute/reconfig.ts';
import { addressesOf, type EnsembleMember } from '../membership/ensemble-config.ts';
import { parseServerLine } from '../membership/server-line.ts';
import { RequestRefused } from './refusal.ts';

interface NextMember {
  readonly role: 'participant' | 'observer';
  readonly addresses: readonly string[];
}

/** The ids of those that would vote. @throws RequestRefused BAD_ARGUMENTS, or MARSHALLING_ERROR for ids that are none */
export function votersAfter(request: ReconfigRequest, members: readonly EnsembleMember[]): readonly number[] {
  const { newMembers } = request;
  const isWhole = newMembers !== null && newMembers !== '';
  const next = isWhole ? wholeMembership(newMembers) : changedMembership(request, members);
  return [...next].flatMap(([id, { role }]) => (role === 'participant' ? [id] : []));
}

function wholeMembership(text: string): ReadonlyMap<number, NextMember> {
  const next = new Map<number, NextMember>();
  for (const line of parts(text, /[,\r\n]+/)) {
    const { key, value } = pairOf(line);
    if (key === 'version') continue;
    if (!key.startsWith('server.')) throw new RequestRefused('BAD_ARGUMENTS');
    next.set(idOf(key.slice(key.indexOf('.') + 1)), serverOf(value));
  }
  return next;
}

function changedMembership(
  { joining, leaving }: ReconfigRequest,
  members: readonly EnsembleMember[],
): ReadonlyMap<number, NextMember> {
  const next = new Map<number, NextMember>(
    members.map((member) => [member.id, { role: member.role, addresses: addressesOf(member) }]),
  );
  for (const id of parts(leaving ?? '', /,/)) next.delete(idOf(id));
  for (const line of parts(joining ?? '', /,/)) {
    const { key, value } = pairOf(line);
    const id = idOf(key.slice(key.lastIndexOf('.') + 1));
    const server = serverOf(value);
    if (!server.hasClientAddress) throw new RequestRefused('BAD_ARGUMENTS');
    for (const [other, { addresses }] of next) {
      const isTaken = other !== id && server.addresses.some((address) => addresses.includes(address));
      if (isTaken) throw new RequestRefused('BAD_ARGUMENTS');
    }
    next.set(id, server);
  }
  return next;
}

function parts(text: string, separator: RegExp): string[] {
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function pairOf(line: string): { readonly key: string; readonly value: string } {
  const [key = '', value = '', ...rest] = line.split('=').map((part) => part.trim());
  if (key === '' || value === '' || rest.length > 0) throw new RequestRefused('BAD_ARGUMENTS');
  return { key, value };
}

// Java's parser throws what nobody catches there: the request counts as undecodable.
function idOf(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw new RequestRefused('MARSHALLING_ERROR');
  return Number(text);
}

function serverOf(text: string): NonNullable<ReturnType<typeof parseServerLine>> {
  const server = parseServerLine(text);
  if (server === null) throw new RequestRefused('BAD_ARGUMENTS');
  return server;
}
