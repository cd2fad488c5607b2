/** One right request of every kind, for mutation; none of them leaves anything behind that would gather. */
import { encodeRequest } from '../interop/differential/encode.ts';
import type { Member, Request } from '../interop/differential/operation.ts';

const OPEN = [{ perms: 31, scheme: 'world', id: 'anyone' }];
/** Its parent is never there: what is made of this path seldom succeeds. */
const PATH = '/nobody/made/this';

const MEMBERS: readonly Member[] = [
  { op: 'create', path: PATH, data: 'some data', acl: OPEN, flags: 0 },
  { op: 'create2', path: PATH, data: null, acl: OPEN, flags: 3 },
  { op: 'createContainer', path: PATH, data: '', acl: OPEN, flags: 4 },
  { op: 'createTTL', path: PATH, data: '', acl: OPEN, flags: 5, ttl: 1000 },
  { op: 'delete', path: PATH, version: -1 },
  { op: 'setData', path: PATH, data: 'other data', version: 7 },
  { op: 'check', path: PATH, version: 3 },
];
const READS: readonly Request[] = [
  { op: 'getData', path: '/', watch: true },
  { op: 'getChildren', path: '/zookeeper', watch: false },
];

const REQUESTS: readonly Request[] = [
  ...MEMBERS,
  ...READS,
  { op: 'exists', path: PATH, watch: true },
  { op: 'getChildren2', path: '/', watch: true },
  { op: 'getACL', path: '/' },
  { op: 'setACL', path: PATH, acl: [...OPEN, { perms: 1, scheme: 'digest', id: 'user:hash' }], version: 1 },
  { op: 'sync', path: '/' },
  { op: 'multi', ops: MEMBERS },
  { op: 'multi', ops: [] },
  { op: 'multiRead', ops: READS },
  { op: 'setWatches', since: 0, lists: [[PATH], ['/'], ['/']] },
  { op: 'setWatches2', since: 5, lists: [['/'], [], [PATH], ['/'], [PATH]] },
  { op: 'addWatch', path: '/', mode: 1 },
  { op: 'removeWatches', path: '/', type: 3 },
  { op: 'checkWatches', path: '/', type: 1 },
  { op: 'getEphemerals', path: '/' },
  { op: 'getAllChildrenNumber', path: '/' },
  { op: 'whoAmI' },
  { op: 'reconfig', joining: 'server.4=host:1:2;3', leaving: '1', members: null },
  { op: 'ping' },
  { op: 'addAuth', scheme: 'digest', auth: 'user:password' },
  { op: 'unknown', opCode: 102 },
  { op: 'unknown', opCode: 20 },
  { op: 'unknown', opCode: -10 },
];

/** Payloads of frames, header included. */
export const REQUEST_SAMPLES: readonly Uint8Array[] = REQUESTS.map(
  (request) => encodeRequest(request, () => 9).payload,
);
