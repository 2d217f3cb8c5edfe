package onramptest

import (
	"fmt"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// CodecSuite says how TestCodec makes the codec that it tests, and what it cannot
// find out by itself. Only New is required.
type CodecSuite struct {
	// New makes a codec of its own each time.
	New func() codec.Codec
	// Golden are first bytes of clients' connections, best recorded from a peer
	// that somebody else wrote. Match is asked of each prefix of them.
	Golden [][]byte
	// Message makes a message that carries text, Empty one to decode into, and Text
	// reads the text of a decoded one. By default messages are an
	// encoding.TextMarshaler, which JSON and protocols of text take.
	Message func(text string) any
	Empty   func() any
	Text    func(message any) string
	// Large is how many bytes of text a large message has that the codec must
	// carry; 0 is 1 MiB.
	Large int
	// TooLarge is how many bytes of text are over the codec's limit; 0 leaves out
	// the checks of limits.
	TooLarge int
	// Unbound makes a message that no serializer of the codec can encode. By default
	// it is a channel.
	Unbound func() any
	// Lacks is what the protocol has no place for.
	Lacks CodecLack
}

// CodecLack is a set of what a protocol has no place for. TestCodec then wants
// the next best instead, or skips the check and says so.
type CodecLack uint

const (
	// LacksHeaders: a call carries no pairs.
	LacksHeaders CodecLack = 1 << iota
	// LacksUnicode: values of headers are ASCII.
	LacksUnicode
	// LacksOneway: each call has a reply.
	LacksOneway
	// LacksDeadline: a peer is not told how long the caller waits.
	LacksDeadline
	// LacksCodes: an error is a text, without its code and origin.
	LacksCodes
	// LacksRefusal: a server cannot say that a call did not run.
	LacksRefusal
	// LacksEmpty: no body has no bytes, because a call's names stand in it.
	LacksEmpty
)

// TestCodec holds a codec to the contract of codec.Codec, codec.Conn and
// onramp.Stream. Each sentence of the contract is a subtest; one that fails says
// the sentence, what was seen and what to do. What a codec can do is found out by
// its optional interfaces: codec.Streamer and codec.Modeler of the Codec,
// codec.Abandoner of its Conn.
//
// Client and server of the codec talk to each other over a Network with virtual
// time (testing/synctest), and once over TCP on the loopback interface, so that
// the suite takes about a second. The codec must start no goroutine and no timer
// that outlive Conn.Close and Codec.Serve.
//
//	func TestConformance(t *testing.T) {
//		onramptest.TestCodec(t, onramptest.CodecSuite{
//			New:    func() codec.Codec { return mycodec.New() },
//			Golden: recordedRequests(t),
//		})
//	}
//
// A framed protocol has TestFramer beside it.
func TestCodec(t *testing.T, s CodecSuite) {
	t.Helper()
	if err := s.complete(); err != nil {
		t.Fatal(err)
	}
	for _, ground := range [][]check[*CodecSuite]{codecGround(), codecGone()} {
		if !runGround(t, &s, ground) {
			t.Log("onramptest.TestCodec: the other checks build on these and were not run")
			return
		}
	}
	for _, group := range [][]check[*CodecSuite]{
		codecMatch(), codecDial(), codecCalls(), codecBodies(), codecErrors(), codecDeadlines(), codecAbandoned(),
		codecLoad(), codecDrain(), codecClose(), codecPeers(), codecHostile(), codecBytes(), codecLimits(), codecStreams(), codecTCP(),
	} {
		runChecks(t, &s, group)
	}
}

// complete sets the defaults.
func (s *CodecSuite) complete() error {
	if s.New == nil || s.New() == nil {
		return fmt.Errorf("onramptest.TestCodec: CodecSuite.New makes no codec")
	}
	if set := btoi(s.Message != nil) + btoi(s.Empty != nil) + btoi(s.Text != nil); set != 0 && set != 3 {
		return fmt.Errorf("onramptest.TestCodec: CodecSuite.Message, Empty and Text belong together: set all of them or none")
	}
	if s.Message == nil {
		s.Message = func(text string) any { return &note{text} }
		s.Empty = func() any { return new(note) }
		s.Text = func(m any) string { return m.(*note).text }
	}
	if s.Unbound == nil {
		s.Unbound = func() any { return make(chan int) }
	}
	if s.Large == 0 {
		s.Large = 1 << 20
	}
	return nil
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// lacks skips a check of what the protocol has no place for.
func (s *CodecSuite) lacks(t *checking, what CodecLack, word string) {
	t.Helper()
	if s.Lacks&what != 0 {
		t.Skipf("the suite is told that the protocol has no %s", word)
	}
}

// read decodes the text of a received body, and releases it.
func (s *CodecSuite) read(b *onramp.Body) (string, error) {
	defer b.Release()
	m := s.Empty()
	if err := b.Decode(m); err != nil {
		return "", err
	}
	return s.Text(m), nil
}

// note is the suites' default message.
type note struct{ text string }

// MarshalText implements encoding.TextMarshaler.
func (n *note) MarshalText() ([]byte, error) { return []byte(n.text), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (n *note) UnmarshalText(b []byte) error { n.text = string(b); return nil }
