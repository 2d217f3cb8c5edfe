package bolt_test

import (
	"context"
	"errors"
	"net"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/internal/leak"
)

// flood is one kind of frame, sent without end. Nothing passes in a bubble while it
// is sent, so that all of it comes within one second.
type flood struct {
	what  string
	frame func(a *arena, i int) []byte
	// borne is how many come without harm; one more closes the connection. 0 is any number.
	borne int
	text  string
}

// lots is how many frames are sent to a peer that bears any number.
func lots() int {
	if leak.Race {
		return 2_000
	}
	return 20_000
}

func unknown(a *arena, i int) []byte { return a.reply(1<<31+uint64(i), "stray") }

// kind returns the frames of a kind that say nothing.
func kind(k codec.FrameKind) func(*arena, int) []byte {
	return func(a *arena, i int) []byte { return a.empty(k, uint64(i)) }
}

// live returns the bytes that are in use.
func live() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// send floods nc as f says, as fast as it is read, and fails when the memory in use
// grows by more than twice what was sent and 2 MiB: half of that is the buffer of
// replies, and a quarter the network's. It returns how many were sent.
func (f *flood) send(a *arena, nc net.Conn) (n int) {
	before, sent := live(), 0
	most := lots()
	if f.borne > 0 {
		most = f.borne
	}
	for range most {
		b := f.frame(a, n)
		if _, err := nc.Write(b); err != nil {
			break
		}
		n, sent = n+1, sent+len(b)
	}
	synctest.Wait()
	if grew := live() - before; grew > int64(2*sent+2<<20) {
		a.t.Errorf("%s: %d bytes are held for %d that were sent", f.what, grew, sent)
	}
	a.unharmed()
	return n
}

func TestAFloodOfFramesFromAServerEndsItsConnectionAlone(t *testing.T) {
	for _, f := range []flood{
		{"replies of unknown calls", unknown, 100, "100 replies in a second that no call waits for"},
		{"replies of one call", func(a *arena, _ int) []byte { return a.reply(1, "again") }, 100, "100 replies in a second that no call waits for"},
		{"replies without a body", kind(codec.Response), 100, "100 replies in a second that no call waits for"},
		{"heartbeats", kind(codec.Heartbeat), 1000, "more than 1000 heartbeats in a second"},
		{"answers to heartbeats", kind(codec.HeartbeatAck), 1000, "more than 1000 heartbeats in a second"},
		{"go-aways", kind(codec.GoAway), 1000, "more than 1000 heartbeats in a second"},
	} {
		t.Run(f.what, func(t *testing.T) {
			inArena(t, func(a *arena) {
				client, server := a.connect()
				c := a.dial(client)
				go func() { // what the client says is read
					for b := make([]byte, 4096); ; {
						if _, err := server.Read(b); err != nil {
							return
						}
					}
				}()
				wait := a.pending(c, 3, 5*time.Second)
				if n := f.send(a, server); n != f.borne {
					t.Errorf("%d of %d were taken", n, f.borne)
				}
				time.Sleep(time.Second / 2)
				if _, s := c.Load(); s == codec.Closed {
					t.Errorf("%d end the connection", f.borne)
				}
				_, _ = server.Write(f.frame(a, f.borne))
				synctest.Wait()
				if _, s := c.Load(); s != codec.Closed {
					t.Errorf("one more than %d leave the connection %v", f.borne, s)
				}
				failed := wait()
				if len(failed) != 3 {
					t.Errorf("%d of 3 calls failed with the connection", len(failed))
				}
				for _, err := range failed {
					if e := asError(t, err); e.Origin != onramp.Wire || !strings.Contains(err.Error(), f.text) {
						t.Errorf("a call under way ended with %v, want %q", err, f.text)
					}
				}
				_ = c.Close()
				_ = server.Close()
			})
		})
	}
}

func TestAFloodOfFramesFromAClientEndsItsConnectionAlone(t *testing.T) {
	for _, f := range []flood{
		{"replies", unknown, 100, "more than 100 replies in a second"},
		{"heartbeats", kind(codec.Heartbeat), 1000, "more than 1000 heartbeats in a second"},
		{"answers to heartbeats", kind(codec.HeartbeatAck), 1000, "more than 1000 heartbeats in a second"},
		{"go-aways", kind(codec.GoAway), 1000, "more than 1000 heartbeats in a second"},
	} {
		t.Run(f.what, func(t *testing.T) {
			inArena(t, func(a *arena) {
				client, server := a.connect()
				ended := a.serve(server, echo)
				go drainAll(client)
				if n := f.send(a, client); n != f.borne {
					t.Errorf("%d of %d were taken", n, f.borne)
				}
				select {
				case err := <-ended:
					t.Fatalf("%d end the connection: %v", f.borne, err)
				default:
				}
				_, _ = client.Write(f.frame(a, f.borne))
				if err := a.end(ended); err == nil || !strings.Contains(err.Error(), f.text) {
					t.Errorf("the connection ended with %v, want %q", err, f.text)
				}
				_ = client.Close()
			})
		})
	}
}

