// Package dubbo is Dubbo 2, the protocol of Dubbo for Java 2.7 and 3 under the name
// "dubbo", with bodies in Hessian 2.
//
// On the path of a call it is the last stop before the bytes: the engine
// (codec/framed) calls its Framer to cut and build frames, and its Body to turn calls
// into frames and back. It calls a hessian2.Stream, our own or that of
// codec/hessian2/apache, for values, and a hessian2.Scanner for what stands around them.
//
// # Frames
//
// A frame is a header of 16 bytes and a body. Numbers are big-endian:
//
//	magic da bb 2 | flag 1 | status 1 | id 8 | length of the body 4
//
// The flag is 0x80 for a request, 0x40 when it wants a response, 0x20 for an event, and
// the serialization id in the five bits below. Heartbeats are events whose body is null.
//
// A request's body is one stream of Hessian: the protocol version "2.0.2", the service,
// its version or null, the method, the descriptors of its parameters, the arguments, and
// a map of attachments. A response's body with status 20 is an int that says whether an
// exception, a value or null follows, and whether attachments do. With another status it
// is a text.
//
// # Calls
//
// Request.Service is the interface, Request.Version and Request.Group are those of the
// service, the version "0.0.0" being none. A client's value is onramp.Args, or one
// argument by itself, or nil for none. Java's types come from Request.Signature, which
// hessian2.Signature sets, or else from the values. A server's handler takes one argument
// as what it decodes into, and any number in onramp.Args.
//
// Request.Header and Response.Header are the attachments that are strings; a key that is
// there twice is written twice, and Java keeps the last one. The attachments path,
// interface, version, group, timeout and generic are names of the call, do not show and
// are written by the codec. The version before the arguments counts more than that among
// the attachments. Attachments in a response go only to peers of protocol version 2.0.2 to
// 2.0.99. Attachments of other types are read over: Attachments gives all of them.
//
// Body.Raw is the whole body of a frame and Body.Encoding the serialization id. A body
// that is passed on goes out byte for byte, with the names and attachments that are in
// it. Of a serialization other than Hessian 2 nothing can be read: such a request has
// the service Opaque, and no server but one that forwards it takes it.
//
// # Calls by name
//
// Generic makes a method that is called through $invoke. A server turns such a call, and
// $invokeAsync, into one of the method that it names: its handler takes a struct where a
// map with the key "class" came, and what it returns goes back as maps. $echo, which
// Java's clients probe with, is answered with its argument for each service, whether it
// is registered or not.
//
// # Errors
//
// A business error is an exception, and so is every error of a call that ran, because
// Java's clients send a call again for each status but 20:
//
//	what                                            goes out as
//	a handler's error that has JavaClassName()      that exception
//	other errors of calls that ran, and final ones  java.lang.RuntimeException with the text
//	deadline exceeded                               status 31
//	arguments that cannot be decoded                status 40
//	refused: unimplemented                          status 60
//	refused: busy, draining and the like            status 100
//
// Attachments keep between two onramp peers what an exception cannot say: onramp-code,
// onramp-origin (there for errors that are no business errors) and onramp-retry-after.
// Behind the text of another status they stand only when they say more than it does.
//
// What comes in:
//
//	exception                                       unknown, Business  Remote
//	25 serialization, 40 bad request                invalid argument   Remote
//	30, 31 timeouts                                 deadline exceeded  Remote
//	35 channel inactive                             unavailable        Wire
//	60 service not found                            unimplemented      Refused
//	100 thread pool exhausted                       resource exhausted Refused
//	100 of a draining onramp                        unavailable        Refused
//	others                                          internal           Remote
//
// Java says by 40 and 70 that it has no such service or method; by their texts these
// are unimplemented, Refused. The exception is Error.Detail, and Error.Err when it is a
// Go error, as *hessian2.Exception is.
//
// # Draining
//
// A server that drains sends the event READONLY once, and Java's clients send their calls
// elsewhere some milliseconds later. What they had sent by then is served: the connection
// goes on until it was quiet for framed.DrainIdle, and is closed. A peer that ignores the
// event, as dubbo-go's clients do, is refused by status 100 after three times that, and
// closed as soon as nothing runs. A client that gets the event, or that refusal, takes no
// new calls on the connection. "W", writeable again, changes nothing: there is another
// connection by then.
//
// # Sources
//
// The format was taken from frames of dubbo-go 3.3.1 and of bodies that hessian-lite 4.0.4
// wrote, which are in testdata, and from the observed behaviour of Dubbo 2.7.23 and 3.3.6
// for Java.
package dubbo
