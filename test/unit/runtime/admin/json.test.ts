import { type Json, JsonDouble, JsonList, JsonMembers, jsonPieces } from '../../../../runtime/admin/json.ts';
import { assert, suite } from '../../../support/suite.ts';

const writing = suite('admin/json');

function textOf(value: Json): string {
  return [...jsonPieces(value)].join('');
}

// As a real AdminServer (3.8.0) prints `connections`, shortened.
const CONNECTIONS = `{
  "connections" : [ {
    "remote_socket_address" : "127.0.0.1:33752",
    "session_id" : 72058486761259008
  }, {
    "remote_socket_address" : "127.0.0.1:33753",
    "session_id" : -2
  } ],
  "secure_connections" : [ ],
  "current_config" : { },
  "avg_latency" : 0.0,
  "command" : "connections",
  "error" : null
}`;

writing('the layout is that of the AdminServer, byte for byte', () => {
  const answer = {
    connections: new JsonList([
      { remote_socket_address: '127.0.0.1:33752', session_id: 72058486761259008n },
      { remote_socket_address: '127.0.0.1:33753', session_id: -2n },
    ]),
    secure_connections: new JsonList([]),
    current_config: {},
    avg_latency: new JsonDouble(0),
    command: 'connections',
    error: null,
  };
  assert.is(textOf(answer), CONNECTIONS);
});

writing('whatever is in a path or a name, the answer is JSON', () => {
  const path = '/a"b\\c\n\u0001ü\u2028';
  assert.equal(JSON.parse(textOf(new JsonMembers([[path, new JsonList([path])]]))), { [path]: [path] });
});

writing('a list is gone through while it is written, not before', () => {
  let made = 0;
  function* items(): Generator<Json, void, undefined> {
    for (; made < 1000; made++) yield made;
  }
  const pieces = jsonPieces(new JsonList(items()));
  for (let index = 0; index < 20; index++) pieces.next();
  assert.ok(made < 20);
});

writing.run();
