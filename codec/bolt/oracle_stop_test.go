package bolt_test

import (
	"context"
	"net"
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
	version := byte(a.version)
	out := map[string][]byte{
		"another protocol": []byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
		"class one over":   headOf(version, 1025, 0, 0),
		"header of -1":     headOf(version, 0, 0xffff, 0),
		"content one over": headOf(version, 0, 0, 8<<20+1),
		"other version":    headOf(3-version, 0, 0, 0),
		"command 9":        append([]byte{}, headOf(version, 0, 0, 0)...),
	}
	out["command 9"][2+version-1+1] = 9
	return out
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
					if string(r.Body.Raw) == "behind" {
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
			if _, err := client.Write(append(headOf(byte(a.version), 0, 0, 8<<20), "little"...)); err != nil {
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
