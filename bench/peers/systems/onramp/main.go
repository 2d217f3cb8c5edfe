// Program onramp measures this project over SOFA Bolt with protobuf bodies.
//
//	onramp       one endpoint; deadline, pending table and codec; breakers, retry off
//	onramp-3     the same over three endpoints: what onramp-full is compared with
//	onramp-full  three endpoints, P2C, both breakers, retry armed with its budget,
//	             deadline, a latency histogram and a 1 % sampling decision
//	onramp-dubbo over Dubbo 2, a Hessian string as argument and result, plain
//	onramp-sofa  the same over SOFA Bolt with Hessian bodies
//
// Callers carry one cancellable context per worker, as a real caller does.
package main

import (
	"context"
	"math/bits"
	"math/rand/v2"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/balancer"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/codec/protobuf"
	"github.com/onrampmesh/onramp/policy"
	"github.com/onrampmesh/onramp/server"

	"peerbench/core"
	"peerbench/pb"
)

func main() {
	core.Register("onramp", core.System{Serve: serve, Dial: dial(plain)})
	core.Register("onramp-3", core.System{Endpoints: 3, Serve: serve, Dial: dial(plain)})
	core.Register("onramp-full", core.System{Endpoints: 3, Serve: serve, Dial: dial(full)})
	core.Register("onramp-dubbo", core.System{Serve: overDubbo().serve, Dial: overDubbo().dial})
	core.Register("onramp-sofa", core.System{Serve: overHessianBolt().serve, Dial: overHessianBolt().dial})
	core.Main()
}

const method = "com.example.Echo/echo"

func protocol() codec.Codec { return bolt.New(bolt.With(11, protobuf.New())) }

func serve(addrs []string) error {
	s, err := server.New(server.WithCodec(protocol()))
	if err != nil {
		return err
	}
	err = server.Handle(s, method, func(_ context.Context, in *pb.Msg) (*pb.Msg, error) {
		return &pb.Msg{Payload: in.GetPayload()}, nil
	})
	if err != nil {
		return err
	}
	for _, a := range addrs {
		l, err := net.Listen("tcp", a)
		if err != nil {
			return err
		}
		go s.Serve(context.Background(), l)
	}
	return nil
}

func plain() []client.Option {
	return []client.Option{
		client.WithBalancer(balancer.RoundRobin()),
		client.WithPolicy(&policy.Service{
			Timeout:         2 * time.Second,
			Retry:           policy.Retry{Disabled: true},
			ServiceBreaker:  policy.Breaker{Disabled: true},
			EndpointBreaker: policy.Breaker{Disabled: true},
		}),
	}
}

func full() []client.Option {
	return []client.Option{
		client.WithPolicy(&policy.Service{Timeout: 2 * time.Second}),
		client.WithInterceptor(observed),
	}
}

// observed is what a telemetry stage will do for a call that is not sampled.
func observed(next onramp.Handler) onramp.Handler {
	h := &histogram{}
	return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		if rand.Uint32()%100 == 0 {
			h.sampled.Add(1)
		}
		req.Observe(h)
		return next(ctx, req)
	}
}

// histogram counts latencies in powers of two, striped over cores.
type histogram struct {
	stripes [8]struct {
		n [64]atomic.Uint64
	}
	sampled atomic.Uint64
}

func (h *histogram) End(_ *onramp.Request, o onramp.Outcome) {
	h.stripes[rand.Uint32()&7].n[bits.Len64(uint64(o.Latency))].Add(1)
}

func dial(options func() []client.Option) func([]string, int) (core.Client, error) {
	return func(addrs []string, _ int) (core.Client, error) {
		c, err := client.New(append([]client.Option{client.WithCodec(protocol())}, options()...)...)
		if err != nil {
			return nil, err
		}
		echo := client.MethodOf[pb.Msg, pb.Msg](c, "bolt://"+strings.Join(addrs, ",")+"/"+method, client.Idempotent())
		if err := echo.Err(); err != nil {
			return nil, err
		}
		return core.ClientFunc(func(_ int, payload []byte) (core.Caller, error) {
			ctx, cancel := context.WithCancel(context.Background())
			_ = cancel // the process ends first
			text := string(payload)
			return func() error {
				out, err := echo.Call(ctx, &pb.Msg{Payload: text})
				if err != nil {
					return err
				}
				return core.CheckLen(len(out.GetPayload()), len(text))
			}, nil
		}), nil
	}
}
