import { startProgram, type StartedProgram } from '@fedistream/services';
import { RawConnection } from '../support/index.js';

/** Server connections for all clients: fewer than the streaming server has, so that they change hands. */
const serverConnections = 2;

/** Starts PgBouncer in transaction mode in front of a PostgreSQL. */
export function startPgBouncer(postgresUrl: string): Promise<StartedProgram> {
  const { hostname, port: postgresPort, username, password } = new URL(postgresUrl);
  const secret = password === '' ? '' : ` password=${decodeURIComponent(password)}`;
  return startProgram(
    { name: 'pgbouncer', package: 'pgbouncer' },
    {
      configuration: (port) =>
        [
          '[databases]',
          `* = host=${hostname} port=${postgresPort} user=${decodeURIComponent(username)}${secret}`,
          '[pgbouncer]',
          'listen_addr = 127.0.0.1',
          `listen_port = ${port}`,
          'unix_socket_dir =',
          'auth_type = any',
          'pool_mode = transaction',
          `default_pool_size = ${serverConnections}`,
          '',
        ].join('\n'),
      args: (file) => [file],
      ready: (port) =>
        RawConnection.open(port).then(
          (connection) => {
            connection.destroy();
            return true;
          },
          () => false,
        ),
    },
  );
}
