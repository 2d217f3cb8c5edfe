'use strict';

// sofa-rpc-node as a peer of the interoperability tests: see ../README.md.

const lines = require('./lines');
const server = require('./server');
const client = require('./client');
const wires = require('./wires');

const version = name => `${name} ${require(`${name}/package.json`).version}`;

lines.serve({
  peer: version('sofa-rpc-node'),
  with: [ version('sofa-bolt-node'), version('sofa-hessian-node'), version('antpb'), `node ${process.version}` ],
  wires: Object.keys(wires.all),
}, {
  serve: server.serve,
  seen: server.seen,
  call: client.call,
  close: client.close,
});
