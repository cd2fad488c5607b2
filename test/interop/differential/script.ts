/** A sequence as people read it: one line an action, nothing that goes without saying. */
import { type Acl, OPEN_ACL } from '../../../core/jute/acl.ts';
import { type Action, LAST_SEEN, type Operation } from './operation.ts';

/** Only data that is one letter many times is longer than this. */
const LONG = 200;

export function describeScript(actions: readonly Action[]): string[] {
  return actions.map(({ session, isJoined, operation }, index) => {
    const isWithPrevious = isJoined && actions[index - 1]?.session === session;
    return `${isWithPrevious ? '  &' : `s${session}:`} ${describeOperation(operation)}`;
  });
}

export function describeOperation(operation: Operation): string {
  switch (operation.op) {
    case 'create':
    case 'create2':
    case 'createContainer':
    case 'createTTL': {
      const { op, path, data, acl, flags } = operation;
      const ttl = operation.op === 'createTTL' ? ` ttl ${operation.ttl}` : '';
      return `${op} ${text(path)} ${text(data)}${flags === 0 ? '' : ` flags ${flags}`}${ttl}${aclText(acl)}`;
    }
    case 'setACL':
      return `setACL ${text(operation.path)} v${operation.version}${aclText(operation.acl)}`;
    case 'delete':
    case 'check':
      return `${operation.op} ${text(operation.path)} v${operation.version}`;
    case 'setData':
      return `setData ${text(operation.path)} ${text(operation.data)} v${operation.version}`;
    case 'exists':
    case 'getData':
    case 'getChildren':
    case 'getChildren2':
      return `${operation.op} ${text(operation.path)}${operation.watch ? ' watch' : ''}`;
    case 'getACL':
    case 'sync':
    case 'getEphemerals':
    case 'getAllChildrenNumber':
      return `${operation.op} ${text(operation.path)}`;
    case 'multi':
    case 'multiRead':
      return `${operation.op} [${operation.ops.map(describeOperation).join(' | ')}]`;
    case 'setWatches':
    case 'setWatches2': {
      const lists = operation.lists.map((list) => `[${list.map(text).join(' ')}]`);
      return `${operation.op} since ${operation.since === LAST_SEEN ? 'the last zxid seen' : operation.since} ${lists.join(' ')}`;
    }
    case 'addWatch':
      return `addWatch ${text(operation.path)} mode ${operation.mode}`;
    case 'removeWatches':
    case 'checkWatches':
      return `${operation.op} ${text(operation.path)} type ${operation.type}`;
    case 'addAuth':
      return `addAuth ${text(operation.scheme)} ${text(operation.auth)}`;
    case 'reconfig':
      return `reconfig ${text(operation.joining)} ${text(operation.leaving)} ${text(operation.members)}`;
    case 'unknown':
      return `op ${operation.opCode}`;
    case 'mangled':
      return 'keep' in operation
        ? `cut after ${operation.keep} bytes: ${describeOperation(operation.of)}`
        : `with ${operation.length} at byte ${operation.at}: ${describeOperation(operation.of)}`;
    case 'reattach':
      return `reattach, ${operation.how}, timeout ${operation.timeoutMs}`;
    default:
      return operation.op;
  }
}

function aclText(acl: readonly Acl[] | null): string {
  if (acl === OPEN_ACL) return '';
  if (acl === null) return ' acl null';
  return ` acl [${acl.map(({ perms, scheme, id }) => `${scheme}:${id}:${perms}`).join(' ')}]`;
}

function text(value: string | null): string {
  if (value !== null && value.length > LONG) return `${JSON.stringify(value.slice(0, 1))} × ${value.length}`;
  return JSON.stringify(value);
}
