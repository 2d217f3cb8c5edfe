package onramp

// Stream is the message flow of a streaming call, the same on both sides.
//
// One goroutine may Send while another one Recvs; neither may be called by two
// goroutines at once. Each blocks for flow control.
//
// On a client the call is open, and the Handler returns with Response.Stream,
// when the call's first frame is queued on a connection. No peer has been heard
// by then: that it refuses the call, or is too busy, is an error of Recv, and is
// not retried. A Body of the request is the first message, and of a ServerStream
// the only one. The call ends when Recv returns an error, when the context that
// it was opened with ends, or with the connection. Until one of these it holds a
// place on its connection, so that whoever stops receiving cancels the context.
//
// On a server the call ends when the handler returns: nil is the clean end, and
// a Body of the Response that it returns is sent as the last message. The header
// that the peer gets is that of Request.Reply, as it is at the first Send, or at
// the end without one; what is set later is not sent.
type Stream interface {
	// Send encodes msg before it returns and keeps nothing of it. It returns nil
	// when the message is queued. When the peer has ended the call it returns
	// io.EOF, and Recv says why; every other error is this side's.
	Send(msg any) error
	// CloseSend says that no more messages will be sent. A client still receives.
	// On a server it does nothing.
	CloseSend() error
	// Recv decodes the next message into the value that into points to. io.EOF is
	// the clean end: on a client of the call, on a server of what the client
	// sends. On a client every error is the call's last word. The one message of
	// a ClientStream comes with the end of the call, so that a client's Recv
	// returns the call's error in its place when it failed.
	Recv(into any) error
	// Header waits for the peer's header: until its first message or the end of
	// the call. On a server it is the request's.
	Header() (*Header, error)
	// Trailer is what the peer sent last. On a client it is complete once Recv has
	// returned an error, and empty before; on a server it is what will be sent.
	Trailer() *Header
}

// Kind tells the shapes of a call apart.
type Kind uint8

const (
	// Unary is one request and one response. It is the zero value.
	Unary Kind = iota
	// Oneway is a request without a response; it ends when it is written.
	Oneway
	// ClientStream is many requests and one response.
	ClientStream
	// ServerStream is one request and many responses.
	ServerStream
	// BidiStream is many of both, in any order.
	BidiStream
)

// Streaming reports whether the call has a Stream.
func (k Kind) Streaming() bool { return k >= ClientStream }
