package bolt_test

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
)

func TestAServerAnswersInTheVersionAndSwitchesOfTheRequest(t *testing.T) {
	for _, row := range []struct {
		what           string
		version, flags uint8
		ver1, switches byte
		checked        bool
	}{
		{"version 1", 1, 0, 0, 0, false},
		{"ver1 2 with a checksum", 2, 1, 2, 1, true},
		{"ver1 2 without", 2, 0, 2, 0, false},
		{"ver1 2, other switches and a checksum", 2, 0x7f, 2, 0x7f, true},
		{"ver1 2, other switches without", 2, 0x2a, 2, 0x2a, false},
		{"ver1 1", 2, 0x80, 1, 0, false},
		{"ver1 1 with Java's switch", 2, 0x81, 1, 1, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			p, ended := server(t.Context(), t, hello1)
			for id := uint64(1); id < 4; id++ {
				p.write(p.call(id, row.version, row.flags))
				got := p.frame()
				f := p.w.decode(got)
				if f.Version != row.version || f.Flags != row.flags || f.ID != id || f.Status != 0 || string(f.Content) != `"hello"` {
					t.Errorf("%s: got %+v", row.what, f)
				}
				if row.version == 2 && (got[1] != row.ver1 || got[11] != row.switches || bytes.HasSuffix(got, f.Content) == row.checked) {
					t.Errorf("%s: got %x", row.what, got)
				}
			}
			_ = p.nc.Close()
			if err := <-ended; err != nil {
				t.Errorf("%s: %v", row.what, err)
			}
		})
	}
}

func TestHeartbeatsAreAnsweredInTheirOwnForm(t *testing.T) {
	for what, flags := range map[string]uint8{"Java's": 0, "Node's": 1, "MOSN's": 0x80, "ver1 1 with the switch": 0x81} {
		beat := &codec.Frame{Kind: codec.Heartbeat, Version: 2, Flags: flags, ID: 7, Serializer: 1, Timeout: -1}
		ack := &codec.Frame{Kind: codec.HeartbeatAck, Version: 2, Flags: flags, ID: 7, Serializer: 1}
		synctest.Test(t, func(t *testing.T) {
			p, ended := server(t.Context(), t, hello1)
			p.write(p.encode(beat))
			if got, want := p.frame(), p.encode(ack); !bytes.Equal(got, want) {
				t.Errorf("%s to a server: got %x, want %x", what, got, want)
			}
			_ = p.nc.Close()
			<-ended

			conn, p := client(t, bolt.Version(2))
			p.write(p.encode(beat))
			if got, want := p.frame(), p.encode(ack); !bytes.Equal(got, want) {
				t.Errorf("%s to a client: got %x, want %x", what, got, want)
			}
			_ = conn.Close()
			_ = p.nc.Close()
		})
	}
}

func TestHeartbeatsOfVersion2AreJavasAndNodes(t *testing.T) {
	w := newWire(t, bolt.Version(2))
	for _, v := range vectors(t, 2) {
		switch v.Name {
		case "bolt_v2_ver2_heartbeat":
			if got := w.framer.AppendHeartbeat(nil, 7); !bytes.Equal(got, v.frame) {
				t.Errorf("heartbeat\n%x, want\n%x", got, v.frame)
			}
		case "bolt_v2_ver2_heartbeat_ack":
			if got := w.framer.AppendHeartbeatAck(nil, &codec.Frame{Version: 2, ID: 7}); !bytes.Equal(got, v.frame) {
				t.Errorf("Java's ack\n%x, want\n%x", got, v.frame)
			}
		case "bolt_v2v2_crc_heartbeat_ack":
			if got := w.framer.AppendHeartbeatAck(nil, &codec.Frame{Version: 2, Flags: 1, ID: 7}); !bytes.Equal(got, v.frame) {
				t.Errorf("Node's ack\n%x, want\n%x", got, v.frame)
			}
		}
	}
}

