/** Scripts about reads other than getData and its like. */
import type { Acl } from '../../../core/jute/acl.ts';
import { OpCode } from '../../../core/jute/op-code.ts';
import type { MultiReadMember, Request } from '../../support/requests.ts';
import type { Script } from './script.ts';

const anyone = (perms: number): Acl => ({ perms, scheme: 'world', id: 'anyone' });
const digest = (id: string): Acl => ({ perms: 31, scheme: 'digest', id });

const create = (path: string, flags = 0): Request => ({ op: 'create', path, flags });
const guarded = (path: string, acl: readonly Acl[]): Request => ({ op: 'create', path, acl });
const getAcl = (path: string | null): Request => ({ op: 'getACL', path });
const count = (path: string | null): Request => ({ op: 'getAllChildrenNumber', path });
const ephemerals = (path: string | null): Request => ({ op: 'getEphemerals', path });
const multiRead = (...ops: readonly MultiReadMember[]): Request => ({ op: 'multiRead', ops });

export const READ_SCRIPTS: readonly Script[] = [
  {
    claim: 'getACL: who may see it, and what is masked',
    parts: (root) => [
      [0, guarded(`${root}/r`, [anyone(1), digest('user:hash')]), getAcl(`${root}/r`)],
      [0, guarded(`${root}/a`, [anyone(16), digest('user:hash')]), getAcl(`${root}/a`)],
      [0, guarded(`${root}/w`, [anyone(14), digest('user:hash')]), getAcl(`${root}/w`)],
      [0, guarded(`${root}/l`, [anyone(1), digest('user:one\ntwo'), digest(':x')]), getAcl(`${root}/l`)],
      [0, guarded(`${root}/p`, [anyone(31), anyone(0), anyone(-1)]), getAcl(`${root}/p`)],
      [0, getAcl('/'), getAcl('/zookeeper/quota'), getAcl(''), getAcl(`${root}/missing`), getAcl(null), getAcl('x')],
    ],
  },
  {
    claim: 'getAllChildrenNumber counts descendants',
    parts: (root) => [
      [0, create(`${root}/a`), create(`${root}/a/b`), create(`${root}/a/b/c`), create(`${root}/ab`)],
      [0, count(root), count(`${root}/a`), count(`${root}/a/b/c`), count('/zookeeper')],
      [0, count(`${root}/a/`), count(`${root}/missing`), count(null), count('x')],
      [0, guarded(`${root}/hidden`, [anyone(30)]), count(`${root}/hidden`)],
    ],
  },
  {
    claim: 'getEphemerals lists those of the asking session under a prefix',
    parts: (root) => [
      [0, create(`${root}/a`), create(`${root}/a/1`, 1), create(`${root}/a/12`, 1), create(`${root}/ab`, 1)],
      [1, create(`${root}/other`, 1), ephemerals('/'), ephemerals(`${root}/a`)],
      [0, ...[null, '', '/', ' / ', '\t\n', root, `${root}/a`, `${root}/a/1`, `${root}/x`, '//', 'x'].map(ephemerals)],
    ],
  },
  {
    claim: 'whoAmI names the address',
    parts: () => [[0, { op: 'whoAmI' }]],
  },
  {
    claim: 'multiRead answers each read for itself',
    parts: (root) => [
      [0, create(`${root}/a`), guarded(`${root}/hidden`, [anyone(30)]), multiRead()],
      [
        0,
        multiRead(
          { op: 'getData', path: root },
          { op: 'getChildren', path: root },
          { op: 'getData', path: `${root}/missing` },
          { op: 'getChildren', path: `${root}/hidden` },
          { op: 'getData', path: 'x' },
          { op: 'getChildren', path: `${root}/a`, watch: true },
        ),
        multiRead({ op: 'getData', path: `${root}/a`, watch: true }),
      ],
      [1, { op: 'setData', path: `${root}/a` }, create(`${root}/a/b`)],
    ],
  },
  {
    claim: 'multiRead is refused whole for what is no such read',
    parts: (root) => [
      [
        0,
        multiRead({ op: 'getData', path: root }, { op: 'getData', path: null }),
        multiRead({ op: 'getData', path: root }),
      ],
      [0, { op: 'raw', opCode: OpCode.multiRead, body: member(OpCode.exists) }],
      [0, { op: 'raw', opCode: OpCode.multiRead, body: member(OpCode.delete) }],
      [0, { op: 'raw', opCode: OpCode.multiRead, body: member(OpCode.getData).subarray(0, -9) }],
    ],
  },
  {
    claim: 'bodies that do not decode',
    parts: () => [
      [
        0,
        ...[OpCode.getACL, OpCode.getEphemerals, OpCode.getAllChildrenNumber, OpCode.checkWatches].map(bare),
        ...[OpCode.removeWatches, OpCode.addWatch, OpCode.setWatches, OpCode.setWatches2, OpCode.multiRead].map(bare),
      ],
    ],
  },
  {
    claim: 'exists of a znode that may not be read',
    parts: (root) => [[0, guarded(`${root}/h`, [anyone(30)]), { op: 'exists', path: `${root}/h` }]],
    departure: {
      why: 'exists asks for READ since 3.8.4',
      apache: ['0: exists +1 {v0 c0 a0 +1 +1 +1 len0 kids0}'],
      ours: ['0: exists +1 NO_AUTH'],
    },
  },
];

/** A multi's frame of one member: a path, and the byte or the int that follows it. */
function member(type: number): Uint8Array {
  const head = Buffer.alloc(4);
  head.writeInt32BE(type);
  return Buffer.concat([head, Buffer.from('00ffffffff000000012fffffffffffffffffff01ffffffff', 'hex')]);
}

function bare(opCode: number): Request {
  return { op: 'raw', opCode, body: new Uint8Array([0]) };
}
