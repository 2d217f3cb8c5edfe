package bolt_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

func TestStatusesBecomeOutcomes(t *testing.T) {
	w := newWire(t)
	for _, row := range []struct {
		status uint16
		code   onramp.Code
		origin onramp.Origin
	}{
		{1, onramp.Internal, onramp.Remote},
		{2, onramp.Internal, onramp.Remote},
		{3, onramp.Internal, onramp.Remote},
		{4, onramp.ResourceExhausted, onramp.Refused},
		{5, onramp.Internal, onramp.Remote},
		{6, onramp.Unimplemented, onramp.Refused},
		{7, onramp.DeadlineExceeded, onramp.Remote},
		{8, onramp.Unavailable, onramp.Wire},
		{9, onramp.InvalidArgument, onramp.Remote},
		{0x10, onramp.Unavailable, onramp.Wire},
		{0x11, onramp.Internal, onramp.Remote},
		{0x12, onramp.InvalidArgument, onramp.Remote},
		{0x7777, onramp.Internal, onramp.Remote},
	} {
		err := w.body.OpenResponse(&codec.Frame{Kind: codec.Response, Status: row.status}, call(), &onramp.Response{})
		if e := asError(t, err); e.Code != row.code || e.Origin != row.origin || e.Business {
			t.Errorf("status %#x: %v, want %v (%v)", row.status, e, row.code, row.origin)
		}
	}
}

func TestErrorsSurviveBetweenTwoPeers(t *testing.T) {
	w := newWire(t)
	for _, row := range []struct {
		err    error
		status uint16
		want   onramp.Outcome
	}{
		{onramp.NewError(onramp.ResourceExhausted, onramp.Refused, "busy"), 4, onramp.Outcome{Code: onramp.ResourceExhausted, Origin: onramp.Refused}},
		{onramp.NewError(onramp.Unavailable, onramp.Refused, "x"), 4, onramp.Outcome{Code: onramp.Unavailable, Origin: onramp.Refused}},
		{onramp.NewError(onramp.Unimplemented, onramp.Refused, "x"), 6, onramp.Outcome{Code: onramp.Unimplemented, Origin: onramp.Refused}},
		{onramp.NewError(onramp.DeadlineExceeded, onramp.Refused, "x"), 4, onramp.Outcome{Code: onramp.DeadlineExceeded, Origin: onramp.Refused}},
		{onramp.NewError(onramp.Unauthenticated, onramp.Refused, "no tenant"), 2, onramp.Outcome{Code: onramp.Unauthenticated, Origin: onramp.Refused}},
		{onramp.NewError(onramp.InvalidArgument, onramp.Refused, "x"), 0x12, onramp.Outcome{Code: onramp.InvalidArgument, Origin: onramp.Refused}},
		{onramp.NewError(onramp.Unimplemented, onramp.Remote, "x"), 2, onramp.Outcome{Code: onramp.Unimplemented}},
		{onramp.NewError(onramp.InvalidArgument, onramp.Remote, "x"), 0x12, onramp.Outcome{Code: onramp.InvalidArgument}},
		{onramp.NewError(onramp.DeadlineExceeded, onramp.Remote, "x"), 7, onramp.Outcome{Code: onramp.DeadlineExceeded}},
		{context.DeadlineExceeded, 7, onramp.Outcome{Code: onramp.DeadlineExceeded}},
		{context.Canceled, 2, onramp.Outcome{Code: onramp.Canceled}},
		{onramp.NewError(onramp.Internal, onramp.Remote, "x"), 2, onramp.Outcome{Code: onramp.Internal}},
		{onramp.NewError(onramp.NotFound, onramp.Remote, "x"), 2, onramp.Outcome{Code: onramp.NotFound}},
		{errors.New("plain"), 2, onramp.Outcome{Code: onramp.Unknown}},
		// A handler that passes on what happened below it has run itself.
		{onramp.NewError(onramp.Unavailable, onramp.Local, "x"), 2, onramp.Outcome{Code: onramp.Unavailable}},
		{onramp.NewError(onramp.Unavailable, onramp.Wire, "x"), 2, onramp.Outcome{Code: onramp.Unavailable}},
		{&onramp.Error{Business: true}, 0, onramp.Outcome{Code: onramp.Unknown, Business: true}},
		{&onramp.Error{Business: true, Code: onramp.Internal}, 0, onramp.Outcome{Code: onramp.Internal, Business: true}},
		{&onramp.Error{Business: true, Code: onramp.AlreadyExists}, 0, onramp.Outcome{Code: onramp.AlreadyExists, Business: true}},
		{fmt.Errorf("wrapped: %w", &onramp.Error{Business: true, Code: onramp.Aborted}), 0, onramp.Outcome{Code: onramp.Aborted, Business: true}},
	} {
		out, err := w.response(call(), nil, row.err)
		if err != nil {
			t.Fatal(err)
		}
		f := w.decode(out)
		if f.Status != row.status {
			t.Errorf("%v: status %#x, want %#x", row.err, f.Status, row.status)
		}
		if got := onramp.Classify(w.body.OpenResponse(f, call(), &onramp.Response{})); got != row.want {
			t.Errorf("%v: got %+v, want %+v", row.err, got, row.want)
		}
	}
}

