import { ConfigError } from '../../../../../core/errors.ts';
import { parseAcl } from '../../../../../runtime/cli/shell/acl-text.ts';
import { CommandError } from '../../../../../runtime/cli/shell/command-error.ts';
import { parseFlags } from '../../../../../runtime/cli/shell/flags.ts';
import { parseInvocation } from '../../../../../runtime/cli/shell/invocation.ts';
import { splitWords } from '../../../../../runtime/cli/shell/words.ts';
import { assert, suite } from '../../../../support/suite.ts';

const t = suite('cli/arguments');

t('options with one dash stand before the command, which takes all that follows', () => {
  assert.equal(parseInvocation(['-server', 'a:1/x', '-timeout', '5000', 'get', '-s', '/a']), {
    server: 'a:1/x',
    timeoutMs: 5000,
    waitsForConnection: false,
    wantsHelp: false,
    command: ['get', '-s', '/a'],
  });
});

t('without options the server is localhost:2181, and without a command there is a shell', () => {
  const { server, timeoutMs, command } = parseInvocation([]);
  assert.equal([server, timeoutMs, command], ['localhost:2181', 30_000, []]);
});

t("zkCli's other harmless options are taken", () => {
  assert.ok(parseInvocation(['-r', '-waitforconnection']).waitsForConnection);
  assert.ok(parseInvocation(['-help']).wantsHelp);
});

t('an unknown option, a missing value and a senseless timeout are refused by name', () => {
  for (const args of [['-sever', 'a'], ['-server'], ['-timeout', 'x'], ['-timeout', '0'], ['--server', 'a']]) {
    const error = assert.throws(() => parseInvocation(args), ConfigError);
    assert.match(String(error), args[0] ?? '');
  }
});

t('a line is split at white space, quotes hold words together and are taken off', () => {
  assert.equal(splitWords('create /a hello'), ['create', '/a', 'hello']);
  assert.equal(splitWords(`  create  '/a b'\t"x 'y' z" `), ['create', '/a b', "x 'y' z"]);
  assert.equal(splitWords(`set /a ""`), ['set', '/a', '']);
  assert.equal(splitWords(`set /a it's`), ['set', '/a', "it's"]);
  assert.equal(splitWords('   '), []);
});

t('flags come together or alone, before or after the operands; values in the same word or the next', () => {
  const spec = { flags: 'se', values: 'tv' };
  for (const words of ['-se -t 5 /a x', '-s /a -e x -t5', '/a x -est 5']) {
    const args = parseFlags(spec, words.split(' '), 'usage');
    assert.equal(args.operands, ['/a', 'x'], words);
    assert.ok(args.has('s') && args.has('e'), words);
    assert.is(args.value('t'), '5', words);
    assert.not(args.has('v'));
  }
});

t('negative numbers, a dash and what follows two dashes are operands', () => {
  const spec = { flags: 's', values: 'v' };
  assert.equal(parseFlags(spec, ['/a', '-5'], '').operands, ['/a', '-5']);
  assert.equal(parseFlags(spec, ['/a', '-'], '').operands, ['/a', '-']);
  assert.equal(parseFlags(spec, ['--', '/a', '-s'], '').operands, ['/a', '-s']);
  assert.is(parseFlags(spec, ['-v', '-1'], '').value('v'), '-1');
});

t('an option that the command does not have is refused, with its usage', () => {
  const error = assert.throws(
    () => parseFlags({ flags: 's', values: 'v' }, ['-z', '/a'], 'get [-s] path'),
    CommandError,
  );
  assert.match(String(error), 'Unrecognized option: -z\nget [-s] path');
  assert.throws(() => parseFlags({ flags: '', values: 'v' }, ['-v'], ''), CommandError);
});

t('the id of an ACL is what lies between its outer colons', () => {
  assert.equal(parseAcl('digest:user:a+b=:crw,world:anyone:r'), [
    { perms: 7, scheme: 'digest', id: 'user:a+b=' },
    { perms: 1, scheme: 'world', id: 'anyone' },
  ]);
  assert.equal(parseAcl('ip:1.2.3.4:cdrwa')[0]?.perms, 31);
  assert.throws(() => parseAcl('world:r'), /does not have the form scheme:id:perm/);
  assert.throws(() => parseAcl('world:anyone:x'), /Unknown perm type: x/);
});

t.run();
