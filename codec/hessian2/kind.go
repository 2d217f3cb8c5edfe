package hessian2

// Kind is what a value is.
type Kind uint8

// The kinds of values. Invalid is the end of a body, and a tag that begins none.
const (
	Invalid Kind = iota
	KindNull
	KindBool
	KindInt
	KindLong
	KindDouble
	KindDate
	KindString
	KindBinary
	KindList
	KindMap
	KindObject
	KindRef
)

// String returns the kind in lower case.
func (k Kind) String() string {
	names := [...]string{"invalid", "null", "boolean", "int", "long", "double", "date", "string", "binary", "list", "map", "object", "reference"}
	if int(k) < len(names) {
		return names[k]
	}
	return "invalid"
}

// kind returns what the next value is.
func (c *cursor) kind() Kind {
	if c.pos >= len(c.src) {
		return Invalid
	}
	tag := c.src[c.pos]
	switch {
	case tag >= 0x80 && tag <= 0xd7:
		return KindInt
	case tag >= 0xd8, tag >= 0x38 && tag <= 0x3f:
		return KindLong
	case tag <= 0x1f:
		return KindString
	case tag <= 0x2f:
		return KindBinary
	}
	switch tag {
	case tagNull:
		return KindNull
	case tagTrue, tagFalse:
		return KindBool
	case tagInt:
		return KindInt
	case tagLong:
		return KindLong
	case tagDouble:
		return KindDouble
	case tagText:
		return KindString
	case tagBinary:
		return KindBinary
	}
	if c.dialect == Draft {
		return draftKind(tag)
	}
	return v2Kind(tag)
}

func v2Kind(tag byte) Kind {
	switch {
	case tag >= v2Object0 && tag <= 0x6f, tag == v2Object, tag == v2Class:
		return KindObject
	case tag >= v2TypedList0 && tag <= 0x7f, tag >= v2OpenTyped && tag <= v2List:
		return KindList
	case tag >= v2Double0 && tag <= v2DoubleMills:
		return KindDouble
	case tag >= v2Text1 && tag <= 0x33, tag == v2Chunk:
		return KindString
	case tag >= v2Binary1 && tag <= 0x37, tag == v2BinaryChunk:
		return KindBinary
	case tag == v2Map, tag == v2TypedMap:
		return KindMap
	case tag == v2Ref:
		return KindRef
	case tag == v2Long4:
		return KindLong
	case tag == v2Date, tag == v2Minutes:
		return KindDate
	}
	return Invalid
}

func draftKind(tag byte) Kind {
	switch {
	case tag >= draftDouble0 && tag <= draftFloat:
		return KindDouble
	case tag == draftObject, tag == draftClass:
		return KindObject
	case tag == draftList, tag == draftListOf:
		return KindList
	case tag == draftMap:
		return KindMap
	case tag == draftRef1, tag == draftRef2, tag == draftRef4:
		return KindRef
	case tag == draftChunk:
		return KindString
	case tag == draftBinaryChunk:
		return KindBinary
	case tag == draftLong4:
		return KindLong
	case tag == draftDate:
		return KindDate
	}
	return Invalid
}
