package dubbo_test

import (
	"context"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// counted counts what is read from a connection.
type counted struct {
	net.Conn
	n atomic.Int64
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.n.Add(int64(n))
	return n, err
}

// bad are frames that cannot be taken, by what is wrong with them.
func (a *arena) bad() map[string][]byte {
	return map[string][]byte{
		"another protocol": []byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
		"half a magic":     append([]byte{0xda, 0xba}, head(0xc2, 0, 1, 0)[2:]...),
		"a length of -1":   head(0xc2, 0, 1, 1<<32-1),
		"one over":         head(0x02, 20, 1, 8<<20+1),
		"a long event":     head(0xe2, 0, 1, 16),
	}
}

// A connection that was sent what is no frame is not read any more: not what came
// with it, and not what comes later.
func TestAServerReadsNothingBehindWhatItRefuses(t *testing.T) {
	inArena(t, func(a *arena) {
		for what, bad := range a.bad() {
			for _, together := range []bool{false, true} {
				client, server := a.connect()
				var behind atomic.Int32
				in := &counted{Conn: server}
				ended := a.serve(in, func(ctx context.Context, r *onramp.Request) (*onramp.Response, error) {
					if strings.Contains(string(r.Body.Raw), "behind") {
						behind.Add(1)
					}
					return echo(ctx, r)
				})
				sent := append(a.request(1, "before"), bad...)
				more := a.request(2, "behind")
				if together {
					sent = append(sent, more...)
				}
				_, _ = client.Write(sent)
				synctest.Wait()
				_, _ = client.Write(more)
				if err := a.end(ended); err == nil {
					t.Errorf("%s: the connection ended without a reason", what)
				}
				if n := in.n.Load(); n > int64(len(sent)) || behind.Load() > 0 {
					t.Errorf("%s: %d of %d bytes were read, %d calls behind it ran", what, n, len(sent), behind.Load())
				}
				_ = client.Close()
			}
		}
	})
}

func TestAClientReadsNothingBehindWhatItRefuses(t *testing.T) {
	inArena(t, func(a *arena) {
		for what, bad := range a.bad() {
			for _, together := range []bool{false, true} {
				client, server := a.connect()
				in := &counted{Conn: client}
				c := a.dial(in)
				wait := a.pending(c, 1, time.Second)
				f, err := a.receive(server)
				if err != nil {
					t.Fatal(err)
				}
				sent, more := bad, a.reply(f.ID, "call 0")
				if together {
					sent = append(append([]byte{}, sent...), more...)
				}
				_, _ = server.Write(sent)
				synctest.Wait()
				_, _ = server.Write(more)
				if failed := wait(); len(failed) != 1 || asError(t, failed[0]).Origin != onramp.Wire {
					t.Errorf("%s: the call whose reply stands behind it ended with %v", what, failed)
				}
				if _, s := c.Load(); s != codec.Closed || in.n.Load() > int64(len(sent)) {
					t.Errorf("%s: %d of %d bytes were read, the connection is %v", what, in.n.Load(), len(sent), s)
				}
				_ = c.Close()
				_ = server.Close()
			}
		}
	})
}

// A frame that claims much and brings little holds what it brought.
func TestAClaimTakesNoMemory(t *testing.T) {
	inArena(t, func(a *arena) {
		before := live()
		var conns []net.Conn
		var ended []<-chan error
		for range 50 {
			client, server := a.connect()
			ended = append(ended, a.serve(server, echo))
			if _, err := client.Write(append(head(0xc2, 0, 1, 8<<20), "little"...)); err != nil {
				t.Fatal(err)
			}
			conns = append(conns, client)
		}
		synctest.Wait()
		if grew := live() - before; grew > 50*64<<10 {
			t.Errorf("50 claims of 8 MiB hold %d bytes", grew)
		}
		for i, nc := range conns {
			_ = nc.Close()
			_ = a.end(ended[i])
		}
	})
}

// live returns the bytes that are in use.
func live() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// What a peer sends beside calls ends its own connection when it is too much.
func TestAFloodOfEventsEndsItsConnectionAlone(t *testing.T) {
	for what, event := range map[string][]byte{
		"heartbeats": bytesOf(t, "dabb e200 "+someID+" 00000001 4e"), "answers": bytesOf(t, "dabb 2214 "+someID+" 00000001 4e"),
		"READONLY": bytesOf(t, "dabb a200 "+someID+" 00000002 0152"), "others": bytesOf(t, "dabb a200 "+someID+" 00000002 0157"),
	} {
		inArena(t, func(a *arena) {
			client, server := a.connect()
			ended := a.serve(server, echo)
			go func() { // what the server says is read
				for b := make([]byte, 4096); ; {
					if _, err := client.Read(b); err != nil {
						return
					}
				}
			}()
			for range 1000 {
				if _, err := client.Write(event); err != nil {
					t.Fatalf("%s: %v", what, err)
				}
			}
			synctest.Wait()
			select {
			case err := <-ended:
				t.Fatalf("1000 %s end the connection: %v", what, err)
			default:
			}
			_, _ = client.Write(event)
			if err := a.end(ended); err == nil || !strings.Contains(err.Error(), "more than 1000 heartbeats in a second") {
				t.Errorf("%s: the connection ended with %v", what, err)
			}
			_ = client.Close()
		})
	}
}
