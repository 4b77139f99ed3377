// As strict_backend.py, which says what it prints, with Node's parser: it refuses by itself what has two readings.
'use strict';
const fs = require('fs');
const http = require('http');

function say(text) {
  fs.writeSync(1, text + '\n');
}

function visible(data) {
  let out = '';
  for (const byte of data) {
    const plain = byte >= 0x21 && byte <= 0x7e && byte !== 0x25;
    out += plain ? String.fromCharCode(byte) : '%' + byte.toString(16).toUpperCase().padStart(2, '0');
  }
  return out;
}

function serve(request, response) {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    let name = request.method + ' ' + request.headers.host + request.url;
    const body = visible(Buffer.concat(pieces));
    if (body) name += ' ' + body;
    say('seen ' + name);
    const data = request.method === 'HEAD' ? '' : Buffer.from(name, 'latin1');
    response.setHeader('X-Seen', name);
    response.setHeader('Content-Length', data.length);
    response.end(data);
  });
  request.on('close', () => {
    if (!request.complete) say('cut ' + request.method + ' ' + request.url);
  });
  request.on('error', () => {});
}

const server = http.createServer({insecureHTTPParser: false, maxHeaderSize: 256 * 1024}, serve);
server.keepAliveTimeout = 0;
server.on('clientError', (error, socket) => {
  const cut = error.code === 'ECONNRESET' || error.code === 'HPE_INVALID_EOF_STATE';
  if (!cut) say('refused ' + error.code);
  socket.destroy();
});
server.listen(0, '127.0.0.1', () => say(String(server.address().port)));
