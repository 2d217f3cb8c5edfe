'use strict';

// The line protocol of ../README.md: one JSON object a line on stdin, one answer
// a line on stdout. Everything else that writes to stdout goes to stderr.

const readline = require('readline');

const write = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);

function say(message) {
  write(JSON.stringify(message) + '\n');
}

// serve says hello and answers each line with what handlers[ask.do] returns. The
// process ends with its standard input.
exports.serve = (hello, handlers) => {
  say(hello);
  const lines = readline.createInterface({ input: process.stdin });
  lines.on('line', line => answer(line, handlers));
  lines.on('close', () => process.exit(0));
};

async function answer(line, handlers) {
  let id = 0;
  try {
    const ask = JSON.parse(line);
    id = ask.id;
    const handler = handlers[ask.do];
    if (!handler) throw new Error(`this peer cannot do ${JSON.stringify(ask.do)}`);
    say(Object.assign({ id }, await handler(ask)));
  } catch (err) {
    say({ id, error: String(err && err.stack || err) });
  }
}
