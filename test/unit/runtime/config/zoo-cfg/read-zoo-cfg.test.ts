/** A zoo.cfg as settings, through the door that everybody uses: `loadConfig`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, type ConfigProblem } from '../../../../../core/errors.ts';
import { type LoadedConfig, loadConfig } from '../../../../../runtime/config/load.ts';
import { assert, suite } from '../../../../support/suite.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../../../../support/temporary-directory.ts';

const t = suite('runtime/config/zoo-cfg/read-zoo-cfg');

let root: TemporaryDirectory;
t.before.each(() => {
  root = makeTemporaryDirectory('zoo-cfg');
});
t.after.each(() => root.remove());

function put(name: string, text: string): string {
  const path = join(root.path, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

function load(text: string, flags: Readonly<Record<string, unknown>> = {}): Promise<LoadedConfig> {
  return loadConfig({ file: put('zoo.cfg', text), env: {}, cwd: root.path, flags });
}

async function problemsOf(loading: Promise<LoadedConfig>): Promise<readonly ConfigProblem[]> {
  const error = await assert.rejects(loading);
  if (!(error instanceof ConfigError)) throw error;
  return error.problems;
}

const THREE = 'server.1=localhost:2888:3888\nserver.2=localhost:2889:3889\nserver.3=localhost:2890:3890\n';

t("Apache's sample file is one replica in dataDir itself, and says where each value is from", async () => {
  const sample = 'tickTime=2000\ninitLimit=10\nsyncLimit=5\ndataDir=zk\nclientPort=2181\n';
  const { config, origins, warnings } = await load(sample);
  const { ensemble } = config;
  const dataDir = join(root.path, 'zk');
  assert.equal(ensemble.servers, [
    { id: 1, role: 'participant', host: '0.0.0.0', clientPort: 2181, dataDir, dataLogDir: null },
  ]);
  assert.equal([ensemble.tickTimeMs, ensemble.initLimitTicks, ensemble.heartbeatTimeoutMs], [2000, 10, 10_000]);
  assert.equal([ensemble.minSessionTimeoutMs, ensemble.maxSessionTimeoutMs], [4000, 40_000]);
  assert.is(origins['ensemble.tickTimeMs'], `${join(root.path, 'zoo.cfg')}:1 (tickTime)`);
  assert.match(String(origins['ensemble.servers']), /one server, its files in dataDir itself/);
  assert.match(String(origins['ensemble.host']), /one server/);
  assert.is(origins['ensemble.tickTimeMs']?.endsWith('(tickTime)'), true);
  assert.equal(warnings, []);
});

t('a standalone server keeps the number that its myid gives it', async () => {
  put('zk/myid', '7\n');
  const { config } = await load('dataDir=zk\nclientPort=2181\n');
  assert.is(config.ensemble.servers[0]?.id, 7);
});

t('what the file does not say is as in ZooKeeper, not as in an rc file', async () => {
  const { config } = await load('dataDir=zk\nclientPort=2181\n');
  const { tickTimeMs, minSessionTimeoutMs, sessionPasswords, host } = config.ensemble;
  assert.equal([tickTimeMs, minSessionTimeoutMs, sessionPasswords, host], [3000, 6000, 'zookeeper', '0.0.0.0']);
});

t('the server lines of one file are replicas of one process, with folders and ports by number', async () => {
  const { config, warnings } = await load(
    `dataDir=zk\ndataLogDir=logs\nclientPort=2181\n${THREE}server.9=faraway.example:1:2:observer;2199\n`,
  );
  assert.equal(
    config.ensemble.servers.map(({ id, role, clientPort }) => [id, role, clientPort]),
    [
      [1, 'participant', 2181],
      [2, 'participant', 2182],
      [3, 'participant', 2183],
      [9, 'observer', 2199],
    ],
  );
  assert.is(config.ensemble.servers[2]?.dataDir, join(root.path, 'zk/3'));
  assert.is(config.ensemble.servers[2]?.dataLogDir, join(root.path, 'logs/3'));
  assert.is(warnings.length, 1);
  assert.match(String(warnings[0]), 'zoo.cfg:7: server.9 names faraway.example, which is not this machine');
});

t('server lines may stand in a dynamic file', async () => {
  put('zoo.cfg.dynamic', `${THREE.replaceAll('\n', ';2181\n')}version=100000000\n`);
  const { config, warnings } = await load('dataDir=zk\ndynamicConfigFile=zoo.cfg.dynamic\n');
  assert.is(config.ensemble.replicas, 3);
  assert.equal(warnings, []);
  const [problem] = await problemsOf(load('dataDir=zk\ndynamicConfigFile=gone.dynamic\n'));
  assert.equal([problem?.key, problem?.expected], ['dynamicConfigFile', 'a file with server lines']);
});

t('an ensemble on the data of one of its servers is refused: the others would start without theirs', async () => {
  put('zk/version-2/snapshot.0', '');
  const [problem] = await problemsOf(load(`dataDir=zk\nclientPort=2181\n${THREE}`));
  assert.is(problem?.key, 'dataDir');
  assert.match(String(problem?.expected), 'the zoo.cfg of every server');
});

t('the files of all servers are one process, each replica in its own place', async () => {
  const files = [1, 2, 3].map((id) => {
    put(`zk${id}/myid`, `${id}\n`);
    return put(`zoo${id}.cfg`, `dataDir=zk${id}\nclientPort=${2180 + id}\nsnapCount=${id < 3 ? 50 : 60}\n${THREE}`);
  });
  const { config, warnings } = await loadConfig({ file: files, env: {}, cwd: root.path });
  assert.equal(
    config.ensemble.servers.map(({ id, clientPort, dataDir }) => [id, clientPort, dataDir]),
    [1, 2, 3].map((id) => [id, 2180 + id, join(root.path, `zk${id}`)]),
  );
  assert.is(warnings.length, 1);
  assert.match(String(warnings[0]), 'zoo3.cfg:3: snapCount is ignored');

  const [missing] = await problemsOf(loadConfig({ file: files.slice(0, 2), env: {}, cwd: root.path }));
  assert.equal([missing?.key, missing?.expected], ['server.3', 'the zoo.cfg of every server']);
});

t('flags win over the file: another port moves all replicas, another directory too', async () => {
  const { config } = await load(`dataDir=zk\nclientPort=2181\n${THREE}`, { clientPort: 4000, dataDir: 'other' });
  assert.equal(
    config.ensemble.servers.map(({ clientPort, dataDir }) => [clientPort, dataDir]),
    [1, 2, 3].map((id) => [3999 + id, join(root.path, 'other', String(id))]),
  );
});

t('a wrong value is told with file, line, key and what was expected, all at once', async () => {
  const problems = await problemsOf(load('tickTime=two\nclientPort=99999\nserver.1=localhost\nelectionAlg=1\n'));
  const told = problems.map(({ origin, key, expected }) => `${origin.replace(/.*\//, '')} ${key}: ${expected}`);
  assert.equal(told.sort(), [
    'zoo.cfg:1 tickTime: a whole number of 10 to 60000',
    'zoo.cfg:3 server.1: host:quorumPort:electionPort[:participant|:observer][;[host:]clientPort]',
    'zoo.cfg:4 electionAlg: 3',
  ]);
  assert.equal(
    (await problemsOf(load('clientPort=99999\n'))).map(({ key }) => key),
    ['dataDir', 'clientPort'],
  );
  const [port] = await problemsOf(load('clientPort=99999\ndataDir=zk\n'));
  assert.equal([port?.key, port?.found], ['clientPort', '"99999"']);
});

t(
  'what means nothing here is a warning with the line, the key and the reason; both spellings are one key',
  async () => {
    const { config, warnings } = await load(
      'dataDir=zk\nclientPort=1\ncnxTimeout=5\nquorum.auth.enableSasl=true\nsnapcount=3\nzookeeper.snapCount=77\n',
    );
    assert.is(config.ensemble.snapCount, 77);
    assert.equal(
      warnings.map((warning) => warning.replace(/^.*zoo\.cfg:/, '')),
      [
        '3: cnxTimeout is ignored: replicas of one process talk over the message bus, not over TCP ports',
        '4: quorum.auth.enableSasl is ignored: replicas of one process talk over the message bus, not over TCP ports',
        '5: snapcount is unknown and ignored (did you mean snapCount?)',
      ],
    );
  },
);

t(
  'the admin server runs as ZooKeeper’s does, unless it is switched off; metrics where they are asked for',
  async () => {
    const base = 'dataDir=zk\nclientPort=2181\n';
    assert.is((await load(base)).config.ensemble.adminPort, 8080);
    assert.is((await load(`${base}admin.serverPort=9090\n`)).config.ensemble.adminPort, 9090);
    const { config } = await load(
      `${base}admin.enableServer=false\nmetricsProvider.className=org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider\n`,
    );
    assert.equal([config.ensemble.adminPort, config.ensemble.metricsPort], [null, 7000]);
    assert.equal(config.ensemble.fourLetterWords, ['srvr']);
  },
);

t('a server of TLS alone gets its plain port where only this machine is', async () => {
  const { config, warnings } = await load(
    'dataDir=zk\nsecureClientPort=2281\nssl.keyStore.location=keys.p12\nssl.clientAuth=none\n',
  );
  const { servers, secureClientPort, secureHost, tlsKeyStore } = config.ensemble;
  assert.equal([servers[0]?.host, servers[0]?.clientPort], ['127.0.0.1', 0]);
  assert.equal([secureClientPort, secureHost, tlsKeyStore], [2281, '0.0.0.0', join(root.path, 'keys.p12')]);
  assert.is(warnings.length, 1);
});

t('what gives up safety is done, and said', async () => {
  const { config, warnings } = await load(
    'dataDir=zk\nclientPort=1\nforceSync=no\nskipACL=yes\nautopurge.snapRetainCount=1\n',
  );
  const { forceSync, skipAcl, autopurgeSnapRetainCount, autopurgeIntervalHours } = config.ensemble;
  assert.equal([forceSync, skipAcl, autopurgeSnapRetainCount, autopurgeIntervalHours], [false, true, 3, 0]);
  assert.equal(
    warnings.map((warning) => warning.replace(/^.*zoo\.cfg:/, '')),
    [
      '3: forceSync = no: acknowledged writes may be lost when the machine goes down',
      '4: skipACL = yes: everybody may read and write every znode',
      '5: autopurge.snapRetainCount = 1: 3 are kept, the least that there may be',
    ],
  );
});

t('numbers by which ZooKeeper says "none" are none', async () => {
  const { config, warnings } = await load(
    'dataDir=zk\nclientPort=1\ntickTime=2000\nminSessionTimeout=-1\nmaxSessionTimeout=-1\ntxnLogSizeLimitInKb=-1\nautopurge.purgeInterval=-1\n',
  );
  const { minSessionTimeoutMs, maxSessionTimeoutMs, txnLogSizeLimitKiB, autopurgeIntervalHours } = config.ensemble;
  assert.equal(
    [minSessionTimeoutMs, maxSessionTimeoutMs, txnLogSizeLimitKiB, autopurgeIntervalHours],
    [4000, 40_000, null, 0],
  );
  assert.equal(warnings, []);
});

t('properties of the JVM’s command line count, and the file wins over them', async () => {
  const SERVER_JVMFLAGS =
    '-Xmx1g -Djute.maxbuffer=0x200000 -Dzookeeper.extendedTypesEnabled=true -Dzookeeper.snapCount=7 -Duser=x';
  const file = put('zoo.cfg', 'dataDir=zk\nclientPort=1\nsnapCount=9\n');
  const { config, origins, warnings } = await loadConfig({ file, env: { SERVER_JVMFLAGS }, cwd: root.path });
  const { maxFrameBytes, extendedTypes, snapCount } = config.ensemble;
  assert.equal([maxFrameBytes, extendedTypes, snapCount], [0x200000, true, 9]);
  assert.is(origins['ensemble.maxFrameBytes'], 'SERVER_JVMFLAGS (jute.maxbuffer)');
  assert.equal(warnings, []);
  // In the file it would be nothing to ZooKeeper.
  assert.match(
    String((await load('dataDir=zk\nclientPort=1\njute.maxbuffer=4194304\n')).warnings[0]),
    'jute.maxbuffer counts here',
  );
});

t('no value of a secret is told, neither a good one nor a bad one', async () => {
  const problems = await problemsOf(
    load('dataDir=zk\nclientPort=1\nDigestAuthenticationProvider.superDigest=s3cret\n'),
  );
  assert.is(problems.length, 1);
  assert.not(JSON.stringify(problems).includes('s3cret'));
});

t.run();