func TestAnIdleClientAsksInItsOwnVersionAndIsAnswered(t *testing.T) {
	for name, opts := range dialects() {
		synctest.Test(t, func(t *testing.T) {
			nc, ended := serve(t.Context(), t, hello1)
			conn, err := bolt.New(opts...).Dial(t.Context(), nc)
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				if _, err := trip(t, conn); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				time.Sleep(65 * time.Second) // and no heartbeat is under way at its end
			}
			if _, s := conn.Load(); s != codec.Ready {
				t.Errorf("%s: an idle connection is %v", name, s)
			}
			_ = conn.Close()
			if err := <-ended; err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

func TestAServerEndsAConnectionThatMixesVersions(t *testing.T) {
	beat := &codec.Frame{Kind: codec.Heartbeat, Version: 1, ID: 9}
	synctest.Test(t, func(t *testing.T) {
		for _, row := range []struct {
			first uint8
			then  func(*peer) []byte
			want  string
		}{
			{1, func(p *peer) []byte { return p.call(2, 2, 1) }, "version 2 on a connection that began with version 1"},
			{2, func(p *peer) []byte { return p.call(2, 1, 0) }, "version 1 on a connection that began with version 2"},
			{2, func(p *peer) []byte { return p.encode(beat) }, "version 1 on a connection that began with version 2"},
		} {
			p, ended := server(t.Context(), t, hello1)
			p.write(p.call(1, row.first, 0))
			if f := p.w.decode(p.frame()); f.Version != row.first {
				t.Errorf("answered in version %d, asked in %d", f.Version, row.first)
			}
			p.write(row.then(p)[:1]) // one byte tells
			if err := <-ended; err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, want %q", err, row.want)
			}
			if p.frame() != nil {
				t.Error("an answer in a mix of versions")
			}
			_ = p.nc.Close()
		}
	})
}

func TestAClientSaysWhichVersionCameAndWhatToDo(t *testing.T) {
	for version, other := range map[int]uint8{1: 2, 2: 1} {
		synctest.Test(t, func(t *testing.T) {
			conn, p := client(t, bolt.Version(version))
			var done sync.WaitGroup
			done.Go(func() {
				_, err := trip(t, conn)
				e := asError(t, err)
				want := map[int]string{1: "answers in protocol version 2, and this client sends version 1: make its codec with bolt.Version(2)",
					2: "answers in protocol version 1, and this client sends version 2: make its codec with bolt.Version(1)"}[version]
				if e.Origin != onramp.Wire || !strings.Contains(e.Error(), want) {
					t.Errorf("got %v, want %q", err, want)
				}
			})
			f := p.w.decode(p.frame())
			p.write(p.encode(&codec.Frame{Kind: codec.Response, Version: other, ID: f.ID}))
			done.Wait()
			_ = conn.Close()
			_ = p.nc.Close()
		})
	}
}

func TestAClientTakesAResponseOfAnotherVer1OrSwitch(t *testing.T) {
	for what, flags := range map[string]uint8{"the same": 1, "no checksum": 0, "MOSN's own refusal": 0x80, "Java's switch at ver1 1": 0x81} {
		synctest.Test(t, func(t *testing.T) {
			conn, p := client(t, bolt.Version(2))
			var done sync.WaitGroup
			done.Go(func() {
				for range 2 {
					if _, err := trip(t, conn); err != nil {
						t.Errorf("%s: %v", what, err)
					}
				}
			})
			for range 2 {
				f := p.w.decode(p.frame())
				p.write(p.encode(&codec.Frame{Kind: codec.Response, Version: 2, Flags: flags, ID: f.ID, Content: []byte("x")}))
			}
			done.Wait()
			_ = conn.Close()
			_ = p.nc.Close()
		})
	}
}

func TestRefusalsAreInTheRequestsVersionToo(t *testing.T) {
	for version := range uint8(2) {
		synctest.Test(t, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			p, ended := server(ctx, t, hello1)
			version++
			p.write(p.call(1, version, 1&(version>>1)))
			p.frame()
			stop()
			synctest.Wait()
			p.write(p.call(2, version, 1&(version>>1)))
			f := p.w.decode(p.frame())
			if f.Version != version || f.Flags != 1&(version>>1) || f.Status != 4 || f.ID != 2 || !strings.Contains(string(f.Header), "draining") {
				t.Errorf("version %d: got %+v", version, f)
			}
			_ = p.nc.Close()
			<-ended
		})
	}
}

// One reader and many workers use the Framer of a connection at once.
func TestTheFramerOfAConnectionIsUsedByManyAtOnce(t *testing.T) {
	w := newWire(t, bolt.Version(2))
	frame, err := w.request(call())
	if err != nil {
		t.Fatal(err)
	}
	for _, asClient := range []bool{true, false} {
		c := w.framer.ForConn(asClient)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				var f codec.Frame
				for range 500 {
					n, err := c.Size(frame)
					if err != nil || n != len(frame) || c.Decode(frame, &f) != nil {
						t.Errorf("%d, %v", n, err)
						return
					}
					out, err := c.Append(nil, &f)
					if err != nil || !bytes.Equal(out, frame) || len(c.(codec.GoAwayer).AppendGoAway(nil, 0)) > 0 {
						t.Errorf("%x, %v", out, err)
						return
					}
				}
			})
		}
		all.Wait()
	}
}
