// node-postgres: parameters are bound as text without a type, or read in binary mode.

const { Client } = require('pg');

let failed = false;

function check(got, wanted, name) {
  const same = JSON.stringify(got) === JSON.stringify(wanted);
  failed ||= !same;
  console.log(same ? `ok - node-pg: ${name}`
    : `not ok - node-pg: ${name}: ${JSON.stringify(got)} instead of ${JSON.stringify(wanted)}`);
}

async function main() {
  const client = new Client();
  await client.connect();
  const rows = async (text, values, more) => (await client.query({ text, values, rowMode: 'array', ...more })).rows;

  for (const [relation, [a, b, c]] of [['customers', [10, 7, 3]], ['model', [3, 7, 10]]]) {
    for (const [name, condition, values, wanted] of [
      ['= parameter', 'tier = $1', ['A'], a],
      ['<> parameter', 'tier <> $1', ['A'], b + c],
      ['range', 'tier >= $1 AND tier < $2', ['B', 'C'], b],
      ['BETWEEN', 'tier BETWEEN $1 AND $2', ['A', 'B'], a + b],
      ['IN', 'tier IN ($1, $2)', ['A', 'C'], a + c],
      ['ANY(array)', 'tier = ANY($1)', [['A', 'C']], a + c],
      ['ANY(text[])', 'tier = ANY($1::text[])', [['A', 'C', 'gold']], a + c],
      ['LIKE', 'tier LIKE $1', ['A%'], a],
    ]) {
      const found = await rows(`SELECT count(*)::int FROM ${relation} WHERE ${condition}`, values);
      check(found[0][0], wanted, `${name} on ${relation}`);
    }
  }
  check(await rows('SELECT tier, count(*)::int FROM customers GROUP BY tier ORDER BY tier'),
    [['A', 10], ['B', 7], ['C', 3]], 'tiers arrive as text, best first');
  check((await rows('SELECT tier FROM customers ORDER BY id LIMIT 1', [], { binary: true }))[0][0].toString(),
    'A', 'binary mode moves the letter');
  check(await rows('SELECT tier FROM (SELECT id, abc_classify(revenue, $1) OVER () AS tier FROM customers) AS t WHERE id = 4',
    ['count 15/50']), [['B']], 'a scheme is bound as text');
  check((await rows('SELECT id FROM model WHERE tier_name = $1', ['铂金'])).length, 3, 'names of tiers beyond ASCII');
  await rows('INSERT INTO customers (id, name, tier) VALUES ($1, $2, $3)', [100, 'new', 'B']);
  await rows('UPDATE customers SET tier = $1 WHERE id = 100', ['C']);
  check(await rows('DELETE FROM customers WHERE id = 100 RETURNING tier'), [['C']], 'insert, update, delete');
  const fields = (await client.query('SELECT * FROM model LIMIT 0')).fields;
  check(fields.filter((f) => f.dataTypeID >= 16384).map((f) => f.name), [], 'the view has no type that a driver does not know');
  await client.end();
}

main().then(() => process.exit(failed ? 1 : 0), (error) => {
  console.log(`not ok - node-pg: ${error.message}`);
  process.exit(1);
});
