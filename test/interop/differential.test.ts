// timeout: 600s
/**
 * The same random conversations with us, one replica and three, and with Apache ZooKeeper: replies, errors, Stats, zxids,
 * events and their order must agree, but for known-differences.ts. `npm run soak -- differential` plays more of them.
 */

import { assert, suite } from '../support/suite.ts';
import { runSequences } from './differential/run-sequences.ts';
import { type RunningSides, startSides } from './differential/sides.ts';

const differential = suite('interop/differential', { timeoutMs: 580_000 });

const SEQUENCES = 200;
const LENGTH = 300;

/** A generator that stopped to reach these would find agreement everywhere. */
const MUST_SEE =
  'addAuth ok, addAuth AUTH_FAILED, addWatch ok, addWatch MARSHALLING_ERROR, checkWatches ok, checkWatches NO_WATCHER, ' +
  'closeSession ok, connected, create ok, create BAD_ARGUMENTS, create INVALID_ACL, create MARSHALLING_ERROR, ' +
  'create NODE_EXISTS, create NO_AUTH, create NO_CHILDREN_FOR_EPHEMERALS, create NO_NODE, create QUOTA_EXCEEDED, ' +
  'create2 ok, createContainer ok, createTTL ok, createTTL BAD_ARGUMENTS, delete ok, delete BAD_VERSION, ' +
  'delete NOT_EMPTY, delete NO_AUTH, event changed, event children, event created, event deleted, exists ok, ' +
  'exists NO_NODE, getACL ok, getACL NO_AUTH, getAllChildrenNumber ok, getChildren ok, getChildren2 ok, getData ok, ' +
  'getData NO_AUTH, getEphemerals ok, mangled create MARSHALLING_ERROR, mangled multi MARSHALLING_ERROR, multi ok, ' +
  'multi MARSHALLING_ERROR, multiRead ok, ping ok, reconfig RECONFIG_DISABLED, refused, removeWatches ok, ' +
  'removeWatches NO_WATCHER, setACL ok, setACL BAD_VERSION, setACL NO_AUTH, setData ok, setData NO_AUTH, ' +
  'setData QUOTA_EXCEEDED, setWatches ok, setWatches2 ok, sync ok, unknown UNIMPLEMENTED, whoAmI ok';

let sides: RunningSides | undefined;

differential.before(async () => {
  sides = await startSides();
});
differential.after(async () => {
  await sides?.stop();
});

differential(`${SEQUENCES} sequences of ${LENGTH} operations are answered as Apache answers them`, async () => {
  assert.ok(sides, 'nothing was started');
  const report = await runSequences({ sides, seed: 1, sequences: SEQUENCES, length: LENGTH });
  assert.is(report, null, report ?? '');
  const { coverage } = sides;
  assert.equal(
    MUST_SEE.split(', ').filter((outcome) => !coverage.has(outcome)),
    [],
  );
});

differential.run();