// drainAll reads what comes until the connection ends.
func drainAll(nc net.Conn) {
	for b := make([]byte, 16<<10); ; {
		if _, err := nc.Read(b); err != nil {
			return
		}
	}
}

// These floods are calls, each of which has an answer: they end nothing, and cost
// what calls cost.
func TestAFloodOfCallsIsAnsweredInBoundedMemory(t *testing.T) {
	for _, f := range []flood{
		{"nothing in a request", kind(codec.Request), 0, ""},
		{"nothing in a oneway call", kind(codec.Oneway), 0, ""},
		{"one ID for all", func(a *arena, _ int) []byte { return a.request(7, "x") }, 0, ""},
		{"no body", func(a *arena, i int) []byte { return a.request(uint64(i), "") }, 0, ""},
	} {
		t.Run(f.what, func(t *testing.T) {
			inArena(t, func(a *arena) {
				client, server := a.connect()
				ended := a.serve(server, echo)
				go drainAll(client)
				if n := f.send(a, client); n != lots() {
					t.Errorf("%d of %d were taken", n, lots())
				}
				_ = client.Close()
				if err := a.end(ended); err != nil {
					t.Errorf("the connection ended with %v", err)
				}
			})
		})
	}
}

// A peer that sends each byte alone costs no more memory than one that does not.
func TestFramesInSlicesOfOneByteAreCutAllTheSame(t *testing.T) {
	inArena(t, func(a *arena) {
		client, server := a.connect()
		ended := a.serve(server, echo)
		got := make(chan string)
		go func() {
			for range 20 {
				f, err := a.receive(client)
				if err != nil {
					t.Error(err)
					f = new(codec.Frame)
				}
				got <- string(f.Content)
			}
		}()
		before := live()
		for i := range uint64(20) {
			for _, b := range a.request(i, "slice") {
				if _, err := client.Write([]byte{b}); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
			}
			if text := <-got; text != "slice" {
				t.Errorf("request %d got %q", i, text)
			}
		}
		if grew := live() - before; grew > 1<<20 {
			t.Errorf("%d bytes more are in use", grew)
		}
		_ = client.Close()
		_ = a.end(ended)
	})
}

// The limit of calls under way is 1024 on each side of a connection.
func TestCallsUnderWayAreTakenAtTheLimitAndRefusedOneOver(t *testing.T) {
	inArena(t, func(a *arena) {
		client, server := a.connect()
		open := make(chan struct{})
		ended := a.serve(server, func(ctx context.Context, r *onramp.Request) (*onramp.Response, error) {
			select {
			case <-open:
			case <-ctx.Done():
			}
			return echo(ctx, r)
		})
		c := a.dial(client)
		wait := a.pending(c, 1024, time.Minute)
		_, err := ask(context.Background(), c, "one more", time.Minute)
		if e := asError(t, err); e.Origin != onramp.Local || !errors.Is(err, onramp.ResourceExhausted) || !strings.Contains(err.Error(), "1024 calls are under way, see framed.MaxInFlight") {
			t.Errorf("call 1025: %v", err)
		}
		close(open)
		if failed := wait(); failed != nil {
			t.Errorf("%d of 1024 calls failed: %v", len(failed), failed[0])
		}
		_ = c.Close()
		_ = a.end(ended)
	})
}

// A client that counts for itself meets the same limit at the server.
func TestAServerAnswersBusyOneOverTheLimit(t *testing.T) {
	inArena(t, func(a *arena) {
		client, server := a.connect()
		open := make(chan struct{})
		ended := a.serve(server, func(ctx context.Context, r *onramp.Request) (*onramp.Response, error) {
			select {
			case <-open:
			case <-ctx.Done():
			}
			return echo(ctx, r)
		})
		for i := range uint64(1025) {
			if _, err := client.Write(a.request(i, "x")); err != nil {
				t.Fatal(err)
			}
		}
		f, err := a.receive(client)
		if err != nil || f.Status != 4 || f.ID != 1024 {
			t.Errorf("the first answer is %+v, %v; want status 4 for request 1024", f, err)
		}
		close(open)
		for range 1024 {
			if f, err := a.receive(client); err != nil || f.Status != 0 {
				t.Fatalf("%+v, %v", f, err)
			}
		}
		_ = client.Close()
		_ = a.end(ended)
	})
}