func TestAnErrorOfAPeerOfOursReadsAsItsOwnWordsAndNotAsItsStatus(t *testing.T) {
	w := newWire(t)
	for _, e := range []*onramp.Error{
		onramp.NewError(onramp.InvalidArgument, onramp.Remote, "divide by zero"),
		onramp.NewError(onramp.Unauthenticated, onramp.Refused, "no tenant"),
		onramp.NewError(onramp.ResourceExhausted, onramp.Refused, "over quota"),
		onramp.NewError(onramp.Internal, onramp.Remote, "boom"),
	} {
		_, err := w.answer(call(), nil, e)
		if err == nil || err.Error() != e.Error() {
			t.Errorf("got %v, want %v", err, e)
		}
	}
	f := &codec.Frame{Kind: codec.Response, Status: 0x12, Serializer: 11, Content: []byte("no such class")}
	err := w.body.OpenResponse(f, call(), &onramp.Response{})
	if err == nil || !strings.Contains(err.Error(), "server cannot deserialize the request (status 0x12): no such class") {
		t.Errorf("another peer's: %v", err)
	}
}

func TestAnErrorTakesItsHeaderAndRetryAfterAlong(t *testing.T) {
	w := newWire(t)
	h := header("x-reason", "stock", "onramp-code", "5", "Sofa_Head_Response_Error", "false")
	p, err := w.answer(call(), nil, &onramp.Error{Code: onramp.ResourceExhausted, RetryAfter: 1500 * time.Millisecond, Header: &h})
	e := asError(t, err)
	if e.RetryAfter != 1500*time.Millisecond || e.Code != onramp.ResourceExhausted {
		t.Errorf("got %+v", e)
	}
	if e.Header == nil || e.Header.Get("x-reason") != "stock" || e.Header.Len() != 1 || p.Header.Len() != 1 {
		t.Errorf("header %+v", e.Header)
	}
	if _, err = w.answer(call(), nil, &onramp.Error{Code: onramp.Internal, RetryAfter: 100 * time.Hour}); asError(t, err).RetryAfter != time.Hour {
		t.Errorf("retry after %v", asError(t, err).RetryAfter)
	}
}

func TestFakeHeadersOfAPeerDoNoHarm(t *testing.T) {
	w := newWire(t)
	for _, value := range []string{"", "0", "17", "255", "256", "-1", "x", "99999999999999999999"} {
		f := &codec.Frame{Kind: codec.Response, Status: 2, Header: block("onramp-code", value, "onramp-retry-after", value, "onramp-origin", value)}
		e := asError(t, w.body.OpenResponse(f, call(), &onramp.Response{}))
		if e.Code != onramp.Internal || e.Origin != onramp.Remote || e.RetryAfter < 0 || e.RetryAfter > time.Hour {
			t.Errorf("%q: %v, %v", value, e.Code, e.RetryAfter)
		}
	}
}

