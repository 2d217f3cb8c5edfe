// Package server serves calls: it accepts connections, finds out which protocol
// they speak, hands them to the codec, runs a pipeline around each call, and
// goes away without losing one.
//
// On the path of a call it is the whole server side:
//
//	listener -> limits -> protocol (one codec.Match per connection) -> codec.Serve
//	   -> route (one atomic load) -> guard > admission > deadline > interceptors > handler
//
// The user's main function calls it. It calls codec.Codec for each connection,
// the user's handlers for each call and discovery.Registrar to announce itself.
//
// The context that a handler gets is made by the codec: it carries the call's
// deadline, and it ends when the connection dies; context.Cause says why. Ending
// Serve's context does not end it: a draining server lets its calls finish.
package server
