import type { IncomingMessage } from 'node:http'

/**
 * Lets the rest of a body come, and go, once its reader has given it up, as who finds it too long does. Node takes
 * such a request off its connection and leaves the rest there, where all that is asked after it would wait behind.
 */
export function discardWhenGivenUp(request: IncomingMessage): void {
  const { socket } = request
  request.once('close', () => {
    if (request.complete || socket.destroyed) return
    // What comes is taken by this instead of being kept until somebody reads it.
    request.push = () => true
    socket.resume()
  })
}
