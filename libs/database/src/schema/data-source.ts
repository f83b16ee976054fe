import { DataSource } from 'typeorm';
import { connectionOptions } from '../connection/connection-options.js';
import { dataSourceOptions } from '../connection/data-source-options.js';

const { attempts } = connectionOptions({ kind: 'postgresql', url: process.env['DATABASE_URL'] });

/** TypeORM makes one attempt: without encryption if the URL permits it. */
const attempt = attempts.find(({ encryption }) => encryption === false) ?? attempts[0];

/** For TypeORM's command line: `DATABASE_URL=... npx typeorm migration:run -d libs/database/dist/data-source.js`. */
export default new DataSource(dataSourceOptions({ ...attempt?.parameters, ssl: attempt?.encryption }, { poolSize: 1 }));
