package onramptest

import (
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/json"
	"github.com/onrampmesh/onramp/onramptest/internal/streams"
)

// StreamOption changes a default of StreamCodec.
type StreamOption func(*streams.Config)

// StreamSerializer sets how messages are encoded; the default is JSON. Messages
// that are a []byte go out as they are.
func StreamSerializer(s codec.Serializer) StreamOption {
	return func(c *streams.Config) { c.Serializer = s }
}

// StreamMaxCalls bounds the calls of one connection; the default is 128.
func StreamMaxCalls(n int) StreamOption { return func(c *streams.Config) { c.MaxCalls = max(1, n) } }

// StreamMaxMessage bounds a message in bytes; the default is 1 MiB.
func StreamMaxMessage(n int) StreamOption {
	return func(c *streams.Config) { c.MaxMessage = max(1, n) }
}

// StreamCodec returns a small streaming protocol named "stream": unary calls,
// oneways and the three kinds of streams, with a window of four messages in each
// direction, cancel, headers, trailers, deadlines and drain. It follows the
// contract of codec.Codec and onramp.Stream to the letter, over any net.Conn:
//
//   - RoundTrip returns when the stream's first frame is on its way; that the
//     peer refuses the call is learnt by Recv.
//   - Send returns io.EOF when the peer has ended the call; Recv says why.
//   - A server sends the header of req.Reply with its first message, and the
//     Trailer with its end. A body that a handler returns is the last message.
func StreamCodec(opts ...StreamOption) codec.Codec {
	cfg := streams.Config{Name: "stream", Serializer: json.New(), MaxCalls: 128, MaxMessage: 1 << 20}
	for _, o := range opts {
		o(&cfg)
	}
	return streams.New(cfg)
}
