// Package bolt is the SOFA Bolt protocol, version 1.
//
// On the path of a call it is the last stop before the bytes: the engine
// (codec/framed) calls its Framer to cut and build frames, and its Body to turn
// calls into frames and back. It calls the serializers that it was given.
//
// # Frames
//
// Numbers are big-endian. A frame is a fixed part, then class name, header block
// and content, whose lengths the fixed part tells.
//
//	request   proto 1 | type 1 | command 2 | ver2 1 | id 4 | codec 1 | timeout 4 | classLen 2 | headerLen 2 | contentLen 4
//	response  proto 1 | type 1 | command 2 | ver2 1 | id 4 | codec 1 | status 2  | classLen 2 | headerLen 2 | contentLen 4
//
// proto and ver2 are 1. Type is 0 for a response, 1 for a request and 2 for a
// oneway; command is 0 for a heartbeat, 1 for a request, 2 for a response and
// 100 for MOSN's go-away, which is read and never sent. The timeout is in
// milliseconds, -1 for oneways and heartbeats. Codec is the serializer's number.
// A header block is pairs of a key and a value, each behind its length of four
// bytes; the length -1 is null.
//
// # Names
//
// A call's name is in the header: sofa_head_target_service and service hold the
// unique name, which is interface:version or interface:version:uniqueId, and
// sofa_head_method_name the method. Request.Service is the interface,
// Request.Version the version (1.0 when empty) and Request.Method the method.
// The unique id is the pair UniqueID of Request.Header on both sides, so that it
// survives forwarding; Request.Group has no place in Bolt. The pairs that hold
// names do not show in a received Request.Header, and are not written twice.
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
