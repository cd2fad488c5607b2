import { readClientInfos, writeClientInfos } from '../../../../core/jute/auth.ts';
import {
  readMultiReadOps,
  readMultiReadResults,
  writeMultiReadOps,
  writeMultiReadResults,
} from '../../../../core/jute/multi-read.ts';
import { OpCode } from '../../../../core/jute/op-code.ts';
import { JuteError, JuteReader } from '../../../../core/jute/reader.ts';
import { readReconfigRequest, writeReconfigRequest } from '../../../../core/jute/reconfig.ts';
import {
  readAddWatchRequest,
  readCheckWatchesRequest,
  readSetWatches2Request,
  writeAddWatchRequest,
  writeCheckWatchesRequest,
  writeSetWatches2Request,
} from '../../../../core/jute/watch.ts';
import { JuteWriter } from '../../../../core/jute/writer.ts';
import { makeStat } from '../../../support/scripted-servers.ts';
import { assert, suite } from '../../../support/suite.ts';

const t = suite('jute/records of watches, multiRead, reconfig and whoAmI');

function roundTrip<Value>(write: (writer: JuteWriter) => void, read: (reader: JuteReader) => Value): Value {
  const writer = new JuteWriter();
  write(writer);
  const reader = new JuteReader(writer.copy());
  const value = read(reader);
  assert.throws(() => reader.readByte(), JuteError);
  return value;
}

t('every record comes back as it was written, to the last byte', () => {
  const watches = { relativeZxid: 7, data: ['/a'], exist: [], child: ['/b', '/c'], persistent: ['/d'] };
  const setWatches = { ...watches, persistentRecursive: ['/'] };
  assert.equal(
    roundTrip((writer) => writeSetWatches2Request(writer, setWatches), readSetWatches2Request),
    setWatches,
  );
  const add = { path: '/a', mode: 1 };
  assert.equal(
    roundTrip((writer) => writeAddWatchRequest(writer, add), readAddWatchRequest),
    add,
  );
  const check = { path: null, type: 3 };
  assert.equal(
    roundTrip((writer) => writeCheckWatchesRequest(writer, check), readCheckWatchesRequest),
    check,
  );
  const change = { joining: 'server.4=a:1:2;3', leaving: '1,2', newMembers: null, curConfigId: -1 };
  assert.equal(
    roundTrip((writer) => writeReconfigRequest(writer, change), readReconfigRequest),
    change,
  );
  const infos = [{ scheme: 'ip', user: '127.0.0.1' }];
  assert.equal(
    roundTrip((writer) => writeClientInfos(writer, infos), readClientInfos),
    infos,
  );
  const ops = [
    { type: OpCode.getData, path: '/a' },
    { type: OpCode.getChildren, path: '/b' },
  ];
  assert.equal(
    roundTrip((writer) => writeMultiReadOps(writer, ops), readMultiReadOps),
    ops,
  );
  const results = [
    { type: 'getChildren', children: ['x', 'y'] } as const,
    { type: 'error', error: -101 } as const,
    { type: 'getData', data: null, stat: makeStat() } as const,
  ];
  assert.equal(
    roundTrip((writer) => writeMultiReadResults(writer, results), readMultiReadResults),
    results,
  );
});

t('a write is no member of a multiRead', () => {
  const writer = new JuteWriter();
  writer.writeInt(OpCode.create);
  writer.writeBoolean(false);
  writer.writeInt(-1);
  assert.throws(() => readMultiReadOps(new JuteReader(writer.copy())), JuteError);
});

t.run();
