import { DataSource } from 'typeorm';
import { connectionOptions } from '../connection/connection-options.js';
import { dataSourceOptions } from '../connection/data-source-options.js';

const { parameters, encryptions } = connectionOptions({ kind: 'postgresql', url: process.env['DATABASE_URL'] });

/** For TypeORM's command line: `DATABASE_URL=... npx typeorm migration:run -d libs/database/dist/data-source.js`. */
export default new DataSource(dataSourceOptions({ ...parameters, ssl: encryptions[0] }, { poolSize: 1 }));
