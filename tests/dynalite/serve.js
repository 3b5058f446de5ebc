// Serves dynalite on loopback: node serve.js PORT. A client that is killed in the middle of a request
// makes dynalite throw, where DynamoDB goes on; so do we.
const dynalite = require('dynalite')

process.on('uncaughtException', (error) => {
  if (!['ECONNRESET', 'EPIPE'].includes(error.code)) throw error
})
dynalite({ createTableMs: 0, deleteTableMs: 0 }).listen(Number(process.argv[2]), '127.0.0.1')
