package hessian2

// Tags that both dialects have. Those of ranges are their first.
const (
	tagNull    = 'N'
	tagTrue    = 'T'
	tagFalse   = 'F'
	tagInt     = 'I' // and four bytes
	tagLong    = 'L' // and eight bytes
	tagDouble  = 'D' // and eight bytes
	tagInt1    = 0x90
	tagInt2    = 0xc8
	tagInt3    = 0xd4
	tagLong1   = 0xe0
	tagLong2   = 0xf8
	tagLong3   = 0x3c
	tagText0   = 0x00 // strings of up to 31 units
	tagBinary0 = 0x20 // up to 15 bytes
	tagText    = 'S'  // the last chunk of a string, behind two bytes of length
	tagBinary  = 'B'  // the last chunk of a byte[]
)

// Tags of V2 alone.
const (
	v2Long4       = 'Y' // a long of four bytes
	v2Double0     = 0x5b
	v2Double1     = 0x5c
	v2DoubleByte  = 0x5d
	v2DoubleShort = 0x5e
	v2DoubleMills = 0x5f // an int of thousandths
	v2Date        = 0x4a // milliseconds
	v2Minutes     = 0x4b
	v2Text1       = 0x30 // up to 1023 units
	v2Chunk       = 'R'  // a chunk of a string that is not the last
	v2Binary1     = 0x34 // up to 1023 bytes
	v2BinaryChunk = 'A'
	v2List        = 0x58 // of a length
	v2List0       = 0x78 // of up to 7
	v2TypedList   = 'V'
	v2TypedList0  = 0x70
	v2OpenList    = 0x57 // until the end
	v2OpenTyped   = 'U'
	v2Map         = 'H'
	v2TypedMap    = 'M'
	v2Class       = 'C'
	v2Object      = 'O'
	v2Object0     = 0x60 // of the first 16 classes
	v2Ref         = 'Q'
	v2End         = 'Z'
)

// Tags of Draft alone.
const (
	draftLong4       = 'w'
	draftDouble0     = 0x67
	draftDouble1     = 0x68
	draftDoubleByte  = 0x69
	draftDoubleShort = 0x6a
	draftFloat       = 0x6b // four bytes of IEEE 754
	draftDate        = 'd'
	draftChunk       = 's'
	draftBinaryChunk = 'b'
	draftList        = 'V'
	draftListOf      = 'v' // of a type that was named before
	draftLength1     = 'n'
	draftLength4     = 'l'
	draftType        = 't'
	draftTypeRef     = 'u'
	draftTypeRefOld  = 'T'
	draftMap         = 'M'
	draftClass       = 'O'
	draftObject      = 'o'
	draftRef1        = 'J'
	draftRef2        = 'K'
	draftRef4        = 'R'
	draftEnd         = 'z'
)

// chunk is the most units or bytes of one chunk: what Java writes.
const chunk = 0x8000
