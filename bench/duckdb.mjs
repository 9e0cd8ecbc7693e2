// bench/duckdb.mjs FILE THREADS REPEATS
//
// The milliseconds, REPEATS lines, that DuckDB takes for the tiers of the values in a CSV file, loaded
// into its own storage first: the window query that an analyst would write.
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(path.join(process.env.SANDBOX, 'duckdb', 'package.json'));
const { DuckDBInstance } = require('@duckdb/node-api');

const [file, threads, repeats] = process.argv.slice(2);
const connection = await (await DuckDBInstance.create(':memory:')).connect();
await connection.run(`SET threads = ${Number(threads)}`);
await connection.run(`CREATE TABLE t AS SELECT column0::DOUBLE AS v FROM read_csv('${file}', header = false)`);

const query = `
	SELECT count(tier), count(v) FROM (SELECT v,
		CASE WHEN s <= 0.8 * total THEN 'A' WHEN s <= 0.95 * total THEN 'B' ELSE 'C' END AS tier
		FROM (SELECT v, sum(v) OVER (ORDER BY v DESC) AS s, sum(v) OVER () AS total FROM t))`;
for (let i = 0; i <= Number(repeats); i++) {
	const start = performance.now();
	await connection.run(query);
	if (i > 0) console.log((performance.now() - start).toFixed(1));
}
