package main

import (
	"context"
	"net"
	"strings"

	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/codec/dubbo"
	"github.com/onrampmesh/onramp/codec/hessian2"
	"github.com/onrampmesh/onramp/server"

	"peerbench/core"
)

// spoken is a protocol whose messages are Hessian strings.
type spoken struct {
	scheme string
	codec  func() codec.Codec
}

func overDubbo() spoken {
	return spoken{"dubbo", func() codec.Codec { return dubbo.New() }}
}

func overHessianBolt() spoken {
	return spoken{"bolt", func() codec.Codec { return bolt.New(bolt.Hessian2(hessian2.NewDraft())) }}
}

func (s spoken) serve(addrs []string) error {
	srv, err := server.New(server.WithCodec(s.codec()))
	if err != nil {
		return err
	}
	err = server.Handle(srv, method, func(_ context.Context, in *string) (*string, error) { return in, nil })
	if err != nil {
		return err
	}
	for _, a := range addrs {
		l, err := net.Listen("tcp", a)
		if err != nil {
			return err
		}
		go srv.Serve(context.Background(), l)
	}
	return nil
}

func (s spoken) dial(addrs []string, _ int) (core.Client, error) {
	c, err := client.New(append([]client.Option{client.WithCodec(s.codec())}, plain()...)...)
	if err != nil {
		return nil, err
	}
	echo := client.MethodOf[string, string](c, s.scheme+"://"+strings.Join(addrs, ",")+"/"+method, client.Idempotent())
	if err := echo.Err(); err != nil {
		return nil, err
	}
	return core.ClientFunc(func(_ int, payload []byte) (core.Caller, error) {
		ctx, cancel := context.WithCancel(context.Background())
		_ = cancel // the process ends first
		text := string(payload)
		return func() error {
			out, err := echo.Call(ctx, &text)
			if err != nil {
				return err
			}
			return core.CheckLen(len(*out), len(text))
		}, nil
	}), nil
}
