package main

import (
	"strings"
	"testing"
)

func TestFramesThatDoNotFitTheirWireAreNamed(t *testing.T) {
	crc := wire{protocol: "bolt", version: 2, checksum: true, serial: 11}
	request := frame{conn: 1, up: true, kind: "request", version: 2, checksum: true, id: 7, serial: 11}
	change := func(f frame, how func(*frame)) frame {
		how(&f)
		return f
	}
	response := change(request, func(f *frame) { f.up, f.kind = false, "response" })
	beat := frame{conn: 1, up: true, kind: "heartbeat", version: 2, id: 9}
	for _, row := range []struct {
		want   string
		frames []frame
	}{
		{"", []frame{request, beat, response, change(beat, func(f *frame) { f.up, f.kind = false, "heartbeat ack" })}},
		{"request 7 of connection 1 is of version 1, want 2", []frame{change(request, func(f *frame) { f.version = 1 })}},
		{"request 7 of connection 1 has a checksum: false, want true", []frame{change(request, func(f *frame) { f.checksum = false })}},
		{"request 7 of connection 1 is of codec 1, want 11", []frame{change(request, func(f *frame) { f.serial = 1 })}},
		{"response 7 of connection 1 answers no request", []frame{request, response, response}},
		{"response 7 of connection 2 answers no request", []frame{request, change(response, func(f *frame) { f.conn = 2 })}},
		{"response 7 of connection 1 answers no request", []frame{change(request, func(f *frame) { f.kind = "oneway" }), response}},
		{"heartbeat ack 8 of connection 1 answers no heartbeat", []frame{beat, change(beat, func(f *frame) { f.up, f.kind, f.id = false, "heartbeat ack", 8 })}},
	} {
		tp := newTap(crc)
		tp.frames = row.frames
		err := tp.check(crc)
		if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
			t.Errorf("got %v, want %q", err, row.want)
		}
	}
}

func TestBytesThatAreNoFrameAreToldOnce(t *testing.T) {
	tp := newTap(wire{protocol: "bolt"})
	tp.pass(&strand{conn: 1}, []byte("GET / HTTP/1.1"))
	tp.pass(&strand{conn: 1}, []byte{3, 0, 0})
	if err := tp.check(wire{version: 1}); err == nil || !strings.Contains(err.Error(), "begins with 0x47") {
		t.Errorf("got %v", err)
	}
}
