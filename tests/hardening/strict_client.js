// As strict_client.py, which says what it prints, with Node's parser.
'use strict';
const fs = require('fs');
const http = require('http');

function visible(data) {
  let out = '';
  for (const byte of data) {
    const plain = byte >= 0x21 && byte <= 0x7e && byte !== 0x25;
    out += plain ? String.fromCharCode(byte) : '%' + byte.toString(16).toUpperCase().padStart(2, '0');
  }
  return out;
}

const agent = new http.Agent({keepAlive: true, maxSockets: 1});

function ask(method, path, then) {
  let said = false;
  const say = (text) => {
    if (said) return;
    said = true;
    fs.writeSync(1, text + '\n');
    setImmediate(then);
  };
  const options = {host: '127.0.0.1', port: process.argv[2], agent, method, path, headers: {TE: 'trailers'}};
  const request = http.request({...options, insecureHTTPParser: false}, (answer) => {
    const pieces = [];
    answer.on('data', (piece) => pieces.push(piece));
    answer.on('end', () => say(answer.statusCode + ' ' + visible(Buffer.concat(pieces))));
    answer.on('error', () => say('cut'));
    answer.on('close', () => say('cut'));
  });
  request.on('error', (error) => say(String(error.code).startsWith('HPE_') ? 'refused ' + error.code : 'cut'));
  request.end();
}

const methods = process.argv.slice(3);

function next(number) {
  if (number === methods.length) return agent.destroy();
  ask(methods[number], '/answer/' + number, () => ask('GET', '/marker/' + number, () => next(number + 1)));
}

next(0);
