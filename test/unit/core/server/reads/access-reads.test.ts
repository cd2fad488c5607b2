import { NO_SESSION } from '../../../../../core/ids.ts';
import type { Acl } from '../../../../../core/jute/acl.ts';
import { readAcl } from '../../../../../core/jute/acl.ts';
import { OpCode } from '../../../../../core/jute/op-code.ts';
import { JuteReader } from '../../../../../core/jute/reader.ts';
import { JuteWriter } from '../../../../../core/jute/writer.ts';
import { Connection } from '../../../../../core/server/connections/connection.ts';
import { LIMIT_DEFAULTS } from '../../../../../core/server/connections/limits.ts';
import { ServerLoad } from '../../../../../core/server/connections/server-load.ts';
import { answerGetAcl } from '../../../../../core/server/reads/access-reads.ts';
import { ServerStatistics } from '../../../../../core/server/statistics.ts';
import { DataTree } from '../../../../../core/tree/data-tree.ts';
import { ZXID_ZERO } from '../../../../../core/zxid.ts';
import { assert, suite } from '../../../../support/suite.ts';

const accessReads = suite('server/access-reads');
const HEADER_SIZE = 20;

/** What a stranger is shown of an ACL, whatever way it came into the tree: by a request, a log or a snapshot. */
function shown(scheme: string, id: string): string | null | undefined {
  const tree = new DataTree();
  const acl: Acl[] = [
    { perms: 1, scheme: 'world', id: 'anyone' },
    { perms: 31, scheme, id },
  ];
  const header = { clientId: NO_SESSION, cxid: 1, zxid: ZXID_ZERO, time: 0, type: OpCode.create };
  const txn = { type: OpCode.create, path: '/a', data: null, acl, ephemeral: false, parentCVersion: -1 } as const;
  tree.apply(header, txn, false);
  const connection = new Connection({
    address: '10.0.0.1',
    identities: [],
    dirty: [],
    server: new ServerStatistics(0),
    load: new ServerLoad(LIMIT_DEFAULTS),
    wallMs: 0,
  });
  const body = new JuteWriter();
  body.writeString('/a');
  answerGetAcl(tree, connection, 1, new JuteReader(body.copy()));
  return readAcl(new JuteReader(connection.output.copy(), HEADER_SIZE))[1]?.id;
}

accessReads('a digest loses what follows its colon, and one without a colon nothing', () => {
  assert.is(shown('digest', 'user:aGFzaA=='), 'user:x');
  assert.is(shown('digest', 'user'), 'user');
  assert.is(shown('digest', ''), '');
  assert.is(shown('digest', ':hash'), ':x');
  assert.is(shown('digest', 'user:'), 'user:x');
});

accessReads('the mask ends with the line, as Apache has it', () => {
  assert.is(shown('digest', 'user:one\ntwo:three:four'), 'user:x\ntwo:x');
});

accessReads('ids of other schemes are shown whole', () => {
  assert.is(shown('sasl', 'user:hash'), 'user:hash');
  assert.is(shown('ip', '10.0.0.0/8'), '10.0.0.0/8');
});

accessReads.run();
