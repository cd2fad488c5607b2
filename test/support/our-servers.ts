/** Our own ensemble as the client suite's servers: over TCP or over the bus. */
import { startTestEnsemble, type TestEnsembleOptions } from '../../runtime/testing.ts';
import type { MortalServers } from './client-suite.ts';

export interface OurServersOptions extends TestEnsembleOptions {
  readonly carrier: 'tcp' | 'bus';
}

export async function startOurServers({ carrier, ...options }: OurServersOptions): Promise<MortalServers> {
  const ensemble = await startTestEnsemble({ tickTimeMs: 1000, ...options });
  const servers = {
    async kill(index: number): Promise<void> {
      await ensemble.kill(index + 1);
    },
    // Its new thread starts by itself.
    restart: () => ensemble.settled(),
    sessionTimeoutMs: 3000,
    stop: () => ensemble.close(),
  };
  if (carrier === 'tcp') return { ...servers, connectString: ensemble.connectString };
  return {
    ...servers,
    connectString: ensemble.servers.map((_, index) => `replica:${index + 1}`).join(','),
    firstPort: Number(ensemble.servers[0]?.split(':')[1]),
    connect(connectString, clientOptions) {
      const [, replicas = '', chroot = ''] = /^([^/]*)(.*)$/.exec(connectString) ?? [];
      const [replica, ...others] = replicas.split(',').map((server) => Number(server.replace('replica:', '')));
      const one = others.length === 0 && replica !== undefined ? { replica } : {};
      return ensemble.client({ ...clientOptions, ...one, carrier, chroot });
    },
  };
}
