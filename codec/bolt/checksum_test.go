package bolt_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
)

func TestEveryFlippedBitOfACheckedFrameIsNoticed(t *testing.T) {
	for _, v := range vectors(t, 2) {
		if f := newWire(t).decode(v.frame); f.Flags&0x81 != 1 {
			continue
		}
		const switches = 11
		for i := range 8 * len(v.frame) {
			if i == 8*switches { // turns the checksum off
				continue
			}
			src := bytes.Clone(v.frame)
			src[i/8] ^= 1 << (i % 8)
			client, server := (&bolt.Framer{}).ForConn(true), (&bolt.Framer{}).ForConn(false)
			if n, err := client.Size(src); err == nil && n > 0 && n <= len(src) {
				t.Errorf("%s, bit %d: the client's reader takes it", v.Name, i)
			}
			if n, err := server.Size(src); err == nil && n == len(src) && server.Decode(src, &codec.Frame{}) == nil {
				t.Errorf("%s, bit %d: the server decodes it", v.Name, i)
			}
		}
	}
}

func TestAClientJudgesAChecksumWhenTheFrameIsThere(t *testing.T) {
	v2, _ := bolt.NewFramer(bolt.Version(2))
	client := v2.ForConn(true)
	for _, v := range vectors(t, 2) {
		for n := range len(v.frame) + 3 {
			src := append(bytes.Clone(v.frame), 2, 2, 1)
			size, err := client.Size(src[:n])
			if err != nil || size != 0 && size != len(v.frame) {
				t.Fatalf("%s, %d bytes: %d, %v", v.Name, n, size, err)
			}
		}
	}
}

func TestAChecksumIsThatOfZlibOverAllBeforeIt(t *testing.T) {
	w := newWire(t, bolt.Version(2))
	r := call()
	r.Body.Raw = []byte("body")
	frame, err := w.request(r)
	if err != nil {
		t.Fatal(err)
	}
	end := len(frame) - 4
	if got, want := binary.BigEndian.Uint32(frame[end:]), crc32.ChecksumIEEE(frame[:end]); got != want {
		t.Errorf("got %#x, want %#x", got, want)
	}
	if n := binary.BigEndian.Uint32(frame[20:]); n != 4 || !bytes.HasSuffix(frame[:end], []byte("body")) {
		t.Errorf("a content of %d bytes in %x", n, frame)
	}
}

func TestAFrameWithoutRoomForItsChecksumIsNotSealed(t *testing.T) {
	w := newWire(t, bolt.Version(2))
	f := &codec.Frame{Kind: codec.Request, Version: 2, Flags: 1}
	head, err := w.framer.Append(nil, f)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.framer.Seal(append(bytes.Clone(head), "content"...), f); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("the end of the content would become the checksum: %v", err)
	}
	if err := w.framer.Seal(append(head, "content\x00\x00\x00\x00"...), f); err != nil {
		t.Error(err)
	}
	for n := range 26 {
		if w.framer.Seal(append([]byte{2, 2, 1, 0, 1, 1, 0, 0, 0, 7, 1, 1}, make([]byte, 12)...)[:min(n, 24)], f) == nil {
			t.Errorf("%d bytes were sealed", n)
		}
	}
}

func TestAReplyWithAWrongChecksumReachesNobodyAndEndsTheConnection(t *testing.T) {
	wrong := map[string]func(frame, other []byte){
		"its content changed":               func(f, _ []byte) { f[len(f)-5] ^= 1 },
		"its checksum changed":              func(f, _ []byte) { f[len(f)-1] ^= 1 },
		"its ID became that of the other":   func(f, other []byte) { copy(f[6:10], other[6:10]) },
		"its ID became nobody's":            func(f, _ []byte) { f[6] ^= 0x40 },
		"its status became busy":            func(f, _ []byte) { f[13] = 4 },
		"it became a heartbeat's answer":    func(f, _ []byte) { f[4] = 0 },
		"its content became a byte shorter": func(f, _ []byte) { f[21]-- },
	}
	for what, change := range wrong {
		synctest.Test(t, func(t *testing.T) {
			conn, p := client(t, bolt.Version(2))
			var calls sync.WaitGroup
			for range 2 {
				calls.Go(func() {
					took, err := trip(t, conn)
					if e := asError(t, err); e.Origin != onramp.Wire || !strings.Contains(e.Error(), "checksum") || took > 0 {
						t.Errorf("%s: after %v: %v", what, took, err)
					}
				})
			}
			first, second := p.frame(), p.frame()
			reply := p.reply(first, "secret")
			change(reply, second)
			p.write(reply)
			calls.Wait()
			if _, s := conn.Load(); s != codec.Closed {
				t.Errorf("%s: the connection is %v", what, s)
			}
			_ = conn.Close()
			_ = p.nc.Close()
		})
	}
}
