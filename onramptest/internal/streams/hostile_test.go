package streams

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"runtime"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec/json"
)

func testConfig() Config {
	return Config{Name: "stream", Serializer: json.New(), MaxCalls: 4, MaxMessage: 1 << 10}
}

// opening is a valid call of kind.
func opening(id uint32, kind onramp.Kind) []byte {
	r := &onramp.Request{Service: "S", Method: "m", Kind: kind}
	r.Header.Set("a", "b")
	return appendFrame(nil, frameOpen, id, encodeOpening(r, time.Second))
}

// script is a net.Conn that reads from a script and forgets what is written.
type script struct{ io.Reader }

func newScript(b []byte) *script { return &script{bytes.NewReader(b)} }

func (s *script) Write(b []byte) (int, error)      { return len(b), nil }
func (s *script) Close() error                     { return nil }
func (s *script) CloseWrite() error                { return nil }
func (s *script) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (s *script) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (s *script) SetDeadline(time.Time) error      { return nil }
func (s *script) SetReadDeadline(time.Time) error  { return nil }
func (s *script) SetWriteDeadline(time.Time) error { return nil }

func serve(b []byte) error {
	return New(testConfig()).Serve(context.Background(), newScript(b), func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		if req.Kind.Streaming() {
			for req.Stream.Recv(new(any)) == nil {
			}
		}
		<-ctx.Done() // the call is under way as long as the connection
		return nil, nil
	})
}

func TestServerEndsAConnectionThatBreaksTheProtocol(t *testing.T) {
	five := opening(1, onramp.BidiStream)
	stuck := opening(1, onramp.Unary)
	for range window + 1 {
		five = appendFrame(five, frameCredit, 1, nil)
	}
	for what, b := range map[string][]byte{
		"kind":              {200, 0, 0, 0, 1, 0, 0, 0, 0},
		"length":            {frameOpen, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff},
		"message length":    {frameMessage, 0, 0, 0, 1, 0, 0, 0x10, 0},
		"unknown call":      appendFrame(nil, frameMessage, 7, nil),
		"numbers go back":   append(opening(2, onramp.BidiStream), opening(1, onramp.BidiStream)...),
		"opening cut short": appendFrame(nil, frameOpen, 1, []byte{0, 1, 5, 'a'}),
		"kind of call":      opening(1, 9),
		"server's frame":    appendFrame(opening(1, onramp.BidiStream), frameEnd, 1, nil),
		"too much credit":   five,
		"two messages":      appendFrame(appendFrame(stuck, frameMessage, 1, nil), frameMessage, 1, nil),
		"after the end":     appendFrame(appendFrame(opening(1, onramp.BidiStream), frameCloseSend, 1, nil), frameMessage, 1, nil),
	} {
		if err := serve(append([]byte(preface), b...)); !errors.Is(err, errProtocol) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := serve([]byte("GET / HTTP/1.1\r\n")); !errors.Is(err, errProtocol) {
		t.Errorf("preface: %v", err)
	}
	if err := serve([]byte(preface)); err != nil {
		t.Errorf("a client that goes: %v", err)
	}
}

func TestLengthIsNotBelievedBeforeTheBytesCome(t *testing.T) {
	head := binary.BigEndian.AppendUint32([]byte{frameMessage, 0, 0, 0, 1}, 64<<20)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := readFrame(bufio.NewReader(bytes.NewReader(head)), 64<<20)
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; err != io.ErrUnexpectedEOF || n > 64<<10 {
		t.Fatalf("%v after %d bytes were allocated", err, n)
	}
}

func TestCallsBeyondTheLimitAreRefused(t *testing.T) {
	client, server := net.Pipe()
	served := make(chan error, 1)
	go func() { served <- New(testConfig()).Serve(context.Background(), server, nil) }()
	go func() {
		b := []byte(preface)
		for id := range uint32(5) {
			b = append(b, opening(id+1, onramp.Unary)...) // none has its message, none begins
		}
		_, _ = client.Write(b)
	}()
	f, err := readFrame(bufio.NewReader(client), 0)
	status, serr := readStatus(f.payload, new(onramp.Header))
	if err != nil || serr != nil || f.id != 5 || status.Code != onramp.ResourceExhausted || status.Origin != onramp.Refused {
		t.Fatal(f, status, err, serr)
	}
	_ = client.Close()
	if err := <-served; err != nil {
		t.Fatal(err)
	}
}

func TestWritesWaitWhileTheBatchIsFull(t *testing.T) {
	w := newWriter(newScript(nil))
	stop := make(chan struct{})
	close(stop)
	if err := w.send(make([]byte, writeBuffer), stop); err != nil {
		t.Fatal(err)
	}
	if err := w.send([]byte{1}, stop); err == nil {
		t.Fatal("a full batch took more")
	}
	w.finish()
	w.run(func(err error) { t.Error(err) })
	if len(w.buf) != 0 || w.put(nil) == nil {
		t.Fatal("after the end", len(w.buf))
	}
}
