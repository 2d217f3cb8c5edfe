package main

import (
	"log/slog"
	"strings"

	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/framed"
	"github.com/onrampmesh/onramp/internal/interop/pb"
	"github.com/onrampmesh/onramp/internal/interop/sample"
)

// caller is this module's client, bound to the peer's server.
type caller struct {
	cell  *cell
	c     *client.Client
	codec codec.Codec
}

func (c *cell) caller(engine ...framed.Option) (*caller, error) {
	k := c.codec(engine...)
	cl, err := client.New(client.WithCodec(k), client.WithDialer(c.tap.dial), client.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		return nil, err
	}
	c.closers = append(c.closers, func() { _ = cl.Close() })
	return &caller{cell: c, c: cl, codec: k}, nil
}

// method returns a method of the peer's Echo service.
func (c *caller) method(name string, opts ...client.MethodOption) echoMethod {
	return c.of(echoService+"/"+name, opts...)
}

// of returns any method that takes a message, "service/method".
func (c *caller) of(target string, opts ...client.MethodOption) echoMethod {
	opts = append([]client.MethodOption{client.Timeout(patience)}, opts...)
	if c.cell.wire.hessian {
		return javaMethod{client.MethodOf[sample.Message, sample.Message](c.c, c.target(target), opts...)}
	}
	return client.MethodOf[pb.Message, pb.Message](c.c, c.target(target), opts...)
}

// target is where the peer serves "service/method".
func (c *caller) target(name string) string {
	t := c.cell.wire.protocol + "://" + c.cell.addr + "/" + name
	if strings.Contains(name, "?") {
		return t
	}
	return t + c.query()
}

// query is what a target says of the service's version: Bolt has 1.0 by itself.
func (c *caller) query() string {
	if c.cell.wire.protocol == "dubbo" {
		return "?version=1.0"
	}
	return ""
}

// echo makes one call that must succeed and return what was sent.
func (c *caller) echo(in *pb.Message) error {
	out, err := c.method("echo").Call(c.cell.ctx, in)
	if err != nil {
		return err
	}
	return equal(out, in)
}

// counters are those of the client's codec.
func (c *caller) counters() framed.Counters {
	k, ok := c.codec.(*framed.Codec)
	if !ok {
		return framed.Counters{Unknown: -1}
	}
	return k.Counters()
}
