import { parseSessionId } from '../../../../core/ids.ts';
import { isSessionPassword, sessionPassword } from '../../../../core/server/session-password.ts';
import { assert, suite } from '../../../support/suite.ts';

const passwords = suite('server/session-password');

passwords('is what every ZooKeeper server computes for that session', () => {
  const id = parseSessionId('0x100003f99b50000');
  assert.is(Buffer.from(sessionPassword(id)).toString('hex'), '8188ff2c7a36f23ec7998b16538caff0');
});

passwords('proves the session and nothing else', () => {
  const id = parseSessionId('0x100003f99b50000');
  const other = parseSessionId('0x100003f99b50001');
  assert.ok(isSessionPassword(id, sessionPassword(id)));
  assert.not.ok(isSessionPassword(other, sessionPassword(id)));
  assert.not.ok(isSessionPassword(id, null));
  assert.not.ok(isSessionPassword(id, sessionPassword(id).subarray(0, 15)));
});

passwords('never opens session 0', () => {
  const none = parseSessionId('0x0');
  assert.not.ok(isSessionPassword(none, sessionPassword(none)));
});

passwords.run();
