// Package bolt is the SOFA Bolt protocol, versions 1 and 2.
//
// On the path of a call it is the last stop before the bytes: the engine
// (codec/framed) calls its Framer to cut and build frames, and its Body to turn
// calls into frames and back. It calls the serializers that it was given.
//
// # Frames
//
// Numbers are big-endian. A frame is a fixed part, then class name, header block
// and content, whose lengths the fixed part tells. That of version 1:
//
//	request   proto 1 | type 1 | command 2 | ver2 1 | id 4 | codec 1 | timeout 4 | classLen 2 | headerLen 2 | contentLen 4
//	response  proto 1 | type 1 | command 2 | ver2 1 | id 4 | codec 1 | status 2  | classLen 2 | headerLen 2 | contentLen 4
//
// proto and ver2 are 1. Type is 0 for a response, 1 for a request and 2 for a
// oneway; command is 0 for a heartbeat, 1 for a request, 2 for a response and
// 100 for MOSN's go-away. The timeout is in milliseconds, -1 for oneways and
// heartbeats. Codec is the serializer's number. A header block is pairs of a key
// and a value, each behind its length of four bytes; the length -1 is null.
//
// In version 2 proto is 2, a byte ver1 (1 or 2) stands behind it, and a byte of
// switches behind codec. When ver1 is 2 and the lowest switch is on, the CRC-32 of
// IEEE 802.3 of the whole frame follows its content; no length counts it.
//
// # Versions
//
// A client sends what Version and Checksum say: version 1 by default, as SOFARPC
// for Java always does. A server speaks both. One connection has one version: a
// server takes that of the first frame, a client its own, and a frame of the other
// ends the connection with an error that says so, because a Java server answers
// all of a connection in the version of its first frame. A response has ver1 and
// switches of its request.
//
// A checksum is verified before anybody sees the frame. A wrong one ends the
// connection, on both sides: the lengths of such a frame may be wrong too, and so
// where the next one begins. Calls that were under way fail with origin Wire.
//
// # Go-away
//
// A client that receives MOSN's go-away takes no new calls on that connection. A
// draining server sends it only to a peer that has shown that it understands:
// Java and Node close a connection on which it comes. Such a peer has sent one
// itself, or marks its requests by the header pair onramp-peer: mosn. MOSN adds
// nothing by itself; its routes have request_headers_to_add for that. By the mark
// go-aways of version 1 are sent only, because MOSN knows none of version 2. Every
// peer is told that a server drains by the answer to its next request.
//
// # Names
//
// A call's name is in the header: sofa_head_target_service and service hold the
// unique name, which is interface:version or interface:version:uniqueId, and
// sofa_head_method_name the method. Request.Service is the interface,
// Request.Version the version (1.0 when empty) and Request.Method the method.
// The unique id is the pair UniqueID of Request.Header on both sides, so that it
// survives forwarding; Request.Group has no place in Bolt. The pairs that hold
// names do not show in a received Request.Header, and are not written twice; nor
// does onramp-peer.
//
// # Errors
//
// A business error is status 0 with the header sofa_head_response_error; every
// other error is a status of its own. Its text is the content: plain for codec
// 11, a JSON string for codec 12. Four headers keep between two onramp peers
// what a status cannot say, and others ignore them: onramp-code, onramp-origin,
// onramp-retry-after and onramp-state.
//
//	status                                     code               origin
//	0 with sofa_head_response_error            unknown, Business  Remote
//	4 busy                                     resource exhausted Refused
//	4 with onramp-state "draining"             unavailable        Refused
//	6 no processor                             unimplemented      Refused
//	7 timeout                                  deadline exceeded  Remote
//	9 codec, 0x12 deserialization              invalid argument   Remote
//	8 not sent, 0x10 connection closed         unavailable        Wire
//	1, 2, 3, 5, 0x11 and unknown ones          internal           Remote
//
// An error of a handler is written as a refusal (4 or 6) only when its Origin is
// Refused: the caller may then send the call again. One that would be refused
// again, such as unauthenticated, is status 2 and says its origin in a header.
//
// # Sources
//
// The format was taken from frames of sofa-bolt 1.6.12 with SOFARPC 5.14.3 and
// of sofa-bolt-node 2.0.1, which are in testdata, and from their observed
// behaviour.
package bolt
