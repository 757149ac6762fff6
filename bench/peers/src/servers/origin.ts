/** The Origin header of every handshake of the comparison; the servers that check origins allow it. */
export const peerOrigin = "http://bench.example";
