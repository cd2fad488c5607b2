/** What is told of connections, as `cons` and `stat` print it and as the AdminServer has it (ServerCnxn). */

import { formatSessionId, isNoSession } from '../../core/ids.ts';
import { OpCode } from '../../core/jute/op-code.ts';
import { signedLong } from './java-text.ts';
import { type Json, JsonList } from './json.ts';
import type { ServedConnection } from './replica-view.ts';

/** FinalRequestProcessor's names of the operations. */
const OPERATION_NAMES: ReadonlyMap<number, string> = new Map([
  [OpCode.create, 'CREA'],
  [OpCode.create2, 'CREA'],
  [OpCode.createContainer, 'CREA'],
  [OpCode.createTTL, 'CREA'],
  [OpCode.delete, 'DELE'],
  [OpCode.deleteContainer, 'DELE'],
  [OpCode.exists, 'EXIS'],
  [OpCode.getData, 'GETD'],
  [OpCode.setData, 'SETD'],
  [OpCode.getACL, 'GETA'],
  [OpCode.setACL, 'SETA'],
  [OpCode.getChildren, 'GETC'],
  [OpCode.getChildren2, 'GETC'],
  [OpCode.getAllChildrenNumber, 'GETACN'],
  [OpCode.getEphemerals, 'GETE'],
  [OpCode.sync, 'SYNC'],
  [OpCode.ping, 'PING'],
  [OpCode.check, 'CHEC'],
  [OpCode.multi, 'MULT'],
  [OpCode.multiRead, 'MLTR'],
  [OpCode.reconfig, 'RECO'],
  [OpCode.checkWatches, 'CHKW'],
  [OpCode.removeWatches, 'REMW'],
  [OpCode.setWatches, 'SETW'],
  [OpCode.setWatches2, 'STW2'],
  [OpCode.addWatch, 'ADDW'],
  [OpCode.whoAmI, 'HOMI'],
  [OpCode.createSession, 'SESS'],
  [OpCode.closeSession, 'CLOS'],
]);

/** Of java.nio: what the server waits for on the socket. */
const READ = 1;
const WRITE = 4;

function operationName(opCode: number): string {
  return OPERATION_NAMES.get(opCode) ?? 'NA';
}

function interestOps({ connection, isPaused, queuedBytes }: ServedConnection): number {
  if (!connection.isOpen) return 0;
  return (isPaused ? 0 : READ) + (queuedBytes > 0 ? WRITE : 0);
}

/** A line as in `stat`. */
export function briefLine(served: ServedConnection): string {
  return `${lineStart(served)})\n`;
}

/** A line as in `cons`. */
export function fullLine(served: ServedConnection): string {
  const { session, timeoutMs, statistics } = served.connection;
  if (isNoSession(session)) return briefLine(served);
  const fields = [
    `sid=${formatSessionId(session)}`,
    `lop=${operationName(statistics.lastOpCode)}`,
    `est=${statistics.establishedMs}`,
    `to=${timeoutMs}`,
    ...(statistics.lastCxid >= 0 ? [`lcxid=0x${statistics.lastCxid.toString(16)}`] : []),
    `lzxid=${formatLong(statistics.lastZxid)}`,
    `lresp=${statistics.lastResponseMs}`,
    `llat=${statistics.lastLatencyMs}`,
    `minlat=${statistics.minLatencyMs}`,
    `avglat=${statistics.averageLatencyMs}`,
    `maxlat=${statistics.maxLatencyMs}`,
  ];
  return `${lineStart(served)},${fields.join(',')})\n`;
}

function lineStart(served: ServedConnection): string {
  const { pending, statistics } = served.connection;
  const counts = `queued=${pending.size},recved=${statistics.received},sent=${statistics.sent}`;
  return ` /${served.peer}[${interestOps(served)}](${counts}`;
}

/** As Java prints a long in hex: -1 has sixteen digits. */
function formatLong(value: number): string {
  return `0x${value < 0 ? BigInt.asUintN(64, BigInt(value)).toString(16) : value.toString(16)}`;
}

function briefFacts(served: ServedConnection): Record<string, Json> {
  const { pending, statistics } = served.connection;
  return {
    remote_socket_address: served.peer,
    interest_ops: interestOps(served),
    outstanding_requests: pending.size,
    packets_received: statistics.received,
    packets_sent: statistics.sent,
  };
}

function fullFacts(served: ServedConnection): Record<string, Json> {
  const { session, timeoutMs, statistics } = served.connection;
  return {
    ...briefFacts(served),
    session_id: signedLong(session),
    last_operation: operationName(statistics.lastOpCode),
    established: statistics.establishedMs,
    session_timeout: timeoutMs,
    last_cxid: statistics.lastCxid,
    last_zxid: statistics.lastZxid,
    last_response_time: statistics.lastResponseMs,
    last_latency: statistics.lastLatencyMs,
    min_latency: statistics.minLatencyMs,
    avg_latency: statistics.averageLatencyMs,
    max_latency: statistics.maxLatencyMs,
  };
}

/** Each made when its turn to be written comes. */
export function connectionList(connections: Iterable<ServedConnection>, detail: 'brief' | 'full'): JsonList {
  const factsOf = detail === 'brief' ? briefFacts : fullFacts;
  return new JsonList(
    (function* () {
      for (const served of connections) yield factsOf(served);
    })(),
  );
}
