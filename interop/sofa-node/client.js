'use strict';

const url = require('url');
const bolt = require('sofa-bolt-node');
const config = require('sofa-rpc-node/lib/client/dynamic_config');
const { RpcClient } = require('sofa-rpc-node').client;
const wires = require('./wires');
const messages = require('./messages');

const log = (...args) => console.error(...args);
const logger = { debug: log, info: log, warn: log, error: log };

// kinds says in the words of the line protocol what the library's errors mean.
const kinds = {
  RpcResponseTimeoutError: 'timeout',
  RpcSocketCloseError: 'closed',
  RpcSocketError: 'closed',
  RpcNoProviderError: 'closed',
  RpcCircuitBreakerError: 'local',
  RpcRequestEncodeError: 'local',
};

const clients = new Map(); // by address

// clientOf returns the client of an address, which keeps one connection to it.
function clientOf(ask) {
  let client = clients.get(ask.addr);
  if (!client) {
    // The library keeps connections alive in the round of its statistics.
    config.instance.metric.bucketSizeInMs = ask.heartbeat ? 100 : 10000;
    const connectionOpts = { protocol: wires.protocol(ask.wire), connectTimeout: 3000, noDelay: true, maxIdleTime: ask.heartbeat || 30000, proto: wires.proto };
    client = new RpcClient({ logger, connectionOpts });
    client.on('error', err => log('client', err.message));
    clients.set(ask.addr, client);
  }
  return client;
}

// call makes all of ask.calls at once and tells how each one ended.
exports.call = async ask => {
  if (ask.oneway) return oneway(ask);
  const [ interfaceName, version ] = ask.service.split(':');
  const consumer = clientOf(ask).createConsumer({ interfaceName, version, serverHost: ask.addr, proto: wires.proto });
  await consumer.ready();
  return { calls: await Promise.all(ask.calls.map(spec => one(consumer, ask, spec))) };
};

async function one(consumer, ask, spec) {
  const start = Date.now();
  try {
    const options = { responseTimeout: ask.timeout, codecType: 'protobuf', requestProps: ask.header };
    const reply = await consumer.invoke(ask.method, [ messages.fromLine(spec) ], options);
    return { ms: Date.now() - start, reply: messages.toLine(reply) };
  } catch (err) {
    return { ms: Date.now() - start, failed: { kind: kindOf(err), name: err.name, text: err.message } };
  }
}

function kindOf(err) {
  if (err.code === 'ERR_STREAM_DESTROYED') return 'closed';
  return kinds[err.name] || 'error';
}

// oneway uses the client of sofa-bolt-node: that of sofa-rpc-node has no oneway.
async function oneway(ask) {
  const client = new bolt.RpcClient({ logger, address: url.parse(`bolt://${ask.addr}`, true) });
  await client.ready();
  Object.assign(client.conn._encoder, wires.all[ask.wire]);
  for (const spec of ask.calls) {
    client.oneway({ serverSignature: ask.service, methodName: ask.method, args: [ messages.fromLine(spec) ], timeout: ask.timeout, requestProps: ask.header });
  }
  clients.set(ask.addr, client);
  return { calls: ask.calls.map(() => ({ ms: 0 })) };
}

// close ends the connection to an address.
exports.close = async ask => {
  const client = clients.get(ask.addr);
  clients.delete(ask.addr);
  if (client) await client.close();
  return {};
};
