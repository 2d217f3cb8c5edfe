'use strict';

// The wires that this peer speaks, and the messages that travel on them.

const path = require('path');
const antpb = require('antpb');
const bolt = require('sofa-bolt-node');

const proto = antpb.loadAll(path.join(__dirname, '..', 'proto'));
bolt.setOptions({ proto });

exports.proto = proto;

// all says what a client's encoder is set to. A server answers each request in
// the request's own version.
exports.all = {
  bolt1: { codecType: 'protobuf', protocolType: 'bolt', boltVersion: 1, crcEnable: false },
  bolt2: { codecType: 'protobuf', protocolType: 'bolt2', boltVersion: 2, crcEnable: false },
  'bolt2-crc': { codecType: 'protobuf', protocolType: 'bolt2', boltVersion: 2, crcEnable: true },
  'bolt1-hessian': { codecType: 'hessian2', protocolType: 'bolt', boltVersion: 1, crcEnable: false },
  'bolt2-hessian': { codecType: 'hessian2', protocolType: 'bolt2', boltVersion: 2, crcEnable: false },
  'bolt2-crc-hessian': { codecType: 'hessian2', protocolType: 'bolt2', boltVersion: 2, crcEnable: true },
};

// protocol returns sofa-bolt-node with every encoder set to the wire.
exports.protocol = wire => {
  const options = exports.all[wire];
  if (!options) throw new Error(`no wire is called ${JSON.stringify(wire)}`);
  return Object.assign({}, bolt, {
    encoder: opts => Object.assign(bolt.encoder(opts), options),
  });
};
