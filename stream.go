package onramp

// Stream is the message flow of a streaming call, the same on both sides.
//
// One goroutine may Send while another one Recvs; neither may be called by two
// goroutines at once. Each blocks for flow control. The error io.EOF of Recv is
// the clean end. Once Recv has returned an error, Trailer is complete.
type Stream interface {
	// Send encodes msg before it returns and keeps nothing of it.
	Send(msg any) error
	// CloseSend says that no more messages will be sent. A client still receives.
	CloseSend() error
	// Recv decodes the next message into the value that into points to.
	Recv(into any) error
	// Header waits for the peer's header. On a server it is the request's.
	Header() (*Header, error)
	// Trailer is what the peer sent last; on a server, what will be sent.
	Trailer() *Header
}

// Kind tells the shapes of a call apart.
type Kind uint8

const (
	// Unary is one request and one response. It is the zero value.
	Unary Kind = iota
	// Oneway is a request without a response; it ends when it is written.
	Oneway
	ClientStream
	ServerStream
	BidiStream
)

// Streaming reports whether the call has a Stream.
func (k Kind) Streaming() bool { return k >= ClientStream }
