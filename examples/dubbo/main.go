// Dubbo serves one handler over two protocols, Dubbo and SOFA Bolt, and calls it over
// both: what a Java consumer of either would send, from the same Go types.
//
//	go run ./examples/dubbo          # a call and an exception over each, then the end
//	go run ./examples/dubbo -serve   # serves both on 127.0.0.1:20880 until Ctrl-C
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/codec/dubbo"
	"github.com/onrampmesh/onramp/codec/hessian2"
	"github.com/onrampmesh/onramp/server"
)

func main() {
	forever := flag.Bool("serve", false, "serve on 127.0.0.1:20880 until Ctrl-C")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	run := callBoth
	if *forever {
		run = serve
	}
	if err := run(ctx, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// codecs are both protocols over the same types. Dubbo speaks the final Hessian 2.0,
// and Bolt a draft of it.
func codecs() []codec.Codec {
	return []codec.Codec{
		dubbo.New(dubbo.Hessian2(hessian2.New(types()))),
		bolt.New(bolt.Hessian2(hessian2.NewDraft(types()))),
	}
}

func newServer() (*server.Server, error) {
	s, err := server.New(server.WithCodec(codecs()...))
	if err != nil {
		return nil, err
	}
	return s, server.Handle(s, "com.acme.Shop/find", find)
}

func serve(ctx context.Context, out io.Writer) error {
	s, err := newServer()
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:20880")
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "serving Dubbo and Bolt on", l.Addr(), "until Ctrl-C")
	return s.Serve(ctx, l)
}

// callBoth serves on a free port, and calls over each protocol.
func callBoth(ctx context.Context, out io.Writer) error {
	s, err := newServer()
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	defer s.Close()

	c, err := client.New(client.WithCodec(codecs()...))
	if err != nil {
		return err
	}
	defer c.Close()
	for _, protocol := range []string{"dubbo", "bolt"} {
		if err := call(ctx, out, c, protocol, l.Addr().String()); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return errors.Join(s.Shutdown(ctx), <-served)
}

// call makes a call that succeeds, and one that ends in an exception.
func call(ctx context.Context, out io.Writer, c *client.Client, protocol, addr string) error {
	shop := client.MethodOf[Find, Item](c, protocol+"://"+addr+"/com.acme.Shop/find", client.Idempotent(),
		hessian2.Signature("java.lang.String", "com.acme.Size"))
	item, err := shop.Call(ctx, &Find{Color: "blue", Size: "XL"})
	if err != nil {
		return err
	}
	fmt.Fprintln(out, protocol+":", item)

	_, err = shop.Call(ctx, &Find{Color: "red", Size: "S"})
	sold, ok := errors.AsType[*SoldOut](err)
	if !ok {
		return fmt.Errorf("over %s: %w, want an exception", protocol, err)
	}
	fmt.Fprintln(out, protocol+": sold out:", sold.Color, "-", sold.Message)
	return nil
}
