package server_test

import (
	"strings"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/server"
)

func TestWrongOptionsAreToldByTheirNames(t *testing.T) {
	line := server.WithCodec(lineCodec{name: "line"})
	for _, tc := range []struct {
		opts []server.Option
		want string
	}{
		{nil, "server: WithCodec: no codec"},
		{[]server.Option{line, line}, `server: WithCodec: two codecs are called "line"`},
		{[]server.Option{server.WithCodec([]codec.Codec{nil}...)}, "server: WithCodec: a codec is nil"},
		{[]server.Option{line, server.WithLogger(nil)}, "server: WithLogger: the logger is nil"},
		{[]server.Option{line, server.WithInterceptor([]onramp.Interceptor{nil}...)}, "server: WithInterceptor: "},
		{[]server.Option{line, server.WithMaxConcurrent(0)}, "server: WithMaxConcurrent: 0: want at least 1"},
		{[]server.Option{line, server.WithMaxConns(-1)}, "server: WithMaxConns: -1"},
		{[]server.Option{line, server.WithMaxConnsPerPeer(0)}, "server: WithMaxConnsPerPeer: 0"},
		{[]server.Option{line, server.WithRegistrar(nil)}, "server: WithRegistrar: "},
		{[]server.Option{line, server.WithEndpoint(onramp.Endpoint{Addr: "foo"})}, `server: WithEndpoint: the address "foo" cannot be dialed`},
		{[]server.Option{line, server.WithEndpoint(onramp.Endpoint{Addr: "foo:0"})}, "server: WithEndpoint: "},
		{[]server.Option{line, server.WithEndpoint(onramp.Endpoint{Addr: ":80"})}, "server: WithEndpoint: "},
		{[]server.Option{line, server.WithEndpoint(onramp.Endpoint{Addr: "unix:"})}, "server: WithEndpoint: "},
		{[]server.Option{line, server.WithName("")}, "server: WithName: a name is empty"},
		{[]server.Option{line, server.WithDrainBound(server.StageWait, -time.Second)}, "server: WithDrainBound: wait: -1s is below zero"},
		{[]server.Option{line, server.WithDrainBound(server.StageClose, time.Minute)}, "server: WithDrainBound: close: 1m0s is above 1s"},
		{[]server.Option{line, server.WithDrainBound(99, 0)}, "server: WithDrainBound: stage 99 does not exist"},
		{[]server.Option{line, server.WithDrainHook(nil)}, "server: WithDrainHook: "},
		{[]server.Option{line, nil}, "server: option: number 2 is nil"},
	} {
		if _, err := server.New(tc.opts...); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("got %v, want %q", err, tc.want)
		}
	}
	_, err := server.New(server.WithMaxConns(0), server.WithMaxConcurrent(0))
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("not all wrong options were told: %v", err)
	}
}

func TestServingNoListenerIsAnError(t *testing.T) {
	s, err := server.New(server.WithCodec(lineCodec{name: "line"}), server.WithEndpoint(onramp.Endpoint{Addr: "[::1]:80"}))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Serve(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "the listener is nil") {
		t.Errorf("got %v", err)
	}
}
