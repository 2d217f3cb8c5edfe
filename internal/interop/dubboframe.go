package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// The bits of a Dubbo frame's third byte.
const (
	dubboRequest = 0x80
	dubboTwoWay  = 0x40
	dubboEvent   = 0x20
	dubboSerial  = 0x1f
)

// dubboHeader is how long the fixed part of a Dubbo frame is.
const dubboHeader = 16

// readDubbo reads the Dubbo frame that b begins with and returns its length, or 0 when
// there is more to come.
func readDubbo(b []byte) (f frame, size int, err error) {
	if len(b) < 2 {
		return f, 0, nil
	}
	if b[0] != 0xda || b[1] != 0xbb {
		return f, 0, fmt.Errorf("a frame begins with %#02x%02x, want 0xdabb", b[0], b[1])
	}
	if len(b) < dubboHeader {
		return f, 0, nil
	}
	f.content = int(binary.BigEndian.Uint32(b[12:]))
	if size = dubboHeader + f.content; len(b) < size {
		return f, 0, nil
	}
	f.id, f.serial, f.status = binary.BigEndian.Uint64(b[4:]), b[2]&dubboSerial, uint16(b[3])
	f.kind = dubboKind(b[2], b[dubboHeader:size])
	return f, size, nil
}

func dubboKind(flags byte, body []byte) string {
	switch {
	case flags&dubboEvent != 0 && flags&dubboRequest == 0:
		return "heartbeat ack"
	case flags&dubboEvent != 0 && bytes.HasPrefix(body, []byte{1, 'R'}):
		return "readonly"
	case flags&dubboEvent != 0:
		return "heartbeat"
	case flags&dubboRequest == 0:
		return "response"
	case flags&dubboTwoWay == 0:
		return "oneway"
	}
	return "request"
}
