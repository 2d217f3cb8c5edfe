package dubbo

import "encoding/binary"

// scalar cuts a null, a boolean, a number or a date off b, which are what attachments
// hold beside strings. number is its value when it is an int or a long. ok is false for
// other values, which only a scan of the whole body can read over.
func scalar(b []byte) (number int64, isNumber bool, rest []byte, ok bool) {
	if len(b) == 0 {
		return 0, false, nil, false
	}
	size, isNumber := scalarSize(b[0])
	if size == 0 || size > len(b) {
		return 0, false, nil, false
	}
	if isNumber {
		number = scalarNumber(b[:size])
	}
	return number, isNumber, b[size:], true
}

// scalarSize returns how many bytes a value of this tag has, or 0.
func scalarSize(tag byte) (size int, isNumber bool) {
	switch {
	case tag >= 0x80 && tag <= 0xbf, tag >= 0xd8 && tag <= 0xef:
		return 1, true
	case tag >= 0xc0 && tag <= 0xcf, tag >= 0xf0:
		return 2, true
	case tag >= 0xd0 && tag <= 0xd7, tag >= 0x38 && tag <= 0x3f:
		return 3, true
	}
	switch tag {
	case 'I', 'Y':
		return 5, true
	case 'L':
		return 9, true
	case 'N', 'T', 'F', 0x5b, 0x5c:
		return 1, false
	case 0x5d:
		return 2, false
	case 0x5e:
		return 3, false
	case 0x5f, 0x4b:
		return 5, false
	case 'D', 0x4a:
		return 9, false
	}
	return 0, false
}

// scalarNumber returns the int or long that b holds.
func scalarNumber(b []byte) int64 {
	tag := b[0]
	switch {
	case tag == 'I', tag == 'Y':
		return int64(int32(binary.BigEndian.Uint32(b[1:])))
	case tag == 'L':
		return int64(binary.BigEndian.Uint64(b[1:]))
	case tag >= 0xf0:
		return (int64(tag)-0xf8)<<8 | int64(b[1])
	case tag >= 0xd8:
		return int64(tag) - 0xe0
	case tag >= 0xd0:
		return (int64(tag)-0xd4)<<16 | int64(b[1])<<8 | int64(b[2])
	case tag >= 0xc0:
		return (int64(tag)-0xc8)<<8 | int64(b[1])
	case tag >= 0x80:
		return int64(tag) - 0x90
	}
	return (int64(tag)-0x3c)<<16 | int64(b[1])<<8 | int64(b[2])
}
