/** Ends a session that belongs to somebody else, as tests of ZooKeeper clients do: attach to it, then close it. */
import type { SessionId } from '../../core/ids.ts';
import { writeConnectRequest } from '../../core/jute/connect.ts';
import { OpCode } from '../../core/jute/op-code.ts';
import { writeRequestHeader } from '../../core/jute/request.ts';
import { RawConnection } from './raw-connection.ts';

/** @returns once the server has closed the session, with all that belonged to it */
export async function endSession(port: number, sessionId: SessionId, password: Uint8Array): Promise<void> {
  const connection = await RawConnection.open(port);
  connection.sendFrame((writer) => {
    writeConnectRequest(writer, {
      protocolVersion: 0,
      lastZxidSeen: 0,
      timeoutMs: 10_000,
      sessionId,
      password,
      readOnly: false,
    });
  });
  // In the same breath: its client, hung up on by now, may be back and take the session over again.
  connection.sendFrame((writer) => writeRequestHeader(writer, 1, OpCode.closeSession));
  await connection.closed;
}
