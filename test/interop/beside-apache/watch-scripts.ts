/** Scripts about watches. Where 3.8.0 departs from 3.9, our baseline, its lines stand beside ours (zookeeper-facts, appendix B). */
import { AddWatchMode } from '../../../core/jute/watch.ts';
import type { Request } from '../../support/requests.ts';
import type { Script } from './script.ts';

const { persistent, persistentRecursive: recursive } = AddWatchMode;
const NOT_READABLE = [{ perms: 30, scheme: 'world', id: 'anyone' }];

const create = (path: string): Request => ({ op: 'create', path });
const set = (path: string): Request => ({ op: 'setData', path });
const remove = (path: string): Request => ({ op: 'delete', path });
const addWatch = (path: string | null, mode: number): Request => ({ op: 'addWatch', path, mode });
const checks = (path: string | null, types: readonly number[]): Request[] =>
  types.map((type) => ({ op: 'checkWatches', path, type }));
const removals = (path: string | null, types: readonly number[]): Request[] =>
  types.map((type) => ({ op: 'removeWatches', path, type }));

export const WATCH_SCRIPTS: readonly Script[] = [
  {
    claim: 'addWatch takes two modes and asks nothing of its path',
    parts: (root) => [
      [0, addWatch(root, persistent), addWatch(`${root}/missing`, recursive), addWatch('no path', recursive)],
      [0, addWatch('', persistent), addWatch(null, recursive), addWatch(`${root}/`, persistent)],
      [0, addWatch(root, 2), addWatch(root, -1)],
      [1, create(`${root}/a`), set(`${root}/a`), remove(`${root}/a`)],
    ],
    departure: {
      why: 'a recursive watch of no path is a failure in 3.8, and nothing special since 3.9',
      apache: ['0: addWatch before MARSHALLING_ERROR'],
      ours: ['0: addWatch before 0'],
    },
  },
  {
    claim: 'a persistent watch tells what data and child watches tell, and stays',
    parts: (root) => [
      [0, addWatch(`${root}/p`, persistent)],
      [1, create(`${root}/p`), set(`${root}/p`), create(`${root}/p/c`), set(`${root}/p/c`), create(`${root}/p/c/d`)],
      [1, remove(`${root}/p/c/d`), remove(`${root}/p/c`), remove(`${root}/p`), create(`${root}/p`), set(`${root}/p`)],
    ],
  },
  {
    claim: 'a recursive watch tells of every descendant, never of children',
    parts: (root) => [
      [0, addWatch(`${root}/p`, recursive)],
      [1, create(`${root}/p`), set(`${root}/p`), create(`${root}/p/c`), create(`${root}/p/c/d`), set(`${root}/p/c/d`)],
      [1, remove(`${root}/p/c/d`), remove(`${root}/p/c`), create(`${root}/pp`), set(root), remove(`${root}/p`)],
      [1, create(`${root}/p`)],
    ],
  },
  {
    claim: 'watches of one connection at several levels are one event for each change',
    parts: (root) => [
      [0, addWatch(root, recursive), addWatch(`${root}/p`, persistent), addWatch('/', recursive)],
      [1, create(`${root}/p`), set(`${root}/p`), create(`${root}/p/c`), remove(`${root}/p/c`), remove(`${root}/p`)],
    ],
  },
  {
    claim: 'a multi, and the end of a session, tell as their parts would',
    parts: (root) => [
      [0, addWatch(root, recursive), addWatch(root, persistent)],
      [
        1,
        {
          op: 'multi',
          ops: [
            { op: 'create', path: `${root}/m` },
            { op: 'setData', path: `${root}/m` },
            { op: 'delete', path: `${root}/m` },
          ],
        },
        {
          op: 'multi',
          ops: [
            { op: 'setData', path: root },
            { op: 'delete', path: `${root}/missing` },
          ],
        },
        { op: 'create', path: `${root}/e`, flags: 1 },
      ],
    ],
    departure: {
      why: 'one mode for each path and connection in 3.8: the persistent watch has replaced the recursive one',
      apache: ['0: event children ~', '0: event children ~', '0: event children ~'],
      ours: [
        '0: event created ~/m',
        '0: event children ~',
        '0: event changed ~/m',
        '0: event deleted ~/m',
        '0: event children ~',
        '0: event created ~/e',
        '0: event children ~',
      ],
    },
  },
  {
    claim: 'a read with a watch, and a persistent watch of the same path',
    parts: (root) => [
      [0, addWatch(root, persistent), { op: 'getData', path: root, watch: true }],
      [1, set(root), set(root)],
    ],
    departure: {
      why: 'one mode for each path and connection in 3.8: the read has made it a one-shot watch',
      apache: ['0: event changed ~'],
      ours: ['0: event changed ~', '0: event changed ~'],
    },
  },
  {
    claim: 'checkWatches and removeWatches find one-shot watches by their type',
    parts: (root) => [
      [0, { op: 'getData', path: root, watch: true }, ...checks(root, [1, 2, 3]), ...removals(root, [1, 2, 2, 3])],
      [0, { op: 'getChildren', path: root, watch: true }, ...checks(root, [1, 2, 3]), ...removals(root, [2, 1, 1, 3])],
      [0, { op: 'exists', path: `${root}/x`, watch: true }, ...checks(`${root}/x`, [1, 2, 3])],
      [0, ...removals(`${root}/x`, [3, 3]), ...checks(`${root}/x`, [3])],
      [1, set(root), create(`${root}/x`)],
    ],
  },
  {
    claim: 'type any takes every kind away, from this connection only',
    parts: (root) => [
      [0, addWatch(`${root}/a`, persistent), addWatch(`${root}/b`, recursive), ...checks(`${root}/a`, [3])],
      [1, addWatch(`${root}/a`, persistent), ...checks(`${root}/b`, [3])],
      [0, ...removals(`${root}/a`, [3, 3]), ...removals(`${root}/b`, [3, 3])],
      [0, create(`${root}/a`), create(`${root}/b`)],
    ],
    departure: {
      why: 'checkWatches finds the watches of any connection in 3.8, and only its own since 3.9',
      apache: ['1: checkWatches before'],
      ours: ['1: checkWatches before NO_WATCHER'],
    },
  },
  {
    claim: 'a type that is none',
    parts: (root) => [[0, ...checks(root, [0, -1, 6]), ...removals(root, [0, -1, 6])]],
  },
  {
    claim: 'watches of no path',
    parts: () => [[0, ...checks(null, [3]), ...removals(null, [3])]],
    departure: {
      why: 'checkWatches of no path is a failure in 3.8, and finds nothing since 3.9',
      apache: ['0: checkWatches before MARSHALLING_ERROR'],
      ours: ['0: checkWatches before NO_WATCHER'],
    },
  },
  {
    claim: 'types 1 and 2 beside a persistent watch',
    parts: (root) => [[0, addWatch(root, persistent), ...checks(root, [1, 2]), ...checks(root, [3])]],
    departure: {
      why: 'types 1 and 2 are of one-shot watches since 3.9, and of whole tables before',
      apache: ['0: checkWatches before', '0: checkWatches before'],
      ours: ['0: checkWatches before NO_WATCHER', '0: checkWatches before NO_WATCHER'],
    },
  },
  {
    claim: 'types 4 and 5',
    parts: (root) => [
      [0, addWatch(root, persistent), ...checks(root, [4, 5]), ...removals(root, [4, 4])],
      [0, addWatch(root, recursive), ...checks(root, [5, 4]), ...removals(root, [5, 5])],
    ],
    departure: {
      why: 'types 4 and 5 came with 3.9',
      apache: [
        '0: checkWatches before MARSHALLING_ERROR',
        '0: checkWatches before MARSHALLING_ERROR',
        '0: removeWatches before MARSHALLING_ERROR',
        '0: removeWatches before MARSHALLING_ERROR',
        '0: checkWatches before MARSHALLING_ERROR',
        '0: checkWatches before MARSHALLING_ERROR',
        '0: removeWatches before MARSHALLING_ERROR',
        '0: removeWatches before MARSHALLING_ERROR',
      ],
      ours: [
        '0: checkWatches before',
        '0: checkWatches before NO_WATCHER',
        '0: removeWatches before',
        '0: removeWatches before NO_WATCHER',
        '0: checkWatches before',
        '0: checkWatches before NO_WATCHER',
        '0: removeWatches before',
        '0: removeWatches before NO_WATCHER',
      ],
    },
  },
  ...(['setWatches', 'setWatches2'] as const).map(
    (op): Script => ({
      claim: `${op} makes up for what was missed, in the order of its lists`,
      parts: (root) => {
        const paths = ['', '/a', '/b', '/c', '/missing'].map((name) => root + name);
        const missed = { data: paths, exist: paths, child: paths };
        return [
          [0, create(`${root}/a`), create(`${root}/b`), create(`${root}/c`), set(`${root}/a`), remove(`${root}/b`)],
          [0, { op, since: 0, ...missed }],
          [0, ...checks(`${root}/missing`, [1, 2]), ...checks(root, [1, 2]), ...removals(`${root}/missing`, [3])],
          [0, { op, since: 2 ** 40, ...missed }, ...checks(root, [1, 2]), ...checks(`${root}/missing`, [1, 2])],
          [1, set(root), set(`${root}/c`), create(`${root}/c/d`), create(`${root}/missing`)],
          [0, { op, since: -1, data: ['', '/', 'x', `${root}/`], exist: [''], child: ['x'] }],
        ];
      },
    }),
  ),
  {
    claim: 'setWatches2 sets lasting watches and makes up for nothing',
    parts: (root) => [
      [0, { op: 'setWatches2', since: 0, persistent: [root, `${root}/x`], recursive: [`${root}/x/y`] }],
      [1, create(`${root}/x`), create(`${root}/x/y`), create(`${root}/x/y/z`), set(`${root}/x/y/z`)],
    ],
  },
  {
    claim: 'a znode that may not be read',
    parts: (root) => [
      [0, addWatch(root, recursive), { op: 'exists', path: `${root}/h`, watch: true }],
      [1, { op: 'create', path: `${root}/h`, acl: NOT_READABLE }, set(`${root}/h`), remove(`${root}/h`)],
    ],
  },
  {
    claim: 'watches of the root',
    parts: (root) => [
      [0, addWatch('/', recursive), addWatch('/zookeeper', recursive)],
      [1, addWatch('/', persistent)],
      [1, set('/'), create(`${root}-x`), remove(`${root}-x`)],
    ],
  },
];
