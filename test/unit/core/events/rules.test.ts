import { applyFields, CombineError, mergeFields, parseObject } from '../../../../core/events/combine.ts';
import type { CombineFields } from '../../../../core/events/contracts.ts';
import { parseHandlerResult } from '../../../../core/events/handler-result.ts';
import { Partitioner, partitionOfKey } from '../../../../core/events/partitioner.ts';
import { nextDelayMs } from '../../../../core/events/retry.ts';
import { assert, suite } from '../../../support/suite.ts';

const rules = suite('core/events/rules');

rules('a key always has the same partition, whatever happens in between', () => {
  const partitioner = new Partitioner(7);
  const first = partitioner.partitionOf('anna');
  for (let index = 0; index < 20; index += 1) partitioner.partitionOf(index % 2 === 0 ? null : `other-${index}`);
  assert.is(partitioner.partitionOf('anna'), first);
  assert.is(partitionOfKey('anna', 7), first);
});

rules('events without a key are dealt out in turn', () => {
  const partitioner = new Partitioner(3);
  assert.equal(
    [0, 1, 2, 3].map(() => partitioner.partitionOf(null)),
    [0, 1, 2, 0],
  );
});

rules('every key lands inside the partitions, and all of them are used', () => {
  const used = new Set<number>();
  for (let index = 0; index < 1000; index += 1) used.add(partitionOfKey(`key-${index}`, 16));
  assert.equal(
    [...used].sort((a, b) => a - b),
    Array.from({ length: 16 }, (_, index) => index),
  );
});

rules('the delay doubles up to its bound, and chance only takes away', () => {
  const policy = { attempts: 10, delayMs: 100, maxDelayMs: 1000, jitter: 0.5 };
  assert.equal(
    [1, 2, 3, 4, 5].map((attempts) => nextDelayMs(policy, attempts, 0)),
    [100, 200, 400, 800, 1000],
  );
  assert.is(nextDelayMs(policy, 2, 0.5), 150);
  assert.is(nextDelayMs(policy, 10, 0), null);
  assert.is(nextDelayMs({ ...policy, attempts: 1 }, 1, 0), null);
});

const DELTA: CombineFields = {
  count: { by: 'sum', value: 1 },
  sum: { by: 'sum', value: 0.2 },
  mean: { by: 'ratio', of: ['sum', 'count'], decimals: 3 },
  min: { by: 'min', value: 0.2 },
  max: { by: 'max', value: 0.2 },
  last: { by: 'last', value: 'b' },
};

rules('folding two deltas one by one is folding their merger', () => {
  const other: CombineFields = { ...DELTA, sum: { by: 'sum', value: 0.1 }, min: { by: 'min', value: 0.1 } };
  const oneByOne = applyFields(applyFields({}, other), DELTA);
  assert.equal(applyFields({}, mergeFields(other, DELTA)), oneByOne);
  assert.equal(oneByOne, { count: 2, sum: 0.3, mean: 0.15, min: 0.1, max: 0.2, last: 'b' });
});

rules('fields that a delta does not name stay', () => {
  assert.equal(applyFields({ note: 'kept', count: 2 }, { count: { by: 'sum', value: 1 } }), { note: 'kept', count: 3 });
});

rules('what is no number is not counted on', () => {
  assert.throws(() => applyFields({ count: 'three' }, { count: { by: 'sum', value: 1 } }), /field count holds "three"/);
  assert.throws(
    () => parseObject('not json'),
    (error: unknown) => error instanceof CombineError,
  );
  assert.throws(() => parseObject('[1]'), /JSON object/);
});

rules('a handler may return nothing, and is told what is wrong with anything else', () => {
  assert.equal(parseHandlerResult(undefined), {});
  assert.throws(() => parseHandlerResult('text'), /the result: expected an object/);
  assert.throws(() => parseHandlerResult({ znodes: [{ type: 'put', path: '/a' }] }), /znodes\[0\]\.data/);
  assert.throws(() => parseHandlerResult({ znodes: [{ type: 'burn', path: '/a' }] }), /put, delete or combine/);
  assert.throws(
    () =>
      parseHandlerResult({
        znodes: [{ type: 'combine', path: '/a', fields: { n: { by: 'sum', value: Number.NaN } } }],
      }),
    /znodes\[0\]\.fields\.n\.value/,
  );
  assert.throws(() => parseHandlerResult({ events: [{ topic: 't', event: {} }] }), /event\.type/);
});

rules('only paths that ZooKeeper takes are paths of a znode', () => {
  for (const path of ['', '/', 'a', '/a/', '/a//b', '/a/./b', '/..', '/a\u0000']) {
    assert.throws(() => parseHandlerResult({ znodes: [{ type: 'delete', path }] }), /no path of a znode/, path);
  }
  for (const path of ['/a', '/a/b c', '/a/...', '/ü']) parseHandlerResult({ znodes: [{ type: 'delete', path }] });
});

rules.run();
