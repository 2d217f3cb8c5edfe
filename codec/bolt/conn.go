package bolt

import (
	"fmt"
	"sync/atomic"

	"github.com/onrampmesh/onramp/codec"
)

// connFramer is the Framer of one connection, on which one protocol version is
// spoken: a Java server answers all of it in that of the first frame. The reader
// and the workers of a connection use it at once.
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
	n, err := c.Framer.Size(src)
	if err != nil || len(src) == 0 {
		return n, err
	}
	if v := c.version.Load(); uint32(src[0]) != v {
		if v != 0 {
			return 0, c.otherVersion(src[0], v)
		}
		c.version.Store(uint32(src[0]))
	}
	if c.client && src[0] == protoV2 && n > 0 && n <= len(src) {
		return n, verify(src[:n])
	}
	return n, nil
}

// otherVersion is the error of a frame in another version than the connection's.
func (c *connFramer) otherVersion(got byte, want uint32) error {
	if c.client {
		return fmt.Errorf("bolt: the server answers in protocol version %d, and this client sends version %d: configure bolt.Version(%d)", got, want, got)
	}
	return fmt.Errorf("bolt: a frame of protocol version %d on a connection that began with version %d: the peer must keep one version to a connection", got, want)
}

// Decode is Framer.Decode. On a client the checksum was checked by Size.
func (c *connFramer) Decode(src []byte, f *codec.Frame) error {
	if c.client && isV2(src) {
		return decodeV2(src, f, c.limit())
	}
	if err := c.Framer.Decode(src, f); err != nil {
		return err
	}
	if !c.client {
		c.mosn.look(f)
	}
	return nil
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
