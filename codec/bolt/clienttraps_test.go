package bolt_test

import (
	"encoding/hex"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"unicode"
	"unicode/utf8"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
)

// serverException is what Java and Node send when a request fails in the
// framework: an RpcServerException in Hessian, with the text "sorry".
func serverException() []byte {
	b, _ := hex.DecodeString("4fc834")
	b = append(b, "com.alipay.remoting.rpc.exception.RpcServerException"...)
	b = append(append(b, 0x92, 13), "detailMessage"...)
	b = append(append(b, 5), "cause"...)
	return append(append(b, 0x6f, 0x90, 5), "sorry\x4a\x00"...)
}

// answered makes a call to a server that answers with f, and one more to see
// whether the connection lives.
func answered(t *testing.T, f codec.Frame, opts ...bolt.Option) (err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		conn, p := client(t, opts...)
		var done sync.WaitGroup
		done.Go(func() {
			_, err = trip(t, conn)
			if _, second := trip(t, conn); second != nil {
				t.Errorf("the next call: %v", second)
			}
		})
		request := p.w.decode(p.frame())
		f.Kind, f.Version, f.Flags, f.ID = codec.Response, request.Version, request.Flags, request.ID
		p.write(p.encode(&f))
		p.write(p.reply(p.frame(), "x"))
		done.Wait()
		_ = conn.Close()
		_ = p.nc.Close()
	})
	return err
}

// readable checks that an error can be printed, and says want.
func readable(t *testing.T, err error, want ...string) *onramp.Error {
	t.Helper()
	e := asError(t, err)
	text := e.Error()
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsPrint(c) }) {
		t.Errorf("not readable: %q", text)
	}
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("got %q, want %q in it", text, w)
		}
	}
	return e
}

func TestTrapNodesErrorsUnderTheClassOfAResponseAreErrors(t *testing.T) {
	for name, opts := range dialects() {
		err := answered(t, codec.Frame{Status: 2, Serializer: bolt.Hessian, Class: []byte(sofaResponse), Content: serverException()}, opts...)
		if e := readable(t, err, "server exception (status 0x2): sorry"); e.Code != onramp.Internal || e.Origin != onramp.Remote || e.Business {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

func TestTrapFrameworkErrorsComeInCodec1WhateverWasAsked(t *testing.T) {
	class := []byte("com.alipay.remoting.rpc.exception.RpcServerException")
	for status, want := range map[uint16]onramp.Code{2: onramp.Internal, 4: onramp.ResourceExhausted, 6: onramp.Unimplemented, 9: onramp.InvalidArgument, 0x12: onramp.InvalidArgument} {
		for name, opts := range dialects() {
			err := answered(t, codec.Frame{Status: status, Serializer: bolt.Hessian, Class: class, Content: serverException()}, opts...)
			if e := readable(t, err, "status"); e.Code != want {
				t.Errorf("%s, status %#x: %v", name, status, err)
			}
		}
	}
}

func TestTrapTheStatusOfABusinessErrorIsSuccess(t *testing.T) {
	exception := newWire(t).decode(goldenFrame(t, "bolt_v2_ver1_resp_3")).Content
	for name, opts := range dialects() {
		err := answered(t, codec.Frame{Serializer: bolt.Hessian, Class: []byte(sofaResponse), Header: block("sofa_head_response_error", "true"), Content: exception}, opts...)
		if e := readable(t, err, "boom: x"); !e.Business || e.Origin != onramp.Remote {
			t.Errorf("%s: %+v", name, e)
		}
		err = answered(t, codec.Frame{Serializer: bolt.Protobuf, Class: []byte(sofaResponse), Header: block("sofa_head_response_error", "true"), Content: []byte("sold out")}, opts...)
		if e := readable(t, err, "sold out"); !e.Business {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

func TestTrapAnUnknownServiceOfJavaIsAnErrorOfStatusSuccess(t *testing.T) {
	for name, opts := range dialects() {
		err := answered(t, codec.Frame{Serializer: bolt.JSON, Class: []byte(sofaResponse), Header: block("sofa_head_response_error", "true"), Content: []byte(`"RPC-020100010: RPC cannot find service"`)}, opts...)
		if e := readable(t, err, "RPC-020100010"); !e.Business {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

func TestTrapAnUnknownStatusIsTheServersError(t *testing.T) {
	for name, opts := range dialects() {
		for _, status := range []uint16{10, 11, 12, 0x13, 0xffff} {
			err := answered(t, codec.Frame{Status: status, Serializer: bolt.Hessian}, opts...)
			if e := readable(t, err, "status 0x"); e.Code != onramp.Internal || e.Origin != onramp.Remote {
				t.Errorf("%s, status %#x: %v", name, status, err)
			}
		}
	}
}

func TestTrapWhatEndsAServersConnectionEndsAClientsToo(t *testing.T) {
	for want, change := range map[string]func([]byte) []byte{
		"0x03":                        func(f []byte) []byte { f[0] = 3; return f },
		"type 7":                      func(f []byte) []byte { return put(f, 1, 7) },
		"command 9":                   func(f []byte) []byte { return put(f, 2, 0, 9) },
		"class name of -1 bytes":      func(f []byte) []byte { return put(f, 12, 0xff, 0xff) },
		"header block of -1 bytes":    func(f []byte) []byte { return put(f, 14, 0xff, 0xff) },
		"bolt.MaxFrame":               func(f []byte) []byte { return put(f, 16, 0xff, 0xff, 0xff, 0xff) },
		"header pair 1":               func(f []byte) []byte { return put(f, 14, 0, 1, 0, 0, 0, 0) },
		"ver1 of a frame of version":  func(f []byte) []byte { f[1] = 3; return f },
		"switch byte of a frame of v": func(f []byte) []byte { f[11] = 0x80; return f },
	} {
		for name, opts := range dialects() {
			if name == "version 1" && strings.Contains(want, "of a frame of v") || name == "version 2" {
				continue // without checksum, so that the change itself is found
			}
			synctest.Test(t, func(t *testing.T) {
				conn, p := client(t, opts...)
				var done sync.WaitGroup
				done.Go(func() {
					took, err := trip(t, conn)
					if e := readable(t, err, want); e.Origin != onramp.Wire || took > 0 {
						t.Errorf("%s: %v after %v", name, err, took)
					}
				})
				p.write(change(p.reply(p.frame(), "x")))
				done.Wait()
				if _, s := conn.Load(); s != codec.Closed {
					t.Errorf("%s: the connection is %v", name, s)
				}
				_ = conn.Close()
				_ = p.nc.Close()
			})
		}
	}
}
