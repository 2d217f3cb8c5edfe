package main

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// frame is what the driver notes of a frame that passed. It is read here a second
// time, without the codec, so that the codec is not its own witness.
type frame struct {
	// conn is the connection, counted from 1.
	conn int
	// up is true from the client to the server.
	up bool
	// kind is "request", "oneway", "response", "heartbeat", "heartbeat ack", "readonly"
	// or "command N".
	kind string
	// version is Bolt's, 0 in Dubbo.
	version byte
	// checksum says that a checksum followed, which was right.
	checksum bool
	id       uint64
	serial   byte
	// timeout is a request's, status a response's.
	timeout int32
	status  uint16
	content int
}

// layout is where a version has its fields: t is the type's offset, fixed the length
// of what stands before the class of a request.
type layout struct{ t, fixed int }

func layoutOf(version byte) (layout, error) {
	switch version {
	case 1:
		return layout{1, 22}, nil
	case 2:
		return layout{2, 24}, nil
	}
	return layout{}, fmt.Errorf("a frame begins with %#02x, want 1 or 2", version)
}

// readFrame reads the frame of w's protocol that b begins with and returns its length,
// or 0 when there is more to come.
func (w wire) readFrame(b []byte) (f frame, size int, err error) {
	if w.protocol == "dubbo" {
		return readDubbo(b)
	}
	return readBolt(b)
}

func readBolt(b []byte) (f frame, size int, err error) {
	if len(b) < 3 {
		return f, 0, nil
	}
	f.version = b[0]
	l, err := layoutOf(b[0])
	if err != nil {
		return f, 0, err
	}
	response := b[l.t] == 0
	if response {
		l.fixed -= 2 // a status in place of a timeout
	}
	if len(b) < l.fixed {
		return f, 0, nil
	}
	lengths := b[l.fixed-8:]
	f.content = int(binary.BigEndian.Uint32(lengths[4:]))
	size = l.fixed + int(binary.BigEndian.Uint16(lengths)) + int(binary.BigEndian.Uint16(lengths[2:])) + f.content
	f.checksum = f.version == 2 && b[1] == 2 && b[11]&1 == 1
	if f.checksum {
		size += 4
	}
	if len(b) < size {
		return f, 0, nil
	}
	f.id, f.serial = uint64(binary.BigEndian.Uint32(b[l.t+4:])), b[l.t+8]
	f.kind = kindOf(b[l.t], binary.BigEndian.Uint16(b[l.t+1:]))
	if before := b[l.fixed-12:]; response {
		f.status = binary.BigEndian.Uint16(before[2:])
	} else {
		f.timeout = int32(binary.BigEndian.Uint32(before))
	}
	return f, size, f.check(b[:size])
}

func kindOf(t byte, command uint16) string {
	switch {
	case t == 0 && command == 0:
		return "heartbeat ack"
	case command == 0:
		return "heartbeat"
	case t == 0 && command == 2:
		return "response"
	case t == 1 && command == 1:
		return "request"
	case t == 2 && command == 1:
		return "oneway"
	}
	return fmt.Sprintf("command %d of type %d", command, t)
}

// check compares the checksum of a frame that has one.
func (f *frame) check(b []byte) error {
	if !f.checksum {
		return nil
	}
	if got, want := binary.BigEndian.Uint32(b[len(b)-4:]), crc32.ChecksumIEEE(b[:len(b)-4]); got != want {
		return fmt.Errorf("a %s has the checksum %#x, want %#x", f.kind, got, want)
	}
	return nil
}