func TestErrorTextsAreWhatEachCodecReads(t *testing.T) {
	w := newWire(t)
	text := `no "stock" <now>, wörld`
	for _, row := range []struct {
		asked uint16
		codec uint8
	}{{0, 11}, {1, 11}, {11, 11}, {99, 11}, {12, 12}} {
		r := call()
		r.Body.Encoding = row.asked
		for _, business := range []bool{true, false} {
			out, err := w.response(r, nil, &onramp.Error{Business: business, Code: onramp.Internal, Err: errors.New(text)})
			if err != nil {
				t.Fatal(err)
			}
			f := w.decode(out)
			got := string(f.Content)
			if row.codec == 12 {
				if err := json.Unmarshal(f.Content, &got); err != nil {
					t.Error(err)
				}
			}
			if f.Serializer != row.codec || got != text || rawPairs(t, f.Header)["sofa_head_response_error"] != "true" {
				t.Errorf("asked in %d: codec %d, %q, header %q", row.asked, f.Serializer, got, f.Header)
			}
			if e := asError(t, w.body.OpenResponse(f, r, &onramp.Response{})); !strings.Contains(e.Error(), text) {
				t.Errorf("read as %v", e)
			}
		}
	}
}

func TestErrorTextsAreBoundedAndOnOneLine(t *testing.T) {
	w := newWire(t)
	long := strings.Repeat("ö", 4000)
	for _, asked := range []uint16{11, 12} {
		r := call()
		r.Body.Encoding = asked
		out, _ := w.response(r, nil, errors.New(long))
		if len(out) > 1300 {
			t.Errorf("a reply of %d bytes", len(out))
		}
	}
	for _, content := range []string{long, `"` + long, "first\nsecond\r\n\tat java.lang", "\u202ereversed", "\x00\x01binary", "\xff\xfe", strings.Repeat("x", 1023) + "ö" + long} {
		for _, serializer := range []uint8{1, 11, 12} {
			f := &codec.Frame{Kind: codec.Response, Serializer: serializer, Content: []byte(content), Header: block("sofa_head_response_error", "true")}
			text := w.body.OpenResponse(f, call(), &onramp.Response{}).Error()
			if len(text) > 1200 || !utf8.ValidString(text) || strings.ContainsAny(text, "\n\r\t\x00\u202e") {
				t.Errorf("%.20q in codec %d: %d bytes %.60q", content, serializer, len(text), text)
			}
			if strings.HasPrefix(content, "xxx") && !strings.Contains(text, "xxx") {
				t.Errorf("the text was lost: %q", text)
			}
		}
	}
}

func TestAnEncodedBusinessErrorIsPassedOn(t *testing.T) {
	w := newWire(t)
	var java *codec.Frame
	for _, v := range vectors(t, 2) {
		if v.Name == "bolt_v2_ver1_resp_3" {
			java = w.decode(v.frame)
		}
	}
	p := &onramp.Response{}
	err := w.body.OpenResponse(java, call(), p)
	out, werr := w.response(call(), p, err)
	if werr != nil {
		t.Fatal(werr)
	}
	if f := w.decode(out); f.Serializer != 1 || f.Status != 0 || !bytes.Equal(f.Content, java.Content) || rawPairs(t, f.Header)["sofa_head_response_error"] != "true" {
		t.Errorf("got %+v", f)
	}
}

func TestBusyAndDrainingAreRefusals(t *testing.T) {
	w := newWire(t)
	request := &codec.Frame{Kind: codec.Request, ID: 5, Version: 1, Serializer: 11}
	for _, row := range []struct {
		name  string
		fill  func(f, request *codec.Frame)
		drain bool
		code  onramp.Code
	}{
		{"busy", w.body.BusyResponse, false, onramp.ResourceExhausted},
		{"draining", w.body.DrainResponse, true, onramp.Unavailable},
	} {
		f := &codec.Frame{ID: 5, Version: 1}
		row.fill(f, request)
		out, err := w.framer.Append(nil, f)
		if err != nil {
			t.Fatal(err)
		}
		got := w.decode(out)
		if got.Status != 4 || got.ID != 5 || w.body.DrainSignal(got) != row.drain {
			t.Errorf("%s: %+v", row.name, got)
		}
		if state := rawPairs(t, got.Header)["onramp-state"]; (state == "draining") != row.drain {
			t.Errorf("%s: state %q", row.name, state)
		}
		e := asError(t, w.body.OpenResponse(got, call(), &onramp.Response{}))
		if e.Code != row.code || e.Origin != onramp.Refused {
			t.Errorf("%s: %v", row.name, e)
		}
	}
	if w.body.DrainSignal(&codec.Frame{Status: 2, Header: block("onramp-state", "draining")}) {
		t.Error("a status that is not busy is a drain signal")
	}
}
