package bolt

import (
	"fmt"
	"sync/atomic"

	"github.com/onrampmesh/onramp/codec"
)

// connFramer is the Framer of one connection, on which one protocol version is
// spoken: a Java server answers all of it in that of the first frame. Of version 2
// a frame's own ver1 and switch count, and a response has those of its request: a
// MOSN sends its heartbeats in ver1 1 between the calls of a client in ver1 2.
//
// The reader and the workers of a connection use it at once.
type connFramer struct {
	Framer
	client bool
	// version is the one that the connection is pinned to: what a client was
	// configured for, and on a server that of the first frame, 0 until then.
	version atomic.Uint32
	mosn    mosn
}

// ForConn implements codec.Pinned.
func (r *Framer) ForConn(client bool) codec.Framer {
	c := &connFramer{Framer: *r, client: client}
	c.max = r.limit()
	if client {
		version, _ := r.shape(&codec.Frame{})
		c.version.Store(uint32(version))
	}
	return c
}

// Size is Framer.Size for the connection's version. On a client it checks the
// checksum too, once the frame is there: the reader acts on ID and kind of a frame
// before anybody decodes it, so that a wrong checksum ends the connection before a
// reply can meet another call.
func (c *connFramer) Size(src []byte) (int, error) {
	if len(src) > 0 && src[0] == protoV1 && c.version.Load() == protoV1 {
		return sizeV1(src, c.max)
	}
	return c.size(src)
}

func (c *connFramer) size(src []byte) (int, error) {
	n, err := c.Framer.Size(src)
	if err != nil || len(src) == 0 {
		return n, err
	}
	got := uint32(src[0])
	v := c.version.Load()
	if v == 0 { // whoever is first pins it, and others may pin the same
		c.version.CompareAndSwap(0, got)
		v = c.version.Load()
	}
	if got != v {
		return 0, c.otherVersion(got)
	}
	if c.client && got == protoV2 && n > 0 && n <= len(src) {
		if err := verify(src[:n]); err != nil {
			return 0, err
		}
	}
	return n, nil
}

// otherVersion is the error of a frame in another version than the connection's.
func (c *connFramer) otherVersion(got uint32) error {
	want := c.version.Load()
	if c.client {
		return fmt.Errorf("bolt: the server answers in protocol version %d, and this client sends version %d: make its codec with bolt.Version(%d)", got, want, got)
	}
	return fmt.Errorf("bolt: a frame of protocol version %d on a connection that began with version %d: a peer must speak one version on a connection", got, want)
}

// Decode is Framer.Decode. On a client the checksum was checked by Size.
func (c *connFramer) Decode(src []byte, f *codec.Frame) error {
	var err error
	switch {
	case !isV2(src):
		err = decodeV1(src, f, c.max)
	case c.client:
		err = decodeV2(src, f, c.max)
	default:
		err = c.Framer.Decode(src, f)
	}
	if err == nil && !c.client {
		c.mosn.look(f)
	}
	return err
}

// AppendGoAway implements codec.GoAwayer: it appends MOSN's go-away when the peer
// is known to understand it, and nothing for Java and Node, which close a
// connection on which it comes.
func (c *connFramer) AppendGoAway(dst []byte, id uint64) []byte {
	version := uint8(c.version.Load())
	if !c.mosn.understands(version) {
		return dst
	}
	f := codec.Frame{Kind: codec.GoAway, ID: id, Serializer: serializerOfNone, Version: version}
	return appendEmpty(dst, &f)
}
