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
// # Hessian bodies
//
// Codec 1 is the draft dialect of Hessian, and what Java services speak. Hessian2 makes
// its bodies; without it they are passed on as bytes. The body of a request is one
// stream: an object SofaRequest {targetAppName, methodName, targetServiceUniqueName,
// requestProps, methodArgSigs} and behind it each argument. That of a response is an
// object SofaResponse {isError, errorMsg, appResponse, responseProps}.
//
// A call has one argument, its value, or those of an onramp.Args; an Args without
// elements, and a body without a value, is a call without arguments. Their Java types
// are those of hessian2.Signature, or else what the stream says of the values. A
// handler's message is the argument; one of type onramp.Args gets however many there
// are, and a message of another type stays zero when there is none. A result of void is
// null and leaves the reply zero. Encoded bodies, messages of type []byte, are the whole
// stream: a byte[] is an element of Args, or a reply of type any.
//
// Java and Go clients name the call in the header; Node's requests of codec 1 name the
// method in the body alone. It is then read there, without the arguments, and so are
// service, when the header has none, and requestProps, whose pairs join those of the
// header. What the header says counts before what the body says. A header's pairs are
// written into requestProps and responseProps too, because Node reads them only there.
//
// A business error is status 0, isError false, the header sofa_head_response_error and
// an exception as appResponse. The caller's *onramp.Error has Business set; its Detail is
// the exception, a *hessian2.Exception or what was registered for its class, and its Err
// too. A handler's error that has a method JavaClassName, or has one in its chain, is
// written as that object, and others as java.lang.RuntimeException with their text. Java
// throws what it has the class of: an exception of another class is a map to it.
//
// An error that is no business error of the handler is what Java shows best to its
// caller. Statuses by which Java tries again, 4 and 7, stay, with an RpcServerException
// as the body; all others are status 0 with isError true and the text as errorMsg, which
// becomes the message of a SofaRpcException, as Java's own servers have it. Read from a peer, isError is origin Remote and internal, but for the texts by
// which Java says that it called nothing: no such service (RPC-020100010) and no such
// method (RPC-020100011) are unimplemented and Refused, a stopped server (RPC-019990009)
// unavailable and Refused. The call may then be sent to another endpoint, which may have
// the service already.
//
// Java answers in codec 1 when it fails before SOFARPC is asked, whatever the codec of
// the request was: that RpcServerException is read by the class of the object, not by
// the class name of the frame, and its text is the error's, with Hessian2 or without.
//
// # Arguments in other codecs
//
// In codec 12 the arguments of an onramp.Args are a JSON array; one alone is its own
// value, as SOFARPC's Jackson has it. A handler whose message is an onramp.Args takes an
// array for several arguments. Codec 11 has one message and refuses Args. Signatures are
// for codec 1 alone.
//
// # Errors
//
// A business error is status 0 with the header sofa_head_response_error; every
// other error is a status of its own. Its text is the content: plain for codec
// 11, a JSON string for codec 12; that of codec 1 is above. Four headers keep between two onramp peers
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
